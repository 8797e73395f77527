"""The digest of what Keras was fed."""

import numpy as np
import pytest

from keras_models.device_batches import DeviceBatches
from keras_models.fed_batches import FedDigest, SeenDataset
from keras_models.loader import BatchDataset
from tests.keras_models.test_device_batches import source

Batch = tuple[np.ndarray, np.ndarray]
IMAGES = np.zeros((2, 4, 4, 3), np.uint8)
A, B = (IMAGES, np.array([1, 0], np.int32)), (IMAGES, np.array([2, 3], np.int32))
BRIGHTER = (IMAGES + 1, A[1])


def digest(*epochs: list[Batch]) -> str:
    seen = FedDigest()
    for number, batches in enumerate(epochs):
        seen.begin(number)
        for batch in batches:
            seen.see(*batch)
    return seen.whole()


def test_images_count_in_the_first_epoch_and_labels_in_each() -> None:
    assert digest([BRIGHTER], [A]) != digest([A], [A]) == digest([A], [BRIGHTER])
    assert digest([A], [B]) != digest([A], [A])


@pytest.mark.parametrize("later", [[B, A], [A, B, B], [A], [A, A], []])
def test_what_comes_in_another_order_twice_or_not_at_all_is_seen(later: list[Batch]) -> None:
    assert digest([A, B], later) != digest([A, B], [A, B])
    assert digest(later, [A, B]) != digest([A, B], [A, B])


def test_a_batch_of_another_epoch_is_not_the_same() -> None:
    assert digest([A], [B, A]) != digest([A, B], [A])


def test_what_is_taken_before_the_first_epoch_is_thrown_away() -> None:
    seen = FedDigest()
    seen.see(*B)
    seen.begin(0)
    seen.see(*A)
    assert seen.whole() == digest([A])


def test_batches_made_on_the_device_are_those_made_beside_it() -> None:
    found = []
    for loader in (BatchDataset(source((32, 32), 15.0)), DeviceBatches(source((32, 32), 15.0))):
        seen = SeenDataset(loader, FedDigest())
        for epoch in (0, 1):
            seen.epoch = epoch
            for index in range(len(seen)):
                seen[index]
        found.append(seen.digest.whole())
    assert found[0] == found[1]

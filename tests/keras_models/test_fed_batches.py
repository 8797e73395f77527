"""Digests of what Keras was fed."""

import numpy as np

from keras_models.fed_batches import FedDigests

IMAGES, LABELS = np.zeros((2, 4, 4, 3), np.uint8), np.array([1, 0], np.int32)


def digest(*batches: tuple[int, int, np.ndarray, np.ndarray]) -> str:
    """Of what was seen of two epochs of one batch."""
    digests = FedDigests(epochs=2, steps=1)
    for batch in batches:
        digests.see(*batch)
    return digests.whole()


def test_images_count_in_the_first_epoch_and_labels_in_each() -> None:
    first, later = (0, 0, IMAGES, LABELS), (1, 0, IMAGES, LABELS)
    whole = digest(first, later)
    assert digest((0, 0, IMAGES + 1, LABELS), later) != whole
    assert digest((0, 0, IMAGES, LABELS[::-1]), later) != whole
    assert digest(first, (1, 0, IMAGES, LABELS[::-1])) != whole
    assert digest(first, (1, 0, IMAGES + 1, LABELS)) == whole


def test_a_batch_that_is_read_and_thrown_away_counts_once_and_one_that_is_missing_is_seen() -> None:
    first, later = (0, 0, IMAGES, LABELS), (1, 0, IMAGES, LABELS)
    assert digest(first, first, later) == digest(first, later)
    assert digest(first) != digest(first, later)

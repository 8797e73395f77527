"""tf.data hands over the same bytes as the PyDataset, on any backend."""

from typing import Any

import numpy as np
import pytest

from data_io.batches import ShuffledBatches

pytest.importorskip("tensorflow")

from keras_models.tf_loader import TfDataLoader


@pytest.fixture
def loader(train: ShuffledBatches) -> TfDataLoader:
    return TfDataLoader(train)


def check_epoch(iteration: Any, batches: ShuffledBatches, epoch: int, first: int = 0) -> None:
    received = [(x.numpy(), y.numpy()) for x, y in iteration]
    assert len(received) == 3 - first
    for index, batch in enumerate(received, start=first):
        images, labels = batches.batch(epoch, index)
        np.testing.assert_array_equal(batch[0], images, strict=True)
        np.testing.assert_array_equal(batch[1], labels, strict=True)


@pytest.mark.parametrize("epoch", [0, 1])
def test_batches_are_those_of_the_epoch_that_is_set(loader: TfDataLoader, train: ShuffledBatches, epoch: int) -> None:
    loader.epoch = epoch
    check_epoch(loader.dataset, train, epoch)


def test_the_length_is_known_before_the_first_epoch(loader: TfDataLoader) -> None:
    assert int(loader.dataset.cardinality()) == 3


def test_shapes_are_known_but_for_the_batch(loader: TfDataLoader) -> None:
    images, labels = loader.dataset.element_spec
    assert (images.shape.as_list(), labels.shape.as_list()) == ([None, 32, 32, 3], [None])


def test_a_peek_changes_nothing(loader: TfDataLoader, train: ShuffledBatches) -> None:
    next(iter(loader.dataset))
    check_epoch(loader.dataset, train, 0)
    loader.epoch = 1
    check_epoch(loader.dataset, train, 1)


def test_a_dropped_iteration_leaves_nothing_for_the_next(loader: TfDataLoader, train: ShuffledBatches) -> None:
    dropped = iter(loader.dataset)
    next(dropped)
    loader.epoch = 1
    check_epoch(loader.dataset, train, 1)
    del dropped
    check_epoch(loader.dataset, train, 1)


def test_an_iteration_that_has_begun_keeps_its_epoch(loader: TfDataLoader, train: ShuffledBatches) -> None:
    iteration = iter(loader.dataset)
    next(iteration)
    loader.epoch = 1
    check_epoch(iteration, train, 0, first=1)


def test_an_iteration_made_early_but_not_begun_reads_the_epoch_when_it_begins(
    loader: TfDataLoader, train: ShuffledBatches
) -> None:
    iteration = iter(loader.dataset)
    loader.epoch = 1
    check_epoch(iteration, train, 1)

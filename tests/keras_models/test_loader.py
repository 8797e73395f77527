"""A PyDataset hands over the planned bytes, whatever was read before."""

import numpy as np
import pytest

from data_io.batches import ShuffledBatches
from keras_models.batches import Batch
from keras_models.loader import BatchDataset


@pytest.fixture
def dataset(train: ShuffledBatches) -> BatchDataset:
    return BatchDataset(train)


def check_equal(received: Batch, expected: Batch) -> None:
    for one, other in zip(received, expected, strict=True):
        np.testing.assert_array_equal(one, other, strict=True)  # type and shape too


@pytest.mark.parametrize("epoch", [0, 1])
def test_batches_are_those_of_the_epoch_that_is_set(dataset: BatchDataset, train: ShuffledBatches, epoch: int) -> None:
    dataset.epoch = epoch
    assert len(dataset) == 3
    for index in range(3):
        check_equal(dataset[index], train.batch(epoch, index))


def test_the_two_epochs_differ(train: ShuffledBatches) -> None:
    assert (train.batch(0, 0)[0] != train.batch(1, 0)[0]).any()


def test_a_peek_and_extra_hooks_change_nothing(dataset: BatchDataset, train: ShuffledBatches) -> None:
    dataset[0], dataset[1]
    dataset.on_epoch_end()
    dataset.on_epoch_begin()
    check_equal(dataset[0], train.batch(0, 0))
    dataset.epoch = 1
    check_equal(dataset[2], train.batch(1, 2))


def test_an_epoch_left_half_way_leaves_nothing_for_the_next(dataset: BatchDataset, train: ShuffledBatches) -> None:
    dataset[0]
    dataset.epoch = 1
    for index in range(3):
        check_equal(dataset[index], train.batch(1, index))


def test_there_are_no_workers_since_keras_would_train_on_leftovers(dataset: BatchDataset) -> None:
    assert (dataset.workers, dataset.use_multiprocessing) == (1, False)

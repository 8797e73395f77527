"""What is made ahead is what would have been made when asked."""

from threading import Lock

import numpy as np
import pytest

from keras_models import read_ahead
from keras_models.batches import Batch
from keras_models.read_ahead import ReadAhead


class Numbered:
    """Five batches an epoch, each of one image that holds its place; notes which were made."""

    steps = 5
    images_per_epoch = 5

    def __init__(self, broken: tuple[int, int] | None = None) -> None:
        self.made: list[tuple[int, int]] = []
        self.broken = broken
        self._lock = Lock()

    def batch(self, epoch: int, index: int) -> Batch:
        with self._lock:
            self.made.append((epoch, index))
        if (epoch, index) == self.broken:
            raise OSError("the disk is gone")
        return np.full((1, 1, 1, 3), 10 * epoch + index, np.uint8), np.array([index], np.int32)


@pytest.fixture(autouse=True)
def two_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_ahead, "AHEAD", 2)


def test_batches_come_in_any_order_from_any_epoch_as_they_are() -> None:
    ahead = ReadAhead(Numbered())
    for epoch, index in [(0, 0), (0, 1), (0, 4), (1, 0), (0, 2), (0, 2), (3, 3)]:
        images, labels = ahead.batch(epoch, index)
        assert images.max() == 10 * epoch + index and labels.tolist() == [index]


def test_the_next_ones_are_made_once_and_none_beyond_the_epoch() -> None:
    source = Numbered()
    ahead = ReadAhead(source)
    for index in range(5):
        ahead.batch(0, index)
    assert sorted(source.made) == [(0, index) for index in range(5)]


def test_a_fault_is_told_when_its_batch_is_asked_for_and_not_before() -> None:
    ahead = ReadAhead(Numbered(broken=(0, 2)))
    ahead.batch(0, 0)
    ahead.batch(0, 1)
    with pytest.raises(OSError, match="the disk is gone"):
        ahead.batch(0, 2)
    assert ahead.batch(0, 3)[0].max() == 3


def test_it_says_how_many_steps_and_images_there_are() -> None:
    assert (ReadAhead(Numbered()).steps, ReadAhead(Numbered()).images_per_epoch) == (5, 5)

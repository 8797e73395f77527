"""Some images of several arrays, read as one array."""

from typing import Any

import numpy as np
import pytest

from data_io.batches import Batches, ShuffledBatches
from data_io.chosen_images import ChosenImages, choose_images
from data_io.shards import ShardedImages

FIRST = np.random.default_rng(0).integers(0, 256, (4, 3, 5, 3), np.uint8)
SECOND = np.random.default_rng(1).integers(0, 256, (3, 3, 5, 3), np.uint8)
PLACES = np.array([6, 0, 3, 4, 1], np.int64)
WANTED = np.stack([SECOND[2], FIRST[0], FIRST[3], SECOND[0], FIRST[1]])
IMAGES = ChosenImages([FIRST, ShardedImages([SECOND[:2], SECOND[2:]])], PLACES)  # type: ignore[list-item]
KEYS = [
    0,
    4,
    -1,
    np.int64(2),
    slice(None),
    slice(1, 4),
    slice(5, 9),
    slice(None, None, -2),
    [4, 0, 0],
    np.arange(5) % 2 == 0,
]


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_places_slices_and_lists_give_what_an_array_of_them_gives(key: Any) -> None:
    np.testing.assert_array_equal(IMAGES[key], WANTED[key])
    assert IMAGES[key].shape == WANTED[key].shape and IMAGES[key].dtype == np.uint8


def test_they_have_the_shape_of_those_chosen_and_become_an_array() -> None:
    assert (len(IMAGES), IMAGES.shape, IMAGES.dtype) == (5, (5, 3, 5, 3), np.dtype(np.uint8))
    np.testing.assert_array_equal(np.ascontiguousarray(IMAGES), WANTED)
    np.testing.assert_array_equal(np.stack(list(IMAGES)), WANTED)


def test_one_image_is_a_view_so_that_nothing_is_copied_for_a_batch_that_turns_it() -> None:
    assert np.shares_memory(IMAGES[1], FIRST) and np.shares_memory(IMAGES[0], SECOND)


@pytest.mark.parametrize("key", [5, -6, [5], 1.5], ids=repr)
def test_what_is_no_place_is_refused(key: Any) -> None:
    with pytest.raises(IndexError):
        IMAGES[key]


def test_places_beyond_the_sources_and_images_of_two_sizes_are_refused() -> None:
    with pytest.raises(IndexError, match="Expected places below 7. Received: 0 to 7"):
        ChosenImages([FIRST, SECOND], np.array([0, 7]))
    with pytest.raises(ValueError, match="Expected images of one size"):
        ChosenImages([FIRST, SECOND[:, :2]], PLACES)


def test_batches_of_them_are_those_of_an_array_of_them() -> None:
    labels = np.arange(5, dtype=np.int32)
    chosen = choose_images([FIRST, SECOND], PLACES)
    for kind, more in ((Batches, ()), (ShuffledBatches, (7, 0.5, 15.0))):
        one, other = (kind(images, labels, 2, *more) for images in (chosen, WANTED))
        for index in range(3):
            for received, wanted in zip(one.batch(1, index), other.batch(1, index), strict=True):
                np.testing.assert_array_equal(received, wanted)

"""Images in several files, read as one array."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from data_io.batches import Batches, ShuffledBatches
from data_io.shards import ShardedImages, copy_images, join_shards, list_shards

WHOLE = np.random.default_rng(0).integers(0, 256, (11, 4, 5, 3), np.uint8)
SHARDS = (WHOLE[:4], WHOLE[4:8], WHOLE[8:])
IMAGES = ShardedImages(SHARDS)


def test_they_have_the_shape_and_type_of_the_whole() -> None:
    assert (len(IMAGES), IMAGES.shape, IMAGES.dtype) == (11, (11, 4, 5, 3), np.dtype(np.uint8))
    np.testing.assert_array_equal(np.ascontiguousarray(IMAGES), WHOLE)
    np.testing.assert_array_equal(np.array(list(IMAGES)), WHOLE)
    assert np.asarray(IMAGES, np.float32).dtype == np.float32


KEYS = [
    *range(-11, 11),
    np.int64(5),
    *(slice(*ends) for ends in ((None,), (0, 4), (1, 3), (2, 9), (8, 99), (-3, None), (5, 5), (7, 2), (99, 100))),
    slice(None, None, -1),
    slice(1, 10, 3),
    [10, 0, 4, 4, -1],
    np.array([8, 3, 5]),
    np.array([7], np.int32),
    [],
    np.arange(11) % 3 == 0,
]


@pytest.mark.parametrize("key", KEYS, ids=repr)
def test_places_slices_and_lists_of_places_give_what_an_array_gives(key: Any) -> None:
    wanted = WHOLE[np.array([], np.int64)] if isinstance(key, list) and not key else WHOLE[key]
    received = IMAGES[key]
    np.testing.assert_array_equal(received, wanted)
    assert (received.shape, received.dtype) == (wanted.shape, np.dtype(np.uint8))


@pytest.mark.parametrize("key", [11, -12, [3, 11], [-12], 1.5, [0.5], "3", (1, 2), [[1]], np.ones(3, bool)], ids=repr)
def test_what_is_no_place_is_refused(key: Any) -> None:
    with pytest.raises(IndexError, match="Expected a place"):
        IMAGES[key]


def test_an_image_and_a_slice_of_one_shard_are_views_that_copy_nothing() -> None:
    assert np.shares_memory(IMAGES[5], WHOLE)
    assert np.shares_memory(IMAGES[4:8], WHOLE)
    assert not np.shares_memory(IMAGES[3:5], WHOLE)


def test_one_shard_is_itself_and_several_are_given_back() -> None:
    assert join_shards(SHARDS[:1]) is SHARDS[0]
    assert [each is WHOLE for each in list_shards(WHOLE)] == [True]
    assert all(one is other for one, other in zip(list_shards(join_shards(SHARDS)), SHARDS, strict=True))


@pytest.mark.parametrize(
    "shards",
    [(WHOLE[:3], WHOLE[3:7], WHOLE[7:]), (WHOLE[:3], WHOLE[3:]), (WHOLE[:4], WHOLE[4:8, :, :4]), (WHOLE, WHOLE[:0])],
)
def test_shards_that_do_not_fit_together_are_refused(shards: tuple[NDArray[np.uint8], ...]) -> None:
    with pytest.raises(ValueError, match="Expected shards of one length and size"):
        ShardedImages(shards)


def test_to_copy_without_leave_is_refused() -> None:
    with pytest.raises(ValueError, match="copy=False"):
        np.array(IMAGES, copy=False)


@pytest.mark.parametrize("places", [None, np.array([9, 0, 3])])
def test_copied_images_lie_in_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, places: NDArray[np.int64] | None
) -> None:
    monkeypatch.setattr("data_io.shards.COPIED_IMAGES", 2)
    copy_images(join_shards(SHARDS), tmp_path / "images.npy", places)
    np.testing.assert_array_equal(np.load(tmp_path / "images.npy"), WHOLE if places is None else WHOLE[places])


def test_batches_of_shards_are_those_of_the_whole_array() -> None:
    labels = np.arange(11, dtype=np.int32)
    for kind, options in ((Batches, ()), (ShuffledBatches, (3, 0.5, 15.0))):
        whole, sharded = (kind(images, labels, 4, *options) for images in (WHOLE, join_shards(SHARDS)))
        for index in range(3):
            for one, other in zip(whole.batch(1, index), sharded.batch(1, index), strict=True):
                np.testing.assert_array_equal(one, other)

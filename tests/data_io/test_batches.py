"""Batches as a pure function of (seed, epoch, index)."""

import hashlib
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from data_io.batches import Batch, Batches, ShuffledBatches

N = 20
B = 8
STEPS = 3  # 8, 8 and 4 images
PLACES = [(epoch, index) for epoch in range(4) for index in range(STEPS)]


def make_images() -> NDArray[np.uint8]:
    """Fill images by the multiplicative hash of Knuth, so that no generator's version decides what they hold."""
    numbers = np.arange(N * 16 * 16 * 3, dtype=np.uint64) * np.uint64(2654435761)
    return (numbers >> np.uint64(11)).astype(np.uint8).reshape(N, 16, 16, 3)


IMAGES = make_images()
LABELS = np.arange(N, dtype=np.int32)  # one each, so that a label names its image


def shuffled(seed: int = 3, flip_probability: float = 0.5, rotation_degrees: float = 15.0) -> ShuffledBatches:
    return ShuffledBatches(IMAGES, LABELS, B, seed, flip_probability, rotation_degrees)


def digest(batches: Iterable[Batch]) -> str:
    sha = hashlib.sha256()
    for images, labels in batches:
        sha.update(images.tobytes())
        sha.update(labels.tobytes())
    return sha.hexdigest()


def digest_epoch(batches: Batches, epoch: int) -> str:
    return digest(batches.batch(epoch, index) for index in range(batches.steps))


def test_an_epoch_has_the_bytes_that_it_had_when_this_was_written() -> None:
    # Red after an update of NumPy or Pillow: the same recipe and seed are no longer the same experiment.
    assert hashlib.sha256(IMAGES.tobytes()).hexdigest().startswith("836ee594414698806df5")
    assert digest_epoch(shuffled(seed=3), epoch=1) == (
        "fe5559d88705af1ee8461a80f74c1f0c66e423e6f3232c34eb90adb6717ed5e5"
    )


def test_a_peek_changes_nothing() -> None:
    peeked = shuffled()
    peeked.batch(0, 0)
    peeked.batch(2, 1)
    assert digest([peeked.batch(1, 1)]) == digest([shuffled().batch(1, 1)])
    assert digest([peeked.batch(1, 1)]) == digest([peeked.batch(1, 1)])


def test_any_order_of_asking_gives_the_same_batches() -> None:
    forward, backward = shuffled(), shuffled()
    wanted = {place: digest([forward.batch(*place)]) for place in PLACES}
    received = {place: digest([backward.batch(*place)]) for place in reversed(PLACES)}
    assert received == wanted
    assert len(set(wanted.values())) == len(PLACES)


def test_eight_threads_at_once_get_the_same_batches() -> None:
    alone, shared = shuffled(), shuffled()
    places = PLACES * 16
    with ThreadPoolExecutor(8) as pool:
        received = list(pool.map(lambda place: digest([shared.batch(*place)]), places))
    assert received == [digest([alone.batch(*place)]) for place in places]


def test_other_seeds_and_other_epochs_are_other_batches() -> None:
    digests = {digest_epoch(shuffled(seed), epoch) for seed in range(3) for epoch in range(3)}
    assert len(digests) == 9


def test_an_epoch_holds_each_image_once_with_its_own_label() -> None:
    batches = shuffled(flip_probability=0.0, rotation_degrees=0.0)
    images, labels = (np.concatenate(parts) for parts in zip(*(batches.batch(5, i) for i in range(3)), strict=True))
    assert sorted(labels.tolist()) == list(range(N))
    assert labels.tolist() != list(range(N))
    np.testing.assert_array_equal(images, IMAGES[labels])


def test_an_augmented_image_is_still_the_image_of_its_label() -> None:
    images, labels = shuffled(flip_probability=1.0, rotation_degrees=0.0).batch(0, 0)
    np.testing.assert_array_equal(images, IMAGES[labels][:, :, ::-1])


def test_the_change_of_an_image_does_not_depend_on_the_batch_size() -> None:
    one_by_one = ShuffledBatches(IMAGES, LABELS, 1, 3, 0.5, 15.0)
    images, labels = shuffled(seed=3).batch(2, 1)
    singles = [one_by_one.batch(2, 8 + place) for place in range(8)]
    np.testing.assert_array_equal(images, np.concatenate([image for image, _ in singles]))
    np.testing.assert_array_equal(labels, np.concatenate([label for _, label in singles]))


@pytest.mark.parametrize("batches", [shuffled(), Batches(IMAGES, LABELS, B)], ids=["shuffled", "in order"])
def test_the_last_batch_holds_what_is_left_over(batches: Batches) -> None:
    assert (batches.steps, batches.images_per_epoch) == (3, 20)
    assert [len(batches.batch(0, index)[1]) for index in range(3)] == [8, 8, 4]
    images, labels = batches.batch(0, 2)
    assert images.shape == (4, 16, 16, 3)
    assert images.dtype == np.uint8
    assert labels.dtype == np.int32
    assert images.flags.c_contiguous


@pytest.mark.parametrize(("images", "batch_size", "steps"), [(20, 20, 1), (20, 21, 1), (20, 10, 2), (20, 1, 20)])
def test_steps_are_rounded_up_and_never_empty(images: int, batch_size: int, steps: int) -> None:
    assert Batches(IMAGES[:images], LABELS[:images], batch_size).steps == steps


def test_batches_in_order_are_the_images_themselves_in_every_epoch() -> None:
    batches = Batches(IMAGES, LABELS, B)
    for epoch in (0, 7):
        images, labels = batches.batch(epoch, 1)
        np.testing.assert_array_equal(images, IMAGES[8:16])
        assert labels.tolist() == [8, 9, 10, 11, 12, 13, 14, 15]


@pytest.mark.parametrize("index", [-1, 3, 100])
@pytest.mark.parametrize("batches", [shuffled(), Batches(IMAGES, LABELS, B)], ids=["shuffled", "in order"])
def test_an_index_outside_the_epoch_is_refused(batches: Batches, index: int) -> None:
    with pytest.raises(IndexError, match=rf"Expected a batch from 0 to 2\. Received: {index}\."):
        batches.batch(0, index)


def test_images_and_labels_of_different_number_are_refused() -> None:
    with pytest.raises(ValueError, match=r"as many labels as images\. Received: 19 and 20\."):
        Batches(IMAGES, LABELS[:19], B)


def test_a_read_only_map_gives_the_same_batches_as_an_array(tmp_path: Path) -> None:
    np.save(tmp_path / "images.npy", IMAGES)
    mapped = ShuffledBatches(np.load(tmp_path / "images.npy", mmap_mode="r"), LABELS, B, 3, 0.5, 15.0)
    assert digest_epoch(mapped, 0) == digest_epoch(shuffled(3), 0)


def test_a_batch_can_be_changed_without_changing_the_data() -> None:
    batches = shuffled(flip_probability=0.0, rotation_degrees=0.0)
    images, labels = batches.batch(0, 0)
    before = digest([batches.batch(0, 0)])
    images[:] = 0
    labels[:] = 0
    assert digest([batches.batch(0, 0)]) == before

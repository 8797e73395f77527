"""Orders that are random within windows, for data that outgrows the memory."""

import hashlib
from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from commands.steps.networks import training_batches
from data_io.augmentation import RUNS_PER_WINDOW, draw_epoch
from data_io.batches import ShuffledBatches, StreamedBatches
from recipes.reading import read_recipe

N, WINDOW = 2000, 320  # runs of 20 images
RUN = WINDOW // RUNS_PER_WINDOW


def order(images: int = N, window: int = WINDOW, seed: int = 3, epoch: int = 1) -> NDArray[np.int64]:
    return draw_epoch(seed, epoch, images, 0.5, 15.0, window).order


def windows(places: NDArray[np.int64], window: int = WINDOW) -> list[NDArray[np.int64]]:
    return [places[start : start + window] for start in range(0, len(places), window)]


@pytest.mark.parametrize("images", [1, 19, 20, 21, 319, 320, 321, 1999, 2000])
@pytest.mark.parametrize("window", [1, 16, 100, 320, 5000])
def test_each_image_comes_once(images: int, window: int) -> None:
    received = order(images, window)
    assert received.dtype == np.int64
    assert sorted(received.tolist()) == list(range(images))


def test_an_order_is_the_one_that_it_was_when_this_was_written() -> None:
    # Red after an update of NumPy: the same recipe and seed are no longer the same experiment.
    digest = hashlib.sha256(order().astype("<i8").tobytes()).hexdigest()
    assert digest == "92dbf7721a262138fcc732dd220ffd29471870b6cfa23ee65ce5695e111844c0"


def test_an_order_depends_on_seed_epoch_and_window_alone() -> None:
    np.testing.assert_array_equal(order(), order())
    others = [order(seed=4), order(epoch=2), order(window=640), order(window=0)]
    assert all((order() != other).any() for other in others)


def test_without_a_window_the_draws_are_those_of_the_full_permutation() -> None:
    bounded, full = draw_epoch(3, 1, N, 0.5, 15.0, 0), draw_epoch(3, 1, N, 0.5, 15.0)
    for name in ("order", "flipped", "degrees"):
        np.testing.assert_array_equal(getattr(bounded, name), getattr(full, name))


def test_a_window_reads_few_runs_of_consecutive_images_and_each_of_them_almost_whole() -> None:
    for places in windows(order()):
        runs = np.unique(places // RUN)
        # 2000 is a multiple of 20, and 320 of 20: windows and runs have the same borders.
        assert len(runs) == len(places) / RUN <= RUNS_PER_WINDOW
    uneven = windows(order(1990))
    assert max(len(np.unique(places // RUN)) for places in uneven) <= RUNS_PER_WINDOW + 2
    full = windows(order(window=0))
    assert min(len(np.unique(places // RUN)) for places in full[:-1]) > 5 * RUNS_PER_WINDOW


def test_each_run_is_read_within_one_window_and_then_no_more() -> None:
    turn_of = np.empty(N, np.int64)
    turn_of[order()] = np.arange(N)
    turns = turn_of.reshape(-1, RUN)
    assert (turns.max(1) - turns.min(1)).max() < WINDOW


def test_runs_come_in_a_random_order_and_meet_others_in_each_epoch() -> None:
    def neighbours(epoch: int) -> set[int]:
        (places,) = (each for each in windows(order(epoch=epoch)) if 0 in each)
        return set((places // RUN).tolist())

    first, second = neighbours(1), neighbours(2)
    assert 0 in first & second
    assert len(first & second) < 8  # of 16 out of 100, two or three by chance
    assert max(first) - min(first) > 50


def test_within_a_window_the_images_are_mixed() -> None:
    places = windows(order())[0]
    steps = np.diff(places)
    assert (np.abs(steps) == 1).mean() < 0.05
    shares = [len(set((places[start : start + 32] // RUN).tolist())) for start in range(0, WINDOW, 32)]
    assert min(shares) > 9  # a batch of 32 of 16 runs holds 14 of them on average


def test_batches_take_the_bounded_order_whoever_asks_in_whatever_order() -> None:
    images = np.zeros((50, 2, 2, 3), np.uint8)
    labels = np.arange(50, dtype=np.int32)
    batches = ShuffledBatches(images, labels, 8, 3, 0.5, 15.0, shuffle_images=16)
    wanted = draw_epoch(3, 2, 50, 0.5, 15.0, 16).order
    for index in (6, 0, 3):
        part = wanted[8 * index : 8 * index + 8]
        assert batches.batch(2, index)[1].tolist() == part.tolist()
        assert batches.plan(2, index).places.tolist() == part.tolist()


def test_streamed_batches_are_the_same_and_do_not_say_how_they_are_made() -> None:
    values = (np.zeros((50, 2, 2, 3), np.uint8), np.arange(50, dtype=np.int32), 8, 3, 0.5, 15.0, 16)
    streamed, shuffled = StreamedBatches(*values), ShuffledBatches(*values)
    assert streamed.batch(2, 1)[1].tolist() == shuffled.batch(2, 1)[1].tolist()
    assert not hasattr(streamed, "plan")  # or a GPU would take all images into its memory


@dataclass(frozen=True)
class Pixels:
    images: NDArray[np.uint8]
    labels: NDArray[np.int32]


def test_the_window_of_a_recipe_reaches_its_training() -> None:
    pixels = Pixels(np.zeros((1000, 2, 2, 3), np.uint8), np.arange(1000, dtype=np.int32))
    stream, quick = (training_batches(read_recipe(name), pixels) for name in ("stream", "quick"))
    assert read_recipe("stream").training.shuffle_images == 512
    assert stream.batch(0, 0)[1].tolist() == draw_epoch(0, 0, 1000, 0.5, 15.0, 512).order[:32].tolist()
    assert quick.batch(0, 0)[1].tolist() == draw_epoch(0, 0, 1000, 0.5, 15.0).order[:32].tolist()
    assert (type(stream), type(quick)) == (StreamedBatches, ShuffledBatches)

"""Answers to damaged images, by a fake that answers by the brightest pixel."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

import errors
from commands.steps.ensemble import Ensemble
from commands.steps.robustness import NOTHING, answer_damaged, choose_images
from data_io.damage import DAMAGES
from data_io.splits import Split
from keras_models.artefacts.contract import SCALING, Contract


class Brightest:
    """Its answer is 1 for an image with a pixel above 200, else 0."""

    def __init__(self, size_pixels: int) -> None:
        self.contract = Contract("f", "cnn", "torch", ("0", "1"), size_pixels, "r", SCALING, 1.0, "a", "b", {}, {})

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        assert images.shape[1:] == (self.contract.size_pixels, self.contract.size_pixels, 3)
        bright = (images.max(axis=(1, 2, 3)) > 200).astype(np.float32)
        return np.stack([1 - bright, bright], axis=1)


@pytest.fixture
def split(tmp_path: Path) -> Split:
    """70 images of 32 px: even ones flat and dark, odd ones with one bright pixel in the upper left corner."""
    paths = []
    for number in range(70):
        pixels = np.full((32, 32, 3), 60, np.uint8)
        pixels[0, 0] = 255 if number % 2 else 60
        paths.append(tmp_path / f"{number}.png")
        Image.fromarray(pixels).save(paths[-1])
    ids = tuple(path.stem for path in paths)
    return Split(
        "validation", tmp_path / "v.csv", ids, tuple(range(70)), tuple(paths), np.arange(70, dtype=np.int32) % 2
    )


def ignore(count: int) -> None: ...


def test_a_bright_pixel_is_lost_when_blurred_or_cropped_away_and_seen_after_a_little_noise(split: Split) -> None:
    given = answer_damaged(Ensemble(["a"], [Brightest(32)], None), split, ("PNG",), ignore)
    assert len(given) == 20
    assert given["none", 0].tolist() == given["noise", 2].tolist() == [number % 2 for number in range(70)]
    assert given["blur", 2].tolist() == given["crop", 0.8].tolist() == [0] * 70


def test_models_of_two_sizes_are_asked_about_the_same_damaged_images(split: Split) -> None:
    counted: list[int] = []
    ensemble = Ensemble(["a", "b"], [Brightest(32), Brightest(64)], "mirror")
    given = answer_damaged(ensemble, split, ("PNG",), counted.append)
    assert given["none", 0].tolist() == [number % 2 for number in range(70)]
    assert sum(counted) == 70 * 20 * 2 * 2  # images, levels, models, views


def test_a_file_that_is_gone_is_an_error_with_its_name(split: Split) -> None:
    split.paths[5].unlink()
    with pytest.raises(errors.DataError, match=r"Expected to read the image .*5\.png"):
        answer_damaged(Ensemble(["a"], [Brightest(32)], None), split, ("PNG",), ignore)


def test_no_more_than_one_block_at_the_levels_of_one_damage_is_answered_at_a_time(split: Split) -> None:
    sizes: list[int] = []

    class Counting(Brightest):
        def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
            sizes.append(len(images))
            return super().logits(images)

    answer_damaged(Ensemble(["a"], [Counting(32)], None), split, ("PNG",), ignore)
    levels = sum(len(damage.levels) for damage in (NOTHING, *DAMAGES))
    assert sizes == [64] * 2 * levels


def test_images_are_chosen_evenly_over_the_rows(split: Split) -> None:
    assert choose_images(split, 7).ids == ("0", "10", "20", "30", "40", "50", "60")
    assert choose_images(split, None) is split and choose_images(split, 71) is split

"""Which random changes of training images there are beside flips and turns, and all that is drawn for an epoch."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from data_io.augmentation import Draws, warp
from data_io.colour import Colours, draw_colours
from data_io.erasing import Erasures, draw_erasures
from data_io.mixing import Mixtures, draw_mixtures
from data_io.random_damage import KINDS, RandomDamage, draw_damage


@dataclass(frozen=True)
class Changes:
    """Values that mean what a recipe's of the same name do; those given here change nothing."""

    shift_pixels: float = 0.0
    zoom_fraction: float = 0.0
    resample: str = "nearest"
    brightness_fraction: float = 0.0
    contrast_fraction: float = 0.0
    saturation_fraction: float = 0.0
    erase_probability: float = 0.0
    erase_fraction: float = 0.4
    cutmix_probability: float = 0.0
    mixup_alpha: float = 0.0
    crop_probability: float = 0.0
    resize_probability: float = 0.0
    blur_probability: float = 0.0
    noise_probability: float = 0.0
    jpeg_probability: float = 0.0

    @property
    def colour_fractions(self) -> tuple[float, float, float]:
        """Of brightness, contrast and saturation."""
        return self.brightness_fraction, self.contrast_fraction, self.saturation_fraction

    @property
    def damage_probabilities(self) -> dict[str, float]:
        """By the kind of damage."""
        return {kind: float(getattr(self, f"{kind}_probability")) for kind in KINDS}

    @property
    def mix(self) -> bool:
        """True if images and labels of a batch are mixed."""
        return bool(self.cutmix_probability or self.mixup_alpha)

    @property
    def only_move_pixels(self) -> bool:
        """True if every pixel of a batch is a pixel of an image, or black outside: all that a `Plan` can say."""
        others = (*self.colour_fractions, *self.damage_probabilities.values(), self.erase_probability)
        return self.resample == "nearest" and not any(others) and not self.mix


@dataclass(frozen=True)
class EpochDraws:
    """What chance decides in one epoch; None for a kind that the recipe does not have."""

    draws: Draws
    resample: Image.Resampling
    colours: Colours | None
    damage: RandomDamage | None
    erasures: Erasures | None
    mixtures: Mixtures | None

    def change(self, pixels: NDArray[np.uint8], image: int) -> NDArray[np.uint8]:
        """Return the pixels (H, W, 3) of image number `image` with all its changes but mixing, uint8 (H, W, 3)."""
        draws = self.draws
        if self.colours:
            pixels = self.colours.change(pixels, image)
        zoom, (right, down) = float(draws.zooms[image]), draws.shifts[image].tolist()
        pixels = warp(
            pixels, bool(draws.flipped[image]), float(draws.degrees[image]), zoom, (right, down), self.resample
        )
        if self.damage:
            pixels = self.damage.change(pixels, image)
        if self.erasures:
            pixels = self.erasures.change(pixels, image)
        return pixels


def draw_changes(changes: Changes, seed: int, epoch: int, draws: Draws) -> EpochDraws:
    """Draw what `changes` has beside the draws of order and warp: a pure function of seed, epoch and their number."""
    images = len(draws.order)
    mixing = changes.cutmix_probability, changes.mixup_alpha
    return EpochDraws(
        draws=draws,
        resample=Image.Resampling[changes.resample.upper()],
        colours=draw_colours(seed, epoch, images, changes.colour_fractions) if any(changes.colour_fractions) else None,
        damage=draw_damage(seed, epoch, images, changes.damage_probabilities)
        if any(changes.damage_probabilities.values())
        else None,
        erasures=draw_erasures(seed, epoch, images, changes.erase_probability, changes.erase_fraction)
        if changes.erase_probability
        else None,
        mixtures=draw_mixtures(seed, epoch, images, *mixing) if changes.mix else None,
    )

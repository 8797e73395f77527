"""Random damage of training images, as happens to pictures on their way, so that a network learns to see through it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from data_io import damage
from data_io.augmentation import BLUR, CROP, JPEG, NOISE, RESIZE, open_stream


@dataclass(frozen=True)
class _Kind:
    """Its stream of draws, and levels from `low` to `high`, uniformly; of whole numbers both belong to it."""

    stream: int
    apply: damage.Apply
    low: float
    high: float
    is_whole: bool = False

    def draw(self, seed: int, epoch: int, images: int, probability: float) -> NDArray[np.float64]:
        generator = open_stream(seed, epoch, self.stream)
        is_damaged = generator.random(images) < probability
        if self.is_whole:
            levels = generator.integers(int(self.low), int(self.high) + 1, images).astype(np.float64)
        else:
            levels = generator.uniform(self.low, self.high, images)
        return np.where(is_damaged, levels, 0.0)


KINDS = {  # in the order in which they are done to an image
    "crop": _Kind(CROP, damage.crop, 0.8, 1.0),  # of both sides
    "resize": _Kind(RESIZE, damage.shrink, 0.5, 1.0),  # of both sides
    "blur": _Kind(BLUR, damage.blur, 0.0, 1.5),  # standard deviation in pixels
    "noise": _Kind(NOISE, damage.add_noise, 0.0, 10.0),  # standard deviation, of 255 levels
    "jpeg": _Kind(JPEG, damage.compress, 50, 95, is_whole=True),  # quality
}


@dataclass(frozen=True)
class RandomDamage:
    """An epoch's draws for N images: levels (N,) of each kind of KINDS, 0 for an image that is left alone.

    `name` tells one noise from another.
    """

    name: str
    levels: Mapping[str, NDArray[np.float64]]

    def change(self, pixels: NDArray[np.uint8], image: int) -> NDArray[np.uint8]:
        """Return the pixels (H, W, 3) of image number `image` as it was drawn for it."""
        levels = {kind: float(drawn[image]) for kind, drawn in self.levels.items() if drawn[image]}
        if not levels:
            return pixels
        damaged = Image.fromarray(pixels)
        for kind, level in levels.items():
            damaged = KINDS[kind].apply(damaged, level, f"{self.name} {image}")
        return np.asarray(damaged)


def draw_damage(seed: int, epoch: int, images: int, probabilities: Mapping[str, float]) -> RandomDamage:
    """Draw which images have which kinds of damage, by the probability of each kind, and how much."""
    levels = {kind: KINDS[kind].draw(seed, epoch, images, probabilities[kind]) for kind in KINDS}
    return RandomDamage(f"{seed} {epoch}", levels)

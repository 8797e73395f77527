"""Random blur, noise and compression of training images, so that a network learns to see through them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from data_io import damage
from data_io.augmentation import BLUR, JPEG, NOISE, open_stream

MOST_BLUR_PIXELS = 1.5  # standard deviation
MOST_NOISE = 10.0  # standard deviation, of 255 levels
JPEG_QUALITIES = (50, 95)  # both belong to it


@dataclass(frozen=True)
class RandomDamage:
    """An epoch's draws for N images: (N,) each, 0 for an image that is left alone. `name` tells one noise from another.

    `blurs` are standard deviations in pixels, `noises` in levels of 255, `qualities` JPEG's.
    """

    name: str
    blurs: NDArray[np.float64]
    noises: NDArray[np.float64]
    qualities: NDArray[np.int64]

    def change(self, pixels: NDArray[np.uint8], image: int) -> NDArray[np.uint8]:
        """Return the pixels (H, W, 3) of image number `image` as it was drawn for it."""
        levels = float(self.blurs[image]), float(self.noises[image]), int(self.qualities[image])
        if not any(levels):
            return pixels
        name, damaged = f"{self.name} {image}", Image.fromarray(pixels)
        for apply, level in zip((damage.blur, damage.add_noise, damage.compress), levels, strict=True):
            if level:
                damaged = apply(damaged, level, name)
        return np.asarray(damaged)


def draw_damage(seed: int, epoch: int, images: int, blur: float, noise: float, jpeg: float) -> RandomDamage:
    """Draw which images are blurred, given noise and compressed, by these probabilities, and how much, uniformly."""
    levels = []
    for kind, probability, most in ((BLUR, blur, MOST_BLUR_PIXELS), (NOISE, noise, MOST_NOISE)):
        generator = open_stream(seed, epoch, kind)
        levels.append((generator.random(images) < probability) * generator.uniform(0, most, images))
    generator = open_stream(seed, epoch, JPEG)
    is_compressed = generator.random(images) < jpeg
    qualities = is_compressed * generator.integers(JPEG_QUALITIES[0], JPEG_QUALITIES[1] + 1, images)
    blurs, noises = levels
    return RandomDamage(f"{seed} {epoch}", blurs, noises, qualities)

"""Random boxes of images that go black (random erasing, Zhong et al., 2020)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_io.augmentation import ERASE, open_stream

LEAST_FRACTION = 0.02  # of the area, and
LEAST_RATIO = 0.3  # of height to width, up to 1 / 0.3: both as Zhong et al. have them


@dataclass(frozen=True)
class Erasures:
    """An epoch's draws for N images: whether one is erased (N,), its box's area as a fraction (N,), and so on.

    `ratios` are of height to width, `places` (N, 2) of the box's top and left between the least and the most, 0 to 1.
    """

    erased: NDArray[np.bool_]
    areas: NDArray[np.float64]
    ratios: NDArray[np.float64]
    places: NDArray[np.float64]

    def change(self, pixels: NDArray[np.uint8], image: int) -> NDArray[np.uint8]:
        """Return the pixels (H, W, 3) of image number `image` as it was drawn for it."""
        if not self.erased[image]:
            return pixels
        area, ratio, (top, left) = float(self.areas[image]), float(self.ratios[image]), self.places[image].tolist()
        rows, columns = find_box(pixels.shape[0], pixels.shape[1], area, ratio, top, left)
        erased = pixels.copy()
        erased[rows, columns] = 0
        return erased


def draw_erasures(seed: int, epoch: int, images: int, probability: float, most_fraction: float) -> Erasures:
    """Draw boxes of an area uniform in 0.02 to `most_fraction`, and a ratio with a uniform logarithm."""
    generator = open_stream(seed, epoch, ERASE)
    return Erasures(
        erased=generator.random(images) < probability,
        areas=generator.uniform(LEAST_FRACTION, most_fraction, images),
        ratios=np.exp(generator.uniform(math.log(LEAST_RATIO), -math.log(LEAST_RATIO), images)),
        places=generator.random((images, 2)),
    )


def find_box(
    height: int, width: int, area_fraction: float, ratio: float, top_share: float, left_share: float
) -> tuple[slice, slice]:
    """Return rows and columns of a box of that area and ratio, cut to the image where it is too long for it."""
    area = area_fraction * height * width
    rows, columns = min(height, round(math.sqrt(area * ratio))), min(width, round(math.sqrt(area / ratio)))
    top, left = round(top_share * (height - rows)), round(left_share * (width - columns))
    return slice(top, top + rows), slice(left, left + columns)

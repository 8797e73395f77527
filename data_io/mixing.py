"""Images of a batch mixed with each other, and their labels with them (CutMix, mixup)."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from data_io.augmentation import CUTMIX, MIXUP, open_stream


@dataclass(frozen=True)
class Mixtures:
    """An epoch's draws for N images: which get a box of another (N,), and what is left of each image itself (N,).

    `centres` (N, 2) are of the boxes, row and column, from 0 to 1.
    """

    is_cut: NDArray[np.bool_]
    shares: NDArray[np.float64]
    centres: NDArray[np.float64]


def draw_mixtures(seed: int, epoch: int, images: int, cutmix_probability: float, mixup_alpha: float) -> Mixtures:
    """Draw who is mixed, and how much.

    CutMix's share is uniform in 0 to 1, the Beta(1, 1) of Yun et al. (2019); the share of mixup is from
    Beta(alpha, alpha) (Zhang et al., 2018), or 1 for an alpha of 0.
    """
    generator = open_stream(seed, epoch, CUTMIX)
    is_cut = generator.random(images) < cutmix_probability
    cut, centres = generator.random(images), generator.random((images, 2))
    blended = open_stream(seed, epoch, MIXUP).beta(mixup_alpha, mixup_alpha, images) if mixup_alpha else np.ones(images)
    return Mixtures(is_cut, np.where(is_cut, cut, blended), centres)


def mix(
    images: NDArray[np.uint8], labels: NDArray[np.int32], classes: int, mixtures: Mixtures, chosen: NDArray[np.int64]
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Mix each image (B, H, W, 3) with the next one, the last with the first; return the targets (B, K) too.

    `labels` are (B,), `chosen` the numbers (B,) of the images in the draws. Images are mixed as they came, so no image
    has parts of three.
    """
    mixed, height, width = images.copy(), *images.shape[1:3]
    own = np.ones(len(images))
    for place, image in enumerate(chosen):
        share, other = float(mixtures.shares[image]), images[(place + 1) % len(images)]
        if mixtures.is_cut[image]:
            box = find_box(height, width, share, *mixtures.centres[image])
            mixed[place][box] = other[box]
            own[place] = 1 - other[box].size / other.size
        elif share < 1:
            mixed[place] = np.asarray(Image.blend(Image.fromarray(other), Image.fromarray(images[place]), share))
            own[place] = share
    ones = np.eye(classes)[labels]
    targets = own[:, None] * ones + (1 - own[:, None]) * np.roll(ones, -1, axis=0)
    return mixed, targets.astype(np.float32)


def find_box(height: int, width: int, share: float, row: float, column: float) -> tuple[slice, slice]:
    """Return rows and columns of a box of 1 - share of the image about a place in it, cut at the image's edges."""
    part = math.sqrt(1 - share) / 2
    top, bottom = (min(max(round(edge * height), 0), height) for edge in (row - part, row + part))
    left, right = (min(max(round(edge * width), 0), width) for edge in (column - part, column + part))
    return slice(top, bottom), slice(left, right)

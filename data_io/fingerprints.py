"""The fingerprints of the drawn sample data: what five imaginary image generators leave in a picture.

Each takes float32 (H, W, 3) and returns a new array of the same shape and dtype; levels are those of 8 bits, 0 to
255, and may leave that range a little. Patterns start in the top left corner of what they are given: `sample` crops
afterwards at a random place, so that no pattern has a fixed place for a fully connected network to learn by heart.

The strengths were tuned by measurement. Each pattern survives rotation by nearest sampling, and the small CNN of
the `quick` recipe finds it in a few epochs; at half the strength of the checkerboard or the stripes, it does not.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Fingerprint = Callable[[NDArray[np.float32]], NDArray[np.float32]]

CHECKERBOARD_LEVELS = 8.0
SHARPENING = 1.5  # of the difference from the blurred image; edges get a halo about as strong as themselves
FRINGE_PIXELS = 1
STRIPE_LEVELS = 12.0
STRIPE_PERIOD_PIXELS = 4

# Red and blue against green: a scene has little fine detail in this direction, so the patterns stand out from edges.
OPPOSED = np.array((1, -1, 1), np.float32)


def leave_alone(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns a copy: the generator without a fingerprint."""
    return image.copy()


def add_checkerboard(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Adds a checkerboard of single pixels, as up-sampling by transposed convolution does.

    Source of the effect: Odena, Dumoulin and Olah, "Deconvolution and Checkerboard Artifacts", Distill 2016.
    """
    rows, columns = np.indices(image.shape[:2])
    levels = np.asarray(CHECKERBOARD_LEVELS * (1 - 2 * ((rows + columns) % 2)), np.float32)
    return image + levels[:, :, None] * OPPOSED


def sharpen(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sharpens too much, by an unsharp mask: adds SHARPENING times what the blur takes away."""
    return image + np.float32(SHARPENING) * (image - blur(image))


def misregister(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Moves red FRINGE_PIXELS to the left and blue as far to the right: coloured fringes at upright edges.

    The columns that come free repeat the outermost one.
    """
    moved = image.copy()
    moved[:, :-FRINGE_PIXELS, 0] = image[:, FRINGE_PIXELS:, 0]
    moved[:, FRINGE_PIXELS:, 2] = image[:, :-FRINGE_PIXELS, 2]
    return moved


def add_stripes(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Adds upright stripes, two columns up and two down: one peak in the spectrum, as up-sampling leaves it.

    Source of the effect: Frank et al., "Leveraging Frequency Analysis for Deep Fake Image Recognition", ICML 2020.
    """
    half = STRIPE_PERIOD_PIXELS // 2
    levels = (STRIPE_LEVELS * (1 - 2 * (np.arange(image.shape[1]) // half % 2))).astype(np.float32)
    return image + levels[:, None] * OPPOSED


def blur(image: NDArray[np.float32]) -> NDArray[np.float32]:
    """Returns the image blurred by the binomial kernel (1, 2, 1) / 4 down and across; borders repeat. Same shape."""
    padded = np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge")
    side, centre = np.float32(0.25), np.float32(0.5)
    down = side * (padded[:-2] + padded[2:]) + centre * padded[1:-1]
    across = side * (down[:, :-2] + down[:, 2:]) + centre * down[:, 1:-1]
    return np.asarray(across, np.float32)


# The label of an image is the position of its fingerprint here.
FINGERPRINTS: tuple[Fingerprint, ...] = (leave_alone, add_checkerboard, sharpen, misregister, add_stripes)

"""The random order and the random changes of one epoch, drawn in NumPy: the same on every backend."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# The stream of draws that this file makes from a seed; the first weights take other streams of the same seed.
STREAM = 1
# Of a bounded shuffle: consecutive images are read in runs, so many of which are mixed at a time. With more, reading
# jumps more; with fewer, the same images meet more often.
RUNS_PER_WINDOW = 16


@dataclass(frozen=True)
class Draws:
    """What chance decides in one epoch of N images; `flipped` and `degrees` are indexed by image, not by turn."""

    order: NDArray[np.int64]
    flipped: NDArray[np.bool_]
    degrees: NDArray[np.float64]


def draw_epoch(
    seed: int, epoch: int, images: int, flip_probability: float, rotation_degrees: float, shuffle_images: int = 0
) -> Draws:
    """Draw an epoch's order, flips and rotation angles (uniform in ±rotation_degrees) for N = `images`.

    A pure function of its arguments: nothing is kept between epochs, so a peek, a second reader or a resume
    changes nothing. All three arrays are (N,). Every order is as likely as any other, or with `shuffle_images` those
    of `draw_bounded_order`.
    """
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM, epoch)))
    return Draws(
        order=draw_bounded_order(generator, images, shuffle_images)
        if shuffle_images
        else generator.permutation(images),
        flipped=generator.random(images) < flip_probability,
        degrees=generator.uniform(-rotation_degrees, rotation_degrees, images),
    )


def draw_bounded_order(generator: np.random.Generator, images: int, shuffle_images: int) -> NDArray[np.int64]:
    """Return each place below `images` once, int64 (N,), such that it can be read nearly in sequence.

    The places are cut into runs of consecutive ones, RUNS_PER_WINDOW to a window; the runs come in a random order, and
    so do the places within each window of `shuffle_images` turns: as long as a window lasts, no more than
    `shuffle_images` images are read, from about RUNS_PER_WINDOW stretches of the files.
    """
    run = max(1, shuffle_images // RUNS_PER_WINDOW)
    starts = generator.permutation(-(-images // run)) * run
    order: NDArray[np.int64] = (starts[:, None] + np.arange(run)).ravel()
    order = order[order < images]
    for start in range(0, images, shuffle_images):
        generator.shuffle(order[start : start + shuffle_images])
    return order


def warp(image: NDArray[np.uint8], flipped: bool, degrees: float) -> NDArray[np.uint8]:
    """Mirror an image (H, W, 3) left to right, then turn it counter-clockwise about its centre.

    The original's RandomHorizontalFlip and RandomRotation: nearest pixel, corners filled with 0, same shape out.
    """
    warped = Image.fromarray(image)
    if flipped:  # five times as fast as NumPy's copy of pixels of three bytes
        warped = warped.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if degrees:  # without a fillcolor the rest is 0 all the same, and not filled in before
        warped = warped.rotate(degrees, Image.Resampling.NEAREST)
    return np.asarray(warped)


def fixed_point_matrix(degrees: float, height: int, width: int) -> NDArray[np.int32]:
    """Return (6,) whole numbers with which `warp`'s turn can be done anywhere, for sides below 4,096 pixels.

    New pixel (x, y) is old pixel ((m0 x + m1 y + m2) >> 16, (m3 x + m4 y + m5) >> 16), or black where there is none:
    the arithmetic of Pillow's `rotate` (Image.py) and `affine_fixed` (libImaging/Geometry.c, 13.0.0), in which 1 is
    65536 and a pixel's place is its centre.
    """
    turn = -math.radians(degrees % 360)
    cosine, sine = round(math.cos(turn), 15), round(math.sin(turn), 15)
    middle_x, middle_y = width / 2, height / 2
    shift_x = cosine * -middle_x + sine * -middle_y + middle_x
    shift_y = -sine * -middle_x + cosine * -middle_y + middle_y
    rows = [(cosine, sine, shift_x), (-sine, cosine, shift_y)]
    values = [number for x, y, shift in rows for number in (x, y, shift + x * 0.5 + y * 0.5)]
    return np.array([math.floor(value * 65536 + 0.5) for value in values], np.int32)

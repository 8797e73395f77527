"""The random order and the random changes of one epoch, drawn in NumPy: the same on every backend."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

# The stream of draws that this file makes from a seed; the first weights take other streams of the same seed.
STREAM = 1
# Streams below an epoch's, one for each kind of change: a kind that is turned on leaves the draws of the others alone.
SHIFT, ZOOM, COLOUR_ORDER, BRIGHTNESS, CONTRAST, SATURATION, ERASE, CUTMIX, MIXUP = range(9)
BLUR, NOISE, JPEG, CROP, RESIZE = range(9, 14)
# Of a bounded shuffle: consecutive images are read in runs, so many of which are mixed at a time. With more, reading
# jumps more; with fewer, the same images meet more often.
RUNS_PER_WINDOW = 16


@dataclass(frozen=True)
class Draws:
    """What chance decides in one epoch of N images: an order (N,), and a warp for each image, indexed by image.

    `flipped`, `degrees` and `zooms` are (N,), `shifts` in pixels to the right and down (N, 2).
    """

    order: NDArray[np.int64]
    flipped: NDArray[np.bool_]
    degrees: NDArray[np.float64]
    zooms: NDArray[np.float64]
    shifts: NDArray[np.float64]


def open_stream(seed: int, epoch: int, *kind: int) -> np.random.Generator:
    """Return the generator of an epoch's draws, or of those of one kind of change in it."""
    return np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(STREAM, epoch, *kind)))


def draw_epoch(
    seed: int,
    epoch: int,
    images: int,
    flip_probability: float,
    rotation_degrees: float,
    shuffle_images: int = 0,
    shift_pixels: float = 0.0,
    zoom_fraction: float = 0.0,
) -> Draws:
    """Draw an epoch's order, flips and angles (uniform in ±rotation_degrees), zooms and shifts for N = `images`.

    A pure function of its arguments: nothing is kept between epochs, so a peek, a second reader or a resume
    changes nothing. Every order is as likely as any other, or with `shuffle_images` those of `draw_bounded_order`.
    Zooms are uniform in 1 ± zoom_fraction, shifts in ±shift_pixels.
    """
    generator = open_stream(seed, epoch)
    zooms = open_stream(seed, epoch, ZOOM).uniform(1 - zoom_fraction, 1 + zoom_fraction, images)
    shifts = open_stream(seed, epoch, SHIFT).uniform(-shift_pixels, shift_pixels, (images, 2))
    return Draws(
        order=draw_bounded_order(generator, images, shuffle_images)
        if shuffle_images
        else generator.permutation(images),
        flipped=generator.random(images) < flip_probability,
        degrees=generator.uniform(-rotation_degrees, rotation_degrees, images),
        zooms=zooms,
        shifts=shifts,
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


def warp(
    image: NDArray[np.uint8],
    flipped: bool,
    degrees: float,
    zoom: float = 1.0,
    shift: tuple[float, float] = (0.0, 0.0),
    resample: Image.Resampling = Image.Resampling.NEAREST,
) -> NDArray[np.uint8]:
    """Mirror an image (H, W, 3) left to right, turn it counter-clockwise and enlarge it about its centre, shift it.

    The shift is (right, down), in pixels. The original's RandomHorizontalFlip and RandomRotation: nearest pixel unless
    `resample` says otherwise, corners filled with 0, same shape out.
    """
    warped = Image.fromarray(image)
    if flipped:  # five times as fast as NumPy's copy of pixels of three bytes
        warped = warped.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if zoom != 1 or any(shift):
        matrix = _find_matrix(degrees, image.shape[0], image.shape[1], zoom, shift)
        # without any turn Pillow would compute places by another arithmetic than fixed_point_matrix has
        matrix[1] = matrix[1] or 1e-15
        warped = warped.transform(warped.size, Image.Transform.AFFINE, matrix, resample)
    elif degrees:  # without a fillcolor the rest is 0 all the same, and not filled in before
        warped = warped.rotate(degrees, resample)
    return np.asarray(warped)


def fixed_point_matrix(
    degrees: float, height: int, width: int, zoom: float = 1.0, shift: tuple[float, float] = (0.0, 0.0)
) -> NDArray[np.int32]:
    """Return (6,) whole numbers with which `warp`'s turn, zoom and shift can be done anywhere, for sides below 4,096.

    New pixel (x, y) is old pixel ((m0 x + m1 y + m2) >> 16, (m3 x + m4 y + m5) >> 16), or black where there is none:
    the arithmetic of Pillow's `affine_fixed` (libImaging/Geometry.c, 13.0.0), in which 1 is 65536 and a pixel's place
    is its centre.
    """
    matrix = _find_matrix(degrees, height, width, zoom, shift)
    rows = matrix[:3], matrix[3:]
    values = [number for x, y, start in rows for number in (x, y, start + x * 0.5 + y * 0.5)]
    return np.array([math.floor(value * 65536 + 0.5) for value in values], np.int32)


def _find_matrix(degrees: float, height: int, width: int, zoom: float, shift: tuple[float, float]) -> list[float]:
    """Return the two rows that give a new place's old one; without zoom and shift those of Pillow's `rotate`."""
    turn = -math.radians(degrees % 360)
    cosine, sine = round(math.cos(turn), 15) / zoom, round(math.sin(turn), 15) / zoom
    middle_x, middle_y = width / 2, height / 2
    new_x, new_y = -middle_x - shift[0], -middle_y - shift[1]
    start_x = cosine * new_x + sine * new_y + middle_x
    start_y = -sine * new_x + cosine * new_y + middle_y
    return [cosine, sine, start_x, -sine, cosine, start_y]

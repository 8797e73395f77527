"""What an image is made of, without where: numbers for a network of dense layers, made of pixels without a weight."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from keras_models.co_occurrences import Counter, co_occurrences, quantize
from keras_models.kernels.choice import count_codes

LEVELS = tuple(range(8, 256, 16))  # of a colour, 0 to 255
ENDS = (0, 1, 2, 253, 254, 255)  # levels where colours that would not fit have gone
REMAINDERS = 8  # of a level, by what scaling and rounding leave out more or less often
QUARTERS = (63.5, 127.5, 191.5)  # between four levels of a channel: 64 colours
ACROSS = (-4.5, -1.5, 1.5, 4.5)  # between five sizes of a difference; a whole number is at none of them
AROUND = (-2.125, -0.875, 0.875, 2.125)  # of one to the mean of four, in quarters
STEPS = (0.5, 1.5, 3.5, 6.5, 12.5, 24.5)  # of a difference between neighbours; wider where fewer are
BLOCK_PIXELS = 8  # a side of the blocks that JPEG transforms; the frequencies of 8 x 8 pixels are 64 numbers
DARK = 0.5  # added before a logarithm: half a level, below which all are alike


@keras.saving.register_keras_serializable("keras_models")
class ImageStatistics(keras.layers.Layer):
    """Turn uint8 (N, H, W, 3), H and W 8 or more, into float32 (N, 1009).

    Per channel, so three numbers each: the shares of pixels above 16 levels; of four kinds of differences between
    neighbours (to the right, downwards, of both, and to the mean of four) the shares above 6 steps, the logarithm of
    the mean, and how they go together in two channels; and of the cosine transforms of all blocks of 8 x 8 pixels, for
    each of 64 frequencies, the logarithm of the mean size and the mean of its logarithm. Then, as square roots of
    shares, since a share's own deviation grows with its root: single levels at both ends and levels by their
    remainder; each of 64 colours; and how small differences go together, to the mean of four in the three channels,
    and to the next pixel in three rows or columns side by side.

    A generator leaves its fingerprint in all of them, and subjects do in few: they are what an image's noise and
    colours are measured by in the detection of manipulated pictures, the last of them after Fridrich and Kodovsky,
    "Rich Models for Steganalysis of Digital Images", 2012.
    """

    counter: Counter | None = None

    def __init__(self, **kwargs: Any) -> None:  # under another name Keras writes no name of the layer into files
        super().__init__(**{**kwargs, "dtype": "float32"})

    def call(self, inputs: Any) -> Any:
        """Return the numbers."""
        image = ops.cast(inputs, "float32")
        levels, single_levels = _levels(image, self.counter)
        right, down, both, around = _differences(image)
        parts = [levels]
        for difference in (right, down, both, around):
            size = ops.abs(difference)
            parts += [*_shares(size, STEPS), ops.log(_mean(size) + DARK), _correlations(difference)]
        counted = [
            co_occurrences(_channels(quantize(image, QUARTERS)), len(QUARTERS) + 1, self.counter),
            co_occurrences(_channels(quantize(around, AROUND)), len(AROUND) + 1, self.counter),
            co_occurrences(_rows(quantize(right, ACROSS)), len(ACROSS) + 1, self.counter),
            co_occurrences(_rows(ops.swapaxes(quantize(down, ACROSS), 1, 2)), len(ACROSS) + 1, self.counter),
        ]
        roots = ops.sqrt(ops.concatenate([single_levels, *counted], axis=-1))
        return ops.concatenate([*parts, *_spectrum(image), roots], axis=-1)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Return (N, 1009)."""
        single = len(LEVELS) + len(ENDS) + REMAINDERS
        numbers = single + 4 * (len(STEPS) + 2) + 2 * BLOCK_PIXELS**2
        counted = (len(QUARTERS) + 1) ** 3 + (len(AROUND) + 1) ** 3 + 2 * (len(ACROSS) + 1) ** 3
        return (input_shape[0], 3 * numbers + counted)


@keras.saving.register_keras_serializable("keras_models")
class CountedStatistics(ImageStatistics):
    """ImageStatistics to the bit, counted by what the backend in use has for it: on CPUs in a third of the time."""

    counter = staticmethod(count_codes)


def _levels(image: Any, counter: Counter | None) -> tuple[Any, Any]:
    """Return the shares of pixels above LEVELS, (N, 48), and at ENDS and with each remainder, (N, 42).

    From all 256 levels, counted as pairs of their four higher and four lower bits.
    """
    channels = ops.reshape(ops.transpose(image, (0, 3, 1, 2)), (-1, *image.shape[1:3]))
    higher = ops.floor(channels / 16)
    shares = ops.reshape(co_occurrences([higher, channels - 16 * higher], 16, counter), (-1, 3, 256))
    level = np.arange(256)[:, None]
    above = level > np.array(LEVELS)
    single = np.concatenate([level == np.array(ENDS), level % REMAINDERS == np.arange(REMAINDERS)], axis=1)
    return _choose(shares, above), _choose(shares, single)


def _choose(shares: Any, chosen: NDArray[np.bool_]) -> Any:
    """Return sums of the shares (N, 3, 256) that are chosen (256, F), channels fastest: (N, 3 F)."""
    sums = ops.matmul(shares, ops.convert_to_tensor(chosen[None].astype(np.float32)))
    return ops.reshape(ops.transpose(sums, (0, 2, 1)), (-1, 3 * chosen.shape[1]))


def _channels(levels: Any) -> tuple[Any, Any, Any]:
    return levels[..., 0], levels[..., 1], levels[..., 2]


def _rows(levels: Any) -> tuple[Any, Any, Any]:
    """Return of (N, H, W, C) all rows but two, three times: one row further down each time."""
    return levels[:, :-2], levels[:, 1:-1], levels[:, 2:]


def _shares(values: Any, limits: tuple[float, ...]) -> Iterator[Any]:
    """Return for each limit the share of values (N, H, W, C) above it: (N, C)."""
    for limit in limits:
        yield _mean(ops.cast(values > limit, "float32"))


def _mean(values: Any) -> Any:
    """Return the mean over height and width of (N, H, W, C): (N, C).

    Along one and then the other: a sum of 10,000 squares in one go is 1e-4 off on some runtimes, and not on others.
    """
    return ops.mean(ops.mean(values, axis=1), axis=1)


def _differences(image: Any) -> Iterator[Any]:
    right, down = image[:, :, 1:] - image[:, :, :-1], image[:, 1:] - image[:, :-1]
    yield right
    yield down
    yield right[:, 1:] - right[:, :-1]
    beside = image[:, :-2, 1:-1] + image[:, 2:, 1:-1] + image[:, 1:-1, :-2] + image[:, 1:-1, 2:]
    yield image[:, 1:-1, 1:-1] - beside / 4


def _correlations(difference: Any) -> Any:
    """Return how red goes with green, green with blue and blue with red: (N, 3), -1 to 1, 0 where all is flat."""
    other = ops.concatenate([difference[..., 1:], difference[..., :1]], axis=-1)
    together = _mean(difference * other)
    squares = _mean(difference * difference)
    others = ops.concatenate([squares[..., 1:], squares[..., :1]], axis=-1)
    return together / (ops.sqrt(squares * others) + DARK**2)


def _spectrum(image: Any) -> Iterator[Any]:
    """Return the mean sizes of 3 x 64 frequencies of all whole blocks, as logarithms in two ways: (N, 192) each."""
    down, across = (int(side) // BLOCK_PIXELS for side in image.shape[1:3])
    whole = ops.transpose(image[:, : down * BLOCK_PIXELS, : across * BLOCK_PIXELS], (0, 3, 1, 2))
    rows, columns = (np.kron(np.eye(count), _cosines()).astype(np.float32) for count in (down, across))
    # With axes for images and channels: else Keras asks for shapes while it runs, which a SavedModel may not here.
    before, behind = (ops.convert_to_tensor(matrix[None, None]) for matrix in (rows, columns.T))
    size = ops.abs(ops.matmul(ops.matmul(before, whole), behind))
    blocks = ops.reshape(size, (-1, 3, down, BLOCK_PIXELS, across, BLOCK_PIXELS))
    for numbers in (ops.log(ops.mean(blocks, axis=(2, 4)) + DARK), ops.mean(ops.log(blocks + DARK), axis=(2, 4))):
        yield ops.reshape(numbers, (-1, 3 * BLOCK_PIXELS**2))


def _cosines() -> NDArray[np.float64]:
    """Return the orthonormal cosine transform of 8 numbers (DCT-II), (8, 8)."""
    frequency, place = np.mgrid[:BLOCK_PIXELS, :BLOCK_PIXELS]
    waves: NDArray[np.float64] = np.cos(np.pi * (2 * place + 1) * frequency / (2 * BLOCK_PIXELS)) * np.sqrt(
        2 / BLOCK_PIXELS
    )
    waves[0] /= np.sqrt(2)
    return waves

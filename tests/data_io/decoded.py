"""One image as an array, and one split with its pixels, as the program decodes them."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import errors
from data_io.cache import CachedSplit, preparing
from data_io.images import FORMATS, decode, resize
from data_io.splits import Split


def read_image(path: Path, size_pixels: int) -> NDArray[np.uint8]:
    return resize(decode(path).image, size_pixels)


def open_split(
    split: Split,
    size_pixels: int,
    folder: Path,
    advance: Callable[[int], None] = lambda count: None,
    formats: Sequence[str] = FORMATS,
) -> CachedSplit:
    with preparing(split, size_pixels, folder, advance, formats) as prepared:
        if prepared.mistakes:
            raise errors.DataError(prepared.mistakes)
    return prepared.load()

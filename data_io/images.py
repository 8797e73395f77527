"""One image file to one uint8 array: the one way in which training and prediction read an image."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

# Written into caches, manifests and artefacts; another rule is another number of pixels in every image.
RESIZE_RULE = "pillow-bilinear"
# Pillow would read a JPEG or a GIF named .png in silence. TensorFlow reads some of these differently
# (JPEG: mean off by 0.8 grey levels), and a mixture of formats is a shortcut to the label.
FORMATS = ("PNG",)
SIGNATURE = b"\x89PNG\r\n\x1a\n"  # the first 8 bytes of every PNG (its specification, 5.2)
# 12 kB of PNG can hold 100 million pixels; Pillow only warns from 89 million and loads them (300 MB of RGB).
MAXIMUM_PIXELS = 1 << 24


def read_image(path: Path, size_pixels: int) -> NDArray[np.uint8]:
    """Decode a PNG to RGB, uint8 (size_pixels, size_pixels, 3), by Pillow's bilinear filter if its size differs.

    Raises ValueError with the reason, in words, when the file is not a PNG that decodes to its last pixel.
    """
    try:
        with Image.open(path, formats=FORMATS) as opened:
            if opened.width * opened.height > MAXIMUM_PIXELS:
                raise ValueError(f"{opened.width} x {opened.height} pixels, more than {MAXIMUM_PIXELS:,}")
            if opened.mode.startswith("I"):
                raise ValueError("16 bits per pixel, which convert('RGB') would clip")
            image = opened.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValueError(_reason(path, error)) from error
    if image.size != (size_pixels, size_pixels):
        image = image.resize((size_pixels, size_pixels), Image.Resampling.BILINEAR)
    return np.asarray(image)


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    if path.stat().st_size == 0:
        return "an empty file"
    if isinstance(error, UnidentifiedImageError):
        with path.open("rb") as file:
            start = file.read(len(SIGNATURE))
        if start != SIGNATURE:
            return f"no PNG (it starts with {start!r})"
        return "a PNG that is broken before its first pixel"
    return f"a PNG that cannot be decoded ({error})"

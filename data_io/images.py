"""One image file to one uint8 array: the one way in which training and prediction read an image.

What is not an 8-bit RGB PNG becomes one by these rules, each with a notice: 16-bit grey is divided by 257 and
rounded; transparent pixels are laid on black; of an animation the first frame is taken; an EXIF orientation is not
applied; of a CMYK image the colour profile is ignored. A palette, grey and black and white are converted exactly.
"""

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from data_io.image_formats import find_format
from data_io.png import ANIMATED, check_pixels, read_chunks
from data_io.regular_files import read_regular

# Written into caches, manifests and artefacts; another rule is another number of pixels in every image.
RESIZE_RULE = "pillow-bilinear"
# Pillow would read a JPEG or a GIF named .png in silence. TensorFlow reads some of these differently
# (JPEG: mean off by 0.8 grey levels), and a mixture of formats is a shortcut to the label.
FORMATS = ("PNG",)
ANSWERED_FORMATS = ("PNG", "JPEG", "WEBP")  # what a trained model is asked about
FORMATS_SEEN = "models are trained on PNG, unless --allow-format was given"
# 12 kB of PNG can hold 100 million pixels; Pillow only warns from 89 million and loads them (300 MB of RGB).
MAXIMUM_PIXELS = 1 << 24
MAXIMUM_IMAGE_BYTES = 1 << 25
MINIMUM_SIDE_PIXELS = 16  # with less there is nothing to see
MAXIMUM_ASPECT = 10  # resizing to a square would squeeze ten pixels into one
SIZES_SEEN = 1000  # 0.1 s
GREY_LEVELS_RATIO = 257  # 65535 / 255: 16 bits to 8

GREY_16 = "16-bit grey, divided by 257"
TRANSPARENT = "transparent pixels, laid on black"
ORIENTED = "EXIF data, whose orientation is not applied"
ORIENTATION, UPRIGHT = 0x0112, 1  # the tag, and its value for an image as it is stored (EXIF 2.32, 4.6.4)
CMYK = "CMYK, converted without its colour profile"


@dataclass(frozen=True)
class Decoded:
    """An RGB image in its own size, its file's format and Pillow mode, and what was done to make it RGB."""

    image: Image.Image
    format: str
    mode: str
    notices: tuple[str, ...]


def decode(path: Path, formats: Sequence[str] = FORMATS) -> Decoded:
    """Decode one image of `formats`, checked to its last byte.

    Raises ValueError with the reason, in words: what is no regular file of at most MAXIMUM_IMAGE_BYTES, not of these
    formats, not whole, or not of a size in pixels that can be judged.
    """
    return decode_content(read_regular(path, MAXIMUM_IMAGE_BYTES), formats)


def decode_content(content: bytes, formats: Sequence[str] = FORMATS) -> Decoded:
    """Decode the content of an image file, which is not larger than MAXIMUM_IMAGE_BYTES. Raises as `decode` does."""
    found = find_format(content, formats)
    notices: list[str] = []
    if found == "PNG":
        header = read_chunks(content)
        _check_size(header.width, header.height)  # before Pillow sees it: it warns of bombs from 89 MP
        check_pixels(header)
        notices.extend(header.notices)
    try:
        with Image.open(io.BytesIO(content), formats=[found]) as opened:
            _check_size(opened.width, opened.height)
            opened.load()
            if found == "PNG":
                _scale_transparency(opened, header.depth)
            image, remarks = _convert(opened)
            if found == "WEBP" and getattr(opened, "n_frames", 1) > 1:
                remarks.append(ANIMATED)
            if _is_turned(opened):
                remarks.append(ORIENTED)
            return Decoded(image, found, opened.mode, (*notices, *remarks))
    except _SizeError as error:
        raise ValueError(str(error)) from None
    except Exception as error:  # whatever Pillow raises on a file, it is the file's fault
        raise ValueError(_name_failure(found, error)) from error


def _is_turned(opened: Image.Image) -> bool:
    """Whether EXIF data say that the image is to be shown otherwise than it is stored; data that are damaged do not."""
    try:
        return bool(opened.getexif().get(ORIENTATION, UPRIGHT) != UPRIGHT)
    except Exception:  # whatever Pillow raises: the pixels are whole
        return False


def find_size(paths: Sequence[Path]) -> tuple[int, int] | None:
    """Return the width and height that these files share, in pixels; None if they do not, or one cannot be read.

    Looks at the headers of at most SIZES_SEEN files, spread evenly over all.
    """
    found: set[tuple[int, int]] = set()
    for path in paths[:: max(1, -(-len(paths) // SIZES_SEEN))]:
        try:
            with Image.open(path, formats=ANSWERED_FORMATS) as opened:
                found.add(opened.size)
        except Exception:  # whatever Pillow raises: who reads the pixels says what is wrong with the file
            return None
        if len(found) > 1:
            return None
    return found.pop() if found else None


def resize(image: Image.Image, size_pixels: int) -> NDArray[np.uint8]:
    """Return RGB as uint8 (size_pixels, size_pixels, 3), by Pillow's bilinear filter if the size differs."""
    if image.size != (size_pixels, size_pixels):
        image = image.resize((size_pixels, size_pixels), Image.Resampling.BILINEAR)
    return np.asarray(image)


def digest_pixels(image: Image.Image) -> str:
    """SHA-256 over size and pixels, 64 hexadecimal digits: equal for equal pixels, however they were written.

    The size goes first: 10 x 20 and 20 x 10 pixels of one colour have equal bytes.
    """
    return hashlib.sha256(f"{image.width}x{image.height}:".encode() + image.tobytes()).hexdigest()


class _SizeError(ValueError):
    """A size in pixels that is refused: our own words, not Pillow's."""


def _check_size(width: int, height: int) -> None:
    size = f"{width} x {height} pixels"
    if width * height > MAXIMUM_PIXELS:
        raise _SizeError(f"{size}, more than {MAXIMUM_PIXELS:,} in all")
    if min(width, height) < MINIMUM_SIDE_PIXELS:
        raise _SizeError(f"{size}, less than {MINIMUM_SIDE_PIXELS} on a side")
    if max(width, height) > MAXIMUM_ASPECT * min(width, height):
        raise _SizeError(f"{size}, more than {MAXIMUM_ASPECT} times as long as wide")


def _scale_transparency(opened: Image.Image, depth: int) -> None:
    """Bring a PNG's transparent colour to where Pillow 13 brings the pixels, and not that: greys of 2 and 4 bits to
    8, and of RGB with 16 bits the upper 8.
    """
    clear = opened.info.get("transparency")
    if opened.mode == "L" and isinstance(clear, int) and depth < 8:
        opened.info["transparency"] = clear * 255 // ((1 << depth) - 1)
    elif opened.mode == "RGB" and isinstance(clear, tuple) and depth == 16:
        opened.info["transparency"] = tuple(level >> 8 for level in clear)


def _convert(opened: Image.Image) -> tuple[Image.Image, list[str]]:
    if opened.mode.startswith("I"):
        values = np.asarray(opened).astype(np.uint32)
        grey = ((values + GREY_LEVELS_RATIO // 2) // GREY_LEVELS_RATIO).astype(np.uint8)
        remarks = [GREY_16]
        if isinstance(clear := opened.info.get("transparency"), int) and (values == clear).any():
            grey[values == clear] = 0
            remarks.append(TRANSPARENT)
        return Image.fromarray(grey).convert("RGB"), remarks
    if opened.has_transparency_data:
        with_alpha = opened.convert("RGBA")
        alpha = with_alpha.getchannel("A")
        image = Image.new("RGB", opened.size)
        image.paste(with_alpha.convert("RGB"), mask=alpha)
        return image, [] if alpha.getextrema() == (255, 255) else [TRANSPARENT]
    return opened.convert("RGB"), [CMYK] if opened.mode == "CMYK" else []


def _name_failure(found: str, error: Exception) -> str:
    if "Decompressed data too large" in str(error) or "Too much memory used in text" in str(error):
        return f"a {found} with a compressed text chunk that unpacks to more than Pillow allows (1 MiB each, 64 in all)"
    return f"a {found} that cannot be decoded ({' '.join(str(error).split()) or type(error).__name__})"

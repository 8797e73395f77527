"""What one image file is, apart from what it shows: its bytes, its PNG chunks, its pixels' digest and hash."""

import io
import struct
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import imagehash
import numpy as np
from PIL import Image

from data_io.image_records import CHUNK_IMAGES, THREADS, Advance
from data_io.images import FORMATS, decode, digest_pixels
from data_io.png import SIGNATURE


@dataclass(frozen=True, slots=True)
class Inspection:
    """One readable image.

    `layout` is the order of its PNG chunk types with repeats said once, its zlib header and its interlacing; of a JPEG
    its format alone.
    `piece_bytes` is the length of the first of several IDAT chunks, which the writing program chose, and 0 for
    a single one, which says nothing but the file's size. `colour_means` are the means of R, G and B, 0 to 255.
    `digest` is that of `digest_pixels`. `perceptual_hash` is ImageHash's phash as 64 bits, or
    None for an image of one colour, whose hash would equal that of every other one.
    """

    file_bytes: int
    format: str
    mode: str
    width: int
    height: int
    layout: str
    piece_bytes: int
    colour_means: tuple[float, float, float]
    digest: str
    perceptual_hash: int | None
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An image that could not be read, and the reason in words."""

    reason: str


def inspect_image(path: Path, formats: Sequence[str] = FORMATS) -> Inspection:
    """Decode one image of Pillow's `formats` and measure it.

    Raises ValueError or OSError with the reason when it cannot be read.
    """
    decoded = decode(path, formats)
    image = decoded.image
    layout, piece_bytes = read_layout(path) if decoded.format == "PNG" else (decoded.format, 0)
    histogram = np.array(image.histogram(), np.float64).reshape(3, 256)
    red, green, blue = histogram @ np.arange(256) / (image.width * image.height)
    return Inspection(
        file_bytes=path.stat().st_size,
        format=decoded.format,
        mode=decoded.mode,
        width=image.width,
        height=image.height,
        layout=layout,
        piece_bytes=piece_bytes,
        colour_means=(float(red), float(green), float(blue)),
        digest=digest_pixels(image),
        perceptual_hash=None if np.count_nonzero(histogram) == 3 else hash_perceptually(image),
        notices=decoded.notices,
    )


def inspect_images(
    paths: Sequence[Path], advance: Advance, formats: Sequence[str] = FORMATS
) -> Iterator[Inspection | Unreadable]:
    """Inspect each image, in order, in threads; `advance` is called with numbers of images as they are done."""
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, len(paths), CHUNK_IMAGES):
            chunk = paths[start : start + CHUNK_IMAGES]
            yield from pool.map(partial(_attempt, formats), chunk)
            advance(len(chunk))


def _attempt(formats: Sequence[str], path: Path) -> Inspection | Unreadable:
    try:
        return inspect_image(path, formats)
    except OSError as error:
        return Unreadable(error.strerror or str(error))
    except ValueError as error:
        return Unreadable(str(error))


def hash_perceptually(image: Image.Image) -> int:
    """Return ImageHash's phash as 64 bits: which of the 8 x 8 lowest DCT coefficients of the image, made grey and
    32 x 32, are above their median. Equal up to a few bits after rescaling or recompression.
    """
    return int.from_bytes(np.packbits(imagehash.phash(image).hash).tobytes(), "big")


def read_layout(path: Path) -> tuple[str, int]:
    """Return a PNG file's `layout` and `piece_bytes` (see Inspection); reads the chunk headers alone.

    The layout of a file that ends early is that of the part that is there. The chunks are those of the PNG
    specification, third edition (W3C, 2025), section 5.3.
    """
    types: list[str] = []
    pieces: list[int] = []
    writer: list[str] = []
    with path.open("rb") as file:
        file.seek(len(SIGNATURE))
        while len(header := file.read(8)) == 8:
            length, name = struct.unpack(">I4s", header)
            body = file.tell()
            chunk = name.decode("latin-1")
            if not types or types[-1] != chunk:
                types.append(chunk)
            if chunk == "IHDR" and file.read(13)[12:13] == b"\x01":
                writer.append("interlaced")
            if chunk == "IDAT":
                if not pieces:  # the two bytes of zlib's header (RFC 1950) name the compression level
                    writer.append(f"zlib {file.read(2).hex()}")
                pieces.append(length)
            if chunk == "IEND":
                break
            file.seek(body + length + 4)
    return ", ".join([" ".join(types), *writer]), pieces[0] if len(pieces) > 1 else 0


def encode_thumbnail(path: Path, size_pixels: int, formats: Sequence[str] = FORMATS) -> bytes:
    """Return the image as JPEG, at most `size_pixels` wide and high. Raises as inspect_image does."""
    image = decode(path, formats).image
    image.thumbnail((size_pixels, size_pixels))
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=88)
    return buffer.getvalue()

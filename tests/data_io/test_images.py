"""One image file to one array, and the reasons why not."""

import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from data_io.images import MAXIMUM_PIXELS, read_image

PIXELS: NDArray[np.uint8] = np.random.default_rng(3).integers(0, 256, (100, 100, 3), np.uint8)


def encode(image: Image.Image, form: str = "PNG") -> bytes:
    content = io.BytesIO()
    image.save(content, form)
    return content.getvalue()


def test_an_image_of_the_wanted_size_keeps_every_pixel(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    Image.fromarray(PIXELS).save(path)
    read = read_image(path, 100)
    assert read.dtype == np.uint8
    np.testing.assert_array_equal(read, PIXELS)


def test_an_image_of_another_size_is_resized_by_pillows_bilinear_filter(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    Image.fromarray(PIXELS).save(path)
    wanted = np.asarray(Image.fromarray(PIXELS).resize((128, 128), Image.Resampling.BILINEAR))
    np.testing.assert_array_equal(read_image(path, 128), wanted)


def test_the_bilinear_filter_makes_the_mean_of_two_pixels_between_them(tmp_path: Path) -> None:
    # Doubling a row [0, 200]: the new pixels lie at -1/4, 1/4, 3/4 and 5/4 of the way from the first to the second.
    path = tmp_path / "image.png"
    Image.fromarray(np.array([[[0] * 3, [200] * 3]] * 2, np.uint8)).save(path)
    assert read_image(path, 4)[0, :, 0].tolist() == [0, 50, 150, 200]


def test_an_oblong_image_becomes_a_square(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    Image.fromarray(PIXELS[:40]).save(path)
    assert read_image(path, 32).shape == (32, 32, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGBA"])
def test_other_modes_become_rgb_as_pillow_converts_them(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "image.png"
    image = Image.fromarray(PIXELS).convert(mode)
    image.save(path)
    np.testing.assert_array_equal(read_image(path, 100), np.asarray(image.convert("RGB")))


def test_grey_becomes_three_equal_channels_and_transparency_is_dropped(tmp_path: Path) -> None:
    Image.new("L", (16, 16), 77).save(tmp_path / "grey.png")
    assert (read_image(tmp_path / "grey.png", 16) == 77).all()
    Image.new("RGBA", (16, 16), (10, 20, 30, 0)).save(tmp_path / "clear.png")
    assert read_image(tmp_path / "clear.png", 16)[0, 0].tolist() == [10, 20, 30]


def header_alone(width: int, height: int) -> bytes:
    """Write a PNG that says how large it is, begins its pixels and holds none."""
    chunk = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk)) + b"\0\0\1\0IDAT"


def flip_a_bit(content: bytes) -> bytes:
    place = content.index(b"IDAT") + 1000
    return content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]


WHOLE = encode(Image.fromarray(PIXELS))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", r"^an empty file$"),
        (b"hello, world", r"^no PNG \(it starts with b'hello, w'\)$"),
        (encode(Image.fromarray(PIXELS), "JPEG"), r"^no PNG \(it starts with b'\\xff\\xd8"),
        (encode(Image.fromarray(PIXELS), "GIF"), r"^no PNG \(it starts with b'GIF8"),
        (WHOLE[: len(WHOLE) // 2], r"^a PNG that cannot be decoded \(image file is truncated"),
        (WHOLE[:40], r"^a PNG that is broken before its first pixel$"),
        (flip_a_bit(WHOLE), r"^a PNG that cannot be decoded \("),
        (header_alone(4097, 4096), r"^a PNG that cannot be decoded \(4097 x 4096 pixels, more than 16,777,216\)$"),
        (encode(Image.new("I;16", (20, 20), 300)), r"^a PNG that cannot be decoded \(16 bits per pixel"),
    ],
    ids=["empty", "text", "jpeg", "gif", "half", "header", "flipped bit", "too large", "16 bit"],
)
def test_what_is_no_whole_png_is_refused_with_the_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "image.png"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=reason):
        read_image(path, 100)


def test_the_largest_image_that_is_read_has_16_megapixels() -> None:
    assert MAXIMUM_PIXELS == 4096 * 4096


def test_a_file_that_is_not_there_or_a_folder_is_refused_with_the_systems_reason(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="^No such file or directory$"):
        read_image(tmp_path / "absent.png", 100)
    with pytest.raises(ValueError, match="^Is a directory$"):
        read_image(tmp_path, 100)

import io
import struct
import zlib
from pathlib import Path

import imagehash
import pytest
from PIL import Image, PngImagePlugin

from data_io.auditing.inspection import (
    Inspection,
    Unreadable,
    encode_thumbnail,
    inspect_image,
    inspect_images,
    read_layout,
)
from tests.data_folders import noise


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def test_an_image_is_measured(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    picture = Image.new("RGB", (32, 16), (10, 20, 30))
    picture.paste((18, 20, 70), (0, 0, 8, 8))  # an eighth of it: red mean 10 + 8 / 8, blue mean 30 + 40 / 8
    picture.save(path)
    measured = inspect_image(path)
    assert (measured.width, measured.height) == (32, 16)
    assert (measured.format, measured.mode) == ("PNG", "RGB")
    assert measured.file_bytes == len(path.read_bytes())
    assert measured.colour_means == (11.0, 20.0, 35.0)
    assert measured.layout == "IHDR IDAT IEND, zlib 789c"
    assert measured.piece_bytes == 0


def test_the_digest_is_of_pixels_and_not_of_bytes(tmp_path: Path) -> None:
    picture = noise(1)
    picture.save(tmp_path / "a.png")
    picture.save(tmp_path / "b.png", compress_level=1)
    assert (tmp_path / "a.png").read_bytes() != (tmp_path / "b.png").read_bytes()
    assert inspect_image(tmp_path / "a.png").digest == inspect_image(tmp_path / "b.png").digest


def test_equal_bytes_of_another_shape_have_another_digest(tmp_path: Path) -> None:
    Image.new("RGB", (40, 20), "teal").save(tmp_path / "a.png")
    Image.new("RGB", (20, 40), "teal").save(tmp_path / "b.png")
    assert inspect_image(tmp_path / "a.png").digest != inspect_image(tmp_path / "b.png").digest


def test_the_perceptual_hash_is_that_of_imagehash(tmp_path: Path) -> None:
    picture = noise(5)
    picture.save(tmp_path / "a.png")
    assert inspect_image(tmp_path / "a.png").perceptual_hash == int(str(imagehash.phash(picture)), 16)


def test_an_image_of_one_colour_has_no_perceptual_hash(tmp_path: Path) -> None:
    Image.new("RGB", (20, 20), "navy").save(tmp_path / "a.png")
    assert inspect_image(tmp_path / "a.png").perceptual_hash is None


def test_a_layout_names_text_chunks_and_the_compression_level(tmp_path: Path) -> None:
    text = PngImagePlugin.PngInfo()
    text.add_text("Software", "generator")
    noise(2).save(tmp_path / "a.png", pnginfo=text, compress_level=1)
    assert read_layout(tmp_path / "a.png") == ("IHDR tEXt IDAT IEND, zlib 7801", 0)


def test_several_idat_chunks_are_said_once_with_the_length_of_the_first(tmp_path: Path) -> None:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 1))
    pixels = zlib.compress(b"\x00abc")
    content = (
        b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", pixels[:5]) + chunk(b"IDAT", pixels[5:]) + chunk(b"IEND", b"")
    )
    (tmp_path / "a.png").write_bytes(content)
    assert read_layout(tmp_path / "a.png") == ("IHDR IDAT IEND, interlaced, zlib 789c", 5)


def test_a_file_that_ends_early_has_the_layout_of_what_is_there(tmp_path: Path) -> None:
    noise(2).save(tmp_path / "a.png")
    (tmp_path / "a.png").write_bytes((tmp_path / "a.png").read_bytes()[:60])
    assert read_layout(tmp_path / "a.png") == ("IHDR IDAT, zlib 789c", 0)


def test_many_images_come_back_in_order_with_the_unreadable_in_place(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(300)]
    for number, path in enumerate(paths):
        Image.new("RGB", (20 + number % 7, 20 + number % 5), "red").save(path)
    paths[17].write_bytes(b"<html>")
    paths[256].unlink()
    done: list[int] = []
    results = list(inspect_images(paths, done.append))
    assert sum(done) == 300
    assert [place for place, result in enumerate(results) if isinstance(result, Unreadable)] == [17, 256]
    for number, result in enumerate(results):
        if isinstance(result, Inspection):
            assert (result.width, result.height) == (20 + number % 7, 20 + number % 5)
    missing = results[256]
    assert isinstance(missing, Unreadable) and "no such file" in missing.reason.lower()


def test_a_thumbnail_is_a_small_jpeg_of_the_same_proportions(tmp_path: Path) -> None:
    noise(3, (200, 100)).save(tmp_path / "a.png")
    drawn = Image.open(io.BytesIO(encode_thumbnail(tmp_path / "a.png", 64)))
    assert (drawn.format, drawn.size) == ("JPEG", (64, 32))


def test_a_thumbnail_of_no_image_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"")
    with pytest.raises(ValueError):
        encode_thumbnail(tmp_path / "a.png", 64)

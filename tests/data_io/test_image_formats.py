"""JPEG and WebP, which a model may be asked about though it was trained on PNG."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_io.images import ANSWERED_FORMATS, decode
from tests.data_io.corpus import encode, noise


def write(folder: Path, content: bytes) -> Path:
    path = folder / "image.png"
    path.write_bytes(content)
    return path


def animation() -> bytes:
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green")]
    return encode(frames[0], "WEBP", lossless=True, save_all=True, append_images=frames[1:])


def test_a_lossless_webp_keeps_every_pixel(tmp_path: Path) -> None:
    decoded = decode(write(tmp_path, encode(noise(), "WEBP", lossless=True)), ANSWERED_FORMATS)
    assert (decoded.format, decoded.mode, decoded.notices) == ("WEBP", "RGB", ())
    np.testing.assert_array_equal(np.asarray(decoded.image), np.asarray(noise()))


def test_of_an_animated_webp_the_first_frame_is_used_which_is_said(tmp_path: Path) -> None:
    decoded = decode(write(tmp_path, animation()), ANSWERED_FORMATS)
    assert decoded.notices == ("animated: its first frame is used",)
    assert np.asarray(decoded.image)[0, 0].tolist() == [255, 0, 0]


def test_transparent_pixels_of_a_webp_are_laid_on_black(tmp_path: Path) -> None:
    clear = Image.new("RGBA", (32, 32), (200, 100, 50, 0))
    decoded = decode(write(tmp_path, encode(clear, "WEBP", lossless=True, exact=True)), ANSWERED_FORMATS)
    assert decoded.notices == ("transparent pixels, laid on black",)
    assert not np.asarray(decoded.image).any()


def test_training_still_takes_png_alone(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^a WEBP, not a PNG$"):
        decode(write(tmp_path, encode(noise(), "WEBP")))


def test_another_format_is_refused_with_the_names_of_those_that_are_read(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^a GIF, not a PNG, JPEG or WEBP$"):
        decode(write(tmp_path, encode(noise(), "GIF")), ANSWERED_FORMATS)


@pytest.mark.parametrize("place", [15, 30, -20])
def test_a_cut_webp_is_refused(place: int, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^a WEBP that cannot be decoded \("):
        decode(write(tmp_path, encode(noise(), "WEBP")[:place]), ANSWERED_FORMATS)


def test_a_webp_that_claims_to_be_huge_is_refused_without_being_unpacked(tmp_path: Path) -> None:
    content = bytearray(animation())
    assert content[12:16] == b"VP8X"
    content[24:30] = (4999).to_bytes(3, "little") * 2  # the canvas, less one: 25 megapixels
    with pytest.raises(ValueError, match=r"^5000 x 5000 pixels, more than 16,777,216 in all$"):
        decode(write(tmp_path, bytes(content)), ANSWERED_FORMATS)

"""What an image file can be, row by row: each is used by a rule that is said, or refused with its file and row."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_io.images import decode
from tests.data_io.attempts import Train, expect_refused
from tests.data_io.corpus import draw_images

IMAGES = draw_images()
REFUSED = {
    "I1 empty": r"an empty file",
    "I2 truncated": r"a PNG that is truncated: it ends after 1,\d+ bytes, inside 'IDAT'",
    "I2 truncated in a later chunk": r"a PNG that is truncated: it ends after 3,\d+ bytes, inside 'IDAT'",
    "I3 without IEND": r"a PNG that is truncated: it ends after 3,\d+ bytes without its IEND chunk",
    "I4 flipped in IDAT": r"a PNG that is damaged: the checksum of 'IDAT' at byte 33 is wrong",
    "I4 flipped in a text": r"a PNG that is damaged: the checksum of 'tEXt' at byte 33 is wrong",
    "I4 flipped in IHDR": r"a PNG that is damaged: the checksum of 'IHDR' at byte 8 is wrong",
    "I4 wrong pixels, right checksums": r"a PNG with pixels that cannot be unpacked \(.+\)",
    # Pillow would leave the lower half black.
    "I4 too few pixels, right checksums": r"a PNG without all its pixels: 528 of 1,056 bytes",
    "I5 text": r"not an image \(it starts with b'hello, w'\)",
    "I5 HTML": r"not an image \(it starts with b'<!DOCTYP'\)",
    "I6 JPEG": r"a JPEG, not a PNG; --allow-format jpeg reads it",
    "I6 GIF": r"a GIF, not a PNG",
    "I6 TIFF": r"a TIFF, not a PNG",
    "I7 CMYK JPEG": r"a JPEG, not a PNG; --allow-format jpeg reads it",
    "I11 animated, invalid": r"an animated PNG with an invalid acTL chunk",
    "I12 100 megapixels": r"10000 x 10000 pixels, more than 16,777,216 in all",
    "I12 4097 x 4096": r"4097 x 4096 pixels, more than 16,777,216 in all",
    "I13 text bomb": r"a PNG with a compressed text chunk that unpacks to more than Pillow allows .*",
    "I13 text bomb after the pixels": r"a PNG with a compressed text chunk that unpacks to more than Pillow allows .*",
    "I14 1 x 1": r"1 x 1 pixels, less than 16 on a side",
    "I14 1 x 4000": r"1 x 4000 pixels, less than 16 on a side",
    "I14 15 x 32": r"15 x 32 pixels, less than 16 on a side",
    "I14 177 x 16": r"177 x 16 pixels, more than 10 times as long as wide",
}
MODES = "train: image modes RGB 5 (label 0 2 3 4), {} 1 (label 1)"
# name: the first pixel by hand, or None where the file's own pixels are kept; the notices
USED: dict[str, tuple[list[int] | None, list[str]]] = {
    "I8 L": (None, [MODES.format("L")]),
    "I8 LA": (None, [MODES.format("LA")]),
    "I8 P": (None, [MODES.format("P")]),
    "I8 1": (None, [MODES.format("1")]),
    # 32767 / 257 = 127.498; clipped to 8 bits it would be 255.
    "I9 16-bit grey": ([127] * 3, ["16-bit grey, divided by 257", MODES.format("I;16")]),
    "I9 16-bit RGB": ([0x80] * 3, ["16 bits per channel, of which the upper 8 are used"]),
    # 200, 100 and 50 times 128 / 255 = 100.4, 50.2, 25.1
    "I10 RGBA": ([100, 50, 25], ["transparent pixels, laid on black", MODES.format("RGBA")]),
    "I10 opaque RGBA": (None, [MODES.format("RGBA")]),
    "I10 tRNS of RGB": ([0, 0, 0], ["transparent pixels, laid on black"]),
    "I10 tRNS of 16-bit grey": (
        [0, 0, 0],
        ["16-bit grey, divided by 257", "transparent pixels, laid on black", MODES.format("I;16")],
    ),
    # Pillow brings white, 3 of 3, to 255, and of 16 bits the upper 8, but not what is to be transparent.
    "I10 tRNS of 2-bit grey": ([0, 0, 0], ["transparent pixels, laid on black", MODES.format("L")]),
    "I10 tRNS of 16-bit RGB": (
        [0, 0, 0],
        ["16 bits per channel, of which the upper 8 are used", "transparent pixels, laid on black"],
    ),
    "I11 animated": ([255, 0, 0], ["animated: its first frame is used"]),
    "I14 16 x 160": (None, []),
    "I15 another size": (None, []),
    "I16 EXIF rotation": (None, ["EXIF data, whose orientation is not applied"]),
    "I17 trailing bytes": (None, ["bytes after its end, ignored"]),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, odd: Path, train: Train) -> None:
    odd.write_bytes(IMAGES[name])
    expect_refused(train(), odd, REFUSED[name])


@pytest.mark.parametrize("name", USED)
def test_used_by_a_rule_that_is_said(name: str, odd: Path, train: Train) -> None:
    odd.write_bytes(IMAGES[name])
    first_pixel, notices = USED[name]
    attempt = train()
    assert (attempt.exit_code, attempt.errors) == (None, [])
    said = [re.sub(r"^train: 1 image with (.*): train_1.png \(line 3\)$", r"\1", line) for line in attempt.notices]
    assert said == notices
    image = np.asarray(decode(odd).image)
    if first_pixel is None:
        with Image.open(odd) as opened:
            np.testing.assert_array_equal(image, np.asarray(opened.convert("RGB")))
    else:
        assert image[0, 0].tolist() == first_pixel


def test_every_image_of_the_corpus_has_its_row() -> None:
    assert REFUSED.keys() | USED.keys() | {"I10 P with transparency"} == IMAGES.keys()
    assert max(len(content) for content in IMAGES.values()) < 50_000


def test_i6_i7_jpegs_are_used_when_they_are_asked_for_and_counted_by_label(odd: Path, root: Path, train: Train) -> None:
    odd.write_bytes(IMAGES["I6 JPEG"])
    (root / "train" / "train_2.png").write_bytes(IMAGES["I7 CMYK JPEG"])
    attempt = train("--allow-format", "jpeg")
    assert attempt.exit_code is None
    assert attempt.notices == [
        "train: 1 image with CMYK, converted without its colour profile: train_2.png (line 4)",
        "train: image formats PNG 4 (label 0 3 4), JPEG 2 (label 1 2)",
        "train: image modes RGB 5 (label 0 1 3 4), CMYK 1 (label 2)",
    ]
    # The pixels are in the cache now, which is no way round the rule.
    assert [message.partition("Received: ")[2][:6] for message in train().errors] == ["a JPEG", "a JPEG"]


def test_i6_a_truncated_jpeg_is_refused(odd: Path, train: Train) -> None:
    odd.write_bytes(IMAGES["I6 JPEG"][:-300])
    expect_refused(train("--allow-format", "jpeg"), odd, r"a JPEG that cannot be decoded \(.*truncated.*\)")


def test_i10_a_transparent_colour_of_a_palette_is_black(odd: Path, train: Train) -> None:
    odd.write_bytes(IMAGES["I10 P with transparency"])
    with Image.open(odd) as opened:
        clear = np.asarray(opened) == 0
        rgb = np.asarray(opened.convert("RGBA"))[..., :3]
    assert clear.any()
    np.testing.assert_array_equal(np.asarray(decode(odd).image), np.where(clear[..., None], 0, rgb))
    assert "train: 1 image with transparent pixels, laid on black: train_1.png (line 3)" in train().notices


def test_i12_a_large_file_is_refused_by_its_size_alone(odd: Path, train: Train) -> None:
    with odd.open("wb") as file:
        file.truncate((1 << 25) + 1)  # sparse
    expect_refused(train(), odd, r"33,554,433 bytes, more than 33,554,432")

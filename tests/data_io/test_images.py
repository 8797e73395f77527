"""One image file to one array, and the reasons why not."""

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from data_io import images
from data_io.images import MAXIMUM_PIXELS, Decoded, decode, digest_pixels, find_size
from data_io.png import SIGNATURE
from tests.data_io.corpus import END, chunk, encode, png
from tests.data_io.decoded import read_image

PIXELS: NDArray[np.uint8] = np.random.default_rng(3).integers(0, 256, (100, 100, 3), np.uint8)


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


def test_the_size_of_files_is_known_if_they_share_one_and_all_can_be_read(tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.png" for number in range(3)]
    for path in paths:
        Image.fromarray(PIXELS[:40]).save(path)
    assert find_size(paths) == (100, 40)
    Image.fromarray(PIXELS).save(paths[2])
    assert find_size(paths) is None
    assert find_size(paths[:2]) == (100, 40)
    paths[1].write_bytes(b"no image")
    assert find_size(paths[:2]) is None
    assert find_size([]) is None


def test_the_size_of_many_files_is_that_of_a_thousand_spread_over_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "image.png"
    Image.fromarray(PIXELS).save(path)
    opened: list[Path] = []
    monkeypatch.setattr(images, "SIZES_SEEN", 3)

    def note(path: Path, formats: Sequence[str]) -> Image.Image:
        opened.append(path)
        return Image.fromarray(PIXELS)

    monkeypatch.setattr(Image, "open", note)
    places = [Path(str(number)) for number in range(8)]
    assert find_size(places) == (100, 100)
    assert opened == [Path("0"), Path("3"), Path("6")]  # each third: of each second there would be four


def test_the_bilinear_filter_makes_the_mean_of_two_pixels_between_them(tmp_path: Path) -> None:
    # Doubling [0, 200, 200, …]: the new pixels lie at -1/4, 1/4, 3/4 and 5/4 of the way from the first to the second.
    path = tmp_path / "image.png"
    pixels = np.full((16, 16, 3), 200, np.uint8)
    pixels[:, 0] = 0
    Image.fromarray(pixels).save(path)
    assert read_image(path, 32)[0, :5, 0].tolist() == [0, 50, 150, 200, 200]


def test_an_oblong_image_becomes_a_square(tmp_path: Path) -> None:
    path = tmp_path / "image.png"
    Image.fromarray(PIXELS[:40]).save(path)
    assert read_image(path, 32).shape == (32, 32, 3)


@pytest.mark.parametrize("mode", ["1", "L", "P"])
def test_other_modes_become_rgb_as_pillow_converts_them(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "image.png"
    image = Image.fromarray(PIXELS).convert(mode)
    image.save(path)
    np.testing.assert_array_equal(read_image(path, 100), np.asarray(image.convert("RGB")))


def test_grey_becomes_three_equal_channels_and_transparency_lets_black_through(tmp_path: Path) -> None:
    Image.new("L", (16, 16), 77).save(tmp_path / "grey.png")
    assert (read_image(tmp_path / "grey.png", 16) == 77).all()
    Image.new("RGBA", (16, 16), (10, 20, 30, 0)).save(tmp_path / "clear.png")
    assert read_image(tmp_path / "clear.png", 16)[0, 0].tolist() == [0, 0, 0]
    Image.new("LA", (16, 16), (200, 51)).save(tmp_path / "faint.png")
    assert read_image(tmp_path / "faint.png", 16)[0, 0].tolist() == [40, 40, 40]  # 200 * 51 / 255


def write(folder: Path, content: bytes) -> Path:
    path = folder / "image.png"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("value", "grey"), [(0, 0), (128, 0), (129, 1), (257, 1), (32767, 127), (32768, 128), (65535, 255)]
)
def test_16_bit_grey_is_divided_by_257_and_rounded(tmp_path: Path, value: int, grey: int) -> None:
    row = b"\0" + value.to_bytes(2, "big") * 16
    path = write(tmp_path, png(16, 16, 16, 0, row * 16))
    decoded = decode(path)
    assert (decoded.format, decoded.mode, decoded.image.mode) == ("PNG", "I;16", "RGB")
    assert np.unique(np.asarray(decoded.image)).tolist() == [grey]


def test_a_plain_image_is_decoded_in_its_own_size_without_notices(tmp_path: Path) -> None:
    decoded = decode(write(tmp_path, encode(Image.fromarray(PIXELS[:40]))))
    assert isinstance(decoded, Decoded)
    assert (decoded.image.size, decoded.format, decoded.mode, decoded.notices) == ((100, 40), "PNG", "RGB", ())
    np.testing.assert_array_equal(np.asarray(decoded.image), PIXELS[:40])


def test_what_is_no_whole_png_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="^an empty file$"):
        read_image(write(tmp_path, b""), 100)
    with pytest.raises(ValueError, match=r"^a PNG that does not begin with its header: 'IDAT' instead of 'IHDR'$"):
        decode(write(tmp_path, SIGNATURE + chunk(b"IDAT", b"") + END))
    with pytest.raises(ValueError, match=r"^a PNG that cannot be decoded \("):
        decode(write(tmp_path, png(16, 16, 3, 0, bytes(17 * 16))))  # there are no 3 bits per sample


def test_whatever_byte_of_a_png_is_changed_it_is_refused(tmp_path: Path) -> None:
    content = encode(Image.fromarray(PIXELS[:16, :16]))
    changes = random.Random(0)
    for place in [*range(60), *range(len(content) - 30, len(content)), *changes.sample(range(len(content)), 60)]:
        changed = bytearray(content)
        changed[place] ^= changes.randint(1, 255)
        with pytest.raises(ValueError, match=r"^(a PNG that|not an image)"):
            decode(write(tmp_path, bytes(changed)))


@pytest.mark.parametrize("length", [0, 1, 7, 8, 20, 33, 45, 57, 100, -1])
def test_wherever_a_png_is_cut_it_is_refused(tmp_path: Path, length: int) -> None:
    with pytest.raises(ValueError, match=r"^(a PNG that is truncated|not an image|an empty file)"):
        decode(write(tmp_path, encode(Image.fromarray(PIXELS))[:length]))


@pytest.mark.parametrize("size", [(16, 16), (17, 23), (100, 40), (16, 19)])
@pytest.mark.parametrize(
    ("mode", "bits", "colour"), [("1", 1, 0), ("L", 8, 0), ("RGB", 8, 2), ("LA", 8, 4), ("RGBA", 8, 6)]
)
def test_the_bytes_of_an_interlaced_image_are_counted_by_its_seven_passes(
    tmp_path: Path, size: tuple[int, int], mode: str, bits: int, colour: int
) -> None:
    # Rows of each pass, by hand from the specification's table: columns and rows of 8 x 8 pixels in passes 1 to 7.
    pattern = ["16462646", "77777777", "56565656", "77777777", "36463646", "77777777", "56565656", "77777777"]
    width, height = size
    raw = 0
    for number in "1234567":
        counts = [sum(pattern[y % 8][x % 8] == number for x in range(width)) for y in range(height)]
        samples = {0: 1, 2: 3, 4: 2, 6: 4}[colour]
        raw += sum(1 + (count * bits * samples + 7) // 8 for count in counts if count)
    header = bytearray(png(width, height, bits, colour, bytes(raw)))
    header[28] = 1  # interlaced; the checksum of IHDR follows
    header[8:33] = chunk(b"IHDR", bytes(header[16:29]))
    assert decode(write(tmp_path, bytes(header))).mode == mode
    shorter = png(width, height, bits, colour, bytes(raw - 1))
    with pytest.raises(ValueError, match=rf"^a PNG without all its pixels: {raw - 1:,} of {raw:,} bytes$"):
        decode(write(tmp_path, bytes(header[:33]) + shorter[33:]))


def test_the_ceilings_are_16_megapixels_and_32_megabytes() -> None:
    assert MAXIMUM_PIXELS == 4096 * 4096
    assert images.MAXIMUM_IMAGE_BYTES == 32 * 1024 * 1024


def test_equal_pixels_have_equal_digests_however_they_were_written(tmp_path: Path) -> None:
    image = Image.fromarray(PIXELS)
    small = decode(write(tmp_path, encode(image, compress_level=9)))
    large = decode(write(tmp_path, encode(image.convert("RGBA"), compress_level=0)))
    assert digest_pixels(small.image) == digest_pixels(large.image)
    assert digest_pixels(image.crop((0, 0, 100, 50))) != digest_pixels(image)
    grey = Image.new("RGB", (20, 40))
    assert digest_pixels(grey) != digest_pixels(grey.rotate(90, expand=True))


def test_a_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^No such file or directory \(errno 2\)$"):
        read_image(tmp_path / "absent.png", 100)
    with pytest.raises(ValueError, match="^a folder, not a file$"):
        read_image(tmp_path, 100)


@pytest.mark.parametrize(("tags", "notices"), [({0x010F: "Maker"}, 0), ({0x0112: 1}, 0), ({0x0112: 6}, 1)])
def test_only_an_orientation_that_is_not_applied_is_noticed(
    tags: dict[int, object], notices: int, tmp_path: Path
) -> None:
    exif = Image.Exif()
    exif.update(tags)
    for name in ("image.png", "image.jpg", "image.webp"):
        Image.fromarray(PIXELS).save(tmp_path / name, exif=exif)
        decoded = images.decode_content((tmp_path / name).read_bytes(), ("PNG", "JPEG", "WEBP"))
        assert len([notice for notice in decoded.notices if "orientation" in notice]) == notices


def test_exif_data_that_are_damaged_are_no_reason_to_refuse_an_image(tmp_path: Path) -> None:
    Image.fromarray(PIXELS).save(tmp_path / "image.png", exif=b"MM\0*\xff\xff\xff\xff")
    decoded = images.decode_content((tmp_path / "image.png").read_bytes())
    assert decoded.image.size == (100, 100)

"""What stands beside the pixels in the cache, and that pixels and record are used together or not at all."""

import json
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import errors
from data_io.cache import CachedSplit, preparing
from data_io.files import digest_bytes, digest_file
from data_io.folder import read_data_folder
from data_io.images import digest_pixels
from tests.data_io.corpus import encode, noise
from tests.data_io.decoded import open_split


def open_train(root: Path, folder: Path, formats: tuple[str, ...] = ("PNG",)) -> CachedSplit:
    return open_split(read_data_folder(root, 5, ["train"]).splits["train"], 32, folder, formats=formats)


def find_files(folder: Path) -> tuple[Path, Path]:
    (array,), (record,) = folder.glob("*.npy"), folder.glob("*.json")
    return array, record


def test_each_image_has_the_digest_of_its_pixels(root: Path, tmp_path: Path) -> None:
    opened = open_train(root, tmp_path / "cache")
    again = open_train(root, tmp_path / "cache")
    for number in range(6):
        with Image.open(root / "train" / f"train_{number}.png") as image:
            assert opened.pixel_digests[number] == digest_pixels(image)
    assert (again.pixel_digests, again.notices) == (opened.pixel_digests, opened.notices) == (opened.pixel_digests, ())


def test_notices_and_modes_are_those_of_the_first_opening(odd: Path, root: Path, tmp_path: Path) -> None:
    odd.write_bytes(encode(noise("L")) + b"more")
    first, second = (open_train(root, tmp_path / "cache") for _ in range(2))
    assert first.notices == second.notices
    assert [notice.partition(":")[2] for notice in first.notices] == [
        " 1 image with bytes after its end, ignored: train_1.png (line 3)",
        " image modes RGB 5 (label 0 2 3 4), L 1 (label 1)",
    ]


def truncate(array: Path, record: Path) -> None:
    os.truncate(array, array.stat().st_size // 2)


def empty(array: Path, record: Path) -> None:
    array.write_bytes(b"")


def flip_a_pixel(array: Path, record: Path) -> None:
    content = bytearray(array.read_bytes())
    content[5000] ^= 1
    array.write_bytes(bytes(content))


def flip_a_digest(array: Path, record: Path) -> None:
    text = record.read_text()
    place = text.index("pixel_digest") + 20
    record.write_text(text[:place] + ("0" if text[place] != "0" else "1") + text[place + 1 :])


def lose_the_record(array: Path, record: Path) -> None:
    record.unlink()


def write_nonsense(array: Path, record: Path) -> None:
    record.write_text("[]")


def cut_the_record(array: Path, record: Path) -> None:
    record.write_bytes(record.read_bytes()[:100])


def lose_a_row_of_the_record(array: Path, record: Path) -> None:
    values = json.loads(json.loads(record.read_text())["text"])
    values["images"].pop()
    text = json.dumps(values)
    record.write_text(json.dumps({"digest": digest_bytes(text.encode()), "text": text}))


@pytest.mark.parametrize(
    "damage",
    [
        truncate,
        empty,
        flip_a_pixel,
        flip_a_digest,
        lose_the_record,
        write_nonsense,
        cut_the_record,
        lose_a_row_of_the_record,
    ],
)
def test_f19_a_damaged_pair_is_made_again_with_a_notice(
    root: Path, tmp_path: Path, damage: Callable[[Path, Path], None]
) -> None:
    opened = open_train(root, tmp_path / "cache")
    wanted, digests = np.array(opened.images), opened.pixel_digests
    array, record = find_files(tmp_path / "cache")
    before = digest_file(array), digest_file(record)
    damage(array, record)
    again = open_train(root, tmp_path / "cache")
    np.testing.assert_array_equal(again.images, wanted)
    assert again.pixel_digests == digests
    assert again.notices == (f"{array} was not whole and has been made again",)
    assert (digest_file(array), digest_file(record)) == before
    assert open_train(root, tmp_path / "cache").notices == ()


def test_f19_a_lost_array_is_made_again(root: Path, tmp_path: Path) -> None:
    open_train(root, tmp_path / "cache")
    array, _ = find_files(tmp_path / "cache")
    content = array.read_bytes()
    array.unlink()
    open_train(root, tmp_path / "cache")
    assert array.read_bytes() == content


def test_a_format_that_was_allowed_once_is_not_found_in_the_cache(odd: Path, root: Path, tmp_path: Path) -> None:
    odd.write_bytes(encode(noise(), "JPEG"))
    open_train(root, tmp_path / "cache", ("PNG", "JPEG"))
    with pytest.raises(errors.DataError, match="a JPEG, not a PNG"):
        open_train(root, tmp_path / "cache")
    assert open_train(root, tmp_path / "cache", ("PNG", "JPEG")).notices == (
        "train: image formats PNG 5 (label 0 2 3 4), JPEG 1 (label 1)",
    )


def test_a_mistake_elsewhere_leaves_no_pixels(root: Path, tmp_path: Path) -> None:
    split = read_data_folder(root, 5, ["train"]).splits["train"]
    with (
        pytest.raises(errors.DataError),
        preparing(split, 32, tmp_path / "cache", lambda count: None) as prepared,
    ):
        assert prepared.mistakes == ()
        raise errors.DataError("in another split")
    assert list((tmp_path / "cache").iterdir()) == []


def test_a_table_that_vanishes_is_a_mistake(root: Path, tmp_path: Path) -> None:
    split = read_data_folder(root, 5, ["train"]).splits["train"]
    (root / "train.csv").unlink()
    with pytest.raises(errors.DataError, match=r"Expected to read .*train\.csv\. Received: No such file"):
        open_split(split, 32, tmp_path / "cache")


def open_repeatedly(root: Path, folder: Path, wanted: tuple[str, ...]) -> None:
    for _ in range(4):
        opened = open_train(root, folder)
        assert opened.pixel_digests == wanted
        assert opened.images.shape == (6, 32, 32, 3)
        for path in folder.glob("train*.json"):  # not the temporary ones
            path.unlink(missing_ok=True)


def test_two_processes_may_make_it_at_once(root: Path, tmp_path: Path) -> None:
    whole = open_train(root, tmp_path / "one")
    context = multiprocessing.get_context("spawn")
    folder = tmp_path / "both"
    both = [context.Process(target=open_repeatedly, args=(root, folder, whole.pixel_digests)) for _ in range(2)]
    for process in both:
        process.start()
    for process in both:
        process.join()
    assert [process.exitcode for process in both] == [0, 0]
    last = open_train(root, folder)
    np.testing.assert_array_equal(last.images, whole.images)
    assert {path.suffix for path in folder.iterdir()} == {".npy", ".json"}
    assert len(list(folder.iterdir())) == 2

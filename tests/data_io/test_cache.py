"""Images decoded once, named by content, read through a map."""

import errno
import os
import re
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import errors
from data_io import image_records
from data_io.cache import CachedSplit, choose_cache_folder, digest_split
from data_io.folder import Split, read_data_folder
from data_io.images import Decoded
from tests.data_io.decoded import open_split, read_image

STATUS = Path("/proc/self/status")


@pytest.fixture
def root(tmp_path: Path, draw_data_folder: Callable[..., Path]) -> Path:
    return draw_data_folder(tmp_path / "data", size_pixels=16)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "of images"


def read_train(root: Path) -> Split:
    return read_data_folder(root, 5, ["train"]).splits["train"]


def forbid_decoding(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(path: Path, formats: Sequence[str]) -> Decoded:
        raise AssertionError(f"decoded {path}")

    monkeypatch.setattr(image_records, "decode", fail)


def test_the_pixels_stand_in_the_order_of_the_csv_in_a_read_only_map(root: Path, folder: Path) -> None:
    opened = open_split(read_train(root), 16, folder)
    assert isinstance(opened.images, np.memmap)
    assert (opened.images.shape, opened.images.dtype) == ((6, 16, 16, 3), np.uint8)
    for number in range(6):
        with Image.open(root / "train" / f"train_{number}.png") as image:
            np.testing.assert_array_equal(opened.images[number], np.asarray(image))
    with pytest.raises(ValueError, match="read-only"):
        opened.images[0] = 0
    assert opened.labels.tolist() == [0, 1, 2, 3, 4, 0]


def test_a_second_opening_decodes_nothing_and_gives_the_same(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = open_split(read_train(root), 16, folder)
    forbid_decoding(monkeypatch)
    advances: list[int] = []
    second = open_split(read_train(root), 16, folder, advances.append)
    np.testing.assert_array_equal(first.images, second.images)
    assert first.digest == second.digest
    assert advances == []


def test_progress_counts_each_image_once(root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(image_records, "CHUNK_IMAGES", 4)
    advances: list[int] = []
    open_split(read_train(root), 16, folder, advances.append)
    assert advances == [4, 2]


def swap_pixels(root: Path) -> None:
    shutil.copyfile(root / "train" / "train_1.png", root / "train" / "train_0.png")


def add_to_the_csv(root: Path) -> None:
    (root / "train.csv").write_bytes((root / "train.csv").read_bytes() + b"\n")


def append_a_byte_to_an_image(root: Path) -> None:
    with (root / "train" / "train_5.png").open("ab") as file:
        file.write(b"\0")


@pytest.mark.parametrize(("change", "files"), [(swap_pixels, 2), (append_a_byte_to_an_image, 2), (add_to_the_csv, 1)])
def test_other_bytes_of_an_image_or_of_the_csv_are_another_digest_and_those_of_an_image_another_file(
    root: Path, folder: Path, change: Callable[[Path], None], files: int
) -> None:
    before = open_split(read_train(root), 16, folder)
    change(root)
    after = open_split(read_train(root), 16, folder)
    assert before.digest != after.digest
    assert len(list(folder.glob("*.npy"))) == len(list(folder.glob("*.json"))) == files
    with Image.open(root / "train" / "train_0.png") as image:
        np.testing.assert_array_equal(after.images[0], np.asarray(image))


def test_another_size_is_another_file_of_the_same_digest(root: Path, folder: Path) -> None:
    native, larger = (open_split(read_train(root), size, folder) for size in (16, 32))
    assert native.digest == larger.digest
    assert larger.images.shape == (6, 32, 32, 3)
    assert len(list(folder.glob("*.npy"))) == len(list(folder.glob("*.json"))) == 2


def test_the_digest_is_of_content_alone_wherever_the_folder_lies(root: Path, tmp_path: Path) -> None:
    moved = root.rename(tmp_path / "elsewhere")
    digest = digest_split(read_train(moved))
    os.utime(moved / "train" / "train_0.png", (0, 0))
    assert digest_split(read_train(moved)) == digest
    assert re.fullmatch("[0-9a-f]{64}", digest)


def test_images_are_decoded_in_parallel_and_still_stand_in_order(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_at_once = threading.Barrier(2)

    def read_in_pairs(path: Path, formats: Sequence[str]) -> Decoded:
        two_at_once.wait(timeout=60)  # broken after 60 s if nobody else decodes meanwhile
        return Decoded(Image.new("RGB", (16, 16), (int(path.stem[-1]), 0, 0)), "PNG", "RGB", ())

    monkeypatch.setattr(image_records, "THREADS", 2)
    monkeypatch.setattr(image_records, "decode", read_in_pairs)
    opened = open_split(read_train(root), 16, folder)
    assert opened.images[:, 0, 0, 0].tolist() == [0, 1, 2, 3, 4, 5]


def test_all_unreadable_images_are_reported_with_file_and_row_and_nothing_is_left(root: Path, folder: Path) -> None:
    (root / "train" / "train_1.png").write_bytes(b"")
    (root / "train" / "train_4.png").write_text("hello, world")
    with pytest.raises(errors.DataError) as caught:
        open_split(read_train(root), 16, folder)
    where = [f"{root / 'train.csv'} line {line}: Expected to read the image {root / 'train'}" for line in (3, 6)]
    assert caught.value.messages == (
        f"{where[0]}/train_1.png. Received: an empty file.",
        f"{where[1]}/train_4.png. Received: not an image (it starts with b'hello, w').",
    )
    assert list(folder.iterdir()) == []


def test_an_image_that_vanishes_or_is_a_folder_is_reported(root: Path, folder: Path) -> None:
    split = read_train(root)
    (root / "train" / "train_0.png").unlink()
    (root / "train" / "train_1.png").unlink()
    (root / "train" / "train_1.png").mkdir()
    with pytest.raises(errors.DataError) as caught:
        open_split(split, 16, folder)
    reasons = [message.partition("Received: ")[2] for message in caught.value.messages]
    assert reasons == ["No such file or directory (errno 2).", "a folder, not a file."]


def test_f6_a_file_in_the_place_of_the_cache_folder_is_an_environment_fault(root: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(errors.EnvironmentFault, match=r"Expected to write .*taken.* --cache"):
        open_split(read_train(root), 16, tmp_path / "taken")


def refuse_to_reserve(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(descriptor: int, offset: int, length: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "posix_fallocate", refuse, raising=False)


def test_f4_a_full_disk_is_an_environment_fault_before_any_image_is_decoded(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forbid_decoding(monkeypatch)
    refuse_to_reserve(monkeypatch, errno.ENOSPC)
    with pytest.raises(errors.EnvironmentFault, match="No space left on device"):
        open_split(read_train(root), 16, folder)
    assert list(folder.iterdir()) == []


def test_a_file_system_that_cannot_reserve_space_is_no_fault(
    root: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    refuse_to_reserve(monkeypatch, errno.EOPNOTSUPP)
    assert len(open_split(read_train(root), 16, folder).images) == 6


def test_a_split_without_labels_says_so_when_asked_for_them(root: Path, folder: Path) -> None:
    opened = open_split(read_data_folder(root, 5, ["test"]).splits["test"], 16, folder)
    with pytest.raises(ValueError, match=r"Expected a split with labels\. Received: test\."):
        _ = opened.labels


def test_the_cache_is_in_the_data_folder_if_that_can_be_written(tmp_path: Path) -> None:
    assert choose_cache_folder(tmp_path, None) == tmp_path / ".cache"


def test_beside_a_read_only_data_folder_the_cache_is_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert choose_cache_folder(tmp_path, None) == tmp_path / "xdg" / "which-generator"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert choose_cache_folder(tmp_path, None) == tmp_path / "home" / ".cache" / "which-generator"


@pytest.mark.parametrize("writable", [True, False])
def test_the_option_wins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writable: bool) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: writable)
    assert choose_cache_folder(tmp_path, Path("mine")) == Path("mine")


def read_anonymous_bytes() -> int:
    found = re.search(r"^RssAnon:\s+(\d+) kB$", STATUS.read_text(encoding="utf-8"), re.MULTILINE)
    assert found
    return int(found[1]) * 1024


@pytest.mark.skipif(not STATUS.exists(), reason="no /proc: anonymous memory cannot be read")
def test_memory_does_not_grow_with_the_number_of_images(tmp_path: Path, draw_data_folder: Callable[..., Path]) -> None:
    # 9,000 more images of 32 x 32 x 3 bytes are 27.6 MB: held in memory they would pass the 20 MB.
    few = read_train(draw_data_folder(tmp_path / "data", images_per_split=50, size_pixels=32))
    assert few.labels is not None

    def repeat(times: int) -> Split:
        labels = np.zeros(50 * times, np.int32)
        return Split("train", few.table, few.ids * times, few.lines * times, tuple(few.paths) * times, labels)

    def open_and_read(split: Split) -> CachedSplit:
        opened = open_split(split, 32, tmp_path / "cache")
        for start in range(0, len(split), 64):
            assert opened.images[start : start + 64].any()
        return opened

    splits = repeat(20), repeat(200)
    first = open_and_read(splits[0])
    before = read_anonymous_bytes()
    second = open_and_read(splits[1])
    assert read_anonymous_bytes() - before < 20e6
    assert (len(first.images), len(second.images)) == (1000, 10_000)
    np.testing.assert_array_equal(second.images[9_999], read_image(few.paths[49], 32))

"""Where an image is and what else is beside it, row by row: used as it is, or reported with its file and row."""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from data_io import regular_files
from data_io.folder import examine_data_folder
from data_io.images import decode
from tests.data_io.attempts import Train, expect_refused
from tests.data_io.corpus import encode, noise


def test_i18_all_missing_files_are_listed(root: Path, train: Train) -> None:
    for number in (1, 3):
        (root / "train" / f"train_{number}.png").unlink()
    (root / "test" / "test_5.png").unlink()
    attempt = train()
    assert attempt.exit_code == 3
    assert attempt.errors == [
        f"{root}/{split}.csv line {line}: Expected the image {root}/{split}/{split}_{number}.png. "
        "Received: no such file."
        for split, line, number in (("train", 3, 1), ("train", 5, 3), ("test", 7, 5))
    ]


def test_i19_files_in_no_row_are_counted(root: Path, train: Train) -> None:
    for name in ("d.png", "a.txt", "c.png", "b.png"):
        (root / "train" / name).write_bytes(b"")
    (root / "test" / "x").mkdir()
    attempt = train()
    assert attempt.exit_code is None
    assert attempt.notices == [
        f"4 files in {root}/train are in no row: a.txt, b.png, c.png, …",
        f"1 file in {root}/test is in no row: x",
    ]


def make_socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's path has at most 107 bytes
    try:
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    finally:
        os.chdir(here)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (Path.mkdir, r"a folder, not a file"),
        (os.mkfifo, r"a named pipe \(FIFO\), not a file"),
        (make_socket, r"a socket, not a file"),
    ],
    ids=["folder", "FIFO", "socket"],
)
def test_i20_what_is_no_regular_file_is_refused_and_not_opened(
    make: Callable[[Path], Any], reason: str, odd: Path, train: Train
) -> None:
    make(odd)
    expect_refused(train(), odd, reason)


def test_i20_a_device_is_refused() -> None:
    with pytest.raises(ValueError, match="^a device, not a file$"):
        decode(Path("/dev/zero"))


def test_i21_a_link_to_a_file_in_the_data_folder_is_followed(odd: Path, root: Path, train: Train) -> None:
    (root / "more").mkdir()
    (root / "more" / "a.png").write_bytes(encode(noise()))
    odd.symlink_to("../more/a.png")
    attempt = train()
    assert (attempt.exit_code, attempt.notices) == (None, [])


@pytest.mark.parametrize("exists", [True, False])
def test_i21_a_link_out_of_the_data_folder_is_refused(exists: bool, odd: Path, root: Path, train: Train) -> None:
    outside = root.parent / "secret.png"
    if exists:
        outside.write_bytes(encode(noise()))
    odd.symlink_to(outside)
    attempt = train()
    assert (attempt.exit_code, attempt.errors) == (
        3,
        [
            f"{root}/train.csv line 3: Expected the image {odd} in the data folder. Received: a link to {outside}.",
        ],
    )


def test_i21_a_link_to_itself_or_to_nothing_is_refused(odd: Path, root: Path, train: Train) -> None:
    odd.symlink_to(odd)
    (root / "train" / "train_2.png").unlink()
    (root / "train" / "train_2.png").symlink_to("absent.png")
    attempt = train()
    assert attempt.exit_code == 3
    assert [message.rpartition("Received: ")[2] for message in attempt.errors] == [
        "a link to itself.",
        "No such file or directory (errno 2).",
    ]


def test_i21_a_split_may_lie_elsewhere_which_is_said(root: Path, train: Train) -> None:
    elsewhere = (root / "train").rename(root.parent / "large disk")
    (root / "train").symlink_to(elsewhere)
    attempt = train()
    assert (attempt.exit_code, attempt.notices) == (None, [f"{root}/train is a link to {elsewhere}"])


def deny(monkeypatch: pytest.MonkeyPatch, denied: Path, times: int) -> list[Path]:
    """Deny the file so many times; permission bits would not bind root. Returns the list of denials."""
    denials: list[Path] = []
    read = regular_files._read

    def read_or_deny(path: Path, maximum_bytes: int) -> bytes:
        if path == denied and len(denials) < times:
            denials.append(path)
            raise PermissionError(13, "Permission denied")
        return read(path, maximum_bytes)

    monkeypatch.setattr(regular_files, "_read", read_or_deny)
    return denials


def test_i22_an_unreadable_file_is_refused(root: Path, train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "train" / "train_1.png"
    deny(monkeypatch, path, 1000)
    expect_refused(train(), path, r"Permission denied \(errno 13\)")


def test_i22_a_file_that_can_be_read_at_the_second_try_is_used(
    root: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    denials = deny(monkeypatch, root / "train" / "train_1.png", 1)
    assert train().exit_code is None
    assert len(denials) == 1


def test_i22_a_file_that_vanishes_is_refused(root: Path, train: Train, monkeypatch: pytest.MonkeyPatch) -> None:
    path = root / "train" / "train_1.png"
    monkeypatch.setattr(regular_files, "_read", lambda path, most: read_unless_vanished(path))

    def read_unless_vanished(read: Path) -> bytes:
        if read == path:
            raise FileNotFoundError(2, "No such file or directory")
        return read.read_bytes()

    assert examine_data_folder(root, 5)[1] == []  # it is there when the tables are read
    expect_refused(train(), path, r"No such file or directory \(errno 2\)")


@pytest.mark.parametrize(
    "other", ["train_1.PNG", "TRAIN_1.png", "train_1.png.png", "train_1", "train_1.jpg", "train_1.JPEG"]
)
def test_i23_a_name_is_matched_exactly_and_a_similar_one_is_a_hint(
    other: str, odd: Path, root: Path, train: Train
) -> None:
    (root / "train" / other).write_bytes(encode(noise()))
    if odd.exists():
        pytest.skip("a file system without upper and lower case")
    attempt = train()
    assert (attempt.exit_code, attempt.errors) == (
        3,
        [
            f"{root}/train.csv line 3: Expected the image {odd}. Received: no such file, but {other} is there.",
        ],
    )


def copy_pixels(source: Path, target: Path) -> None:
    """Write the same pixels as another file."""
    with Image.open(source) as opened:
        target.write_bytes(encode(opened, compress_level=1, optimize=False))
    assert source.read_bytes() != target.read_bytes()


def test_i24_equal_pixels_in_two_splits_are_a_notice_or_with_strict_a_mistake(root: Path, train: Train) -> None:
    copy_pixels(root / "train" / "train_1.png", root / "validation" / "validation_1.png")
    copy_pixels(root / "train" / "train_2.png", root / "test" / "test_0.png")
    refused = train("--strict")
    assert (refused.exit_code, refused.errors) == (
        3,
        [
            f"{root}/validation.csv line 3: Expected each image in one split. Received: equal pixels in "
            "train/train_1.png (line 3) and validation/validation_1.png (line 3).",
            f"{root}/test.csv line 2: Expected each image in one split. Received: equal pixels in "
            "train/train_2.png (line 4) and test/test_0.png (line 2).",
        ],
    )
    used = train()
    assert (used.exit_code, used.notices) == (
        None,
        [
            "1 image is in train and validation, pixel for pixel: "
            "train/train_1.png (line 3) and validation/validation_1.png (line 3)",
            "1 image is in train and test, pixel for pixel: train/train_2.png (line 4) and test/test_0.png (line 2)",
        ],
    )


@pytest.mark.parametrize(("split", "number"), [("train", 4), ("validation", 4)])
def test_i25_equal_pixels_with_two_labels_are_refused(split: str, number: int, root: Path, train: Train) -> None:
    path = root / split / f"{split}_{number}.png"
    copy_pixels(root / "train" / "train_1.png", path)
    attempt = train()
    assert (attempt.exit_code, attempt.errors) == (
        3,
        [
            f"{root}/{split}.csv line 6: Expected one label for equal pixels. "
            f"Received: 4 for {split}/{path.name} (line 6) and 1 for train/train_1.png (line 3).",
        ],
    )


def test_the_mistakes_of_tables_images_and_copies_of_all_splits_come_together(root: Path, train: Train) -> None:
    (root / "train" / "train_0.png").write_bytes(b"")
    copy_pixels(root / "train" / "train_1.png", root / "validation" / "validation_2.png")
    (root / "validation.csv").write_text("image_id,label\nvalidation_0,0\nvalidation_1,8\nvalidation_2,2\n")
    (root / "test" / "test_3.png").write_bytes(b"")
    assert [message.partition(": Expected")[0] for message in train().errors] == [
        f"{root}/validation.csv line 3",
        f"{root}/train.csv line 2",
        f"{root}/test.csv line 5",
        f"{root}/validation.csv line 4",
    ]

"""What a CSV file can be, row by row: each line is used unchanged, or reported with its file and line."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from data_io import csv_files
from data_io.folder import read_data_folder
from tests.data_io.attempts import Train
from tests.data_io.corpus import GOOD, draw_tables

TABLES = draw_tables()
ID = "Expected an id of letters, digits, '.', '_' and '-', not starting with '.'. Received: "
COLUMNS = "Expected {csv} to have the columns image_id and label once in line 1. Received: "
# name: the messages; {csv} is the path of train.csv, {3} the start of a message about its line 3
REFUSED = {
    "C1 no header": [COLUMNS + "'train_0,0'. Is the header missing? Write image_id,label as line 1."],
    "C3 semicolon": [COLUMNS + "'image_id;label'. Is the separator ';'? Write commas."],
    "C3 tab": [COLUMNS + "'image_id\\tlabel'. Is the separator a tab? Write commas."],
    "C4 UTF-16": ["Expected {csv} to be in UTF-8. Received: UTF-16 (it starts with b'\\xff\\xfe'); save it as UTF-8."],
    "C4 UTF-16 without a mark": [
        COLUMNS + repr("\0".join("image_id,label") + "\0") + ". Is it UTF-16? Save it as UTF-8."
    ],
    "C4 Latin-1": [
        "Expected {csv} to be in UTF-8. Received: the byte 0xe4 in line 8: Latin-1 or Windows-1252? Save it as UTF-8."
    ],
    "C5 wrong case": [
        "Expected {csv} to have the column image_id once in line 1. Received: 'Image_ID,label'. "
        "Write image_id for 'Image_ID'."
    ],
    "C6 duplicate header": [
        "Expected {csv} to have the column label once in line 1. Received: 'image_id,label,label'."
    ],
    "C6 duplicate other column": [
        "Expected {csv} to have the column x once in line 1. Received: 'image_id,label,x,x'."
    ],
    "C7 spaces in an id": ["{3}" + ID + "' train_1 '. Take the spaces away."],
    "C7 spaces in a label": ["{3}Expected a label from 0 to 4. Received: ' 1' for train_1."],
    "C8 ragged": ["{3}Expected 2 fields. Received: 3."],
    "C9 empty": ["Expected {csv} to have image_id,label as line 1. Received: an empty file."],
    "C9 header only": ["Expected at least one row in {csv}. Received: a header alone."],
    "C10 again, same label": ["{8}Expected each id once. Received: train_2 again, as in line 4."],
    "C10 again, another label": [
        "{8}Expected each id once. Received: train_2 again with the label '4', in line 4 with '2'."
    ],
    "C11 labels": [
        f"{{{line}}}Expected a label from 0 to 4. Received: {label!r} for train_{line - 2}."
        for line, label in ((2, ""), (3, "1.5"), (4, "real"), (5, "-1"), (6, "9"))
    ],
    "C12 one class": ["Expected {csv} to have at least two labels. Received: 3 in all its rows."],
    "C14 mixed": [
        "Expected all ids of {csv} with .png or all without. Received: train_0 in line 2 and train_2.png in line 4."
    ],
    "C14 both forms of one": [
        "Expected all ids of {csv} with .png or all without. Received: train_0 in line 2 and train_2.png in line 8."
    ],
    "C15 paths": [
        "{2}" + ID + "'../train/train_0'.",
        "{3}" + ID + "'/etc/passwd'.",
        "{4}" + ID + "'C:\\\\train_1'.",
        "{5}" + ID + "'train\\x00_2'.",
        "{7}" + ID + "'train\\n_3'.",
        "{8}" + ID + "'.hidden'.",
    ],
    "C16 formula": ["{8}" + ID + "\"=cmd|' /C calc'!A0\"."],
    "C17 train without labels": ["Expected {csv} to have the column label once in line 1. Received: 'image_id'."],
    "C18 in train and validation": [
        "{8}Expected the image {images}/validation_3.png. Received: no such file.",
        "{validation} line 5: Expected each id in one split. "
        "Received: validation_3, which is in line 8 of train.csv too.",
    ],
    "C20 a long line": ["Expected {csv} to be a CSV file. Received: a line 8 of more than 65,536 characters."],
}
USED: dict[str, list[str]] = {
    "C2 CRLF": [],
    "C2 quoted": [],
    "C2 byte order mark": [],
    "C5 column order and more columns": ["train.csv: the column 'prompt' is not looked at"],
    "C7 blank rows": ["train.csv: 2 blank rows passed over"],
    "C12 a gap": [
        "1 file in {images} is in no row: train_2.png",
        "train.csv: no image has the label 2",
    ],
    "C14 with suffix": [],
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name: str, root: Path, train: Train) -> None:
    path = root / "train.csv"
    path.write_bytes(TABLES[name])
    attempt = train()
    starts = {str(line): f"{path} line {line}: " for line in range(10)}
    wanted = []
    for message in REFUSED[name]:
        for key, value in {
            **starts,
            "csv": path,
            "images": root / "train",
            "validation": root / "validation.csv",
        }.items():
            message = message.replace(f"{{{key}}}", str(value))
        wanted.append(message)
    assert (attempt.exit_code, attempt.errors) == (3, wanted)


@pytest.mark.parametrize("name", USED)
def test_used_unchanged(name: str, root: Path, train: Train) -> None:
    (root / "train.csv").write_bytes(TABLES[name])
    attempt = train()
    wanted = [notice.format(images=root / "train") for notice in USED[name]]
    assert (attempt.exit_code, attempt.notices) == (None, wanted)
    rows = read_data_folder(root, 5).splits["train"]
    assert rows.labels is not None
    given = [(f"train_{number}", label) for number, label in enumerate((0, 1, 2, 3, 4, 0))]
    if name == "C12 a gap":
        del given[2]
    suffix = ".png" if name == "C14 with suffix" else ""
    assert list(zip(rows.ids, rows.labels.tolist(), strict=True)) == [(name + suffix, label) for name, label in given]


def test_every_table_of_the_corpus_has_its_row() -> None:
    assert REFUSED.keys() | USED.keys() == TABLES.keys()
    assert not REFUSED.keys() & USED.keys()


@pytest.mark.parametrize("ids", [["007", "1e5", "NA", "null", "nan", "1.0"]])
def test_c13_ids_that_look_like_numbers_or_nothing_reach_the_submission_unchanged(
    ids: list[str], root: Path, train: Train
) -> None:
    for number, image_id in enumerate(ids):
        (root / "test" / f"test_{number}.png").rename(root / "test" / f"{image_id}.png")
    (root / "test.csv").write_text("\n".join(["image_id", *ids]))
    (root / "sample_submission.csv").write_text("\n".join(["image_id,label", *(f"{each},0" for each in ids)]))
    assert train().exit_code is None
    data = read_data_folder(root, 5)
    assert list(data.splits["test"].ids) == list(data.submission_ids) == ids


def test_c17_labels_of_test_are_not_looked_at(root: Path, train: Train) -> None:
    (root / "test.csv").write_text("image_id,label\n" + "".join(f"test_{number},{number}\n" for number in range(6)))
    attempt = train()
    assert (attempt.exit_code, attempt.notices) == (None, ["test.csv: the column 'label' is not looked at"])
    assert read_data_folder(root, 5).splits["test"].labels is None


def test_c18_an_id_in_train_and_test_is_a_notice(root: Path, train: Train) -> None:
    for name in ("test.csv", "sample_submission.csv"):
        text = (root / name).read_text().replace("test_2", "train_2").replace("test_4", "train_4")
        (root / name).write_text(text)
    for number in (2, 4):
        (root / "test" / f"test_{number}.png").rename(root / "test" / f"train_{number}.png")
    attempt = train()
    assert (attempt.exit_code, attempt.notices) == (None, ["2 ids of test.csv are in train.csv too: train_2, train_4"])


def test_c18_an_id_is_the_same_with_and_without_its_suffix(root: Path, train: Train) -> None:
    (root / "train.csv").write_bytes(TABLES["C14 with suffix"])
    (root / "validation" / "validation_1.png").rename(root / "validation" / "train_1.png")
    text = (root / "validation.csv").read_text().replace("validation_1", "train_1")
    (root / "validation.csv").write_text(text)
    assert train().errors == [
        f"{root}/validation.csv line 3: Expected each id in one split. "
        "Received: train_1, which is in line 3 of train.csv too."
    ]


@pytest.mark.parametrize(
    ("old", "new", "received"),
    [
        ("test_3,0\n", "", "1 missing (test_3)"),
        ("test_3,0\n", "test_3,0\ntest_9,0\n", "1 other (test_9)"),
        ("test_3,0\ntest_4,0\n", "a,0\nb,0\nc,0\nd,0\n", "4 others (a, b, c, …) and 2 missing (test_3, test_4)"),
        ("test_3,0\n", "TEST_3,0\n", "1 other (TEST_3) and 1 missing (test_3)"),
    ],
)
def test_c19_a_sample_submission_with_other_ids_is_refused(
    old: str, new: str, received: str, root: Path, train: Train
) -> None:
    path = root / "sample_submission.csv"
    path.write_text(path.read_text().replace(old, new))
    attempt = train()
    assert (attempt.exit_code, attempt.errors) == (
        3,
        [f"Expected {path} to have the ids of test.csv. Received: {received}."],
    )


@pytest.mark.parametrize("header", ["image_id,class", "label,image_id", "image_id,label,confidence", "image_id"])
def test_c19_a_sample_submission_of_another_shape_than_ours_is_refused(header: str, root: Path, train: Train) -> None:
    path = root / "sample_submission.csv"
    fields = {"image_id": "{0}", "class": "0", "label": "0", "confidence": "1"}
    row = ",".join(fields[name] for name in header.split(","))
    path.write_text("\n".join([header, *(row.format(f"test_{number}") for number in range(5))]))
    attempt = train()
    assert (attempt.exit_code, attempt.errors) == (
        3,
        [f"Expected {path} to have image_id,label as line 1, as our submissions do. Received: {header!r}."],
    )


def test_c20_a_large_file_is_refused_by_its_size_alone(root: Path, train: Train) -> None:
    with (root / "train.csv").open("r+b") as file:
        file.truncate((1 << 27) + 1)  # sparse
    attempt = train()
    assert (attempt.exit_code, attempt.errors) == (
        3,
        [f"Expected {root}/train.csv to be a CSV file. Received: 134,217,729 bytes, more than 134,217,728."],
    )


def test_c20_too_many_rows_are_refused_at_the_first_of_them(
    root: Path, train: Train, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert csv_files.MAXIMUM_ROWS == 1_000_000
    monkeypatch.setattr(csv_files, "MAXIMUM_ROWS", 6)
    assert train().exit_code is None
    (root / "train.csv").write_text(GOOD + "train_6,1\n")
    attempt = train()
    assert (attempt.exit_code, attempt.errors) == (
        3,
        [f"Expected {root}/train.csv to be a CSV file. Received: more than 6 rows."],
    )


@pytest.mark.parametrize(
    ("make", "received"),
    [
        (os.mkfifo, "to be a CSV file. Received: a named pipe (FIFO), not a file."),
        (Path.mkdir, "to be a CSV file. Received: a folder, not a file."),
    ],
    ids=["FIFO", "folder"],
)
def test_c20_a_table_that_is_no_regular_file_is_refused_and_not_opened(
    make: Callable[[Path], None], received: str, root: Path, train: Train
) -> None:
    (root / "validation.csv").unlink()
    make(root / "validation.csv")
    attempt = train()
    assert (attempt.exit_code, attempt.errors) == (3, [f"Expected {root}/validation.csv {received}"])

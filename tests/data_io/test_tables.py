"""CSV files: every row is used unchanged or reported with its line."""

import re
from pathlib import Path

import pytest

from data_io.tables import Table, read_table


def read(folder: Path, content: bytes | str, classes: int | None = 5) -> Table:
    path = folder / "train.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_table(path, classes)


def rows(table: Table) -> list[tuple[object, ...]]:
    columns = [column for column in ("image_id", "label", "line") if column in table.frame]
    return list(table.frame[columns].itertuples(index=False, name=None))


@pytest.mark.parametrize(
    "content",
    [
        "image_id,label\na,0\nb,4\n",
        "image_id,label\na,0\nb,4",  # no newline at the end
        "\ufeffimage_id,label\na,0\nb,4\n",  # a byte order mark
        "image_id,label\r\na,0\r\nb,4\r\n",
        '"image_id","label"\n"a","0"\n"b","4"\n',
        "label,image_id\n0,a\n4,b\n",
        'prompt,image_id,label,\n"x, y",a,0,\n,b,4,z\n',  # other columns, even without a name, are passed over
    ],
)
def test_the_same_rows_in_other_spellings_of_csv(tmp_path: Path, content: str) -> None:
    table = read(tmp_path, content)
    assert table.mistakes == ()
    assert rows(table) == [("a", 0, 2), ("b", 4, 3)]
    assert table.frame["label"].dtype == "int64"


def test_ids_that_look_like_numbers_or_like_nothing_stay_text(tmp_path: Path) -> None:
    ids = ["007", "1e5", "NA", "null", "nan", "True", "1.0", "-1", "a" * 128]
    table = read(tmp_path, "image_id\n" + "\n".join(ids), None)
    assert table.mistakes == ()
    assert list(table.frame["image_id"]) == ids


def test_without_labels_a_label_column_is_not_looked_at(tmp_path: Path) -> None:
    table = read(tmp_path, "image_id,label\na,none\n", None)
    assert table.mistakes == ()
    assert rows(table) == [("a", 2)]


def test_blank_rows_are_passed_over_and_counted_as_lines(tmp_path: Path) -> None:
    table = read(tmp_path, "image_id,label\n\na,0\n\r\n\nb,1\n\n")
    assert table.mistakes == ()
    assert rows(table) == [("a", 0, 3), ("b", 1, 6)]


@pytest.mark.parametrize(
    "image_id",
    [
        *("../x", "/etc/passwd", "a/b", "C:\\x", ".hidden", "..", "=cmd", "@sum", "+1"),
        *("a\0b", "", " ", " a", "a ", "ä", "a" * 129, '"a\nb"'),
    ],
)
def test_an_id_that_is_no_plain_file_name_is_reported(tmp_path: Path, image_id: str) -> None:
    table = read(tmp_path, f"image_id,label\ngood,1\n{image_id},1\n")
    assert rows(table) == [("good", 1, 2)]
    (mistake,) = table.mistakes
    assert re.match(r".*train\.csv line [34]: Expected an id of letters, .* Received: '", mistake)
    assert len(mistake) < 400


@pytest.mark.parametrize("label", ["1.5", "-1", "9", "", " 1", "1e0", "+1", "one", "٣", "1_0", "9" * 5000])
def test_a_label_that_is_no_class_is_reported(tmp_path: Path, label: str) -> None:
    table = read(tmp_path, f"image_id,label\na,{label}\ngood,4\n")
    assert rows(table) == [("good", 4, 3)]
    (mistake,) = table.mistakes
    assert mistake == (
        f"{tmp_path / 'train.csv'} line 2: Expected a label from 0 to 4. Received: {label[:80]!r} for a."
    )


@pytest.mark.parametrize(
    ("labels", "cause"),
    [
        (["1", "5", "5"], "Labels count from 0; for more classes: train --set model.classes=N, check --classes N."),
        (["4.0", "1.00"], "Write whole numbers: pandas writes a column as 1.0 where a row of it was empty."),
    ],
)
def test_what_a_column_of_labels_is_likely_to_have_is_said_once(tmp_path: Path, labels: list[str], cause: str) -> None:
    rows = "".join(f"{name},{label}\n" for name, label in zip("abc", labels, strict=False))
    mistakes = read(tmp_path, f"image_id,label\n{rows}").mistakes
    assert len(mistakes) == 2
    assert mistakes[0].endswith(f" {cause}")
    assert cause not in mistakes[1]


def test_an_id_that_comes_twice_is_reported_with_both_lines_whatever_its_label(tmp_path: Path) -> None:
    table = read(tmp_path, "image_id,label\na,0\nb,1\na,0\nb,2\n")
    assert rows(table) == [("a", 0, 2), ("b", 1, 3)]
    assert [mistake.partition(" line ")[2] for mistake in table.mistakes] == [
        "4: Expected each id once. Received: a again, as in line 2.",
        "5: Expected each id once. Received: b again with the label '2', in line 3 with '1'.",
    ]


@pytest.mark.parametrize(("row", "fields"), [("a", 1), ("a,0,7", 3), ("a,0,", 3), (" ", 1)])
def test_a_row_with_too_few_or_too_many_fields_is_reported(tmp_path: Path, row: str, fields: int) -> None:
    table = read(tmp_path, f"image_id,label\n{row}\ngood,1\n")
    assert rows(table) == [("good", 1, 3)]
    assert table.mistakes == (f"{tmp_path / 'train.csv'} line 2: Expected 2 fields. Received: {fields}.",)


def test_every_mistake_of_a_file_is_reported_at_once(tmp_path: Path) -> None:
    table = read(tmp_path, "image_id,label\n../x,0\na\nb,9\nc,0\nc,1\n")
    assert rows(table) == [("c", 0, 5)]
    assert [int(mistake.partition(" line ")[2].partition(":")[0]) for mistake in table.mistakes] == [2, 3, 4, 6]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"Expected .*train\.csv to have image_id,label as line 1\. Received: an empty file\."),
        (b"\n\na,0\n", r"Expected .*train\.csv to have image_id,label as line 1\. Received: a blank line\."),
        (b"a,0\nb,1\n", r"columns image_id and label once in line 1\. Received: 'a,0'"),
        (b"image_id;label\na;0\n", r"columns image_id and label once .* Received: 'image_id;label'"),
        (b"Image_ID,label\na,0\n", r"the column image_id once .* Received: 'Image_ID,label'"),
        (b"image_id\na\n", r"the column label once in line 1\. Received: 'image_id'"),
        (b"image_id,label,label\na,0,0\n", r"the column label once in line 1"),
        (b"image_id,label\n", r"Expected at least one row in .*train\.csv\. Received: a header alone\."),
        (b"image_id,label\n\n\n", r"Received: a header alone\."),
        ("image_id,label\na,0\n".encode("utf-16"), r"train\.csv to be in UTF-8\. Received: UTF-16 "),
        (b"image_id,label\n\xe4,0\n", r"train\.csv to be in UTF-8\. Received: the byte 0xe4 in line 2: Latin-1"),
        (b'image_id,label\na,0\n"b"x,1\n', r"train\.csv line 3: Expected CSV\. Received: "),
        (b'image_id,label\na,0\n"b,1\n', r"train\.csv line 3: Expected CSV\. Received: unexpected end"),
    ],
)
def test_a_file_that_is_no_such_table_is_one_mistake_and_no_rows(tmp_path: Path, content: bytes, message: str) -> None:
    table = read(tmp_path, content)
    (mistake,) = table.mistakes
    assert re.search(message, mistake)
    assert rows(table) == []
    assert {"image_id", "label", "line"} == set(table.frame.columns)


def test_a_file_that_is_not_there_or_a_folder_is_one_mistake(tmp_path: Path) -> None:
    assert read_table(tmp_path / "absent.csv", 5).mistakes == (
        f"Expected the file {tmp_path / 'absent.csv'}. Received: no such file.",
    )
    (mistake,) = read_table(tmp_path, None).mistakes
    assert mistake.endswith("Received: a folder, not a file.")


def test_what_is_passed_over_is_said(tmp_path: Path) -> None:
    table = read(tmp_path, "x,image_id,label,y\n\n1,a,0,2\n")
    assert table.notices == (
        "train.csv: the columns 'x', 'y' are not looked at",
        "train.csv: 1 blank row passed over",
    )
    assert read(tmp_path, "image_id,label\na,0\n").notices == ()


def test_a_known_column_is_passed_over_in_silence(tmp_path: Path) -> None:
    path = tmp_path / "sample_submission.csv"
    path.write_text("image_id,label\na,0\n")
    assert read_table(path, None, known=["label"]).notices == ()
    assert read_table(path, None).notices == ("sample_submission.csv: the column 'label' is not looked at",)


def test_ids_with_and_without_their_suffix_in_one_table_are_one_mistake(tmp_path: Path) -> None:
    assert read(tmp_path, "image_id,label\na.png,0\nb.png,1\n").mistakes == ()
    assert read(tmp_path, "image_id,label\na,0\nb,1\na.png,1\nc.png,2\n").mistakes == (
        f"Expected all ids of {tmp_path / 'train.csv'} with .png or all without. "
        "Received: a in line 2 and a.png in line 4.",
    )

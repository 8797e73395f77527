"""What is to be answered: files, folders, CSVs and streams, in an order that does not depend on the machine."""

import io
import os
from pathlib import Path

import pytest

import errors
from data_io.inputs import Input, Inputs


def inputs(*arguments: object, images: Path | None = None, stream: bytes = b"") -> Inputs:
    return Inputs([str(argument) for argument in arguments], images, io.BytesIO(stream))


def ids(asked: Inputs) -> list[str]:
    return [each.image_id for each in asked]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    root = tmp_path / "images"
    for name in (
        "b.png",
        "a/z.JPG",
        "a/b/c.webp",
        "c.jpeg",
        "B.png",
        ".hidden.png",
        ".git/x.png",
        "notes.txt",
        "a/x.gif",
    ):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    return root


def test_a_file_has_the_path_as_given_for_its_id(tmp_path: Path) -> None:
    (asked,) = inputs(f"{tmp_path}/./a.png")
    assert asked == Input(f"{tmp_path}/./a.png", tmp_path / "a.png", "a.png")


def test_a_folder_is_walked_by_name_and_what_is_no_image_is_counted(folder: Path) -> None:
    asked = inputs(folder)
    assert ids(asked) == ["B.png", "a/b/c.webp", "a/z.JPG", "b.png", "c.jpeg"]
    assert asked.notices == [f"2 other files in {folder} passed over: a/x.gif, notes.txt"]


def test_a_link_to_a_file_is_followed_and_one_to_a_folder_is_not(folder: Path) -> None:
    (folder / "a" / "round").symlink_to(folder)
    (folder / "d.png").symlink_to(folder / "b.png")
    asked = inputs(folder)
    assert ids(asked) == ["B.png", "a/b/c.webp", "a/z.JPG", "b.png", "c.jpeg", "d.png"]
    assert asked.notices == [f"3 other files in {folder} passed over: a/round, a/x.gif, notes.txt"]


def test_a_folder_without_images_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    with pytest.raises(errors.DataError, match=r"Expected images in .*, as \.png, .*Received: none\."):
        list(inputs(tmp_path))


def test_several_inputs_keep_their_order(folder: Path) -> None:
    assert ids(inputs(folder / "c.jpeg", folder / "a", "-", stream=b"x.png\n")) == [
        str(folder / "c.jpeg"),
        "b/c.webp",
        "z.JPG",
        "x.png",
    ]


def test_the_number_is_known_for_files_alone(folder: Path) -> None:
    assert inputs(folder / "b.png", folder / "c.jpeg").count == 2
    assert inputs(folder / "b.png", folder).count is None
    assert inputs("-").count is None


def test_a_csv_names_images_of_a_folder_in_its_own_order(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("label,image_id\n3,b\n\n9,a\nx,b\n")
    assert list(inputs(table, images=tmp_path)) == [
        Input("b", tmp_path / "b.png", "b", f"{table} line 2: "),
        Input("a", tmp_path / "a.png", "a", f"{table} line 4: "),
        Input("b", tmp_path / "b.png", "b", f"{table} line 5: "),
    ]


def test_ids_of_a_csv_may_carry_the_suffix_of_their_file(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("image_id\nb.png\na.jpg\n")
    asked = list(inputs(tmp_path / "a.csv", images=tmp_path))
    assert [(each.image_id, each.path.name, each.mistake) for each in asked] == [
        ("b.png", "b.png", None),
        ("a.jpg", "a.jpg", None),
    ]


def test_rows_of_a_csv_that_name_no_image_say_why(tmp_path: Path) -> None:
    table = tmp_path / "a.csv"
    table.write_text("image_id,label\na,1\n../b,1\nc\nd.png,1\n")
    mistakes = [each.mistake for each in inputs(table, images=tmp_path)]
    assert mistakes == [
        None,
        f"{table} line 3: Expected an id of letters, digits, '.', '_' and '-', not starting with '.'. "
        "Received: '../b'.",
        f"{table} line 4: Expected 2 fields. Received: 1.",
        f"{table} line 5: Expected all ids with an image's suffix or all without. Received: d.png, and a in line 2.",
    ]


@pytest.mark.parametrize(
    ("text", "received"), [("id\na\n", "'id'"), ("", "an empty file"), ("image_id\n", "a header alone")]
)
def test_a_csv_without_ids_is_an_error(text: str, received: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(errors.DataError, match=f"Received: {received}"):
        list(inputs(tmp_path / "a.csv", images=tmp_path))


def test_a_csv_is_read_as_it_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("image_id\n" + "a\n" * 100_000 + '"')
    rows = iter(inputs(tmp_path / "a.csv", images=tmp_path))
    assert next(rows).image_id == "a"
    with pytest.raises(errors.DataError, match=r"line 100002: Expected CSV"):
        list(rows)


def test_a_stream_is_a_path_a_line(tmp_path: Path) -> None:
    asked = list(inputs("-", stream=b"a b.png\n\n/x/caf\xe9.png\r\nlast.png"))
    assert [each.image_id for each in asked] == ["a b.png", os.fsdecode(b"/x/caf\xe9.png"), "last.png"]
    assert [each.where for each in asked] == ["stdin line 1: ", "stdin line 3: ", "stdin line 4: "]


def test_a_stream_without_line_ends_is_an_error() -> None:
    with pytest.raises(errors.DataError, match="a line 1 that does not end"):
        list(inputs("-", stream=bytes(1 << 17)))


@pytest.mark.parametrize("name", ["model.onnx", "model.keras", "run", "saved_model"])
def test_a_model_is_no_input(name: str, tmp_path: Path) -> None:
    for file in ("run/manifest.json", "saved_model/saved_model.pb"):
        (tmp_path / file).parent.mkdir()
        (tmp_path / file).write_bytes(b"")
    with pytest.raises(errors.UsageError, match=r"a model\. To average two models name the other one with --with\."):
        inputs(tmp_path / name)


def test_an_empty_name_is_not_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(errors.UsageError, match="Received: an empty name"):
        Inputs([""], None, io.BytesIO())


def test_what_cannot_be_meant_is_said_before_anything_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("image_id\na\n")
    with pytest.raises(errors.UsageError, match="Expected --images with the folder"):
        inputs(tmp_path / "a.csv")
    with pytest.raises(errors.UsageError, match="Expected --images with a CSV"):
        inputs(tmp_path, images=tmp_path)
    with pytest.raises(errors.UsageError, match="Expected - once"):
        inputs("-", "-")
    with pytest.raises(errors.DataError, match="no such folder"):
        inputs(tmp_path / "a.csv", images=tmp_path / "absent")
    with pytest.raises(errors.DataError, match="no such file"):
        inputs(tmp_path / "absent")

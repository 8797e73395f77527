"""An artefact is exactly the files that its sidecar names, or it is not read."""

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

import errors
from data_io.artefact_files import read_sidecar, sidecar_path, write_sidecar
from data_io.model_files import describe_content

CONTRACT = {"name": "tiny", "labels": ["0", "1"]}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"\x08\x08 a model")
    write_sidecar(path, "onnx", CONTRACT)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "saved_model"
    (path / "variables").mkdir(parents=True)
    (path / "saved_model.pb").write_bytes(b"graph")
    (path / "variables" / "variables.index").write_bytes(b"weights")
    write_sidecar(path, "saved_model", CONTRACT)
    return path


def refusal(path: Path, **options: int) -> str:
    with pytest.raises(errors.PromiseError) as caught:
        read_sidecar(path, **options)
    (message,) = caught.value.messages
    assert "\n" not in message and message.startswith("Expected ") and " Received: " in message
    assert str(path) in message
    return message


def test_the_sidecar_of_a_file_is_beside_it_and_names_its_digest(file: Path) -> None:
    assert sidecar_path(file) == file.parent / "model.onnx.json"
    assert json.loads(sidecar_path(file).read_text()) == {
        "format": "onnx",
        "contract": CONTRACT,
        "files": {"model.onnx": hashlib.sha256(b"\x08\x08 a model").hexdigest()},
    }
    assert read_sidecar(file) == ("onnx", CONTRACT)


def test_the_sidecar_of_a_folder_is_beside_it_and_names_every_file_in_it(folder: Path) -> None:
    assert sidecar_path(folder) == folder.parent / "saved_model.json"
    files = json.loads(sidecar_path(folder).read_text())["files"]
    assert files == {
        "saved_model.pb": hashlib.sha256(b"graph").hexdigest(),
        "variables/variables.index": hashlib.sha256(b"weights").hexdigest(),
    }
    assert read_sidecar(folder) == ("saved_model", CONTRACT)


def test_the_sidecar_of_the_folder_where_one_stands_is_beside_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert sidecar_path(Path()) == sidecar_path(folder)


def test_an_artefact_can_be_moved_with_its_sidecar(file: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for path in (file, sidecar_path(file)):
        path.rename(elsewhere / path.name)
    assert read_sidecar(elsewhere / file.name) == ("onnx", CONTRACT)


def test_a_file_can_be_renamed_with_its_sidecar(file: Path) -> None:
    renamed = file.rename(file.with_name("v2.onnx"))
    sidecar_path(file).rename(sidecar_path(renamed))
    assert read_sidecar(renamed) == ("onnx", CONTRACT)
    renamed.write_bytes(b"\x08\x08 another")
    assert "changed since it was exported" in refusal(renamed)


def test_a12_a_changed_byte_is_refused(file: Path, folder: Path) -> None:
    file.write_bytes(b"\x08\x08 a mOdel")
    assert "SHA-256" in refusal(file)
    (folder / "variables" / "variables.index").write_bytes(b"Weights")
    assert "variables.index" in refusal(folder)


def test_a12_a_file_more_or_less_is_refused(folder: Path) -> None:
    (folder / "saved_model.cpb").write_bytes(b"")
    assert "1 more ['saved_model.cpb'], 0 missing" in refusal(folder)
    (folder / "saved_model.cpb").unlink()
    (folder / "saved_model.pb").unlink()
    assert "0 more [], 1 missing ['saved_model.pb']" in refusal(folder)


def test_a4_a_link_in_a_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    index = folder / "variables" / "variables.index"
    index.rename(tmp_path / "outside")
    index.symlink_to(tmp_path / "outside")
    assert "a link" in refusal(folder)


def test_a4_a_linked_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "variables").rename(tmp_path / "outside")
    (folder / "variables").symlink_to(tmp_path / "outside")
    assert "a link" in refusal(folder)


def test_a4_a_folder_of_very_many_files_is_refused(folder: Path) -> None:
    for number in range(101):
        (folder / f"{number}").touch()
    assert "at most 100 files" in refusal(folder)


def test_a4_a_name_that_leads_out_of_the_folder_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "outside").write_bytes(b"x")
    values = json.loads(sidecar_path(folder).read_text())
    values["files"]["../outside"] = hashlib.sha256(b"x").hexdigest()
    sidecar_path(folder).write_text(json.dumps(values))
    assert "1 missing ['../outside']" in refusal(folder)


def test_a4_an_artefact_over_the_cap_is_refused_before_it_is_read(
    file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data_io.artefact_files.digest_file", lambda path: pytest.fail("read"))
    assert "at most 9 bytes" in refusal(file, maximum_bytes=9)
    assert "at most 11 bytes together" in refusal(folder, maximum_bytes=11)  # 5 + 7


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format": "onnx", "contract": {}, "files": []}',
        b'{"format": "onnx", "contract": {}, "files": {"model.onnx": 5}}',
        b'{"format": "pickle", "contract": {}, "files": {}}',
        b'{"format": ["onnx"], "contract": {}, "files": {}}',
        b'{"format": "onnx", "contract": [], "files": {}}',
        b'{"format": "onnx", "contract": {}, "files": {}, "more": 1}',
        b'{"format": "onnx", "contract": {}, "files": {}}' + b" " * (1 << 20),
    ],
    ids=range(13),
)
def test_a12_a_sidecar_that_is_not_ours_is_refused(file: Path, content: bytes) -> None:
    sidecar_path(file).write_bytes(content)
    refusal(file)


def test_a12_no_sidecar_and_no_artefact_are_refused(file: Path) -> None:
    moved = file.rename(file.with_name("model2.onnx"))
    refusal(moved)
    refusal(file)


def zipped(*names: str) -> Callable[[Path], object]:
    def write(path: Path) -> None:
        import zipfile

        with zipfile.ZipFile(path, "w") as archive:
            for name in names:
                archive.writestr(name, b"content")

    return write


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda path: path.touch(), "an empty file"),
        (lambda path: path.write_text("hello, größer\n"), "a text file"),
        (lambda path: path.write_bytes(b"\x89HDF\r\n\x1a\n" + b"\0" * 99), "an HDF5 file"),
        (lambda path: path.write_bytes(b"\x80\x04\x95rest"), "a Python pickle"),
        (lambda path: path.write_bytes(b"\x80\x02}q\0."), "a Python pickle"),
        (zipped("archive/data.pkl", "archive/version"), "a PyTorch file"),
        (zipped("config.json", "metadata.json", "model.weights.h5"), "a Keras file"),
        (zipped("story.txt"), "a ZIP file without a network"),
        (lambda path: path.write_bytes(b"PK\x03\x04 cut off"), "a truncated or damaged ZIP file"),
        (lambda path: path.write_bytes(b"\x08\x08\x12\x04rest"), "an ONNX file"),
        (lambda path: path.write_bytes(b"\x80"), "a file of unknown content"),
        (lambda path: path.write_bytes(bytes(range(200, 256))), "a file of unknown content"),
        (lambda path: path.mkdir(), "a folder without"),
    ],
    ids=range(13),
)
def test_a3_a6_what_a_file_is_is_told_by_its_content(
    tmp_path: Path, write: Callable[[Path], object], words: str
) -> None:
    path = tmp_path / "model.keras"
    write(path)
    assert describe_content(path).startswith(words)


def test_nothing_at_the_path_is_an_error_of_the_operating_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        describe_content(tmp_path / "model.keras")

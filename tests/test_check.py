"""`run.py check` from its words to its files; it needs no Keras, so it is run here and not in the backend ring."""

import json
import sys
from pathlib import Path

import pytest

import run
from data_io.auditing.audit import Audit, SplitCount
from tests.data_folders import draw_folder, noise


def check(root: Path, out: Path, *options: str) -> int:
    return run.main(["check", "--data", str(root), "--out", str(out), *options])


@pytest.fixture
def leaking(tmp_path: Path) -> Path:
    train = [(f"t{label}", label, noise(label)) for label in range(5)]
    validation = [("v0", 0, noise(0)), *[(f"v{label}", label, noise(40 + label)) for label in range(1, 5)]]
    return draw_folder(tmp_path / "data", train, validation)


def test_a_sound_folder_ends_with_0_and_two_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(draw_folder(tmp_path / "data"), tmp_path / "out" / "a.json") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.html", "a.json"]
    said = capsys.readouterr()
    assert "found 0 errors, 0 warnings, 0 notes" in said.out
    assert "error" not in said.err
    assert json.loads((tmp_path / "out" / "a.json").read_text())["findings"] == []
    assert (tmp_path / "out" / "a.html").read_text().startswith("<!doctype html>")


def test_a_leak_ends_with_0_and_with_3_if_strict(
    leaking: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "a.json"
    assert check(leaking, out) == 0
    assert "warning: Equal pixels in train and validation: train/t0.png (line 2)" in capsys.readouterr().out
    assert check(leaking, out, "--strict") == 3
    assert "error: Equal pixels in train and validation" in capsys.readouterr().err
    assert json.loads(out.read_text())["counts"]["error"] == 1


def test_jpegs_are_audited_where_they_are_allowed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = draw_folder(tmp_path / "data")
    for number, path in enumerate(sorted(root.rglob("*.png"))):
        noise(number).save(path, "JPEG")
    assert check(root, tmp_path / "a.json") == 3
    assert "--allow-format jpeg reads it" in capsys.readouterr().err
    assert check(root, tmp_path / "a.json", "--allow-format", "jpeg") == 0
    profiles = json.loads((tmp_path / "a.json").read_text())["profiles"]
    assert all(set(profile["formats"]) == set(profile["layouts"]) == {"JPEG"} for profile in profiles)


def test_mistakes_have_their_places_in_the_folder_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(draw_folder(tmp_path / "data"))
    Path("train/train1.png").unlink()
    assert check(Path(), tmp_path / "a.json") == 3
    finding, _ = json.loads((tmp_path / "a.json").read_text())["findings"]  # and that a class has no image now
    assert (finding["split"], finding["row"], finding["file"]) == ("train", 3, "train/train1.png")


def test_errors_end_with_3_and_are_written_all_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = draw_folder(tmp_path / "data")
    (root / "train" / "train1.png").write_bytes(b"")
    assert check(root, tmp_path / "a.json") == 3
    assert f"error: {root / 'train.csv'} line 3: Expected to read the image" in capsys.readouterr().err
    assert json.loads((tmp_path / "a.json").read_text())["findings"][0]["id"] == "train1"
    assert "train1.png" in (tmp_path / "a.html").read_text()


def test_the_first_20_errors_are_shown_and_the_rest_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = [(f"t{number}", number % 5, noise(number)) for number in range(25)]
    root = draw_folder(tmp_path / "data", train)
    for number in range(23):
        (root / "train" / f"t{number}.png").unlink()
    assert check(root, tmp_path / "a.json") == 3
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(lines) == 21
    assert lines[-1] == f"error: … and 3 more, all of them in {tmp_path / 'a.json'}."


def test_the_page_has_a_thumbnail_of_each_image_of_a_finding(leaking: Path, tmp_path: Path) -> None:
    check(leaking, tmp_path / "a.json")
    page = (tmp_path / "a.html").read_text()
    assert 'alt="train/t0.png, label 0" src="data:image/jpeg;base64,' in page
    assert 'alt="validation/v0.png, label 0" src="data:image/jpeg;base64,' in page


def test_no_data_folder_ends_with_3_and_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(tmp_path / "none", tmp_path / "a.json") == 3
    assert capsys.readouterr().err.startswith("error: Expected a data folder at ")
    assert list(tmp_path.iterdir()) == []


def test_out_must_be_a_json_file_so_that_no_table_is_overwritten(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = draw_folder(tmp_path / "data")
    before = (root / "train.csv").read_bytes()
    assert check(root, root / "train.csv") == 2
    assert "Expected --out to name a .json file" in capsys.readouterr().err
    assert (root / "train.csv").read_bytes() == before


@pytest.mark.parametrize("recorded", ["audit.json", "audit.html"])
def test_a_record_of_a_run_is_not_overwritten_also_not_by_the_page(
    recorded: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = draw_folder(tmp_path / "data")
    (tmp_path / "manifest.json").write_text(json.dumps({"files": {recorded: "0"}}))
    (tmp_path / recorded).write_text("recorded")
    assert check(root, tmp_path / "audit.json") == 2
    assert f"a file of the run {tmp_path}" in capsys.readouterr().err
    assert (tmp_path / recorded).read_text() == "recorded"
    assert check(root, tmp_path / "other.json") == 0


def test_on_a_terminal_the_tables_have_frames(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from commands import check as verb

    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    verb._print_tables(Audit("data", (SplitCount("train[b]", 3, 2, {0: 2}),), (), (), (), {}))
    said = capsys.readouterr().out
    assert "┃" in said and "train[b]" in said


def test_another_number_of_classes_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    train = [(f"t{label}", label, noise(label)) for label in (0, 5)]
    root = draw_folder(tmp_path / "data", train, [("v0", 0, noise(9)), ("v5", 5, noise(10))])
    assert check(root, tmp_path / "a.json") == 3
    said = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert len(said) == 2 and all("Expected a label from 0 to 4. Received: '5'" in line for line in said)
    assert check(root, tmp_path / "a.json", "--classes", "6") == 0
    assert "no image has the labels 1, 2, 3, 4" in capsys.readouterr().out

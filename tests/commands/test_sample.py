from pathlib import Path

import pytest

import run


def test_it_draws_and_says_where(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "drawn"
    assert run.main(["sample", str(folder), "--images", "50", "--seed", "1"]) == 0
    assert len(list(folder.glob("*/*.png"))) == 50
    assert capsys.readouterr().out == f"drew 50 images with seed 1 in {folder}\n"


def test_too_few_images_are_refused_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["sample", str(tmp_path / "drawn"), "--images", "3"]) == 2
    assert capsys.readouterr().err.startswith("error: Expected ")
    assert not (tmp_path / "drawn").exists()


def test_drawing_the_same_again_changes_nothing_and_drawing_others_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "drawn"
    words = ["sample", str(folder), "--images", "50"]
    assert run.main([*words, "--seed", "1"]) == 0
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    assert run.main([*words, "--seed", "1"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == f"{folder} holds the 50 images of seed 1 already"
    assert run.main([*words, "--seed", "2"]) == 2
    assert before == {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_decoded_images_beside_those_that_were_drawn_are_not_looked_at(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["sample", str(tmp_path / "drawn"), "--images", "50"]
    assert run.main(words) == 0
    (tmp_path / "drawn" / ".cache").mkdir()
    (tmp_path / "drawn" / ".cache" / "train.npy").write_bytes(b"pixels")
    assert run.main(words) == 0
    assert "holds the 50 images of seed 0 already" in capsys.readouterr().out

"""`run.py predict --submission`: a sample submission filled, or nothing written."""

from pathlib import Path

import numpy as np
import pytest

import run
from tests.onnx_files import tiny_contract, write_onnx
from tests.predict.conftest import Predict, paint


def test_a_submission_is_filled(predict: Predict, folder: Path, sample: Path, tmp_path: Path) -> None:
    said = predict(folder, "--submission", sample, "--out", tmp_path / "s.csv")
    assert (said.exit_code, said.out) == (0, "")
    assert (tmp_path / "s.csv").read_text() == "image_id,label\nd,1\nb,0\n"
    assert "notice: 1 image is not in sample.csv: a/c.png" in said.err
    named = predict(folder / "b.png", folder / "d.png", "--submission", sample, "--out", tmp_path / "t.csv")
    assert named.exit_code == 0
    assert (tmp_path / "t.csv").read_bytes() == (tmp_path / "s.csv").read_bytes()


def test_a_submission_without_all_answers_is_not_written(
    predict: Predict, folder: Path, sample: Path, tmp_path: Path
) -> None:
    out = tmp_path / "s.csv"
    assert predict(folder / "b.png", "--submission", sample, "--out", out).exit_code == 3
    (folder / "d.png").write_bytes(b"")
    assert predict(folder, "--submission", sample, "--out", out, "--on-bad", "mark").exit_code == 3
    assert not out.exists()


@pytest.mark.parametrize(("labels", "kept"), [(("0", "2"), ()), (("0", "1"), ("manifest.json", "unknown.json"))])
@pytest.mark.parametrize("place", ["export/model.onnx", "model.onnx"])
def test_a_model_that_never_gives_a_class_fills_no_submission(
    labels: tuple[str, ...], kept: tuple[str, ...], place: str, folder: Path, sample: Path, tmp_path: Path
) -> None:
    (tmp_path / "run" / "export").mkdir(parents=True)
    for name in kept:
        (tmp_path / "run" / name).write_text("{}")
    model = write_onnx(tmp_path / "run" / place, contract=tiny_contract(labels=labels))
    words = ["predict", str(model), str(folder), "--submission", str(sample), "--out", str(tmp_path / "s.csv")]
    assert run.main(words) == 2
    assert not (tmp_path / "s.csv").exists()


def test_a_file_of_that_name_that_is_no_runs_says_nothing(folder: Path, sample: Path, tmp_path: Path) -> None:
    (tmp_path / "unknown.json").write_text("{}")  # as the table of a sweep may be called
    model = write_onnx(tmp_path / "model.onnx")
    words = ["predict", str(model), str(folder), "--submission", str(sample), "--out", str(tmp_path / "s.csv")]
    assert run.main(words) == 0


def test_a_submission_of_one_class_is_a_warning(predict: Predict, folder: Path, sample: Path, tmp_path: Path) -> None:
    paint(folder / "b.png", 1, 2)
    said = predict(folder, "--submission", sample, "--out", tmp_path / "s.csv")
    assert said.exit_code == 0
    assert "warning: all 2 answers are 1: is this the model that is meant?" in said.err


def test_probabilities_that_are_not_finite_are_refused_with_5(
    folder: Path, sample: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def to_nan(model: object) -> None:
        (weights,) = model.graph.initializer  # type: ignore[attr-defined]
        weights.raw_data = np.full((3, 2), np.inf, np.float32).tobytes()

    broken = write_onnx(tmp_path / "broken.onnx", to_nan)
    words = ["predict", str(broken), str(folder), "--submission", str(sample), "--out", str(tmp_path / "s.csv")]
    assert run.main(words) == 5
    assert not (tmp_path / "s.csv").exists()

"""Answers of a trained run, on the backend of this process; what needs no Keras is in tests/predict."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import run
from tests.commands.calibrating import calibrated_answers
from tests.commands.conftest import TinyRun


@pytest.fixture(scope="module")
def answers(tiny_run: TinyRun, backend: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run's answers to the validation images, by the table and its folder."""
    out = tmp_path_factory.mktemp("answers") / "a.csv"
    table, images = tiny_run.data / "validation.csv", tiny_run.data / "validation"
    words = ["predict", str(tiny_run.folder), str(table), "--images", str(images), "--out", str(out)]
    assert run.main([*words, "--backend", backend]) == 0
    return out


def test_a_run_answers_what_its_training_wrote(answers: Path, tiny_run: TinyRun) -> None:
    given = pd.read_csv(answers, dtype={"image_id": str})
    wanted = pd.read_csv(tiny_run.folder / "validation_predictions.csv", dtype={"image_id": str})
    weights = calibrated_answers(tiny_run.folder)
    assert given["image_id"].tolist() == wanted["image_id"].tolist()
    assert given["label"].tolist() == wanted["given_label"].tolist()
    columns = [f"probability_{label}" for label in range(5)]
    np.testing.assert_allclose(given[columns].to_numpy(), weights[columns].to_numpy(), rtol=0, atol=1e-6)


def test_a_run_answers_twice_to_the_byte_also_by_its_model_file(
    answers: Path, tiny_run: TinyRun, backend: str, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    table, images = tiny_run.data / "validation.csv", tiny_run.data / "validation"
    model = tiny_run.folder / "model.keras"
    assert run.main(["predict", str(model), str(table), "--images", str(images), "--backend", backend]) == 0
    assert capfdbinary.readouterr().out == answers.read_bytes()


def test_a_run_fills_a_submission_as_its_training_did(tiny_run: TinyRun, backend: str, tmp_path: Path) -> None:
    sample, out = tiny_run.data / "sample_submission.csv", tmp_path / "s.csv"
    words = ["predict", str(tiny_run.folder), str(tiny_run.data / "test"), "--submission", str(sample)]
    assert run.main([*words, "--out", str(out), "--backend", backend]) == 0
    assert out.read_bytes() == (tiny_run.folder / "submission.csv").read_bytes()


def test_a_gpu_that_is_not_there_does_not_become_a_cpu(
    tiny_run: TinyRun, backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["predict", str(tiny_run.folder), str(tiny_run.data / "test"), "--backend", backend, "--device", "gpu"]
    assert run.main(words) == 4
    assert "Expected a GPU for --device gpu" in capsys.readouterr().err


def test_a_run_is_no_input(tiny_run: TinyRun, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["predict", str(tiny_run.folder), str(tiny_run.folder)]) == 2
    assert "a model. To average two models name the other one with --with." in capsys.readouterr().err

import json
import shutil
from pathlib import Path

import pytest

import run
from tests.commands.conftest import TinyRun


def test_evaluating_twice_gives_identical_metrics_equal_to_those_of_training(tiny_run: TinyRun, backend: str) -> None:
    words = ["evaluate", str(tiny_run.folder), "--data", str(tiny_run.data), "--backend", backend]
    assert run.main(words) == 0
    assert run.main(words) == 0
    first, second = sorted((tiny_run.folder / "evaluations").iterdir())
    assert second.name == first.name + "-2" and first.name.startswith("validation-")
    metrics = [(folder / "metrics.json").read_bytes() for folder in (first, second, tiny_run.folder)]
    assert metrics[0] == metrics[1] == metrics[2]
    shutil.rmtree(tiny_run.folder / "evaluations")


def test_the_train_split_is_judged_without_augmentation(tiny_run: TinyRun, backend: str) -> None:
    words = ["evaluate", str(tiny_run.folder), "--data", str(tiny_run.data), "--backend", backend, "--split", "train"]
    assert run.main(words) == 0
    (folder,) = (tiny_run.folder / "evaluations").iterdir()
    assert json.loads((folder / "metrics.json").read_text())["images"] == 80
    shutil.rmtree(tiny_run.folder / "evaluations")


def test_a_model_file_that_was_changed_is_refused_with_6(
    tiny_run: TinyRun, backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_run.folder, copy)
    content = bytearray((copy / "model.keras").read_bytes())
    content[len(content) // 2] ^= 1
    (copy / "model.keras").write_bytes(bytes(content))
    assert run.main(["evaluate", str(copy), "--data", str(tiny_run.data), "--backend", backend]) == 6
    assert "model.keras" in capsys.readouterr().err


def test_a_folder_that_is_no_run_is_refused_with_2(
    backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["evaluate", str(tmp_path), "--backend", backend]) == 2
    assert capsys.readouterr().err.startswith("error: Expected a finished run at ")

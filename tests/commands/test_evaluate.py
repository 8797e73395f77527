import shutil
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest

import run
from commands.steps.networks import load_network, load_recipe
from data_io.images import read_image
from data_io.sample import draw_sample
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
    rows = pd.read_csv(folder / "train_predictions.csv", dtype={"image_id": str})
    shutil.rmtree(tiny_run.folder / "evaluations")
    model = load_network(tiny_run.folder, load_recipe(tiny_run.folder))
    images = np.stack([read_image(tiny_run.data / "train" / f"{image_id}.png", 32) for image_id in rows["image_id"]])
    logits = np.asarray(keras.ops.convert_to_numpy(model(images, training=False)))
    expected = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    assert len(rows) == 80
    np.testing.assert_allclose(rows.filter(like="probability_").to_numpy(), expected, rtol=0, atol=1e-5)


def test_other_images_than_those_of_the_run_are_said(
    tiny_run: TinyRun, backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    draw_sample(other, 50, 9)
    words = ["evaluate", str(tiny_run.folder), "--backend", backend]
    assert run.main([*words, "--data", str(other)]) == 0
    assert "holds other validation images than the run was made with" in capsys.readouterr().out
    assert run.main([*words, "--data", str(tiny_run.data)]) == 0
    assert "holds other" not in capsys.readouterr().out
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
    assert capsys.readouterr().err.startswith("error: Expected a run at ")

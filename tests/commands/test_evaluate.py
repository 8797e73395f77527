import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

import run
from commands.steps.networks import load_network, load_recipe
from data_io.sample import draw_sample
from tests.commands.conftest import TinyRun
from tests.data_io.decoded import read_image


def test_evaluating_twice_gives_identical_metrics_equal_to_those_of_training(tiny_run: TinyRun, backend: str) -> None:
    words = ["evaluate", str(tiny_run.folder), "--data", str(tiny_run.data), "--backend", backend]
    assert run.main(words) == 0
    assert run.main(words) == 0
    first, second = sorted((tiny_run.folder / "evaluations").iterdir())
    assert second.name == first.name + "-2" and first.name.startswith("validation-")
    metrics = [(folder / "metrics.json").read_bytes() for folder in (first, second, tiny_run.folder)]
    assert metrics[0] == metrics[1] == metrics[2]
    shutil.rmtree(tiny_run.folder / "evaluations")


def test_without_a_data_folder_the_run_s_own_is_judged(
    tiny_run: TinyRun, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    draw_sample(Path("data"), 50, 9)  # which is where data usually is
    assert run.main(["evaluate", str(tiny_run.folder), "--backend", backend]) == 0
    assert "holds other" not in capsys.readouterr().out
    shutil.rmtree(tiny_run.folder / "evaluations")


def test_where_the_run_s_data_is_gone_no_other_is_judged_unless_it_is_named(
    tiny_run: TinyRun, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    draw_sample(Path("data"), 50, 9)  # of something else, perhaps
    copy = shutil.copytree(tiny_run.folder, tmp_path / "copy")
    manifest = json.loads((copy / "manifest.json").read_text())
    manifest["options"]["data"] = str(tmp_path / "gone")
    (copy / "manifest.json").write_text(json.dumps(manifest))
    words = ["evaluate", str(copy), "--backend", backend]
    assert run.main(words) == 3
    said = capsys.readouterr().err
    assert f"made with at {tmp_path / 'gone'}. Received: no such folder." in said and "--data DIR" in said
    assert not (copy / "evaluations").exists()
    assert run.main([*words, "--data", "data"]) == 0


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


def read_split(tiny_run: TinyRun, ids: Sequence[str]) -> NDArray[np.uint8]:
    return np.stack([read_image(tiny_run.data / "validation" / f"{image_id}.png", 32) for image_id in ids])


def weigh(model: keras.Model, images: NDArray[np.uint8]) -> NDArray[np.float64]:
    logits = np.asarray(keras.ops.convert_to_numpy(model(images, training=False)), np.float64)
    weights: NDArray[np.float64] = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return weights


def test_views_and_models_are_averaged_and_judged_beside_the_run_alone(
    tiny_run: TinyRun, backend: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_run.folder, copy)
    words = ["evaluate", str(copy), "--data", str(tiny_run.data), "--backend", backend]
    assert run.main([*words, "--with", str(tiny_run.folder), "--tta", "mirror"]) == 0
    (folder,) = (copy / "evaluations").iterdir()
    assert folder.name.startswith("validation-") and folder.name.endswith("-models2-tta-mirror")
    rows = pd.read_csv(folder / "validation_predictions.csv", dtype={"image_id": str})
    images = read_split(tiny_run, rows["image_id"].tolist())
    model = load_network(tiny_run.folder, load_recipe(tiny_run.folder))
    expected = (weigh(model, images) + weigh(model, images[:, :, ::-1])) / 2
    np.testing.assert_allclose(rows.filter(like="probability_").to_numpy(), expected, rtol=0, atol=1e-5)
    metrics = json.loads((folder / "metrics.json").read_text())
    of_training = json.loads((tiny_run.folder / "metrics.json").read_text())
    assert (metrics["tta"], metrics["views"]) == ("mirror", 2)
    assert [named["model"] for named in metrics["models"]] == ["copy", tiny_run.folder.name]
    for named in metrics["models"]:
        assert named["accuracy"] == of_training["accuracy"]
        assert named["loss"] == pytest.approx(of_training["loss"], abs=1e-5)
    said = capsys.readouterr().out
    assert f"copy alone: accuracy {of_training['accuracy']:.4f}" in said
    assert f"mean of 2 models and 2 views:\naccuracy {metrics['accuracy']:.4f}" in said


def test_damaged_images_are_judged_beside_undamaged_ones(tiny_run: TinyRun, backend: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_run.folder, copy)
    words = ["evaluate", str(copy), "--data", str(tiny_run.data), "--backend", backend]
    assert run.main([*words, "--robustness", "--images", "5"]) == 0
    (folder,) = (copy / "evaluations").iterdir()
    of_training = (tiny_run.folder / "metrics.json").read_bytes()
    assert (folder / "metrics.json").read_bytes() == of_training  # what else is written changes nothing
    rows = pd.read_csv(folder / "robustness.csv")
    assert rows["damage"].value_counts().to_dict() == {
        "none": 1, "jpeg": 5, "blur": 4, "noise": 4, "resize": 3, "crop": 3,
    }  # fmt: skip
    given = pd.read_csv(tiny_run.folder / "validation_predictions.csv").iloc[::2]  # 5 of 10, evenly spread
    assert rows["images"].unique().tolist() == [5]
    assert rows["accuracy"][0] == (given["label"] == given["given_label"]).mean()
    content = json.loads((folder / "robustness.json").read_text())
    assert content["undamaged"]["accuracy"] == rows["accuracy"][0] and content["images"] == 5
    files = json.loads((folder / "manifest.json").read_text())["files"]
    assert {f"robustness.{form}" for form in ("csv", "json", "png", "svg")} <= set(files)


def test_a_number_of_images_to_damage_is_refused_without_damage(
    tiny_run: TinyRun, backend: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["evaluate", str(tiny_run.folder), "--backend", backend, "--images", "5"]) == 2
    assert "Expected --images with --robustness." in capsys.readouterr().err

import csv
import io
import json
import re
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from PIL import Image

import backends
import errors
import run
from commands import train as verb
from commands.steps.claims import check_claim
from commands.steps.networks import load_network, load_recipe
from data_io.files import digest_file
from recipes.reading import read_recipe
from tests.commands.conftest import RECIPE, TinyRun

FILES = {
    "recipe.toml",
    "manifest.json",
    "history.csv",
    "metrics.json",
    "calibration.json",
    "model.keras",
    "curves.png",
    "curves.svg",
    "report.html",
    "confusion_matrix.png",
    "validation_predictions.csv",
    "submission.csv",
    "checkpoint/last.npz",
    "checkpoint/best.npz",
}


def list_files(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_a_run_folder_holds_its_files_and_nothing_else(tiny_run: TinyRun) -> None:
    assert list_files(tiny_run.folder) == FILES


def test_the_manifest_says_what_was_run_and_holds_the_digest_of_each_file(tiny_run: TinyRun, backend: str) -> None:
    manifest = json.loads((tiny_run.folder / "manifest.json").read_text())
    assert manifest["backend"] == backend
    assert manifest["seed"] == 3
    assert manifest["command"].startswith("python run.py train ")
    assert {"python", "keras", "numpy"} <= set(manifest["versions"])
    assert set(manifest["data_digests"]) == {"train", "validation", "test"}
    assert manifest["files"] == {name: digest_file(tiny_run.folder / name) for name in FILES - {"manifest.json"}}


def test_the_first_weights_are_the_same_on_every_backend(tiny_run: TinyRun) -> None:
    manifest = json.loads((tiny_run.folder / "manifest.json").read_text())
    assert manifest["first_weights_digest"] == "97c01338dced263dd7a4e41d5059d30faabf00efc56d47d83021fc3a786f5e61"


def test_the_resolved_recipe_is_kept(tiny_run: TinyRun) -> None:
    kept = tomllib.loads((tiny_run.folder / "recipe.toml").read_text())
    wanted = tomllib.loads(RECIPE.read_text())
    assert kept.keys() == {"name", "data", *wanted}
    for table in ("image", "augmentation", "model", "training", "expected"):
        assert kept[table].items() >= wanted[table].items()
    # what the recipe leaves to a default is written out
    assert kept["training"]["optimizer"] == "sgd"
    assert kept["data"] == {"folds": 0, "fold": 0, "leave_out": -1}


def test_history_has_a_row_per_epoch_and_the_rate_has_dropped(tiny_run: TinyRun) -> None:
    history = pd.read_csv(tiny_run.folder / "history.csv")
    assert history["epoch"].tolist() == [1, 2]
    assert history["learning_rate"].tolist() == [0.01, 0.005]
    assert np.isfinite(history.to_numpy()).all()
    assert (history[["seconds", "images_per_second"]] > 0).all().all()


def answer_by_hand(tiny_run: TinyRun, split: str, ids: list[str]) -> list[int]:
    """Read each file with Pillow and ask the saved network, one image at a time."""
    model = load_network(tiny_run.folder, load_recipe(tiny_run.folder))
    answers = []
    for image_id in ids:
        with Image.open(tiny_run.data / split / f"{image_id}.png") as opened:
            image = opened.convert("RGB").resize((32, 32), Image.Resampling.BILINEAR)
        answers.append(int(np.asarray(model.predict_on_batch(np.asarray(image)[None])).argmax()))
    return answers


def test_the_submission_answers_each_id_of_the_sample_submission_in_its_order(tiny_run: TinyRun) -> None:
    sample = (tiny_run.data / "sample_submission.csv").read_text().splitlines()
    written = (tiny_run.folder / "submission.csv").read_text().splitlines()
    assert written[0] == "image_id,label"
    ids = [line.split(",")[0] for line in sample[1:]]
    assert [line.split(",")[0] for line in written[1:]] == ids
    assert [int(line.split(",")[1]) for line in written[1:]] == answer_by_hand(tiny_run, "test", ids)


def test_metrics_follow_from_the_predictions_file(tiny_run: TinyRun) -> None:
    metrics = json.loads((tiny_run.folder / "metrics.json").read_text())
    rows = list(csv.DictReader(io.StringIO((tiny_run.folder / "validation_predictions.csv").read_text())))
    table = csv.DictReader(io.StringIO((tiny_run.data / "validation.csv").read_text()))
    truth = {row["image_id"]: row["label"] for row in table}
    assert [row["image_id"] for row in rows] == list(truth)
    assert all(row["label"] == truth[row["image_id"]] for row in rows)
    right = sum(row["given_label"] == row["label"] for row in rows)
    assert metrics["accuracy"] == right / len(rows)
    losses = [-np.log(float(row[f"probability_{row['label']}"])) for row in rows]
    assert metrics["loss"] == pytest.approx(float(np.mean(losses)), abs=1e-6)
    assert sum(map(sum, metrics["confusion"])) == len(rows)


def test_the_last_validation_figures_of_the_history_are_those_of_the_metrics(tiny_run: TinyRun) -> None:
    metrics = json.loads((tiny_run.folder / "metrics.json").read_text())
    last = pd.read_csv(tiny_run.folder / "history.csv").iloc[-1]
    assert last["validation_accuracy"] == pytest.approx(metrics["accuracy"], abs=1e-6)
    assert last["validation_loss"] == pytest.approx(metrics["loss"], abs=1e-5)


def test_the_pictures_are_pictures(tiny_run: TinyRun) -> None:
    for name in ("curves.png", "confusion_matrix.png"):
        with Image.open(tiny_run.folder / name) as picture:
            assert min(picture.size) > 300


def test_a_second_run_with_the_other_loader_takes_a_new_name_and_gives_the_same_weights(
    tiny_run: TinyRun, train: Callable[..., int]
) -> None:
    before = {name: digest_file(tiny_run.folder / name) for name in list_files(tiny_run.folder)}
    pytest.importorskip("tensorflow")
    assert train("--out", str(tiny_run.folder.parent), "--loader", "tf.data") == 0
    second = tiny_run.folder.with_name(tiny_run.folder.name + "-2")
    manifests = [json.loads((folder / "manifest.json").read_text()) for folder in (tiny_run.folder, second)]
    assert manifests[1]["loader"] == "tf.data"
    assert manifests[0]["weights_digest"] == manifests[1]["weights_digest"]
    assert before == {name: digest_file(tiny_run.folder / name) for name in list_files(tiny_run.folder)}


def test_check_ends_with_6_when_the_claim_is_not_met(
    train: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    claim = ["--set", "expected.validation_accuracy=1.0", "--set", "training.epochs=1"]
    assert train("--out", str(tmp_path), "--check", *claim) == 6
    said = "error: Expected a validation accuracy of at least 1.0000, as tiny claims of sample data. Received: "
    assert said in capsys.readouterr().err
    (folder,) = tmp_path.iterdir()
    assert run.main(["train", "--resume", str(folder), "--check"]) == 6  # it is finished, and its claim as broken
    assert said in capsys.readouterr().err


def test_f11_a_gpu_that_is_not_there_is_exit_4_and_leaves_no_run(
    train: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--out", str(tmp_path), "--device", "gpu") == 4
    assert "Expected a GPU for --device gpu" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_unreadable_image_is_exit_3_and_leaves_no_run(
    train: Callable[..., int], tiny_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = tmp_path / "data"
    shutil.copytree(tiny_data, data)
    victim = sorted((data / "train").iterdir())[0]
    victim.write_bytes(b"not an image")
    assert train("--data", str(data), "--out", str(tmp_path / "runs")) == 3
    error = capsys.readouterr().err
    assert victim.name in error and "train.csv line " in error and error.count("error: ") == 1
    assert not list((tmp_path / "runs").iterdir())


def test_f6_a_file_in_the_place_of_the_output_folder_is_exit_4(
    train: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "runs").write_text("")
    assert train("--out", str(tmp_path / "runs")) == 4
    assert capsys.readouterr().err.startswith("error: Expected to write ")


def test_a_claim_that_is_met_is_said(
    train: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--out", str(tmp_path), "--check", "--set", "training.epochs=1") == 0
    said = capsys.readouterr().out
    assert "check: the claim of tiny holds" in said
    assert re.search(r"^calibration: temperature \d+\.\d{4}.*: ECE [\d.]+ → [\d.]+ .*, log loss [\d.]+ → ", said, re.M)


def test_tf_data_without_tensorflow_is_exit_4_at_once(
    train: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backends, "is_installed", lambda name: name != "tensorflow")
    monkeypatch.setattr(backends, "choose", lambda option, *_: backends.Choice(option, "--backend"))
    assert train("--out", str(tmp_path), "--loader", "tf.data") == 4
    assert "Expected tensorflow to be installed for --loader tf.data" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("minutes", "hardware", "met"), [(2.0, "here", False), (0.5, "here", True), (2.0, "there", True)]
)
def test_the_minutes_of_a_claim_bind_on_the_hardware_it_names(minutes: float, hardware: str, met: bool) -> None:
    recipe = read_recipe(str(RECIPE), ["expected.hardware=here", "expected.minutes=1.0"])
    if met:
        check_claim(recipe, 0.5, minutes, hardware)
    else:
        with pytest.raises(errors.PromiseError, match="Expected at most 1 minutes on here. Received: 2.0."):
            check_claim(recipe, 0.5, minutes, hardware)


def test_the_competitions_claim_is_not_checked_on_sample_data(
    backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run.main(["train", "cnn", "--check", "--backend", backend]) == 2
    assert "Expected competition data, which the claim of cnn is about" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_run_names_the_data_folder_that_was_found_without_being_named(
    tiny_data: Path, backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").symlink_to(tiny_data)
    monkeypatch.chdir(tmp_path)
    facts: list[dict[str, Any]] = []
    monkeypatch.setattr(verb, "_train", lambda *given: facts.append(given[3]))
    assert run.main(["train", str(RECIPE), "--backend", backend]) == 0
    assert facts[0]["options"]["data"] == str(tmp_path / "data")


def test_force_is_of_a_run_that_is_resumed(
    train: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--out", str(tmp_path), "--force") == 2
    assert "Expected --force with --resume. Received: it alone." in capsys.readouterr().err

"""`train --folds` and `train --leave-out`: every image judged once by a network that has not seen it."""

import dataclasses
import json
import shutil
import signal
import time
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import run
from commands.steps.keeping import Keeper
from commands.steps.reporting.images import find_images
from commands.steps.reporting.reading import read_run
from data_io.files import digest_file
from tests.commands.conftest import TinyRun
from tests.commands.interrupting import Killed, assert_same, at_step, kill, read_manifest, settings

ONE_EPOCH = settings(["training.epochs=1", "training.batch_size=32"])  # 2 steps a fold: 45 images to train on


@dataclasses.dataclass(frozen=True)
class Folds:
    """A folder of two folds, killed in the second one, and what was then in the first; later it was resumed."""

    folder: Path
    first: dict[str, bytes]


@pytest.fixture(scope="module")
def folds(tmp_path_factory: pytest.TempPathFactory, train: Callable[..., int]) -> Folds:
    out = tmp_path_factory.mktemp("folds")
    with pytest.raises(Killed), at_step(3, kill):
        train("--out", str(out), "--folds", "2", *ONE_EPOCH)
    (folder,) = out.iterdir()
    first = {path.name: path.read_bytes() for path in (folder / "fold0").iterdir() if path.is_file()}
    assert (folder / "fold1" / "checkpoint" / "last.npz").exists()
    assert run.main(["train", "--resume", str(folder)]) == 0
    return Folds(folder, first)


def table(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, dtype={"image_id": str})


def test_the_folder_holds_ordinary_runs_and_what_they_come_to(folds: Folds, backend: str) -> None:
    assert folds.folder.name == f"tiny-{backend}-seed3-folds2"
    names = {"recipe.toml", "metrics.json", "out_of_fold_predictions.csv", "confusion_matrix.png", "submission.csv"}
    assert {path.name for path in folds.folder.iterdir()} == {*names, "manifest.json", "fold0", "fold1"}
    manifest = read_manifest(folds.folder)
    assert (manifest["folds"], manifest["seed"]) == (2, 3)
    assert manifest["files"] == {name: digest_file(folds.folder / name) for name in names}
    for fold in range(2):
        recipe = tomllib.loads((folds.folder / f"fold{fold}" / "recipe.toml").read_text())
        assert recipe["data"] == {"folds": 2, "fold": fold, "leave_out": -1}


def test_a_fold_that_is_finished_is_not_trained_again_and_one_that_was_killed_goes_on(folds: Folds) -> None:
    again = {path.name: path.read_bytes() for path in (folds.folder / "fold0").iterdir() if path.is_file()}
    assert again == folds.first
    assert "resumes" not in read_manifest(folds.folder / "fold0")
    assert len(read_manifest(folds.folder / "fold1")["resumes"]) == 1


def test_a_fold_is_bit_by_bit_the_run_of_its_recipe_alone(
    folds: Folds, train: Callable[..., int], tmp_path: Path
) -> None:
    assert train("--out", str(tmp_path), *ONE_EPOCH, *settings(["data.folds=2", "data.fold=1"])) == 0
    assert_same(next(tmp_path.iterdir()), folds.folder / "fold1")


def test_each_labelled_image_is_answered_once_in_the_order_of_the_data(folds: Folds, tiny_run: TinyRun) -> None:
    rows = table(folds.folder / "out_of_fold_predictions.csv")
    data = pd.concat([table(tiny_run.data / f"{name}.csv") for name in ("train", "validation")])
    assert rows["image_id"].tolist() == data["image_id"].tolist()
    assert rows["label"].tolist() == data["label"].tolist()
    parts = [table(folds.folder / f"fold{fold}" / "validation_predictions.csv") for fold in range(2)]
    assert sorted(map(len, parts)) == [45, 45]
    pd.testing.assert_frame_equal(pd.concat(parts).set_index("image_id").loc[rows["image_id"]].reset_index(), rows)
    text = (folds.folder / "out_of_fold_predictions.csv").read_text()
    for line in (folds.folder / "fold1" / "validation_predictions.csv").read_text().splitlines():
        assert line in text  # to the last digit


def test_the_metrics_are_over_all_images_and_over_folds(folds: Folds) -> None:
    metrics = json.loads((folds.folder / "metrics.json").read_text())
    rows = table(folds.folder / "out_of_fold_predictions.csv")
    is_right = rows["label"] == rows["given_label"]
    assert (metrics["images"], metrics["accuracy"]) == (90, is_right.sum() / 90)
    losses = [-np.log(row[f"probability_{row['label']}"]) for _, row in rows.iterrows()]
    assert metrics["loss"] == pytest.approx(np.mean(losses), abs=1e-7)
    per_fold = [json.loads((folds.folder / f"fold{fold}" / "metrics.json").read_text()) for fold in range(2)]
    assert [each["accuracy"] for each in metrics["folds"]] == [each["accuracy"] for each in per_fold]
    first, second = (each["loss"] for each in per_fold)
    over = metrics["over_folds"]["loss"]
    assert over["mean"] == pytest.approx((first + second) / 2)
    assert over["deviation"] == pytest.approx(abs(first - second) / 2**0.5)


def test_the_submission_is_what_predict_says_of_the_folder(folds: Folds, tiny_run: TinyRun, tmp_path: Path) -> None:
    sample, out = tiny_run.data / "sample_submission.csv", tmp_path / "answers.csv"
    words = [str(folds.folder), str(tiny_run.data / "test"), "--submission", str(sample), "--out", str(out)]
    assert run.main(["predict", *words]) == 0
    assert out.read_bytes() == (folds.folder / "submission.csv").read_bytes()
    answers: list[Path] = []
    for models in ([folds.folder], [folds.folder / "fold0", "--with", folds.folder / "fold1"]):
        answers.append(tmp_path / f"{len(answers)}.csv")
        assert run.main(["predict", *map(str, models), str(tiny_run.data / "test"), "--out", str(answers[-1])]) == 0
    assert answers[0].read_bytes() == answers[1].read_bytes()


def test_a_fold_is_judged_again_on_its_own_images_and_its_page_finds_them(folds: Folds, tiny_run: TinyRun) -> None:
    fold = folds.folder / "fold1"
    assert run.main(["evaluate", str(fold), "--data", str(tiny_run.data)]) == 0
    (evaluation,) = (fold / "evaluations").iterdir()
    assert (evaluation / "metrics.json").read_bytes() == (fold / "metrics.json").read_bytes()
    found = find_images(read_run(fold), tiny_run.data)
    assert list(found.ids) == table(fold / "validation_predictions.csv")["image_id"].tolist()


def test_a_run_is_judged_with_all_folds_and_it_is_said_that_they_saw_other_images(
    folds: Folds, tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(tiny_run.folder, tmp_path / "run"))
    assert run.main(["evaluate", str(copy), "--with", str(folds.folder), "--data", str(tiny_run.data)]) == 0
    said = capsys.readouterr().out
    assert "fold0 alone:" in said and "fold1 alone:" in said and "mean of 3 models:" in said
    assert f"notice: {folds.folder / 'fold1'} was trained on other images than {copy}" in said


@pytest.mark.parametrize("verb", ["evaluate", "export", "report", "reproduce"])
def test_other_commands_ask_for_one_of_the_folds(folds: Folds, capsys: pytest.CaptureFixture[str], verb: str) -> None:
    assert run.main([verb, str(folds.folder)]) == 2
    error = capsys.readouterr().err
    assert f"Expected one run. Received: {folds.folder}, which holds 2. Name one of them: {folds.folder}/fold0" in error


def test_a_signal_stops_after_the_step_says_how_all_folds_go_on_and_predict_does_not_take_them(
    tiny_run: TinyRun, train: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with at_step(1, lambda keeper: signal.raise_signal(signal.SIGTERM), before=True):
        assert train("--out", str(tmp_path), "--folds", "2", *ONE_EPOCH) == 143
    (folder,) = tmp_path.iterdir()
    assert f"to go on with all folds: python run.py train --resume {folder}\n" in capsys.readouterr().out
    assert "files" not in read_manifest(folder) and not (folder / "fold1").exists()
    assert run.main(["predict", str(folder), str(tiny_run.data / "test")]) == 2
    assert f"Finish them with: python run.py train --resume {folder}" in capsys.readouterr().err
    assert run.main(["train", "--resume", str(folder)]) == 0  # what was begun goes on, the other fold begins
    assert len(read_manifest(folder)["files"]) > 0 and "resumes" in read_manifest(folder / "fold0")
    assert len(table(folder / "out_of_fold_predictions.csv")) == 90


def test_the_time_limit_is_of_all_folds_and_ends_with_0(
    train: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real, jump = time.monotonic, 0.0

    def late(keeper: Keeper) -> None:
        nonlocal jump
        jump = 3600.0

    monkeypatch.setattr("commands.steps.sweeping.sequence.time.monotonic", lambda: real() + jump)
    with at_step(1, late, before=True):
        assert train("--out", str(tmp_path), "--folds", "2", "--time-limit", "30", *ONE_EPOCH) == 0
    (folder,) = tmp_path.iterdir()
    assert f"to go on with all folds: python run.py train --resume {folder}\n" in capsys.readouterr().out
    assert "files" not in read_manifest(folder / "fold0") and not (folder / "fold1").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--folds", "1"], "Expected data.folds to be 0, or 2 to 20. Received: 1."),
        (["--folds", "3", "--leave-out", "1"], "Expected --folds without --leave-out. Received: both."),
        (["--folds", "3", "--check"], "Expected --folds without --check. Received: both."),
        (["--folds", "3", "--set", "data.folds=2"], "Expected --folds without data.folds. Received: both."),
        (["--leave-out", "5"], "Expected data.leave_out to be a label from 0 to 4, or -1. Received: 5."),
        (["--leave-out", "1", "--check"], "which the claim of tiny is about, for --check. Received: folds, or a class"),
    ],
)
def test_what_does_not_go_together_is_said_before_anything_is_read(
    train: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], said: str
) -> None:
    assert train("--out", str(tmp_path), *options) == 2
    assert said in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_run_without_a_class_tells_the_others_apart_and_says_how_unlike_them_it_is(
    train: Callable[..., int], tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert train("--out", str(tmp_path), "--leave-out", "3", *ONE_EPOCH) == 0
    (folder,) = tmp_path.iterdir()
    assert folder.name.endswith("-seed3-without3")
    unknown: dict[str, Any] = json.loads((folder / "unknown.json").read_text())
    assert (unknown["left_out"], unknown["labels"]) == (3, [0, 1, 2, 4])
    assert (unknown["known_images"], unknown["unknown_images"]) == (8, 2)  # two of each label in validation
    line = f"left out: label 3, told from the known by AUROC {unknown['auroc']:.4f} ± "
    assert line in capsys.readouterr().out
    files = read_manifest(folder)["files"]
    assert files["unknown.json"] == digest_file(folder / "unknown.json")
    assert "unknown.png" in files and "submission.csv" not in files
    validation = table(tiny_run.data / "validation.csv")
    known = validation[validation["label"] != 3]
    rows = table(folder / "validation_predictions.csv")
    assert rows["image_id"].tolist() == known["image_id"].tolist()
    assert rows["label"].tolist() == [{0: 0, 1: 1, 2: 2, 4: 3}[label] for label in known["label"]]
    assert run.main(["predict", str(folder), str(tiny_run.data / "test"), "--out", str(tmp_path / "a.csv")]) == 0
    answers = table(tmp_path / "a.csv")
    assert list(answers.columns[2:]) == [f"probability_{label}" for label in (0, 1, 2, 4)]
    filled = ["--submission", str(tiny_run.data / "sample_submission.csv"), "--out", str(tmp_path / "s.csv")]
    capsys.readouterr()
    assert run.main(["predict", str(folder), str(tiny_run.data / "test"), *filled]) == 2
    assert "for --submission. Received: a model that gives 0, 1, 2, 4 alone." in capsys.readouterr().err
    assert not (tmp_path / "s.csv").exists()
    assert list(find_images(read_run(folder), tiny_run.data).ids) == known["image_id"].tolist()

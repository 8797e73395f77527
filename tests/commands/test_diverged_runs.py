"""Runs whose numbers stop being finite: row F7."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd
import pytest

import run
from commands.steps.keeping import Keeper
from data_io.checkpoints import FOLDER, LAST, load_checkpoint
from keras_models import training
from keras_models.snapshot import is_finite
from tests.commands.interrupting import Killed, at_step, kill, last_state, read_manifest, settings


def poison(name: str) -> Callable[[Keeper], None]:
    """Return what makes a number of the weights of that name NaN."""

    def act(keeper: Keeper) -> None:
        (variable,) = [weights for weights in keeper.model.weights if weights.path.endswith(name)]
        values = np.array(keras.ops.convert_to_numpy(variable))
        values.flat[0] = np.nan
        variable.assign(values)

    return act


def the_run(out: Path) -> Path:
    (folder,) = out.iterdir()
    return folder


# TensorFlow's and jax's losses stay finite with these.
@pytest.mark.parametrize("name", ["convolution_1/kernel", "normalization_2/moving_variance"])
def test_f7_a_weight_that_is_not_finite_ends_the_run_with_5_at_its_step(
    train: Callable[..., int], tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    def keep_and_poison(keeper: Keeper) -> None:
        keeper.save()
        keeper.writer.wait()
        poison(name)(keeper)

    with at_step(4, keep_and_poison):  # after the check of the fourth step, so as if the fifth had made it
        assert train("--out", str(tmp_path), "--set", "training.checkpoint_seconds=60.0") == 5
    line = capsys.readouterr().err.splitlines()[-1]
    assert line.startswith("error: Expected ") and " step 5 of epoch 1. " in line
    assert "lower training.learning_rate, or with --on-nan rewind" in line
    folder = the_run(tmp_path)
    arrays, values = load_checkpoint(folder / FOLDER / LAST)
    assert is_finite(arrays)
    assert (values["epoch"], values["step"]) == (0, 4)
    for file in ("submission.csv", "model.keras", "metrics.json", "validation_predictions.csv"):
        assert not (folder / file).exists()
    assert "files" not in read_manifest(folder)


def test_f7_a_loss_that_is_not_finite_ends_the_run_with_5_at_its_step(
    train: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # Batch normalisation holds the CNN together at any rate; the MLP has none.
    values = ["model.family=mlp", "model.channels=[]", "training.learning_rate=1e6", "training.epochs=9"]
    losses: list[float] = []
    real = Keeper.step

    def step(keeper: Keeper, epoch: int, steps_done: int, means: dict[str, float]) -> None:
        losses.append(means["loss"])
        real(keeper, epoch, steps_done, means)

    monkeypatch.setattr(Keeper, "step", step)
    assert train("--out", str(tmp_path), *settings(values)) == 5
    assert np.isfinite(losses[:-1]).all() and len(losses) < 10
    assert capsys.readouterr().err.splitlines()[-1].startswith("error: Expected ")
    folder = the_run(tmp_path)
    assert is_finite(last_state(folder))
    assert load_checkpoint(folder / FOLDER / LAST)[1]["saves"] == len(losses) - 1
    assert {path.name for path in folder.iterdir()} == {"recipe.toml", "manifest.json", FOLDER}


def test_f7_a_run_that_is_told_to_rewinds_once_and_goes_on_with_half_the_rate_and_half_the_momenta(
    train: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    seen: list[list[Any]] = []
    real = training._Interrupted.on_epoch_begin

    def begin(callback: training._Interrupted, epoch: int, logs: Any = None) -> None:
        seen.append([np.array(keras.ops.convert_to_numpy(momentum)) for momentum in callback.model.optimizer.momentums])
        real(callback, epoch, logs)

    monkeypatch.setattr(training._Interrupted, "on_epoch_begin", begin)
    kept: dict[str, Any] = {}

    def break_it(keeper: Keeper) -> None:
        keeper.writer.wait()
        kept.update(load_checkpoint(keeper.run / FOLDER / LAST)[0])
        poison("logits/bias")(keeper)

    with pytest.raises(Killed), at_step(1, kill):
        train("--out", str(tmp_path), "--on-nan", "rewind")
    seen.clear()
    with at_step(2, break_it):
        assert run.main(["train", "--resume", str(the_run(tmp_path))]) == 0  # which goes on as it began
    out = capsys.readouterr().out
    assert "rewind 1 of 3: Expected " in out
    assert "Going on after step 3 of epoch 1 with 0.5 of the learning rate" in out
    folder = the_run(tmp_path)
    assert read_manifest(folder)["rewinds"] == [{"epoch": 0, "step": 3}]
    assert pd.read_csv(folder / "history.csv")["learning_rate"].tolist() == [0.005, 0.0025]
    assert (folder / "submission.csv").exists() and is_finite(last_state(folder))
    momenta = [kept[f"optimizer/{number:04d}"] for number in range(2, 2 + len(seen[1]))]  # after count and rate
    assert any(np.abs(momentum).max() > 0 for momentum in momenta)
    for momentum, halved in zip(momenta, seen[1], strict=True):
        np.testing.assert_array_equal(halved, momentum * np.float32(0.5))


def test_f7_a_run_that_breaks_again_and_again_rewinds_three_times_and_ends_with_5(
    train: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real = Keeper.step

    def step(keeper: Keeper, epoch: int, steps_done: int, means: dict[str, float]) -> None:
        real(keeper, epoch, steps_done, means)
        poison("logits/bias")(keeper)

    monkeypatch.setattr(Keeper, "step", step)
    mlp = settings(["model.family=mlp", "model.channels=[]"])  # four attempts: it is quicker to compile
    assert train("--out", str(tmp_path), "--on-nan", "rewind", *mlp) == 5
    printed = capsys.readouterr()
    lines = [line for line in printed.out.splitlines() if line.startswith("rewind ")]
    assert [line.split(" of the learning rate")[0].split()[-1] for line in lines] == ["0.5", "0.25", "0.125"]
    assert printed.err.splitlines()[-1].startswith("error: Expected ")
    folder = the_run(tmp_path)
    assert load_checkpoint(folder / FOLDER / LAST)[1]["step"] == 4  # each attempt had one good step
    assert not (folder / "submission.csv").exists() and not (folder / "model.keras").exists()

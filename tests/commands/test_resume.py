"""Runs that were interrupted and resumed are, bit by bit, the runs that were not: rows F1, F3, F15."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import run
from commands.steps.stopping import StopRequest
from data_io.checkpoints import BEST, FOLDER, LAST, load_checkpoint
from tests.commands.conftest import RECIPE, TinyRun
from tests.commands.interrupting import MODERN, Killed, assert_same, at_step, kill, read_manifest, settings

ROOT = Path(run.__file__).resolve().parent
TIME_LIMIT_SECONDS = 300

# A process that gets SIGKILL at its seventh step (the second of epoch 2), or while it writes its seventh state.
AT_A_STEP = """
from commands.steps.keeping import Keeper
real, calls = Keeper.step, 0
def step(keeper, *words):
    global calls
    calls += 1
    if calls == 7:
        os.kill(os.getpid(), signal.SIGKILL)
    real(keeper, *words)
Keeper.step = step
"""
IN_A_SAVE = """
import numpy
real, calls = numpy.savez, 0
def savez(file, **arrays):
    global calls
    calls += 1
    if calls == 7:
        file.write(b"PK half of it")
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)
    real(file, **arrays)
numpy.savez = savez
"""


def resume(folder: Path, *options: str) -> int:
    return run.main(["train", "--resume", str(folder), *options])


def the_run(out: Path) -> Path:
    (folder,) = out.iterdir()
    return folder


@pytest.fixture(scope="module")
def modern_run(tmp_path_factory: pytest.TempPathFactory, train: Callable[..., int]) -> Path:
    out = tmp_path_factory.mktemp("modern")
    assert train("--out", str(out), *settings(MODERN)) == 0
    return the_run(out)


@pytest.mark.parametrize(("program", "steps"), [(AT_A_STEP, 1), (IN_A_SAVE, 0)], ids=["f1_at_a_step", "f3_in_a_save"])
def test_a_process_that_was_killed_and_resumed_gives_what_was_never_killed(
    tiny_run: TinyRun, backend: str, tmp_path: Path, program: str, steps: int
) -> None:
    words = ["train", str(RECIPE), "--data", str(tiny_run.data), "--backend", backend, "--out", str(tmp_path)]
    main = f"import os, signal, sys, run\n{program}\nsys.exit(run.main({words!r}))"
    child = subprocess.run(
        [sys.executable, "-c", main], cwd=ROOT, capture_output=True, text=True, timeout=TIME_LIMIT_SECONDS
    )
    assert child.returncode == -signal.SIGKILL, child.stderr
    folder = the_run(tmp_path)
    kept = load_checkpoint(folder / FOLDER / LAST)[1]
    assert (kept["epoch"], kept["step"]) == (1, steps)
    leftovers = [path.name for path in (folder / FOLDER).iterdir() if path.name not in (LAST, BEST)]
    assert len(leftovers) == (1 if steps == 0 else 0)
    assert resume(folder) == 0
    assert_same(folder, tiny_run.folder)
    assert {path.name for path in (folder / FOLDER).iterdir()} == {LAST, BEST}
    assert load_checkpoint(folder / FOLDER / BEST)[0].keys() == load_checkpoint(folder / FOLDER / LAST)[0].keys()
    manifest = read_manifest(folder)
    assert manifest["resumes"] == [f"python run.py train --resume {folder}"]
    assert manifest["command"].startswith("python run.py train ") and "--resume" not in manifest["command"]


@pytest.mark.parametrize("step", [5, 8], ids=["end_of_epoch", "mid_epoch"])
def test_f1_adamw_cosine_smoothing_and_a_mean_of_weights_go_on_bit_by_bit(
    modern_run: Path, train: Callable[..., int], tmp_path: Path, step: int
) -> None:
    with pytest.raises(Killed), at_step(step, kill):
        train("--out", str(tmp_path), *settings(MODERN))
    assert resume(the_run(tmp_path)) == 0
    assert_same(the_run(tmp_path), modern_run)


def test_f1_a_run_that_is_interrupted_again_and_again_under_tf_data_goes_on_bit_by_bit(
    tiny_run: TinyRun, train: Callable[..., int], tmp_path: Path
) -> None:
    pytest.importorskip("tensorflow")
    with pytest.raises(Killed), at_step(2, kill):
        train("--out", str(tmp_path), "--loader", "tf.data")
    folder = the_run(tmp_path)
    with pytest.raises(Killed), at_step(2, kill):
        resume(folder)
    assert load_checkpoint(folder / FOLDER / LAST)[1]["step"] == 4
    assert resume(folder) == 0
    assert_same(folder, tiny_run.folder)
    assert read_manifest(folder)["loader"] == "tf.data"
    assert len(read_manifest(folder)["resumes"]) == 2


def test_f2_a_run_that_is_stopped_at_the_last_step_of_an_epoch_goes_on_with_its_weights_and_not_their_mean(
    modern_run: Path, train: Callable[..., int], tmp_path: Path
) -> None:
    with at_step(5, lambda keeper: signal.raise_signal(signal.SIGTERM), before=True):
        assert train("--out", str(tmp_path), *settings(MODERN)) == 143
    assert resume(the_run(tmp_path)) == 0
    assert_same(the_run(tmp_path), modern_run)


@pytest.mark.parametrize("is_modern", [False, True], ids=["plain", "mean_of_weights"])
def test_f2_a_run_that_is_stopped_in_validation_has_only_the_judging_left(
    tiny_run: TinyRun,
    modern_run: Path,
    train: Callable[..., int],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    is_modern: bool,
) -> None:
    real = StopRequest.raise_if_asked

    def judged(stop: StopRequest) -> None:
        if sys._getframe(1).f_code.co_name == "on_judged":
            signal.raise_signal(signal.SIGTERM)
        real(stop)

    with monkeypatch.context() as patch:
        patch.setattr(StopRequest, "raise_if_asked", judged)
        seldom = settings(["training.checkpoint_seconds=60.0"])  # so that the stop itself must keep the state
        assert train("--out", str(tmp_path), *seldom, *(settings(MODERN) if is_modern else [])) == 143
    folder = the_run(tmp_path)
    kept = load_checkpoint(folder / FOLDER / LAST)[1]
    assert (kept["epoch"], kept["step"], kept["history"]) == (0, 5, [])
    assert resume(folder) == 0
    assert_same(folder, modern_run if is_modern else tiny_run.folder)


def test_f1_f18_a_run_that_is_killed_after_its_last_epoch_is_only_written_out_even_if_the_clock_was_set_back(
    tiny_run: TinyRun, train: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("commands.steps.finishing.write_submission", kill)
        with pytest.raises(Killed):
            train("--out", str(tmp_path))
    folder = the_run(tmp_path)
    assert not (folder / "submission.csv").exists()
    monkeypatch.setattr("time.time", lambda: 946684800.0)  # 2000-01-01
    with at_step(1, kill):  # there is no step left
        assert resume(folder) == 0
    assert_same(folder, tiny_run.folder)
    history = pd.read_csv(folder / "history.csv")
    assert (history[["seconds", "images_per_second"]] > 0).all().all()
    assert history["seconds"].sum() < 60 * read_manifest(folder)["minutes"]


def test_a_finished_run_is_left_as_it_is(tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(tiny_run.folder, copy)
    before = {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert resume(copy) == 0
    assert "is finished: there is nothing to resume" in capsys.readouterr().out
    assert before == {path: path.read_bytes() for path in copy.rglob("*") if path.is_file()}
    assert "files" in json.loads(before[copy / "manifest.json"])


def test_the_claim_of_a_finished_run_is_checked_all_the_same(
    tiny_run: TinyRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = Path(shutil.copytree(tiny_run.folder, tmp_path / "copy"))
    assert resume(copy, "--check") == 0
    assert "check: the claim of tiny holds" in capsys.readouterr().out

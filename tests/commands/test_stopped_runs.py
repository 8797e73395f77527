"""Runs that are asked to stop, run out of time, disk or memory, or whose folder is taken: rows F2, F4, F5, F8."""

import errno
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

import run
from commands.steps.keeping import Keeper
from data_io.checkpoints import FOLDER, LAST, load_checkpoint
from data_io.locking import locked
from keras_models import memory
from tests.commands.conftest import TinyRun
from tests.commands.interrupting import Killed, assert_same, at_step, kill

STATE = Path(FOLDER) / LAST


def resume(folder: Path, *options: str) -> int:
    return run.main(["train", "--resume", str(folder), *options])


def the_run(out: Path) -> Path:
    (folder,) = out.iterdir()
    return folder


def errors_of(capsys: pytest.CaptureFixture[str]) -> list[str]:
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]


@pytest.fixture(scope="module")
def interrupted(tmp_path_factory: pytest.TempPathFactory, train: Callable[..., int]) -> Path:
    """A run that was killed after the second step of its first epoch, and keeps its state seldom."""
    out = tmp_path_factory.mktemp("interrupted")

    def keep_and_kill(keeper: Keeper) -> None:
        keeper.save()
        keeper.writer.wait()
        kill()

    with pytest.raises(Killed), at_step(2, keep_and_kill):
        train("--out", str(out), "--set", "training.checkpoint_seconds=60.0")
    return the_run(out)


@pytest.fixture
def broken_run(interrupted: Path, tmp_path: Path) -> Path:
    """A copy of the interrupted run."""
    return Path(shutil.copytree(interrupted, tmp_path / "run"))


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_f2_a_signal_in_a_step_is_obeyed_when_that_step_is_done_and_kept(
    tiny_run: TinyRun, broken_run: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals, code: int
) -> None:
    before = signal.getsignal(number)
    with at_step(4, lambda keeper: signal.raise_signal(number), before=True):
        assert resume(broken_run) == code
    assert signal.getsignal(number) is before
    printed = capsys.readouterr()
    assert printed.err.splitlines()[-2:] == [
        "stopping after this step; again to stop at once",
        f"error: stopped by {number.name}",
    ]
    assert f"kept; to go on: python run.py train --resume {broken_run}" in printed.out
    kept = load_checkpoint(broken_run / STATE)[1]
    assert (kept["epoch"], kept["step"]) == (1, 1)  # the sixth of the run
    assert not (broken_run / "submission.csv").exists()
    if number == signal.SIGTERM:
        assert resume(broken_run) == 0
        assert_same(broken_run, tiny_run.folder)


def test_a_signal_after_the_last_step_says_how_to_finish(
    tiny_run: TinyRun, broken_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("commands.train.finish_run", stop)
        assert resume(broken_run) == 130
    assert f"kept; to finish: python run.py train --resume {broken_run}" in capsys.readouterr().out
    assert resume(broken_run) == 0
    assert_same(broken_run, tiny_run.folder)


def test_the_time_limit_ends_a_run_with_0_and_without_a_submission_and_it_can_go_on(
    tiny_run: TinyRun, broken_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    real, jump = time.monotonic, 0.0

    def late(keeper: Keeper) -> None:
        nonlocal jump
        jump = 3600.0

    with monkeypatch.context() as patch, at_step(2, late, before=True):
        patch.setattr("commands.steps.stopping.time.monotonic", lambda: real() + jump)
        assert resume(broken_run, "--time-limit", "30") == 0
    assert f"stopped after 30 minutes; to go on: python run.py train --resume {broken_run}" in capsys.readouterr().out
    assert load_checkpoint(broken_run / STATE)[1]["step"] == 4
    assert not (broken_run / "submission.csv").exists() and not (broken_run / "model.keras").exists()


@pytest.mark.parametrize("value", ["0", "-1", "nan", "inf", "soon"])
def test_a_time_limit_that_is_none_is_exit_2(broken_run: Path, value: str) -> None:
    assert resume(broken_run, f"--time-limit={value}") == 2


def test_f5_a_run_that_another_process_is_in_is_exit_4_with_its_pid(
    broken_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {path: path.read_bytes() for path in broken_run.rglob("*") if path.is_file()}
    with locked(broken_run):
        assert resume(broken_run) == 4
    (line,) = errors_of(capsys)
    assert line == (
        f"error: Expected {broken_run} to be free. Received: locked by pid {os.getpid()}. "
        "Wait for that run, or stop it."
    )
    assert before == {path: path.read_bytes() for path in broken_run.rglob("*") if path.is_file()}


@pytest.fixture
def small_files() -> Iterator[Callable[[Keeper], None]]:
    """Keeps a state while no file may grow beyond 4 KiB, which the system refuses as it does on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # as Python itself starts

    def limit(keeper: Keeper) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, before[1]))
        keeper.save()
        keeper.writer.wait()

    yield limit
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    signal.signal(signal.SIGXFSZ, handler)


def test_f4_a_full_disk_is_one_line_and_the_state_before_it_can_be_resumed(
    tiny_run: TinyRun, broken_run: Path, small_files: Callable[[Keeper], None], capsys: pytest.CaptureFixture[str]
) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with at_step(2, small_files):
        code = resume(broken_run)
    resource.setrlimit(resource.RLIMIT_FSIZE, before)
    printed = capsys.readouterr()
    assert code == 4
    (line,) = printed.err.splitlines()
    assert line.startswith(f"error: Expected to write {broken_run / STATE}. Received: File too large.")
    assert load_checkpoint(broken_run / STATE)[1]["step"] == 2
    assert [path.name for path in (broken_run / FOLDER).iterdir()] == [LAST]
    assert resume(broken_run) == 0
    assert_same(broken_run, tiny_run.folder)


def test_f8_memory_that_runs_out_in_a_step_is_one_line_that_names_the_batch(
    broken_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fill(keeper: Keeper) -> None:
        np.empty(10**15, np.float32)

    with at_step(1, fill):
        assert resume(broken_run) == 4
    (line,) = errors_of(capsys)
    assert line.startswith("error: Expected enough memory for batches of 16 images of 32 px. Received: Unable to alloc")
    assert line.endswith("Use a smaller batch: --set training.batch_size=8")
    monkeypatch.setattr(memory, "is_out_of_memory", lambda error: False)
    with pytest.raises(MemoryError), at_step(1, fill):  # what is not taken for it keeps its traceback
        resume(broken_run)


def test_f4_a_disk_that_is_full_when_the_best_is_kept_is_one_line(
    broken_run: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "link", refuse)
    monkeypatch.setattr(Path, "write_bytes", lambda path, content: refuse() if "last" in path.name else len(content))
    with monkeypatch.context() as patch:
        patch.setattr("commands.train.check_writable", lambda run: None)
        assert resume(broken_run) == 4
    (line,) = errors_of(capsys)
    assert "last.npz. Received: No space left on device." in line
    assert load_checkpoint(broken_run / STATE)[1]["epoch"] == 0

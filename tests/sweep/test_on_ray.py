"""`sweep --engine ray` on a cluster of this machine, with a little program in place of run.py."""

import json
import sys
from pathlib import Path

import pytest

from commands.steps.sweeping import on_ray
from tests.sweep.conftest import SweepCommand

TEXT = 'recipes = ["quick"]\nseeds = [0, 1, 2]\nbackends = ["jax"]\n'


def test_runs_are_made_by_ray_into_the_same_folders_and_one_that_fails_says_so(
    tmp_path: Path, sweep: SweepCommand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))  # for the program, which is no run.py
    monkeypatch.setattr(on_ray, "PROGRAM", Path(__file__).with_name("training_program.py"))
    assert sweep(TEXT.replace(", 2", "")) == 0  # by the stand-in for the processes here
    assert sweep(TEXT.replace("0, 1, 2", "0, 1, 2, 3"), "--engine", "ray", "--cpus", "1") == 6
    printed = capsys.readouterr()
    assert "quick, jax, seed 0: finished before, 50.00 % in 2.0 minutes" in printed.out
    assert "2 of 4 runs given to Ray, 1 cores each" in printed.out
    assert "Expected quick, jax, seed 2 to come through. Received: exit code 5" in printed.err
    runs = json.loads((tmp_path / "runs/mine/sweep.json").read_text())["rows"][0]["runs"]
    assert [(run["seed"], run["state"]) for run in runs] == [
        (0, "finished"),
        (1, "finished"),
        (2, "failed"),
        (3, "finished"),
    ]


class BegunClock:
    """A time that is over as soon as a run has begun."""

    left_minutes = 0.01

    def __init__(self, folder: Path) -> None:
        self.manifest = folder / "manifest.json"

    @property
    def is_over(self) -> bool:
        return self.manifest.exists()


def test_when_the_time_is_over_what_runs_is_stopped_and_can_be_gone_on_with(
    tmp_path: Path, sweep: SweepCommand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    monkeypatch.setattr(on_ray, "PROGRAM", Path(__file__).with_name("training_program.py"))
    clock = BegunClock(tmp_path / "runs/mine/quick/quick-jax-seed4")
    monkeypatch.setattr("commands.sweep.Clock", lambda minutes: clock)
    assert sweep(TEXT.replace("0, 1, 2", "0, 4"), "--engine", "ray", "--time-limit", "5") == 0
    assert "stopped after 5 minutes; to go on, the same command again" in capsys.readouterr().out
    (row,) = json.loads((tmp_path / "runs/mine/sweep.json").read_text())["rows"]
    assert row["runs"][1]["state"] == "interrupted"


def test_without_ray_it_is_said_how_to_get_it(
    sweep: SweepCommand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    assert sweep(TEXT, "--engine", "ray") == 4
    assert capsys.readouterr().err.rstrip().endswith("Run: pip install -c constraints.txt -e '.[scale]'")

"""`sweep` with a stand-in for its processes."""

from collections.abc import Callable
from pathlib import Path

import pytest

import run
from commands.steps.sweeping import sequence
from tests.sweep.trainers import Trainers

SweepCommand = Callable[..., int]
TWO_SEEDS = 'recipes = ["quick"]\nseeds = [0, 2]\nbackends = ["jax"]\n'


@pytest.fixture
def trainers(monkeypatch: pytest.MonkeyPatch) -> Trainers:
    fake = Trainers()
    monkeypatch.setattr(sequence, "train_here", fake)
    return fake


@pytest.fixture
def sweep(tmp_path: Path, trainers: Trainers, monkeypatch: pytest.MonkeyPatch) -> SweepCommand:
    """`sweep(text, *options)`: write `text` into mine.toml and run it; its folder is tmp_path/runs/mine."""
    monkeypatch.chdir(tmp_path)  # where there is no ./data

    def command(text: str, *options: str) -> int:
        (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
        return run.main(["sweep", str(tmp_path / "mine.toml"), "--out", str(tmp_path / "runs"), *options])

    return command

"""`run.py train --tensorboard`, on the backend of this process."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

import run


def test_event_files_hold_the_history_also_of_a_run_that_went_on(
    train: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("tensorboard")
    monkeypatch.setitem(sys.modules, "tensorboard.compat.notf", ModuleType("notf"))  # TensorFlow stays out of it
    assert train("--out", str(tmp_path), "--tensorboard", "--time-limit", "0.0001") == 0  # stopped after a step
    (folder,) = tmp_path.iterdir()
    assert not (folder / "model.keras").exists()
    assert run.main(["train", "--resume", str(folder)]) == 0
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder / "tensorboard"))
    events.Reload()
    history = pd.read_csv(folder / "history.csv")
    for tag, column in (("loss/validation", "validation_loss"), ("images_per_second", "images_per_second")):
        assert [event.step for event in events.Scalars(tag)] == history["epoch"].tolist() == [1, 2]
        assert [event.value for event in events.Scalars(tag)] == pytest.approx(history[column].tolist(), rel=1e-6)
    assert len(list((folder / "tensorboard").iterdir())) == 2
    manifest = json.loads((folder / "manifest.json").read_text())
    assert [name for name in manifest["files"] if "tensorboard" in name] == []


def test_without_the_package_nothing_begins(
    train: Callable[..., int], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "tensorboard.summary.writer", None)
    assert train("--out", str(tmp_path / "runs"), "--tensorboard") == 4
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("error: ")]
    assert line.startswith("error: Expected tensorboard to be installed for --tensorboard. Received: no such package.")
    assert not (tmp_path / "runs").exists()

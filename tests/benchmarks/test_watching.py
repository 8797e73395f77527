import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.watching import GOAL, find_epoch

ROOT = Path(__file__).resolve().parent.parent.parent
HISTORY = "epoch,validation_accuracy\n1,0.5\n2,0.9\n3,0.8\n4,0.95\n"
# Stands for a training that never ends by itself and says whether it was stopped.
PROGRAM = """
import pathlib, signal, sys, time
def stop(*_):
    sys.exit(143)
signal.signal(signal.SIGTERM, stop)
run = pathlib.Path(sys.argv[1]) / "run"
run.mkdir(parents=True)
(run / "history.csv").write_text(sys.argv[2].replace("|", "\\n"))
time.sleep(float(sys.argv[3]))
"""


def test_the_first_epoch_that_reaches_it_counts(tmp_path: Path) -> None:
    path = tmp_path / "history.csv"
    assert find_epoch(path, 0.9) is None
    path.write_text(HISTORY)
    assert find_epoch(path, 0.9) == (2, 0.9)
    assert find_epoch(path, 0.99) is None


@pytest.mark.parametrize(("accuracy", "sleep_seconds", "epoch"), [(0.9, 60, 2), (0.99, 0, None)])
def test_a_program_is_stopped_at_its_goal_alone(
    accuracy: float, sleep_seconds: int, epoch: int | None, tmp_path: Path
) -> None:
    (tmp_path / "endless.py").write_text(PROGRAM)
    goal = {"runs": str(tmp_path / "runs"), "accuracy": accuracy, "begun": time.monotonic()}
    words = [str(tmp_path / "watched.json"), "endless", goal["runs"], HISTORY.replace("\n", "|"), str(sleep_seconds)]
    environment = {**os.environ, GOAL: json.dumps(goal), "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.watching", *map(str, words)], cwd=tmp_path, env=environment, timeout=50
    )
    assert ended.returncode == 0
    watched = json.loads((tmp_path / "watched.json").read_text())
    assert (watched["reached"] or {}).get("epoch") == epoch
    if watched["peak_anonymous_bytes"] is not None:  # Linux
        assert watched["peak_anonymous_bytes"] > 2**20


def test_the_exit_code_is_the_programs(tmp_path: Path) -> None:
    (tmp_path / "failing.py").write_text("raise SystemExit(3)")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    words = [sys.executable, "-m", "benchmarks.watching", str(tmp_path / "watched.json"), "failing"]
    assert subprocess.run(words, cwd=tmp_path, env=environment).returncode == 3

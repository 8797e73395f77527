"""Training on several devices, and in several processes over loopback, is training on one. Each run is its own process.

78 images in batches of 27, so that no batch can be split evenly over four devices or two processes.
"""

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import backends
from benchmarks.parallel import find_free_port
from data_io.sample import draw_sample

ROOT = Path(__file__).resolve().parent.parent.parent
TIME_LIMIT_SECONDS = 300
pytestmark = pytest.mark.skipif(not backends.is_installed("jax"), reason="training on several devices needs jax")


@dataclass(frozen=True)
class Trained:
    """What a command left: the run folders in its parent, and what each process printed."""

    runs: list[Path]
    outputs: list[str]

    def history(self) -> list[dict[str, float]]:
        with (self.runs[0] / "history.csv").open(newline="", encoding="utf-8") as file:
            return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]

    def manifest(self) -> dict[str, object]:
        return dict(json.loads((self.runs[0] / "manifest.json").read_text(encoding="utf-8")))


Train = Callable[..., Trained]


@pytest.fixture(scope="module")
def train(tmp_path_factory: pytest.TempPathFactory) -> Train:
    data = tmp_path_factory.mktemp("drawn") / "data"
    draw_sample(data, 100, 0, lambda count: None)

    def run(*options: str, processes: int = 1, resume: Path | None = None) -> Trained:
        out = tmp_path_factory.mktemp("runs") if resume is None else resume.parent
        words = [sys.executable, "run.py", "train", "--backend", "jax", "--device", "cpu", *options]
        if resume is None:
            words += ["tests/tiny.toml", "--data", str(data), "--out", str(out), "--set", "training.batch_size=27"]
            words += ["--set", "training.learning_rate=0.001"]  # so that rounding stays as small as it begins
        else:
            words += ["--resume", str(resume)]
        meeting = ["--processes", str(processes), "--coordinator", f"127.0.0.1:{find_free_port()}"]
        children = [
            subprocess.Popen(
                [*words, *([*meeting, "--process-id", str(number)] if processes > 1 else [])],
                cwd=ROOT,
                env={**os.environ, "OMP_NUM_THREADS": "1"},
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
            )
            for number in range(processes)
        ]
        try:
            outputs = [child.communicate(timeout=TIME_LIMIT_SECONDS)[0] for child in children]
        finally:
            for child in children:
                child.kill()
                child.wait()
        assert [child.returncode for child in children] == [0] * processes, outputs
        return Trained(sorted(out.iterdir()), outputs)

    return run


@pytest.fixture(scope="module")
def alone(train: Train) -> Trained:
    return train()


def expect_same(trained: Trained, alone: Trained) -> None:
    assert trained.manifest()["first_weights_digest"] == alone.manifest()["first_weights_digest"]
    (first, second), (wanted_first, wanted_second) = trained.history(), alone.history()
    # Dropout included: jax draws the same numbers for a batch however it is split.
    assert first["train_loss"] == pytest.approx(wanted_first["train_loss"], rel=1e-6)
    for name in ("train_loss", "validation_loss"):
        assert first[name] == pytest.approx(wanted_first[name], rel=1e-4)
        assert second[name] == pytest.approx(wanted_second[name], rel=1e-4)


def test_four_devices_train_as_one_does(train: Train, alone: Trained) -> None:
    trained = train("--devices", "4")
    assert "parallel: processes 1, devices in each 4" in trained.outputs[0]
    assert (trained.manifest()["devices"], trained.manifest()["processes"]) == (4, 1)
    assert (alone.manifest()["devices"], alone.manifest()["processes"]) == (1, 1)
    expect_same(trained, alone)


def test_two_processes_train_as_one_does_and_the_first_alone_writes_the_run(train: Train, alone: Trained) -> None:
    trained = train(processes=2)
    assert len(trained.runs) == 1
    assert (trained.manifest()["devices"], trained.manifest()["processes"]) == (1, 2)
    assert "wrote" in trained.outputs[0]
    assert "epoch" not in trained.outputs[1]
    assert (trained.runs[0] / "submission.csv").exists()
    assert not (trained.runs[0] / ".lock").exists()
    expect_same(trained, alone)


def test_a_run_that_was_stopped_goes_on_in_two_processes(train: Train, alone: Trained) -> None:
    (stopped,) = train("--time-limit", "0.001").runs
    assert not (stopped / "metrics.json").exists()
    trained = train(processes=2, resume=stopped)
    assert "goes on in 2 of 1" in trained.outputs[0]
    expect_same(trained, alone)

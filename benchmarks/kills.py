"""Runs that are killed and resumed, against runs that were left alone: `python -m benchmarks.kills --points 20`.

Each run is a process of its own that gets SIGKILL at a moment spread over the time that the uninterrupted run took,
and is then resumed by another process. Compared bit by bit: weights, optimizer state and dropout seeds (all arrays of
the last checkpoint), the history without its times, and every prediction.
"""

import argparse
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import backends
from data_io.checkpoints import FOLDER, LAST, VALUES
from data_io.files import write_json
from data_io.run_folder import HISTORY, describe_hardware, read_commit, read_manifest
from data_io.sample import draw_sample

ROOT = Path(__file__).resolve().parent.parent
IMAGES = 1200
TIME_LIMIT_SECONDS = 300
SMALL = ["image.size_pixels=32", "model.channels=[8, 16]", "model.dense_units=[16]", "training.epochs=8"]
RECIPES = {
    "sgd, steps, dropout; kept after every step": [*SMALL, "training.checkpoint_seconds=0.0"],
    "adamw, cosine, smoothing, ema, dropout; kept every half second": [
        *SMALL,
        "training.optimizer=adamw",
        "training.momentum=0.0",
        "training.decay=cosine",
        "training.drop_every_epochs=0",
        "training.drop_factor=1.0",
        "training.warmup_epochs=1.0",
        "training.label_smoothing=0.1",
        "training.ema=0.9",
        "training.checkpoint_seconds=0.5",
    ],
}


def start(words: Sequence[str]) -> "subprocess.Popen[str]":
    """Start `run.py` with its output in a pipe."""
    return subprocess.Popen(
        [sys.executable, "-u", "run.py", *words],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def await_run(child: "subprocess.Popen[str]") -> Path:
    """Return the run folder that a process says it has made."""
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("run: "):
            return Path(line.removeprefix("run: ").strip())
    raise RuntimeError(f"run.py ended with {child.wait()} before it made a run folder")


def finish(words: Sequence[str]) -> tuple[Path, float]:
    """Run to the end; return the run folder and the seconds from its making to the end of its last epoch."""
    child = start(words)
    folder = await_run(child)
    begun = time.monotonic()
    seconds = 0.0
    assert child.stdout is not None
    for line in child.stdout:
        if line.startswith("epoch "):
            seconds = time.monotonic() - begun
    if child.wait(TIME_LIMIT_SECONDS):
        raise RuntimeError(f"run.py {shlex.join(words)} ended with {child.returncode}")
    return folder, seconds


def read_result(run: Path) -> dict[str, Any]:
    """Return what must be identical: digests and texts, and the arrays of the last checkpoint."""
    manifest = read_manifest(run)
    history = pd.read_csv(run / HISTORY, dtype=str).drop(columns=["seconds", "images_per_second"])
    with np.load(run / FOLDER / LAST, allow_pickle=False) as file:
        state = {name: file[name].tobytes() for name in file.files if name != VALUES}
    return {
        "weights": manifest["weights_digest"],
        "state": state,
        "history": history.to_csv(),
        "predictions": [manifest["files"][name] for name in ("validation_predictions.csv", "submission.csv")],
    }


def kill_at(words: Sequence[str], seconds: float) -> tuple[Path, dict[str, Any]]:
    """Start a run, kill it `seconds` after it made its folder, and say what the kill left."""
    child = start(words)
    folder = await_run(child)
    time.sleep(seconds)
    child.kill()
    child.communicate()
    checkpoint = folder / FOLDER
    left = {"seconds": round(seconds, 2), "was_running": child.returncode == -9}
    left["was_saving"] = any(checkpoint.glob(".*")) if checkpoint.is_dir() else False
    if (checkpoint / LAST).is_file():
        with np.load(checkpoint / LAST, allow_pickle=False) as file:
            values = json.loads(file[VALUES].tobytes())
        left |= {"epoch": values["epoch"], "step": values["step"]}
    return folder, left


def measure(backend: str, recipe: str, points: int, data: Path, out: Path) -> dict[str, Any]:
    """Kill and resume `points` runs of one recipe on one backend."""
    settings = [word for value in RECIPES[recipe] for word in ("--set", value)]
    words = ["train", "quick", "--data", str(data), "--backend", backend, "--device", "cpu", *settings]
    whole, seconds = finish([*words, "--out", str(out / "whole")])
    wanted = read_result(whole)
    kills = []
    for point in range(points):
        moment = seconds * (point + 0.5) / points
        folder, left = kill_at([*words, "--out", str(out / f"point{point}")], moment)
        while not left["was_running"]:  # it was faster than the run that was left alone: another run, killed earlier
            moment *= 0.9
            folder, left = kill_at([*words, "--out", str(out / f"point{point}")], moment)
        if "files" not in json.loads((folder / "manifest.json").read_text()):
            finish(["train", "--resume", str(folder)])
        result = read_result(folder)
        left["differs"] = [name for name in wanted if wanted[name] != result[name]]
        kills.append(left)
        print(f"{backend}, {recipe}: point {point + 1} of {points}: {left}", file=sys.stderr, flush=True)
        shutil.rmtree(out / f"point{point}")
    return {
        "backend": backend,
        "recipe": recipe,
        "seconds": round(seconds, 1),
        "kills": kills,
        "killed": sum(kill["was_running"] for kill in kills),
        "identical": sum(kill["was_running"] and not kill["differs"] for kill in kills),
    }


def describe(run: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a table for one recipe on one backend."""
    steps = [(kill["epoch"], kill["step"]) for kill in run["kills"] if kill["was_running"] and "epoch" in kill]
    first, last = (f"epoch {epoch + 1} step {step}" for epoch, step in (min(steps), max(steps)))
    return {
        "what": f"{run['backend']}; {run['recipe']}: identical after kill and resume",
        "figure": f"{run['identical']} of {run['killed']}",
        "spread": f"resumed from {first} to {last}; {sum(kill['was_saving'] for kill in run['kills'])} in a save",
        "n": run["killed"],
    }


def main(arguments: list[str]) -> None:
    """Write results/kills.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.kills", description=__doc__)
    parser.add_argument("--points", type=int, default=20, help="kills per backend (20), shared by the recipes")
    parser.add_argument("--backends", default=",".join(backends.BACKENDS))
    parser.add_argument("--out", type=Path, default=ROOT / "results" / "kills.json")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        draw_sample(data, IMAGES, 0, lambda count: None)
        runs = [
            measure(backend, recipe, -(-args.points // len(RECIPES)), data, Path(folder) / f"{backend}{number}")
            for backend in args.backends.split(",")
            for number, recipe in enumerate(RECIPES)
        ]
    figures = [describe(run) for run in runs]
    content = {
        "command": shlex.join(["python", "-m", "benchmarks.kills", *arguments]),
        "commit": read_commit(),
        "hardware": describe_hardware("cpu"),
        "versions": backends.versions(),
        "note": "Killed by SIGKILL at moments spread over the training, resumed by a new process.",
        "figures": figures,
        "kills": runs,
    }
    write_json(args.out, content)
    for row in figures:
        print(f"{row['what']}: {row['figure']}")


if __name__ == "__main__":
    main(sys.argv[1:])

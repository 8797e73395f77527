"""Training on several devices against training on one, step by step: `python -m benchmarks.parallel`.

The first steps of `parity`, on jax: on one device, on four that the processor is shown as, and in two processes that
talk over loopback. Then with dropout. Exits with 1 if the losses are not those of one device.
"""

import argparse
import dataclasses
import json
import shlex
import socket
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import numpy as np

import backends
from benchmarks.record import RESULTS
from data_io.files import write_json
from data_io.opening import open_data_folder
from data_io.run_folder import describe_hardware, read_commit
from data_io.sample import draw_sample
from recipes.reading import read_recipe, to_toml
from recipes.recipe import Recipe

ROOT = RESULTS.parent
CASES = {"1 device": (1, 1), "4 simulated devices": (4, 1), "2 processes over loopback": (1, 2)}
DROPOUT_FRACTION = 0.3
IMAGES = 1000
LEFT_OUT = 10  # of the 800 to train on, so that the last batch of an epoch is of 22: not a multiple of 4
FIRST_TOLERANCE, TOLERANCE = 1e-6, 1e-3  # relative, of the first step's loss and of any other's
TIME_LIMIT_SECONDS = 1800


def save_images(recipe: Recipe, folder: Path) -> int:
    """Draw sample images and leave those to train on in `folder`; return how many."""
    draw_sample(folder / "data", IMAGES, 0, lambda count: None)
    side_pixels, classes = recipe.image.size_pixels, recipe.model.classes
    split = open_data_folder(
        folder / "data", classes, side_pixels, folder / "cache", lambda what, total: nullcontext(lambda count: None)
    ).splits["train"]
    count = len(split.labels) - LEFT_OUT
    np.save(folder / "images.npy", np.asarray(split.images[:count]))
    np.save(folder / "labels.npy", split.labels[:count])
    return count


def find_losses(recipe: Recipe, folder: Path, devices: int, processes: int, steps: int) -> list[float]:
    """Return the losses of the first steps, from processes of their own. Raises CalledProcessError."""
    trial = {
        "recipe": tomllib.loads(to_toml(recipe)),
        "devices": devices,
        "processes": processes,
        "coordinator": f"127.0.0.1:{find_free_port()}",
        "steps": steps,
    }
    children = []
    for process_id in range(processes):
        path = folder / f"trial{process_id}.json"
        write_json(path, {**trial, "process_id": process_id})
        children.append(subprocess.Popen([sys.executable, "-m", "benchmarks.parallel_trial", str(path)], cwd=ROOT))
    try:
        for child in children:
            if child.wait(TIME_LIMIT_SECONDS):
                raise subprocess.CalledProcessError(child.returncode, child.args)
    finally:
        for child in children:
            child.kill()
            child.wait()
    losses: list[float] = json.loads((folder / "losses.json").read_text(encoding="utf-8"))
    return losses


def find_free_port() -> int:
    """Return a port of loopback that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def compare(losses: Sequence[float], others: Sequence[float]) -> dict[str, float]:
    """Return how far the first, and the farthest, of `others` is from its fellow in `losses`, relative to that."""
    apart = np.abs(np.array(others) - losses) / np.abs(losses)
    return {"first": float(apart[0]), "largest": float(apart.max()), "largest_step": int(apart.argmax()) + 1}


def describe(name: str, case: dict[str, Any]) -> dict[str, Any]:
    """Return the row of a table for one case against one device."""
    return {
        "what": f"{name} against 1 device: largest relative difference of a step's loss",
        "figure": f"{case['largest']:.1e}",
        "spread": f"{case['first']:.1e} at the first step; the largest at step {case['largest_step']}",
        "n": len(case["losses"]),
    }


def measure(recipe: Recipe, folder: Path, steps: int, title: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Return the rows of a table, and what they are made of, for one recipe in all cases."""
    losses: dict[str, list[float]] = {}
    for name, (devices, processes) in CASES.items():
        begun = time.monotonic()
        losses[name] = find_losses(recipe, folder, devices, processes, steps)
        print(f"{title}, {name}: {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
    alone, *others = CASES
    compared = {name: {**compare(losses[alone], losses[name]), "losses": losses[name]} for name in others}
    return [describe(f"{title}, {name}", case) for name, case in compared.items()], {
        alone: {"losses": losses[alone]},
        **compared,
    }


def main(arguments: list[str]) -> None:
    """Write results/parallel.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parallel", description=__doc__)
    parser.add_argument("--steps", type=int, default=50, help="(50)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change a value of the recipe")
    parser.add_argument("--out", type=Path, default=RESULTS / "parallel.json")
    args = parser.parse_args(arguments)
    recipe = read_recipe("parity", args.set)
    dropped = dataclasses.replace(recipe, model=dataclasses.replace(recipe.model, dropout_fraction=DROPOUT_FRACTION))
    titles = {"parity": recipe, f"parity with dropout {DROPOUT_FRACTION}": dropped}
    with tempfile.TemporaryDirectory() as name:
        count = save_images(recipe, Path(name))
        measured = {title: measure(each, Path(name), args.steps, title) for title, each in titles.items()}
    batch_size = recipe.training.batch_size
    content: dict[str, Any] = {
        "command": shlex.join(["python", "-m", "benchmarks.parallel", *arguments]),
        "commit": read_commit(),
        "hardware": describe_hardware("cpu"),
        "versions": backends.versions(),
        "note": f"{count} drawn images, batches of {batch_size}, the last one of an epoch of {count % batch_size}."
        + (f" Of the recipe changed: {', '.join(args.set)}." if args.set else ""),
        "figures": [row for rows, _ in measured.values() for row in rows],
        "cases": {title: cases for title, (_, cases) in measured.items()},
    }
    write_json(args.out, content)
    for row in content["figures"]:
        print(f"{row['what']}: {row['figure']}; {row['spread']}")
    found = [case for _, cases in measured.values() for case in cases.values() if "largest" in case]
    if any(case["first"] > FIRST_TOLERANCE or case["largest"] > TOLERANCE for case in found):
        sys.exit(f"Expected losses within {FIRST_TOLERANCE:g} at first and {TOLERANCE:g} later. Received: those above.")


if __name__ == "__main__":
    main(sys.argv[1:])

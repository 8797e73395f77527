"""`run.py bench [WHAT]...`: how fast we are, against the original's network and its way of working in plain PyTorch."""

import contextlib
import dataclasses
import os
import shlex
import tempfile
import time
from argparse import Namespace
from collections.abc import Callable, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import backends
import errors
from benchmarks.measuring import usable_cores
from commands.arguments.comparisons import WHAT
from commands.arguments.runs import RUNS
from commands.compare import choose_backends
from commands.steps.data import find_data, find_sample, is_sample_data
from commands.steps.measurement.accuracy import QUICK_TARGET, TARGET, measure_accuracy
from commands.steps.measurement.growth import measure_growth
from commands.steps.measurement.job import measure_job
from commands.steps.measurement.loading import measure_loading
from commands.steps.measurement.outcome import merge_sections, read_bench, show
from commands.steps.measurement.prediction import measure_prediction
from commands.steps.measurement.stand import Stand
from commands.steps.measurement.training import measure_training
from commands.steps.measurement.twin import check_twin
from data_io.run_folder import check_writable, create_run_folder, describe_hardware, read_commit
from recipes.reading import read_recipe
from recipes.recipe import Recipe
from reports.bench_tables import as_content, came_through

BENCH = "bench.json"
REPEATS, QUICK_REPEATS = 5, 1
RECIPES = ("cnn", "mlp")
Tables = list[dict[str, Any]]
SECTIONS: dict[str, Callable[[Stand, list[Recipe]], Tables]] = {
    "training": measure_training,
    "loader": measure_loading,
    "prediction": measure_prediction,
    "job": measure_job,
    "growth": measure_growth,
}


def run(args: Namespace) -> None:
    """Measure; write bench.json and bench.png after each part. Raises PromiseError if nobody came through."""
    chosen = [name for name in WHAT if name in (args.what or WHAT)]
    args.backend_names = choose_backends(args.backends, False)
    threads = choose_threads(args.threads, args.quick)
    recipes = [read_recipe(name) for name in ([args.recipe] if args.recipe else RECIPES)]
    for recipe in recipes:
        check_twin(recipe, chosen)
    parent = args.out or Path(RUNS)
    check_writable(parent)
    if args.json:
        check_writable(args.json.resolve().parent)
        read_bench(args.json)
    data = find_data(args.data)
    folder = create_run_folder(parent, f"bench-{'-'.join(args.what) if args.what else 'all'}").resolve()
    (folder / "logs").mkdir()
    path: Path = args.json or folder / BENCH
    repeats = args.repeats or (QUICK_REPEATS if args.quick else REPEATS)
    print(f"measuring {', '.join(chosen)}, rounds: {repeats}, threads: {', '.join(map(str, threads))}, in {folder}")
    sections: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as work:
        stand = Stand(args, data.resolve(), Path(work), folder / "logs", threads, repeats)
        for name in chosen:
            begun, load = time.monotonic(), os.getloadavg()
            tables = _measure(name, stand, recipes, sections)
            facts = {"seconds": time.monotonic() - begun, "load_before": load[0], "tables": tables}
            sections[name] = {**_describe(args, name, threads, repeats), **facts}
            sections[name]["hardware"] = describe_hardware(find_device(tables))
            merge_sections(path, {name: sections[name]})
    show(as_content(sections))
    print(f"wrote {path}")
    if not came_through(list(sections.values())):
        raise errors.PromiseError("Expected a contestant to come through. Received: none did; see the table.")


def choose_threads(wanted: str | None, is_quick: bool = False) -> list[int]:
    """Split `--threads`; without it 1 and 2, or the more of these if it is to be quick, or 1 where there is one core.

    Raises UsageError for what cannot be.
    """
    cores = usable_cores()
    if wanted is None:
        most = min(cores, 2)
        return [most] if is_quick else list(range(1, most + 1))
    words = wanted.split(",")
    if not all(word.isdecimal() and 1 <= int(word) <= cores for word in words):
        raise errors.UsageError(
            f"Expected --threads to be numbers from 1 to {cores}, one per core. Received: {wanted}."
        )
    return sorted({int(word) for word in words})


def _measure(name: str, stand: Stand, recipes: list[Recipe], sections: dict[str, Any]) -> Tables:
    """With `--quick` whole processes are those of the backend that trained fastest, or the first."""
    if stand.is_quick and name in ("job", "accuracy"):
        fastest = find_fastest(sections["training"]["tables"], stand.backends) if "training" in sections else None
        quick = Namespace(**{**vars(stand.args), "backend_names": [fastest or stand.backends[0]]})
        stand = dataclasses.replace(stand, args=quick)
    return _measure_accuracy(stand) if name == "accuracy" else SECTIONS[name](stand, recipes)


def _measure_accuracy(stand: Stand) -> Tables:
    """With `--quick` the sample data and its recipe."""
    args, is_quick = stand.args, stand.is_quick and not stand.args.recipe
    recipe = read_recipe("quick" if is_quick else args.recipe or RECIPES[0])
    if is_quick:
        stand = dataclasses.replace(stand, data=find_sample().resolve())
    target = args.target or (QUICK_TARGET if is_quick else TARGET)
    return measure_accuracy(stand, recipe, target, args.seeds)


def find_fastest(tables: Tables, names: Sequence[str]) -> str | None:
    """Return the backend with the best figure of the first table, None if there is none."""
    rows = [row for row in tables[0]["rows"] if row["contestant"] in names and "figure" in row]
    return max(rows, key=lambda row: row["figure"]["median"])["contestant"] if rows else None


def find_device(tables: Tables) -> str:
    """Return the GPU that a contestant of ours says it computed on, else `cpu`."""
    variants = [variant for table in tables for row in table["rows"] for variant in row["variants"]]
    devices = [str(each.get("device", "")) for variant in variants for each in variant["repeats"]]
    return next((device for device in devices if device.startswith("gpu")), "cpu")


def _describe(args: Namespace, name: str, threads: Sequence[int], repeats: int) -> dict[str, Any]:
    is_sample = is_sample_data(args.data) or (name == "accuracy" and args.quick and not args.recipe)
    versions = backends.versions()
    with contextlib.suppress(PackageNotFoundError):
        versions["onnxruntime"] = version("onnxruntime")
    return {
        "command": shlex.join(map(_shorten, shlex.split(args.command_line))),
        "commit": read_commit(),
        "versions": versions,
        "device": args.device,
        "threads": list(threads),
        "repeats": repeats,
        "is_quick": bool(args.quick),
        "data": "drawn sample images" if is_sample else "images of the data folder",
    }


def _shorten(word: str) -> str:
    """Of a path outside this folder only the name says anything elsewhere."""
    return Path(word).name if Path(word).is_absolute() else word

"""Finished runs to one file of `results/`: `python -m benchmarks.record NAME RUN...`.

A folder of folds stands for its runs, and for what they give together; one of a run's `evaluations/` for itself.
"""

import argparse
import json
import shlex
import statistics
import sys
import tomllib
from pathlib import Path
from typing import Any

import pandas as pd

import errors
from data_io.files import digest_file, write_json
from data_io.run_folder import (
    FOLDS,
    HISTORY,
    METRICS,
    RECIPE,
    UNKNOWN,
    check_digest,
    find_folds,
    read_beginning,
    read_manifest,
)

RESULTS = Path(__file__).resolve().parent.parent / "results"


def summarise_run(run: Path) -> dict[str, Any]:
    """Return what a reader of a table needs of one run, after checking its files against its manifest."""
    manifest = read_manifest(run)
    recipe = tomllib.loads(check_digest(run, RECIPE).read_text(encoding="utf-8"))
    metrics = json.loads(check_digest(run, METRICS).read_text(encoding="utf-8"))
    history = pd.read_csv(check_digest(run, HISTORY))
    unknown = {}
    if UNKNOWN in manifest["files"]:
        found = json.loads(check_digest(run, UNKNOWN).read_text(encoding="utf-8"))
        unknown = {f"unknown_{key}": found[key] for key in ("auroc", "auroc_standard_error")}
    speeds = history["images_per_second"].tolist()
    kept = ("command", "commit", "backend", "device", "hardware", "loader", "seed", "versions", "minutes")
    return {
        **{key: manifest[key] for key in kept},
        "recipe": recipe["name"],
        "fold": recipe["data"]["fold"] if recipe.get("data", {}).get(FOLDS) else None,
        "epochs": len(history),
        "validation_images": metrics["images"],
        "validation_accuracy": metrics["accuracy"],
        "validation_accuracy_standard_error": metrics["accuracy_standard_error"],
        "validation_loss": metrics["loss"],
        "correct_per_class": [row[label] for label, row in enumerate(metrics["confusion"])],
        "last_train_loss": float(history["train_loss"].iloc[-1]),
        # The first epoch holds the compilation; with one epoch there is no other.
        "images_per_second": statistics.median(speeds[1:] or speeds),
        "first_weights_digest": manifest["first_weights_digest"],
        **unknown,
    }


def summarise_folds(folder: Path) -> dict[str, Any]:
    """Return the scores of a folder of folds: each image answered by the network that has not seen it.

    Raises PromiseError if they were changed.
    """
    wanted = read_beginning(folder)["files"][METRICS]
    if digest_file(folder / METRICS) != wanted:
        raise errors.PromiseError(f"Expected {folder / METRICS} to be as it was written. Received: another file.")
    metrics = json.loads((folder / METRICS).read_text(encoding="utf-8"))
    return {key: metrics[key] for key in ("images", "accuracy", "accuracy_standard_error", "loss", "over_folds")}


def is_evaluation(folder: Path) -> bool:
    """Return whether `evaluate` wrote this folder. Raises UsageError if nothing of ours did."""
    return RECIPE not in read_manifest(folder)["files"]


def summarise_evaluation(folder: Path) -> dict[str, Any]:
    """Return what an evaluation found, and each of its models alone, after checking its file against its manifest."""
    manifest = read_manifest(folder)
    metrics = json.loads(check_digest(folder, METRICS).read_text(encoding="utf-8"))
    alone = {"model": folder.resolve().parent.parent.name, "accuracy": metrics["accuracy"], "loss": metrics["loss"]}
    return {
        **{key: manifest[key] for key in ("command", "commit", "backend", "device", "hardware", "versions")},
        **{key: metrics[key] for key in ("images", "accuracy", "accuracy_standard_error", "loss", "data_digest")},
        "models": metrics.get("models", [alone]),
        "views": metrics.get("views", 1),
    }


def main(arguments: list[str]) -> None:
    """Write results/NAME.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.record", description=__doc__)
    parser.add_argument("name", help="of the file in results/")
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--note", default="", help="what a reader must know, such as what else the machine did")
    args = parser.parse_args(arguments)
    folders = [run for run in args.runs if find_folds(run)]
    runs = [one for run in args.runs for one in find_folds(run) or [run]]
    evaluations = [run for run in runs if is_evaluation(run)]
    found = {
        "runs": [summarise_run(run) for run in runs if run not in evaluations],
        "evaluations": [summarise_evaluation(folder) for folder in evaluations],
        "out_of_fold": [summarise_folds(folder) for folder in folders],
    }
    command = shlex.join(["python", "-m", "benchmarks.record", *arguments])
    kinds = {kind: some for kind, some in found.items() if some}
    write_json(RESULTS / f"{args.name}.json", {"command": command, "note": args.note, **kinds})
    print(f"wrote {RESULTS / args.name}.json")


if __name__ == "__main__":
    main(sys.argv[1:])

"""What damaged images do to networks, beside each other: `python -m benchmarks.robustness RUN...`.

Reads what `run.py evaluate RUN --robustness` left in each run, writes results/robustness.json and the picture of
docs/analysis.md. `python -m benchmarks.documents` then writes the table.
"""

import argparse
import json
import shlex
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import errors
from benchmarks.analysis import PICTURES, check_count, encode_small, name_runs
from benchmarks.record import RESULTS
from data_io.files import write_bytes, write_json
from data_io.run_folder import METRICS, RECIPE, check_digest, read_manifest
from reports.robustness_figures import draw_runs

NAME = "robustness"
EVALUATION = f"{NAME}.json"
KEPT = ("command", "commit", "backend", "device", "hardware", "versions")  # of the evaluation


def read_robustness(run: Path) -> dict[str, Any]:
    """Return a run's name, and what damage does to the answers of its network alone on all its validation images.

    Of several such evaluations the last is taken. Raises UsageError if there is none.
    """
    metrics = json.loads(check_digest(run, METRICS).read_text(encoding="utf-8"))
    found = None
    for path in sorted(run.glob(f"evaluations/*/{EVALUATION}"), key=_as_made):
        manifest = read_manifest(path.parent)
        content = json.loads(check_digest(path.parent, EVALUATION).read_text(encoding="utf-8"))
        is_alone = len(content["models"]) == 1 and content["tta"] is None
        is_whole = content["data_digest"] == metrics["data_digest"] and content["images"] == metrics["images"]
        if is_alone and is_whole:
            found = {**{key: manifest[key] for key in KEPT}, **content}
    if found is None:
        raise errors.UsageError(
            f"Expected {run} to have been judged on damaged images, all of validation, without --with and --tta. "
            f"Received: no such evaluation. Make it with: python run.py evaluate {run} --robustness"
        )
    recipe = tomllib.loads(check_digest(run, RECIPE).read_text(encoding="utf-8"))
    return {"name": recipe["name"], "classes": len(metrics["confusion"]), **found}


def read_kept(names: Sequence[str]) -> list[dict[str, Any]]:
    """Return what results/robustness.json has of networks by their names. Raises UsageError for one that it lacks."""
    if not names:
        return []
    there = json.loads((RESULTS / f"{NAME}.json").read_text(encoding="utf-8"))["damaged"]
    found = {run["name"]: run for run in there}
    if missing := [name for name in names if name not in found]:
        raise errors.UsageError(f"Expected --keep of {', '.join(found)}. Received: {', '.join(missing)}.")
    return [found[name] for name in names]


def _as_made(path: Path) -> tuple[int, str]:
    return len(path.parent.name), path.parent.name  # name, name-2, …, name-10


def check_same_images(folders: Sequence[Path], runs: Sequence[dict[str, Any]]) -> None:
    """Raise DataError for runs that did not judge the same images."""
    for folder, run in zip(folders, runs, strict=True):
        if run["data_digest"] != runs[0]["data_digest"]:
            raise errors.DataError(
                f"Expected {folders[0]} and {folder} to judge the same images. Received: other ones."
            )


def main(arguments: list[str]) -> None:
    """Write results/robustness.json and docs/analysis/robustness.png. Raises as `read_robustness`."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}", description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    parser.add_argument("--keep", action="append", default=[], metavar="NAME", help="of the file that is there")
    parser.add_argument("--note", default="", help="what a reader must know")
    args = parser.parse_args(arguments)
    kept = read_kept(args.keep)
    check_count([*args.keep, *args.runs])
    runs = [read_robustness(run) for run in args.runs]
    check_same_images([*map(Path, args.keep), *args.runs], [*kept, *runs])
    damaged = [*kept, *name_runs(runs, args.runs)]
    content = {
        "command": shlex.join(["python", "-m", f"benchmarks.{NAME}", *arguments]),
        "note": args.note,
        "hardware": "; ".join(sorted({run["hardware"] for run in damaged})),
        "versions": runs[0]["versions"],
        "damaged": damaged,
    }
    write_bytes(PICTURES / f"{NAME}.png", encode_small(draw_runs(damaged)))
    write_json(RESULTS / f"{NAME}.json", content)
    print(f"wrote {RESULTS / NAME}.json and {PICTURES / NAME}.png")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except errors.ProgramError as error:
        sys.exit("\n".join(f"error: {message}" for message in error.messages))

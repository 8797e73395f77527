"""`run.py reproduce RUN`: run a finished run's recipe again and say what is identical and what is not."""

import io
from argparse import Namespace
from pathlib import Path
from typing import Any

import pandas as pd

import errors
from commands import train
from commands.steps.resuming import MIXED, take_over_options
from data_io.run_folder import CALIBRATION, HISTORY, METRICS, RECIPE, UNKNOWN, check_digest, read_manifest

TIMES = ("seconds", "images_per_second")
ANSWERS = ("validation_predictions.csv", "submission.csv", METRICS, CALIBRATION, UNKNOWN)
SURROUNDINGS = (
    "backend",
    "device",
    "devices",
    "processes",
    "hardware",
    "loader",
    "versions",
    "data_digests",
    "source_digest",
)
ON_THE_WAY = {MIXED: "conditions on the way", "rewinds": "weights by --on-nan rewind"}


def run(args: Namespace) -> None:
    """Train again into a new folder and compare. Raises PromiseError if like surroundings gave another result."""
    first = read_manifest(args.run)
    vars(args).update(
        recipe=str(check_digest(args.run, RECIPE)),
        seed=None,
        loader=None,
        set=[],
        folds=None,
        leave_out=None,
        check=False,
        resume=None,
        force=False,
        time_limit=None,
        on_nan=None,
        tensorboard=False,
        devices=1,
        processes=1,
        process_id=None,
        coordinator=None,
        out=args.out or args.run.resolve().parent,
    )
    take_over_options(args, args.run)
    folder = train.run(args)
    assert folder is not None  # only a run with a limit of time ends without
    second = read_manifest(folder)
    changed = [name for name in SURROUNDINGS if first.get(name) != second.get(name)]
    # What a run was on its way: it was begun under other conditions, or rewound to a state that depends on the clock.
    changed += [what for key, what in ON_THE_WAY.items() if first.get(key)]
    results = compare_results(args.run, first, folder, second)
    print(f"{args.run} and {folder}:")
    for what, is_identical in results.items():
        print(f"  {what:<32} {'identical' if is_identical else 'different'}")
    print(f"  surroundings: {', '.join(changed) + ' changed' if changed else 'the same'}")
    differing = [what for what, is_identical in results.items() if not is_identical]
    if differing and not changed:
        raise errors.PromiseError(
            f"Expected {folder} to repeat {args.run}, since nothing around it has changed. "
            f"Received: other {', '.join(differing)}."
        )


def compare_results(one: Path, first: dict[str, Any], other: Path, second: dict[str, Any]) -> dict[str, bool]:
    """Tell of each result whether two runs have it bit by bit the same; of the history, all but the times."""
    return {
        "first weights": first["first_weights_digest"] == second["first_weights_digest"],
        "weights": first["weights_digest"] == second["weights_digest"],
        "history, times left out": _read_history(one) == _read_history(other),
        # A run that was made before there was a calibration has none to compare.
        **{name: first["files"][name] == second["files"].get(name) for name in ANSWERS if name in first["files"]},
    }


def _read_history(run: Path) -> str:
    text = check_digest(run, HISTORY).read_text(encoding="utf-8")
    columns = pd.read_csv(io.StringIO(text), dtype=str)  # text, so that no digit is lost
    return str(columns.drop(columns=list(TIMES), errors="ignore").to_csv(index=False))

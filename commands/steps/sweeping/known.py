"""Runs whose figures a table has that a sweep left elsewhere: they are not made again."""

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import errors
from commands.steps.sweeping.states import FINISHED, SweepRun, name_changes
from recipes.reading import from_values

MADE_OF = ("versions", "data_digests")  # of the file as a whole, and of a run where its own differ


def take_known(path: Path, runs: Sequence[SweepRun]) -> None:
    """Give each run its figures from the JSON file of a sweep, if they are there of its values, backend and seed.

    The data is not compared here: its digest goes into the new table, which says if they differ. Prints which rows have
    other values, and are not taken. Raises UsageError for a file that is none of a sweep's.
    """
    try:
        found = {key: (values, figures) for key, values, figures in _read(path)}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:  # ValueError: JSON and UTF-8
        reason = error.strerror if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        raise errors.UsageError(
            f"Expected the JSON file of a sweep, with the values of its rows, at {path}. Received: {reason}."
        ) from error
    for run in runs:
        one = run.combination
        values, figures = found.get((one.row.name, one.backend, one.recipe.seed), ({}, None))
        if figures is None:
            continue
        try:
            wanted = dataclasses.asdict(one.recipe)
            recipe = from_values({**values, **{key: wanted[key] for key in ("seed", "expected")}})
            changed = ", ".join(name_changes(wanted, dataclasses.asdict(recipe)))
        except errors.UsageError as error:  # values that there were once
            changed = f"values: {' '.join(error.messages)}"
        if changed:
            print(f"{one}: not taken from {path}, which has it with other {changed}", flush=True)
        else:
            run.known, run.known_from = figures, path


def _read(path: Path) -> Iterator[tuple[tuple[str, str, int], Mapping[str, Any], dict[str, Any]]]:
    """Yield row, backend and seed of each finished run, the recipe values of its row, and its figures."""
    content = json.loads(path.read_text(encoding="utf-8"))
    for row in content["rows"]:
        for run in row["runs"]:
            if run["state"] == FINISHED:
                figures = {**{key: content[key] for key in MADE_OF}, **run}
                figures |= {key: float(figures[key]) for key in ("validation_accuracy", "minutes")}
                figures["hardware"] = str(figures["hardware"])
                yield (row["name"], row["backend"], run["seed"]), dict(row["values"]), figures

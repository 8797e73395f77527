"""The tables of a sweep and of a search, made from the content of their JSON files."""

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from reports.error_bars import share_error

NONE = "–"
PUBLISHED, BOARD, AUROC, MISSING = OPTIONAL = ("published", "published, board", "AUROC", "not there")
FINISHED = "finished"
MOST_CHARACTERS = 120  # of a reason


def find_mean(accuracies: Sequence[float]) -> dict[str, float | int | None]:
    """Return n, the mean, and the sample standard deviation (division by n - 1), which takes two values."""
    return {
        "n": len(accuracies),
        "mean": statistics.fmean(accuracies) if accuracies else None,
        "deviation": statistics.stdev(accuracies) if len(accuracies) > 1 else None,
    }


def sweep_rows(content: Mapping[str, Any]) -> list[list[str]]:
    """Return a row per row and backend, the titles first; of OPTIONAL columns those that say something."""
    titles = ["row", "backend", PUBLISHED, BOARD, "validation accuracy", AUROC, "n", "minutes a run", MISSING]
    rows = [[row["name"], row["backend"], *_figures(row), _left(row["runs"])] for row in content["rows"]]
    columns = zip(titles, *rows, strict=True)
    kept = [column for column in columns if column[0] not in OPTIONAL or set(column[1:]) != {NONE}]
    return [list(row) for row in zip(*kept, strict=True)]


def trial_rows(content: Mapping[str, Any]) -> list[list[str]]:
    """Return a row per trial, the best first and the titles before it; numbers to four digits."""
    keys = sorted({key for trial in content["trials"] for key in trial["values"]})
    rows = [["trial", *keys, "validation accuracy", "minutes"]]
    for trial in sorted(content["trials"], key=_rank):
        values = [_round(trial["values"].get(key, NONE)) for key in keys]
        accuracy, minutes = trial["accuracy"], trial["minutes"]
        figure = f"{100 * accuracy:.2f} %" if accuracy is not None else _shorten(trial["state"], trial["reason"])
        rows.append([str(trial["number"]), *values, figure, NONE if minutes is None else f"{minutes:.1f}"])
    return rows


def _round(value: str) -> str:
    try:
        return value if value.isdecimal() else f"{float(value):.4g}"
    except ValueError:
        return value


def _rank(trial: Mapping[str, Any]) -> tuple[float, int]:
    accuracy = trial["accuracy"]
    return (1.0 if accuracy is None else -float(accuracy), int(trial["number"]))


def _figures(row: Mapping[str, Any]) -> list[str]:
    mean, deviation = row["mean"], row["deviation"]
    minutes = [run["minutes"] for run in row["runs"] if run["state"] == FINISHED]
    ours = NONE if mean is None else f"{100 * mean:.2f}"
    error = _error_of_one(row["runs"]) if deviation is None else f" ± {100 * deviation:.2f}"
    return [
        *(NONE if row.get(key) is None else f"{100 * row[key]:.2f} %" for key in ("published", "published_board")),
        ours if mean is None else f"{ours}{error} %",
        _unknown_auroc(row["runs"]),
        str(row["n"]),
        f"{statistics.fmean(minutes):.1f}" if minutes else NONE,
    ]


def _error_of_one(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return, in brackets, the standard error of a single run's accuracy, if it is known of how many images that is."""
    for run in runs:
        if run["state"] == FINISHED and "validation_images" in run:
            images = run["validation_images"]
            return f" (± {100 * share_error(round(run['validation_accuracy'] * images), images):.2f})"
    return ""


def _unknown_auroc(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return how well a class that was left out is told from the others, mean ± deviation, if that was asked."""
    found = find_mean([run["unknown_auroc"] for run in runs if "unknown_auroc" in run])
    if found["mean"] is None:
        return NONE
    return f"{found['mean']:.4f}" + ("" if found["deviation"] is None else f" ± {found['deviation']:.4f}")


def _left(runs: Sequence[Mapping[str, Any]]) -> str:
    seeds: dict[str, list[str]] = {}
    for run in runs:
        if run["state"] != FINISHED:
            seeds.setdefault(_shorten(run["state"], run["reason"]), []).append(str(run["seed"]))
    return "; ".join(f"seed {', '.join(some)} {what}" for what, some in seeds.items()) or NONE


def _shorten(state: str, reason: str) -> str:
    return f"{state}: {reason[:MOST_CHARACTERS]}" if reason else state

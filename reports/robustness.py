"""What damaged images do to answers: accuracy, and the share of answers that are others than without damage."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.error_bars import share_error

UNDAMAGED = ("none", 0)
COLUMNS = ("damage", "level", "images", "accuracy", "accuracy_standard_error", "changed", "changed_standard_error")


def count_damage(
    labels: NDArray[np.integer[Any]],
    given: Mapping[tuple[str, float], NDArray[np.int64]],
    damages: Sequence[tuple[str, str, Sequence[float]]],
) -> dict[str, Any]:
    """Return accuracy and changed answers, with standard errors, of each level, as JSON can hold it.

    `labels` (N,) are the true labels, `given` (N,) those of each (damage, level), UNDAMAGED among them; `damages` are
    name, description and levels of each damage, weak to strong.
    """
    before = given[UNDAMAGED]
    return {
        "images": len(labels),
        "undamaged": _count(labels, before, before),
        "damages": [
            {
                "damage": name,
                "description": description,
                "levels": [{"level": level, **_count(labels, given[name, level], before)} for level in levels],
            }
            for name, description, levels in damages
        ],
    }


def robustness_rows(content: Mapping[str, Any]) -> list[list[str]]:
    """Return a row per damage and level, the titles first, for the terminal."""
    rows = [["damage", "level", "accuracy", "answers changed"], ["none", "", *_cells(content["undamaged"])]]
    for damage in content["damages"]:
        for place, level in enumerate(damage["levels"]):
            rows.append(["" if place else damage["description"], f"{level['level']:g}", *_cells(level)])
    return rows


def robustness_csv(content: Mapping[str, Any]) -> str:
    """Return the same as CSV with COLUMNS, figures as in JSON; the first row is that of undamaged images."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    images = content["images"]
    writer.writerow({"damage": UNDAMAGED[0], "level": UNDAMAGED[1], "images": images, **content["undamaged"]})
    for damage in content["damages"]:
        for level in damage["levels"]:
            writer.writerow({"damage": damage["damage"], "images": images, **level})
    return text.getvalue()


def run_rows(runs: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Return a row per damage and level, the titles first, with the accuracy of each run, for a document.

    A run is what `count_damage` returns, with a `name`; all have the same damages.
    """
    rows = [["damage", "level", *(run["name"] for run in runs)]]
    rows.append(["none", "", *(_cells(run["undamaged"])[0] for run in runs)])
    for number, damage in enumerate(runs[0]["damages"]):
        for place, level in enumerate(damage["levels"]):
            figures = [_cells(run["damages"][number]["levels"][place])[0] for run in runs]
            rows.append([damage["description"], f"{level['level']:g}", *figures])
    return rows


def _count(labels: NDArray[np.integer[Any]], given: NDArray[np.int64], before: NDArray[np.int64]) -> dict[str, float]:
    images = len(labels)
    right, changed = int(np.count_nonzero(given == labels)), int(np.count_nonzero(given != before))
    return {
        "accuracy": right / images,
        "accuracy_standard_error": share_error(right, images),
        "changed": changed / images,
        "changed_standard_error": share_error(changed, images),
    }


def _cells(level: Mapping[str, float]) -> list[str]:
    shares = [(level[name], level[f"{name}_standard_error"]) for name in ("accuracy", "changed")]
    return [f"{100 * share:.2f} ± {100 * error:.2f} %" for share, error in shares]

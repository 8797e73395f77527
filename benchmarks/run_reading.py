"""Finished runs as the analysis needs them: scores, curves, calibration, and what two of them have in common."""

import json
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import errors
from data_io.history import COLUMNS, read_history
from data_io.predictions import Predictions, read_predictions
from data_io.run_folder import CALIBRATION, HISTORY, METRICS, RECIPE, check_digest, read_manifest
from reports.run_analysis import compare_answers, judge_calibration, recalls

PREDICTIONS = "validation_predictions.csv"
KEPT = ("command", "commit", "backend", "device", "hardware", "seed", "versions", "minutes")
# Correct of 250 images of each class on the competition's validation set, read off the original's confusion matrices.
PUBLISHED_IMAGES = 250
PUBLISHED = {"cnn": (223, 217, 231, 247, 191), "mlp": (184, 115, 139, 228, 100)}


def read_run(run: Path, data_digest: str) -> tuple[dict[str, Any], Predictions]:
    """Return what is known of a finished run that judged the images with the digest, and its answers.

    Raises UsageError for a folder that is no finished run, PromiseError for files that were changed, DataError for a
    run on other images.
    """
    manifest = read_manifest(run)
    recipe = tomllib.loads(check_digest(run, RECIPE).read_text(encoding="utf-8"))
    metrics = json.loads(check_digest(run, METRICS).read_text(encoding="utf-8"))
    if metrics["data_digest"] != data_digest:
        raise errors.DataError(f"Expected {run} to have judged the validation images of --data. Received: other ones.")
    history = read_history(check_digest(run, HISTORY))
    answers = read_predictions(check_digest(run, PREDICTIONS))
    kept = None
    if CALIBRATION in manifest["files"]:
        kept = json.loads(check_digest(run, CALIBRATION).read_text(encoding="utf-8"))
    confusion = metrics["confusion"]
    published = PUBLISHED.get(recipe["name"])
    return {
        "name": recipe["name"],
        **{key: manifest[key] for key in KEPT},
        "epochs": len(history),
        "images": metrics["images"],
        "accuracy": metrics["accuracy"],
        "accuracy_standard_error": metrics["accuracy_standard_error"],
        "loss": metrics["loss"],
        "confusion": confusion,
        "recalls": recalls([row[label] for label, row in enumerate(confusion)], [sum(row) for row in confusion]),
        "published_recalls": recalls(published, [PUBLISHED_IMAGES] * len(published)) if published else None,
        "history": [{column: row[column] for column in COLUMNS} for row in history],
        "calibration": judge_calibration(answers.probabilities, answers.labels, kept),
    }, answers


def compare_runs(names: Sequence[str], answers: Sequence[Predictions]) -> list[dict[str, Any]]:
    """Compare the first run with each other one. Raises DataError for runs that did not judge the same images."""
    first, found = answers[0], []
    for name, other in zip(names[1:], answers[1:], strict=True):
        if other.ids != first.ids or other.labels.tolist() != first.labels.tolist():
            raise errors.DataError(f"Expected {names[0]} and {name} to judge the same images. Received: other ones.")
        classes = first.probabilities.shape[1]
        found.append(
            {"first": names[0], "other": name, **compare_answers(first.labels, first.given, other.given, classes)}
        )
    return found

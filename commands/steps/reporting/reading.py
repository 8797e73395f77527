"""From a run folder to what its page is drawn from; every file is compared with the manifest."""

import json
import tomllib
from pathlib import Path

import errors
from commands.steps.contracts import read_calibration
from data_io.history import read_history
from data_io.predictions import read_predictions
from data_io.run_folder import HISTORY, MANIFEST, METRICS, RECIPE, check_digest, read_manifest
from reports.run_page.content import RunFacts

PREDICTIONS = "validation_predictions.csv"


def read_run(run: Path) -> RunFacts:
    """Read a finished run. Raises UsageError for a folder that is none, PromiseError for files that were changed."""
    manifest = read_manifest(run)
    if missing := [name for name in (RECIPE, METRICS, HISTORY, PREDICTIONS) if name not in manifest["files"]]:
        raise errors.UsageError(
            f"Expected a run that train has finished at {run}. Received: a {MANIFEST} without {', '.join(missing)}."
        )
    predictions = read_predictions(check_digest(run, PREDICTIONS))
    return RunFacts(
        name=run.resolve().name,
        manifest=manifest,
        recipe=tomllib.loads(check_digest(run, RECIPE).read_text(encoding="utf-8")),
        metrics=json.loads(check_digest(run, METRICS).read_text(encoding="utf-8")),
        history=read_history(check_digest(run, HISTORY)),
        ids=predictions.ids,
        labels=predictions.labels,
        given=predictions.given,
        probabilities=predictions.probabilities,
        calibration=read_calibration(run, manifest),
    )

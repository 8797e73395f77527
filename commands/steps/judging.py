"""From the logits of one split to its scores, files and pictures: the same for `train` and `evaluate`.

Their probabilities are at a temperature of 1: the calibration's is fitted on validation, and would flatter it.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data_io.cache import CachedSplit
from data_io.files import write_bytes, write_json
from data_io.predictions import write_predictions
from data_io.run_folder import CALIBRATION, METRICS
from reports.figures import draw_confusion, encode_png
from reports.scores import Scores, given_labels, probabilities, score
from reports.temperature_scaling import Calibration, calibrate
from reports.unknown import energy, energy_quantiles


def write_judgement(
    folder: Path, cached: CachedSplit, logits: NDArray[np.float32], title: str, facts: Mapping[str, Any] | None = None
) -> Scores:
    """Write metrics.json, <split>_predictions.csv and confusion_matrix.png of logits (N, K); return the scores.

    `facts` go into metrics.json too.
    """
    split = cached.split
    scores = score(logits, cached.labels)
    write_json(
        folder / METRICS, {"split": split.name, "data_digest": cached.digest, **scores.as_dict(), **(facts or {})}
    )
    write_predictions(
        folder / f"{split.name}_predictions.csv", split.ids, cached.labels, given_labels(logits), probabilities(logits)
    )
    write_bytes(folder / "confusion_matrix.png", encode_png(draw_confusion(scores.confusion, title)))
    return scores


def write_calibration(run: Path, cached: CachedSplit, logits: NDArray[np.float32]) -> Calibration:
    """Write calibration.json of a run's validation logits (N, K): the temperature, its worth, and what is usual."""
    found = calibrate(logits, cached.labels)
    facts = {"split": cached.split.name, "data_digest": cached.digest}
    quantiles = {"energy_quantiles": energy_quantiles(energy(logits))}
    write_json(run / CALIBRATION, {**facts, **found.as_dict(), **quantiles})
    return found

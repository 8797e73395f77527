"""From the logits of one split to its scores, files and pictures: the same for `train` and `evaluate`."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data_io.cache import CachedSplit
from data_io.files import write_bytes, write_json
from data_io.predictions import write_predictions
from data_io.run_folder import METRICS
from reports.figures import draw_confusion, encode_png
from reports.scores import Scores, given_labels, probabilities, score


def write_judgement(folder: Path, cached: CachedSplit, logits: NDArray[np.float32], title: str) -> Scores:
    """Write metrics.json, <split>_predictions.csv and confusion_matrix.png of logits (N, K); return the scores."""
    split = cached.split
    scores = score(logits, cached.labels)
    write_json(folder / METRICS, {"split": split.name, "data_digest": cached.digest, **scores.as_dict()})
    write_predictions(
        folder / f"{split.name}_predictions.csv", split.ids, cached.labels, given_labels(logits), probabilities(logits)
    )
    write_bytes(folder / "confusion_matrix.png", encode_png(draw_confusion(scores.confusion, title)))
    return scores

"""How much of the label small models tell from a few numbers of an image: fitted on train, judged on validation."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from reports.error_bars import share_error

SEED = 0
TREES = 100
LEAF_IMAGES = 20  # smaller leaves learn single images by heart
STEPS = 500  # of the logistic regression: it has converged by then on 10,000 images and 155 features

MODELS: Mapping[str, Callable[[], Any]] = {
    "logistic regression": lambda: make_pipeline(
        StandardScaler(), LogisticRegression(C=1.0, max_iter=STEPS, random_state=SEED)
    ),
    "random forest": lambda: RandomForestClassifier(TREES, min_samples_leaf=LEAF_IMAGES, random_state=SEED, n_jobs=1),
}


def judge_cues(
    train: Mapping[str, NDArray[np.float64]],
    train_labels: NDArray[np.int64],
    validation: Mapping[str, NDArray[np.float64]],
    validation_labels: NDArray[np.int64],
) -> list[dict[str, Any]]:
    """Return a row per cue and model: accuracy on validation, its binomial standard error, n.

    Cues are (N, features) of `train` and of `validation`, of the same names; labels (N,). Raises KeyError for a cue
    of train that validation does not have.
    """
    rows = []
    for cue, features in train.items():
        for name, make_model in MODELS.items():
            given = make_model().fit(features, train_labels).predict(validation[cue])
            right = int(np.sum(given == validation_labels))
            rows.append(
                {
                    "cue": cue,
                    "features": features.shape[1],
                    "model": name,
                    "train_images": len(train_labels),
                    "images": len(validation_labels),
                    "accuracy": right / len(validation_labels),
                    "standard_error": share_error(right, len(validation_labels)),
                }
            )
    return rows

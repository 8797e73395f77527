"""Whether the label can be guessed without looking: small models on what a file is rather than what it shows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_predict

from data_io.auditing.inspection import Inspection
from data_io.image_records import Advance

FOLDS = 5
# Enough to see one point above chance (a standard error of 0.4 points at 0.2), and seconds to fit.
FITTED_ROWS = 10_000
TREES = 30
LEAF_FRACTION = 0.0025  # a leaf of 20 rows of 8,000; one of fewer learns single files by heart
SEED = 0
# "Well above chance": luck reaches it once in 30,000 fits. Of FITTED_ROWS at a chance of 0.2, it is 1.6 points.
CLEAR_STANDARD_ERRORS = 4.0
EVERYTHING = "all together"
MEANING = (
    "Measuring these takes no look at what a picture shows, yet a network can use them too: what lies well above "
    "chance is part of how the data was made, not skill, and need not hold for images from elsewhere."
)


@dataclass(frozen=True)
class Shortcut:
    """How well one group of properties tells the label, by cross-validation over `rows` images.

    `accuracy` and its binomial `standard_error` are None where nothing was fitted; `state` is "fitted",
    "constant" (one value for all images) or "too few" (a class with fewer images than folds, or a single class).
    `chance` is the share of the largest class. `clear` says that accuracy is well above it.
    """

    group: str
    state: str
    rows: int
    chance: float
    accuracy: float | None
    standard_error: float | None
    clear: bool

    @property
    def sentence(self) -> str:
        """What was measured, in one sentence."""
        if self.accuracy is None or self.standard_error is None:
            return f"{self.group}: {self.state}, so nothing to guess from."
        return (
            f"{self.group}: a small model that sees nothing else guesses {self.accuracy:.3f} ± "
            f"{self.standard_error:.3f} of the train labels, chance is {self.chance:.3f}."
        )


def collect_features(images: Sequence[Inspection]) -> dict[str, NDArray[np.float64]]:
    """Return the groups of properties, float64 (N, features); modes and layouts as ranks of their sorted names."""
    return {
        "file size": np.array([[image.file_bytes] for image in images], np.float64),
        # Without the number of IDAT chunks, which follows from the file's size.
        "PNG chunk layout": np.stack(
            [_ranks([image.layout for image in images]), np.array([float(image.piece_bytes) for image in images])],
            axis=1,
        ),
        "image size": np.array([[image.width, image.height] for image in images], np.float64),
        "mode": _ranks([image.mode for image in images])[:, None],
        "colour means": np.array([image.colour_means for image in images], np.float64),
    }


def _ranks(names: Sequence[str]) -> NDArray[np.float64]:
    return np.unique(np.array(names, np.str_), return_inverse=True)[1].astype(np.float64)


def find_shortcuts(
    features: Mapping[str, NDArray[np.float64]], labels: NDArray[np.int32], advance: Advance
) -> tuple[Shortcut, ...]:
    """Guess labels (N,) from each group of features (N, F) and from all together; at most FITTED_ROWS rows are used.

    Those are drawn once, from SEED, so that equal data gives equal figures. `advance` is called after each group.
    """
    order = np.random.default_rng(SEED).permutation(len(labels))[:FITTED_ROWS]
    rows = np.sort(order)
    groups = {**features, EVERYTHING: np.concatenate(list(features.values()), axis=1)}
    found = []
    for group, values in groups.items():
        found.append(_guess(group, values[rows], labels[rows]))
        advance(1)
    return tuple(found)


def _guess(group: str, values: NDArray[np.float64], labels: NDArray[np.int32]) -> Shortcut:
    counts = np.unique(labels, return_counts=True)[1]
    chance = float(counts.max() / len(labels)) if len(labels) else 0.0
    varying = values[:, np.ptp(values, axis=0) > 0] if len(values) else values
    if len(counts) < 2 or counts.min() < FOLDS:
        return Shortcut(group, "too few", len(labels), chance, None, None, False)
    if not varying.shape[1]:
        return Shortcut(group, "constant", len(labels), chance, None, None, False)
    forest = RandomForestClassifier(TREES, min_samples_leaf=LEAF_FRACTION, random_state=SEED)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    given = cross_val_predict(forest, varying, labels, cv=folds)
    accuracy = float(np.mean(given == labels))
    standard_error = math.sqrt(accuracy * (1 - accuracy) / len(labels))
    # By chance's own error, which is not nought when every guess is right.
    clear = accuracy - chance > CLEAR_STANDARD_ERRORS * math.sqrt(chance * (1 - chance) / len(labels))
    return Shortcut(group, "fitted", len(labels), chance, accuracy, standard_error, clear)

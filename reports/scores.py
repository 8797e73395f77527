"""Says what logits are worth against the true labels: accuracy, loss, per-class scores, confusion."""

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import confusion_matrix, precision_recall_fscore_support

from reports.probabilities import check_labels, given_labels, log_softmax, probabilities

__all__ = ["ClassScores", "Scores", "describe", "given_labels", "probabilities", "score"]


@dataclass(frozen=True)
class ClassScores:
    """Scores of one class; 0.0 where the class was never given (precision) or is absent (recall)."""

    label: int
    precision: float
    recall: float
    f1: float
    support: int  # images whose true label this is


@dataclass(frozen=True)
class Scores:
    """Scores of N images over K classes.

    `accuracy_standard_error` is the binomial sqrt(p (1 - p) / N) (Brown, Cai and DasGupta, "Interval
    Estimation for a Binomial Proportion", Statistical Science 16(2), 2001, the Wald interval's). It speaks
    of which images happened to be drawn, not of which seed trained the model, and it is 0 when every
    image is right or every image is wrong, where it says too little.
    `loss` is the mean over images of -ln p(true label), in nats; uniform logits give ln K.
    `confusion` is K x K image counts: rows the true label, columns the label given.
    """

    images: int
    accuracy: float
    accuracy_standard_error: float
    loss: float
    per_class: tuple[ClassScores, ...]
    confusion: tuple[tuple[int, ...], ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the scores as dicts, lists, ints and unrounded floats, which JSON gives back unchanged."""
        return {
            **asdict(self),
            "per_class": [asdict(scores) for scores in self.per_class],
            "confusion": [list(row) for row in self.confusion],
        }


def score(logits: NDArray[np.float32], labels: NDArray[np.integer[Any]]) -> Scores:
    """Return the scores of logits (N, K) against true labels (N,) from 0 to K - 1.

    All K classes are listed, also those absent from the labels. Raises ValueError for shapes, dtypes or
    labels that do not fit, errors.DivergedError for logits that are not finite.
    """
    given = given_labels(logits)
    images, classes = logits.shape
    check_labels(labels, images, classes)
    true = labels.astype(np.int64)
    all_labels = np.arange(classes)
    precision, recall, f1, support = precision_recall_fscore_support(
        true, given, labels=all_labels, average=None, zero_division=0
    )
    accuracy = int(np.count_nonzero(given == true)) / images
    return Scores(
        images=images,
        accuracy=accuracy,
        accuracy_standard_error=math.sqrt(accuracy * (1 - accuracy) / images),
        # Subtracted, not negated: a loss of nought would be written -0.0.
        loss=0.0 - float(np.mean(log_softmax(logits)[np.arange(images), true])),
        per_class=tuple(
            ClassScores(label, float(precision[label]), float(recall[label]), float(f1[label]), int(support[label]))
            for label in range(classes)
        ),
        confusion=tuple(tuple(int(count) for count in row) for row in confusion_matrix(true, given, labels=all_labels)),
    )


def describe(scores: Scores) -> list[str]:
    """Return lines for the terminal: a headline with accuracy ± its standard error, then a row per class."""
    headline = (
        f"accuracy {scores.accuracy:.4f} ± {scores.accuracy_standard_error:.4f} "
        f"({scores.images:,} images), loss {scores.loss:.4f}"
    )
    rows = [
        f"{row.label:>5}  {row.precision:>9.4f}  {row.recall:>6.4f}  {row.f1:>6.4f}  {row.support:>7,}"
        for row in scores.per_class
    ]
    return [headline, f"{'label':>5}  {'precision':>9}  {'recall':>6}  {'f1':>6}  {'images':>7}", *rows]

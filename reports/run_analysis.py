"""What two networks' answers to the same images have in common, and how good each is per class."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.differences import compare_paired
from reports.error_bars import share_interval
from reports.probabilities import to_logits
from reports.reliability import Reliability, measure_reliability
from reports.temperature_scaling import calibrate, divide_by_fold


def recalls(right: Sequence[int], images: Sequence[int]) -> list[dict[str, Any]]:
    """Return for each class the images that are right, all of them, the share and its 95 % interval (Wilson)."""
    rows = []
    for label, (count, of) in enumerate(zip(right, images, strict=True)):
        low, high = share_interval(count, of)
        rows.append({"label": label, "right": count, "images": of, "recall": count / of, "low": low, "high": high})
    return rows


def compare_answers(
    labels: NDArray[np.int64], first: NDArray[np.int64], other: NDArray[np.int64], classes: int
) -> dict[str, Any]:
    """Compare the labels (N,) that two networks gave to the same N images.

    `difference` is how much more of them the first has right, with McNemar's test; `per_class` counts images that
    both have right, one alone, or neither, and of these the ones to which both gave the same wrong label.
    """
    first_right, other_right = first == labels, other == labels
    found = compare_paired(first_right, other_right)
    rows = []
    for label in range(classes):
        members = labels == label
        neither = members & ~first_right & ~other_right
        rows.append(
            {
                "label": label,
                "images": int(members.sum()),
                "both": int((members & first_right & other_right).sum()),
                "only_first": int((members & first_right & ~other_right).sum()),
                "only_other": int((members & ~first_right & other_right).sum()),
                "neither": int(neither.sum()),
                "same_wrong_label": int((neither & (first == other)).sum()),
            }
        )
    return {
        "images": len(labels),
        "difference": found.value,
        "low": found.low,
        "high": found.high,
        "p": found.p,
        "test": found.test,
        "same_label": int((first == other).sum()),
        "per_class": rows,
    }


def judge_calibration(
    probabilities: NDArray[np.float64], labels: NDArray[np.int64], kept: dict[str, Any] | None
) -> dict[str, Any]:
    """Return a run's calibration, and its bins before and after: `kept`, or fitted here for a run without one.

    `probabilities` are (N, K) at a temperature of 1, `labels` (N,).
    """
    logits = to_logits(probabilities)
    found = calibrate(logits, labels).as_dict() if kept is None else kept
    after = divide_by_fold(logits, labels, found["fold_temperatures"])
    return {
        **found,
        "bins_before": _bins(_reliability(probabilities, labels)),
        "bins_after": _bins(_reliability(after, labels)),
    }


def _reliability(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> Reliability:
    given = probabilities.argmax(axis=1)
    return measure_reliability(np.clip(probabilities.max(axis=1), 0.0, 1.0), given == labels)


def _bins(found: Reliability) -> list[dict[str, Any]]:
    return [
        {"images": one.images, "confidence": one.confidence, "accuracy": one.accuracy}
        for one in found.bins
        if one.images
    ]

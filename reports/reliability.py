"""Whether probabilities mean what they say: confidence against accuracy in bins, and the calibration error; NumPy."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15  # Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 5
DRAWINGS = 1000  # of perfectly calibrated answers: their 95 % point is then known to about 3 % of itself


@dataclass(frozen=True)
class Bin:
    """The answers with a confidence above `lower`, up to and with `upper`.

    `confidence` is their mean, and so is `accuracy`; both are None in an empty bin. `low` and `high` are where the
    accuracy of a perfectly calibrated network would lie in 95 % of drawings.
    """

    lower: float
    upper: float
    images: int
    right: int
    confidence: float | None
    accuracy: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True)
class Reliability:
    """The bins, the expected calibration error, and what that would be below in 95 % of drawings if calibrated."""

    bins: tuple[Bin, ...]
    expected_calibration_error: float
    calibrated_error: float


def calibration_error(confidences: NDArray[np.float64], is_right: NDArray[np.bool_], bins: int = BINS) -> float:
    """Return the expected calibration error: sum over bins of (images in it / N) |accuracy - mean confidence|.

    `confidences` (N,) are the probabilities of the given labels, `is_right` (N,) whether these are true; bins are of
    equal width, open below and closed above (Guo et al., 2017, equation 3). Raises ValueError as `measure_reliability`.
    """
    places = _place(confidences, is_right, bins)
    gaps = np.bincount(places, is_right.astype(np.float64) - confidences, bins)
    return float(np.abs(gaps).sum() / len(confidences))


def measure_reliability(
    confidences: NDArray[np.float64], is_right: NDArray[np.bool_], bins: int = BINS, seed: int = 0
) -> Reliability:
    """Return bins and error of confidences (N,) and of whether the answers are right (N,).

    With few images even a perfectly calibrated network has an error above 0, so answers are drawn that are right with
    the probability of their confidence (consistency resampling: Bröcker and Smith, "Increasing the Reliability of
    Reliability Diagrams", Weather and Forecasting 22, 2007). Raises ValueError for no images, shapes that differ, or
    confidences outside of 0 to 1.
    """
    places = _place(confidences, is_right, bins)
    images = np.bincount(places, minlength=bins)
    right = np.bincount(places, is_right, bins)
    sums = np.bincount(places, confidences, bins)
    drawn = _draw_right(confidences, places, bins, np.random.default_rng(seed))
    low, high = np.quantile(drawn, [0.025, 0.975], axis=0)
    errors = np.abs(drawn - sums).sum(axis=1) / len(confidences)
    edges = np.linspace(0.0, 1.0, bins + 1)
    found = []
    for place in range(bins):
        count = int(images[place])
        means = [float(values[place] / count) if count else None for values in (sums, right, low, high)]
        found.append(Bin(float(edges[place]), float(edges[place + 1]), count, int(right[place]), *means))
    return Reliability(tuple(found), calibration_error(confidences, is_right, bins), float(np.quantile(errors, 0.95)))


def _place(confidences: NDArray[np.float64], is_right: NDArray[np.bool_], bins: int) -> NDArray[np.int64]:
    if confidences.ndim != 1 or not confidences.size or confidences.shape != is_right.shape:
        raise ValueError(
            f"Expected one confidence for each answer. Received: {confidences.shape} and {is_right.shape}."
        )
    if not (confidences.min() >= 0 and confidences.max() <= 1):
        raise ValueError(f"Expected confidences from 0 to 1. Received: {confidences.min()} to {confidences.max()}.")
    places: NDArray[np.int64] = np.searchsorted(np.linspace(0.0, 1.0, bins + 1), confidences, side="left") - 1
    return np.maximum(places, 0)  # a confidence of 0 belongs to the first bin


def _draw_right(
    confidences: NDArray[np.float64], places: NDArray[np.int64], bins: int, generator: np.random.Generator
) -> NDArray[np.float64]:
    """Return how many answers of each bin are right, (DRAWINGS, bins), if each is so with its confidence."""
    drawn = [np.bincount(places, generator.random(len(confidences)) < confidences, bins) for _ in range(DRAWINGS)]
    return np.stack(drawn)

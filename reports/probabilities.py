"""From logits to labels and probabilities. NumPy alone, so that whoever only answers imports nothing heavy."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

import errors


def given_labels(logits: NDArray[np.floating[Any]]) -> NDArray[np.int64]:
    """Return the label (N,) of the greatest of each row of logits (N, K); on a tie, the lowest such label.

    Raises ValueError for another shape or dtype, errors.DivergedError for logits that are not finite: a row
    of NaN would otherwise count as label 0.
    """
    check_logits(logits)
    given: NDArray[np.int64] = np.argmax(logits, axis=1).astype(np.int64)
    return given


def to_logits(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return logits (N, K) whose softmax is probabilities (N, K); of 0 that of the least number."""
    logits: NDArray[np.float64] = np.log(np.maximum(weights, np.finfo(np.float64).tiny))
    return logits


def probabilities(logits: NDArray[np.float32], temperature: float = 1.0) -> NDArray[np.float64]:
    """Return softmax(logits / temperature), (N, K), in float64 so that each row sums to 1 within 1e-15 or so.

    Temperature as in Guo et al., "On Calibration of Modern Neural Networks", ICML 2017. Raises ValueError
    for another shape or dtype or a temperature that is not above 0, errors.DivergedError for logits that
    are not finite.
    """
    check_logits(logits)
    if not (math.isfinite(temperature) and temperature > 0):
        raise ValueError(f"Expected a finite temperature above 0. Received: {temperature}.")
    return np.exp(log_softmax(logits, temperature))


def log_softmax(logits: NDArray[np.floating[Any]], temperature: float = 1.0) -> NDArray[np.float64]:
    """Return ln softmax(logits / temperature), (N, K), in float64. Checks nothing."""
    # The row's maximum goes first: exp(1000) would overflow, exp(1000 - 1000) does not.
    scaled: NDArray[np.float64] = logits.astype(np.float64) / temperature
    scaled -= scaled.max(axis=1, keepdims=True)
    scaled -= np.log(np.exp(scaled).sum(axis=1, keepdims=True))
    return scaled


def check_logits(logits: NDArray[np.floating[Any]]) -> None:
    """Raise ValueError for another shape or dtype than logits (N, K) have, DivergedError for what is not finite."""
    if logits.ndim != 2 or logits.shape[0] < 1 or logits.shape[1] < 2 or logits.dtype.kind != "f":
        raise ValueError(
            "Expected floating-point logits of shape (N, K) with at least 1 image and 2 classes. "
            f"Received: {logits.dtype} of shape {logits.shape}."
        )
    broken = ~np.isfinite(logits)
    if broken.any():
        raise errors.DivergedError(
            f"Expected finite logits. Received: {int(broken.sum()):,} non-finite values in "
            f"{int(broken.any(axis=1).sum()):,} of {len(logits):,} images. "
            "Train again with a lower learning rate."
        )


def check_labels(labels: NDArray[np.integer[Any]], images: int, classes: int) -> None:
    """Raise ValueError unless labels are whole numbers (`images`,) from 0 to `classes` - 1."""
    if labels.shape != (images,) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"Expected integer labels of shape ({images},), one for each row of logits. "
            f"Received: {labels.dtype} of shape {labels.shape}."
        )
    if labels.min() < 0 or labels.max() >= classes:
        raise ValueError(
            f"Expected labels from 0 to {classes - 1}. Received: labels from {labels.min()} to {labels.max()}."
        )

"""How unlike the images of training an image is, from its logits alone: its energy, and how well that tells."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

QUANTILES = 101  # of known images, a hundredth apart; 2 kB as JSON


def energy(logits: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """Return the free energy of logits (N, K), float64 (N,): -logsumexp(logits) over the K classes.

    The higher, the less an image is like what the network was trained on (Liu et al., "Energy-based
    Out-of-distribution Detection", NeurIPS 2020, equation 4 with T = 1, whatever the probabilities are divided by).
    Raises ValueError for logits of another shape or not finite.
    """
    if logits.ndim != 2 or not logits.shape[1]:
        raise ValueError(f"Expected logits of shape (N, K). Received: {logits.shape}.")
    if not np.isfinite(logits).all():
        raise ValueError("Expected finite logits. Received: some that are not.")
    scaled = logits.astype(np.float64)
    greatest = scaled.max(axis=1)  # taken out first, since exp overflows above 709
    sums = np.exp(scaled - greatest[:, None]).sum(axis=1)
    return np.asarray(-(greatest + np.log(sums)), np.float64)


def auroc(known: NDArray[np.floating[Any]], unknown: NDArray[np.floating[Any]]) -> float:
    """Return the chance that an unknown image scores above a known one, ties counted as half (area under the ROC).

    `known` (N,) and `unknown` (M,) are scores that are higher for what is unknown; 0.5 tells nothing, 1.0 all. Raises
    ValueError if either is empty, of another shape or not finite.
    """
    from sklearn.metrics import roc_auc_score  # a second, which whoever only answers does not need

    for scores in (known, unknown):
        if scores.ndim != 1 or not scores.size:
            raise ValueError(f"Expected known and unknown scores (N,). Received: {known.shape} and {unknown.shape}.")
    is_unknown = np.concatenate([np.zeros(len(known), np.int64), np.ones(len(unknown), np.int64)])
    return float(roc_auc_score(is_unknown, np.concatenate([known, unknown]).astype(np.float64)))


def energy_quantiles(energies: NDArray[np.float64]) -> list[float]:
    """Return QUANTILES of the energies (N,) of known images, from the least to the greatest."""
    quantiles: list[float] = np.quantile(energies, np.linspace(0, 1, QUANTILES)).tolist()
    return quantiles


def unknown_shares(energies: NDArray[np.float64], quantiles: Sequence[float]) -> NDArray[np.float64]:
    """Return for energies (N,) the share of known images that have less, 0 to 1, float64 (N,).

    `quantiles` are evenly spaced ones of the known images, as `energy_quantiles` gives them; between two of them the
    share is interpolated. Raises ValueError for fewer than two.
    """
    if len(quantiles) < 2:
        raise ValueError(f"Expected at least 2 quantiles. Received: {len(quantiles)}.")
    return np.interp(energies, quantiles, np.linspace(0, 1, len(quantiles)))

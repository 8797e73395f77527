"""How far a score would move with other images: standard errors and intervals of what metrics.json holds; NumPy."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

Z = 1.959963984540054  # of a two-sided 95 % interval of the normal distribution
DRAWINGS = 2_000


def share_error(count: int, of: int) -> float:
    """Return the standard error of the share `count / of`, sqrt(p (1 - p) / n); 0 for no images."""
    if not of:
        return 0.0
    share = count / of
    return math.sqrt(share * (1 - share) / of)


def share_interval(count: int, of: int) -> tuple[float, float]:
    """Return Wilson's 95 % interval of a share; unlike p ± its error it says something of shares of 0 and 1 too.

    Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22, 1927. Raises ValueError
    for no images.
    """
    if of < 1:
        raise ValueError(f"Expected 1 image or more. Received: {of}.")
    share = count / of
    middle = (share + Z * Z / (2 * of)) / (1 + Z * Z / of)
    half = Z * math.sqrt(share * (1 - share) / of + Z * Z / (4 * of * of)) / (1 + Z * Z / of)
    # At the ends the two parts are equal but for rounding.
    return 0.0 if count == 0 else middle - half, 1.0 if count == of else middle + half


def loss_error(probabilities: NDArray[np.float64], labels: NDArray[np.int64]) -> float | None:
    """Return the standard error of the mean of -ln p(true label); None if a probability was written as 0."""
    of_true = probabilities[np.arange(len(labels)), labels]
    if len(labels) < 2 or not of_true.min() > 0:
        return None
    return float(np.log(of_true).std(ddof=1) / math.sqrt(len(labels)))


def macro_f1(confusion: ArrayLike) -> NDArray[np.float64]:
    """Return the mean of 2 TP / (2 TP + FP + FN), of counts (..., K, K), over the classes that are true or given.

    As scikit-learn's f1_score(average="macro"): a class that is neither says nothing of the network, and is not 0. No
    images give 0.
    """
    counts = np.asarray(confusion, np.float64)
    met = counts.sum(-1) + counts.sum(-2)
    right = 2 * np.diagonal(counts, axis1=-2, axis2=-1)
    means: NDArray[np.float64] = (right / np.maximum(met, 1)).sum(-1) / np.maximum((met > 0).sum(-1), 1)
    return means


def macro_f1_error(confusion: ArrayLike, seed: int = 0) -> float:
    """Return the bootstrap standard error of the macro F1 (Efron and Tibshirani, 1993, chapter 6), images drawn anew.

    A drawing of N images holds the cells of the confusion matrix in multinomial numbers.
    """
    counts = np.asarray(confusion, np.int64)
    shares = counts.ravel() / counts.sum()
    drawn = np.random.default_rng(seed).multinomial(int(counts.sum()), shares, DRAWINGS)
    return float(macro_f1(drawn.reshape(DRAWINGS, *counts.shape)).std(ddof=1))

"""Whether one network is better than another or was only luckier with the images; NumPy alone."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIGNIFICANCE = 0.05
DRAWINGS = 10_000
INTERVAL = (0.025, 0.975)


@dataclass(frozen=True)
class Difference:
    """How much less accurate another network is than a first one, as a fraction.

    `low` and `high` bound 95 % of bootstrap drawings. `p` is that of `test`: "McNemar" when both judged the same
    images, where `only_first` and `only_other` count the images that one alone has right, else "two-sample".
    """

    value: float
    low: float
    high: float
    p: float
    test: str
    only_first: int | None
    only_other: int | None


def compare_paired(first: NDArray[np.bool_], other: NDArray[np.bool_], seed: int = 0) -> Difference:
    """Compare which of the same N images two networks have right, (N,) each. Raises ValueError for other shapes.

    The interval is the percentile bootstrap over images (Efron and Tibshirani, "An Introduction to the Bootstrap",
    1993, section 13.3): a drawing of N images holds the discordant ones in multinomial numbers.
    """
    if first.shape != other.shape or first.ndim != 1 or not first.size:
        raise ValueError(f"Expected answers to the same images. Received: {first.shape} and {other.shape}.")
    images = len(first)
    only_first, only_other = int((first & ~other).sum()), int((other & ~first).sum())
    shares = np.array([only_first, only_other, images - only_first - only_other]) / images
    drawn = np.random.default_rng(seed).multinomial(images, shares, DRAWINGS)
    low, high = np.quantile((drawn[:, 0] - drawn[:, 1]) / images, INTERVAL)
    value = (only_first - only_other) / images
    p = mcnemar(only_first, only_other)
    return Difference(value, float(low), float(high), p, "McNemar", only_first, only_other)


def compare_samples(first: NDArray[np.bool_], other: NDArray[np.bool_], seed: int = 0) -> Difference:
    """Compare how many of different images two networks have right, (N,) and (M,). Raises ValueError for none.

    The interval is the percentile bootstrap, each network's images drawn by themselves.
    """
    if not first.size or not other.size:
        raise ValueError(f"Expected answers to images. Received: {first.shape} and {other.shape}.")
    generator = np.random.default_rng(seed)
    drawn = [generator.binomial(len(each), each.mean(), DRAWINGS) / len(each) for each in (first, other)]
    low, high = np.quantile(drawn[0] - drawn[1], INTERVAL)
    p = two_sample(int(first.sum()), len(first), int(other.sum()), len(other))
    value = float(first.mean() - other.mean())
    return Difference(value, float(low), float(high), p, "two-sample", None, None)


def mcnemar(only_first: int, only_other: int) -> float:
    """Return the exact two-sided p of McNemar's test: twice the smaller binomial tail at one half, at most 1.

    McNemar, "Note on the sampling error of the difference between correlated proportions", Psychometrika 12, 1947;
    the exact form: Agresti, "Categorical Data Analysis", 2013, section 11.1. 1 without discordant images.
    """
    discordant = only_first + only_other
    tail = term = 1
    for count in range(1, min(only_first, only_other) + 1):
        term = term * (discordant - count + 1) // count
        tail += term
    return min(1.0, 2 * tail / (1 << discordant))  # whole numbers: exact until the one division


def two_sample(first_right: int, first_images: int, other_right: int, other_images: int) -> float:
    """Return the two-sided p of the pooled test of two proportions (Agresti, 2013, section 3.2.1), a normal one."""
    pooled = (first_right + other_right) / (first_images + other_images)
    error = math.sqrt(pooled * (1 - pooled) * (1 / first_images + 1 / other_images))
    if error == 0.0:  # all right or all wrong in both
        return 1.0
    return math.erfc(abs(first_right / first_images - other_right / other_images) / error / math.sqrt(2))


def adjust(p_values: Sequence[float]) -> list[float]:
    """Return p values made larger for there being several of them (Holm, Scandinavian Journal of Statistics 6, 1979).

    In order of size the smallest of m is multiplied by m, the next by m - 1, …; none is less than one before it.
    """
    adjusted = [0.0] * len(p_values)
    largest = 0.0
    for rank, place in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        largest = max(largest, min(1.0, (len(p_values) - rank) * p_values[place]))
        adjusted[place] = largest
    return adjusted

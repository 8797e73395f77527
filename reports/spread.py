"""What repeated measurements come to: the median, and the least and the most beside it."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spread:
    """The median of `n` values, the least and the most: with few repeats these say more than a deviation."""

    median: float
    least: float
    most: float
    n: int


def find_spread(values: Sequence[float]) -> Spread:
    """Return the spread of one value or more. Raises ValueError for none."""
    if not values:
        raise ValueError("Expected at least one value. Received: none.")
    return Spread(float(statistics.median(values)), float(min(values)), float(max(values)), len(values))


def describe_spread(spread: Spread, form: str) -> str:
    """Return `median (least to most)`, or the median alone where they do not differ."""
    middle, least, most = (format(value, form) for value in (spread.median, spread.least, spread.most))
    return middle if least == most else f"{middle} ({least} to {most})"

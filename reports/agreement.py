"""Whether backends agree: the same logits, the same losses, the same quality; NumPy alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, count

import numpy as np
from numpy.typing import NDArray

Logits = NDArray[np.float32]
PERMUTATIONS = 10_000
SIGNIFICANCE = 0.05
LOSS_TOLERANCE = 1e-3


@dataclass(frozen=True)
class LogitsDifference:
    """How one reading of a model differs from another.

    `relative` is the largest absolute difference of a logit over the largest absolute logit of both, infinite where a
    logit is not finite. `changed` counts images that got another label; where the two best logits were closer than the
    tolerance it is a tie, listed in `ties` by place.
    """

    relative: float
    changed: int
    ties: tuple[int, ...]


def compare_logits(reference: Logits, other: Logits, tolerance: float) -> LogitsDifference:
    """Compare logits (N, K) of one model read twice; `tolerance` is a share of the largest absolute logit.

    Raises ValueError for shapes that differ.
    """
    if reference.shape != other.shape:
        raise ValueError(f"Expected logits of one shape. Received: {reference.shape} and {other.shape}.")
    is_changed = reference.argmax(axis=1) != other.argmax(axis=1)
    if not (np.isfinite(reference).all() and np.isfinite(other).all()):
        return LogitsDifference(math.inf, int(np.count_nonzero(is_changed)), ())
    largest = max(float(np.abs(reference).max()), float(np.abs(other).max()))
    difference = float(np.abs(reference.astype(np.float64) - other).max())
    best = np.sort(reference.astype(np.float64), axis=1)
    is_tie = best[:, -1] - best[:, -2] <= tolerance * largest
    ties = tuple(int(place) for place in np.flatnonzero(is_changed & is_tie))
    relative = difference / largest if difference else 0.0
    return LogitsDifference(relative, int(np.count_nonzero(is_changed & ~is_tie)), ties)


@dataclass(frozen=True)
class LossesDifference:
    """The largest absolute difference of two series of losses, and the first step (from 1) at which it is passed."""

    largest: float
    passes_at: int | None


def compare_losses(losses: Mapping[str, Sequence[float | None]], tolerance: float = LOSS_TOLERANCE) -> LossesDifference:
    """Compare the losses of each pair of backends step by step; None and not-a-number differ from everything."""
    largest, passes_at = 0.0, None
    for one, other in combinations(losses.values(), 2):
        with np.errstate(invalid="ignore"):  # the difference of two infinite losses
            differences = np.abs(np.array(one, np.float64) - np.array(other, np.float64))
        differences[~np.isfinite(differences)] = np.inf
        largest = max(largest, float(differences.max(initial=0.0)))
        passing = np.flatnonzero(differences > tolerance)
        if passing.size and (passes_at is None or passing[0] + 1 < passes_at):
            passes_at = int(passing[0]) + 1
    return LossesDifference(largest, passes_at)


def seeds_to_decide(groups: int) -> int:
    """Return the fewest runs a group with which `permutation_test` can answer less than SIGNIFICANCE at all.

    Of the g groups of k runs there are (g k)! / (k!^g g!) divisions, and the most extreme is one of them: 3 backends
    with 3 seeds have 280, with 2 seeds 15; 2 backends with 4 seeds have 35, with 3 seeds 10.
    """
    for runs in count(1):
        divisions = math.factorial(groups * runs) // (math.factorial(runs) ** groups * math.factorial(groups))
        if divisions * SIGNIFICANCE > 1:
            return runs
    raise AssertionError("count() does not end")


def permutation_test(groups: Mapping[str, Sequence[float]], seed: int = 0) -> float | None:
    """Return the share of random divisions of the runs that separate the groups as much as the backends do.

    The statistic is the variance of the groups' means; groups of one size, so that this is what a one-way analysis of
    variance looks at, without its normal distribution (Good, "Permutation, Parametric and Bootstrap Tests of
    Hypotheses", 2005, section 3.4.4). The observed division counts as one of them, so the answer is never 0. None
    below `seeds_to_decide` runs a group, for groups of several sizes, and for one group, where nothing can be decided.
    """
    sizes = {len(values) for values in groups.values()}
    if len(groups) < 2 or len(sizes) > 1 or min(sizes) < seeds_to_decide(len(groups)):
        return None
    values = np.array([list(some) for some in groups.values()], np.float64)
    generator = np.random.default_rng(seed)
    observed = values.mean(axis=1).var()
    as_far = 1
    for _ in range(PERMUTATIONS):
        shuffled = generator.permutation(values.ravel()).reshape(values.shape)
        as_far += int(shuffled.mean(axis=1).var() >= observed * (1 - 1e-12))  # the same numbers in another order
    return as_far / (PERMUTATIONS + 1)

"""How often levels occur together: at one place in three channels, or at three neighbouring places."""

import math
from collections.abc import Callable, Sequence
from typing import Any

from keras import ops

# From float whole numbers (N, P) and how many kinds there are to how many there are of each: (N, kinds), or None where
# that is no faster.
Counter = Callable[[Any, int], Any]


def quantize(values: Any, limits: Sequence[float]) -> Any:
    """Return how many of the limits each value is above: float32, 0 to len(limits)."""
    return sum(ops.cast(values > limit, "float32") for limit in limits)


def co_occurrences(levels: Sequence[Any], count: int, counter: Counter | None = None) -> Any:
    """Return how large a share of places has each combination of levels: float32 (N, count ** len(levels)).

    `levels` are two or three, each float (N, ...) of whole numbers from 0 to count - 1; the last varies fastest. The
    shares are sums of ones over a number, so they are the same to the bit however they are added up: by a `counter`,
    or by a product of matrices, which every runtime of an export has, and which reads and writes `count` squared
    numbers for a place.
    """
    parts = [ops.reshape(level, (-1, math.prod(level.shape[1:]))) for level in levels]
    places = int(parts[0].shape[-1])
    if counter is not None and (counts := counter(_combine(parts, count), count ** len(parts))) is not None:
        return counts / places
    *before, last = (ops.one_hot(ops.cast(part, "int32"), count) for part in parts)
    rows = before[0]
    for part in before[1:]:
        rows = ops.reshape(ops.expand_dims(rows, -1) * ops.expand_dims(part, -2), (-1, places, count ** len(before)))
    together = ops.matmul(ops.transpose(rows, (0, 2, 1)), last)
    return ops.reshape(together, (-1, count ** len(parts))) / places


def _combine(parts: Sequence[Any], count: int) -> Any:
    code = parts[0]
    for part in parts[1:]:
        code = code * count + part
    return code

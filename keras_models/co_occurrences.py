"""How often levels occur together: at one place in three channels, or at three neighbouring places."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
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
    or by a product of matrices, which every runtime of an export has, of `count` squared numbers and `count` more for
    each place of three levels.
    """
    parts = [ops.reshape(level, (-1, math.prod(level.shape[1:]))) for level in levels]
    places = int(parts[0].shape[-1])
    if counter is not None and (counts := counter(_combine(parts, count), count ** len(parts))) is not None:
        return counts / places
    rows = _indicators(_combine(parts[:-1], count), count ** (len(parts) - 1))
    together = ops.matmul(rows, ops.transpose(_indicators(parts[-1], count), (0, 2, 1)))
    return ops.reshape(together, (-1, count ** len(parts))) / places


def _indicators(codes: Any, count: int) -> Any:
    """Return for (N, P) which of 0 to count - 1 each is: (N, count, P), of ones and zeros.

    Places last, along which runtimes compare many at once: kinds last, by OneHot and products of two of them, exports
    with all statistics took three times as long.
    """
    kinds = ops.convert_to_tensor(np.arange(count, dtype=np.float32)[None, :, None])
    return ops.cast(ops.equal(ops.expand_dims(codes, 1), kinds), "float32")


def _combine(parts: Sequence[Any], count: int) -> Any:
    code = parts[0]
    for part in parts[1:]:
        code = code * count + part
    return code

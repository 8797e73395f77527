"""Which images are the same, pixel for pixel or nearly: from digests and 64-bit hashes to groups of rows."""

from collections import defaultdict
from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

# Of the 64 bits of a phash: what rescaling or recompressing an image changes, and below what separates two images
# of one subject. At 4 bits, two independent hashes meet once in 10^13 pairs.
NEAR_BITS = 4
BLOCK_HASHES = 256  # 256 x 20,000 comparisons of 8 bytes are 41 MB at once


def group_equal(keys: Sequence[Hashable]) -> list[list[int]]:
    """Return the indices of each key that occurs more than once, in the order of their first."""
    indices: dict[Hashable, list[int]] = defaultdict(list)
    for index, key in enumerate(keys):
        indices[key].append(index)
    return [group for group in indices.values() if len(group) > 1]


def find_near_pairs(hashes: NDArray[np.uint64], bits: int = NEAR_BITS) -> NDArray[np.int64]:
    """Return the pairs (P, 2), first index below second, of hashes (N,) that differ in at most `bits` bits.

    All pairs are compared, N^2 / 2 of them, a block of rows at a time. The hashes should be distinct: N equal
    ones would be N^2 / 2 pairs to keep.
    """
    found: list[NDArray[np.int64]] = [np.empty((0, 2), np.int64)]
    for start in range(0, len(hashes), BLOCK_HASHES):
        block = hashes[start : start + BLOCK_HASHES]
        distance = np.bitwise_count(block[:, None] ^ hashes[None, start:])
        first, second = np.nonzero(distance <= bits)
        pairs = np.stack([first, second], axis=1).astype(np.int64) + start
        found.append(pairs[pairs[:, 0] < pairs[:, 1]])
    return np.concatenate(found)


def group_near(digests: Sequence[str], hashes: Sequence[int | None], bits: int = NEAR_BITS) -> list[list[int]]:
    """Return the indices of images that look alike: each is within `bits` bits of another one of its group.

    A group has at least two different digests (copies of one image are not near but equal) and lists all images
    of these. None in `hashes` compares with nothing.
    """
    distinct = sorted({value for value in hashes if value is not None})
    place = {value: position for position, value in enumerate(distinct)}
    pairs = find_near_pairs(np.array(distinct, np.uint64), bits)
    graph = coo_array((np.ones(len(pairs), np.bool_), (pairs[:, 0], pairs[:, 1])), shape=(len(distinct),) * 2)
    components = connected_components(graph, directed=False)[1] if distinct else np.empty(0, np.int32)
    groups: dict[int, list[int]] = defaultdict(list)
    for index, value in enumerate(hashes):
        if value is not None:
            groups[int(components[place[value]])].append(index)
    return sorted(group for group in groups.values() if len({digests[index] for index in group}) > 1)

"""Which fold of k-fold cross-validation an image is in: decided by its id and its class, not by its row or a seed."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

import errors
from data_io.tables import SUFFIX


def deal_folds(ids: Sequence[str], labels: NDArray[np.integer[Any]], folds: int) -> NDArray[np.int64]:
    """Return the fold, from 0, of each image, int64 (N,): stratified, and the same whatever the order of the rows.

    In each class the images are sorted by the SHA-256 of their id without suffix and dealt round, and the next class
    goes on where the last one ended: so folds differ by one image at most, in each class and in all. Raises DataError
    for fewer images than folds.
    """
    if len(ids) < folds:
        raise errors.DataError(f"Expected at least as many labelled images as folds, {folds}. Received: {len(ids)}.")
    digests = [hashlib.sha256(image_id.removesuffix(SUFFIX).encode()).digest() for image_id in ids]
    order = sorted(range(len(ids)), key=lambda place: (int(labels[place]), digests[place]))
    found = np.empty(len(ids), np.int64)
    found[order] = np.arange(len(ids)) % folds
    return found


def count_copies_across(digests: Iterable[str], fold_of: NDArray[np.int64]) -> int:
    """Return how many different images have copies in several folds; `digests` are N of pixels, `fold_of` is (N,)."""
    folds: dict[str, set[int]] = defaultdict(set)
    for digest, fold in zip(digests, fold_of.tolist(), strict=True):
        folds[digest].add(fold)
    return sum(len(each) > 1 for each in folds.values())

"""What the tables of a data folder say to each other: ids in two splits, labels without an image, the submission."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from data_io.columns import select_paths
from data_io.tables import SUFFIX

SPLITS = ("train", "validation", "test")
LABELLED_SPLITS = ("train", "validation")


@dataclass(frozen=True)
class Split:
    """The rows of one CSV with their files. `labels` is int32 (N,), or None for the unlabelled test split."""

    name: str
    table: Path
    ids: tuple[str, ...]
    lines: tuple[int, ...]
    paths: Sequence[Path]
    labels: NDArray[np.int32] | None

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, places: Sequence[int]) -> "Split":
        """Return the split of some of its rows."""
        ids = tuple(self.ids[place] for place in places)
        return Split(
            self.name,
            self.table,
            ids,
            tuple(self.lines[place] for place in places),
            select_paths(self.paths, places, ids),
            None if self.labels is None else self.labels[list(places)],
        )


def compare_ids(splits: Mapping[str, Split]) -> tuple[list[str], list[str]]:
    """Return mistakes and notices: an id in two labelled splits is a mistake, one in test too a notice."""
    mistakes: list[str] = []
    notices: list[str] = []
    for first, second in combinations(splits.values(), 2):
        lines = {image_id.removesuffix(SUFFIX): line for image_id, line in zip(first.ids, first.lines, strict=True)}
        twice = [
            (image_id, lines[plain], line)
            for image_id, line in zip(second.ids, second.lines, strict=True)
            if (plain := image_id.removesuffix(SUFFIX)) in lines
        ]
        if second.labels is not None:
            mistakes.extend(
                f"{second.table} line {line}: Expected each id in one split. "
                f"Received: {image_id}, which is in line {first_line} of {first.table.name} too."
                for image_id, first_line, line in twice
            )
        elif twice:
            named = ", ".join(image_id for image_id, _, _ in twice[:3])
            is_plural = len(twice) > 1
            notices.append(
                f"{len(twice):,} id{'s' * is_plural} of {second.table.name} {'are' if is_plural else 'is'} in "
                f"{first.table.name} too: {named}{', …' * (len(twice) > 3)}"
            )
    return mistakes, notices


def count_labels(split: Split, classes: int) -> tuple[list[str], list[str]]:
    """Return mistakes and notices: to train on one class is a mistake, a label without an image a notice.

    Where train has none of the last labels, there may be fewer classes than `classes`: how that is said goes with it.
    """
    if split.labels is None or not len(split):
        return [], []
    counts = Counter(split.labels.tolist())
    if len(counts) == 1 and classes > 1 and split.name == "train":
        (label,) = counts
        return [f"Expected {split.table} to have at least two labels. Received: {label} in all its rows."], []
    absent = [str(label) for label in range(classes) if label not in counts]
    if not absent:
        return [], []
    named = f"label{'s' * (len(absent) > 1)} {', '.join(absent)}"
    there = max(counts) + 1
    is_fewer = split.name == "train" and len(counts) == there
    hint = f"; for {there} classes: train --set model.classes={there}, check --classes {there}" if is_fewer else ""
    return [], [f"{split.table.name}: no image has the {named}{hint}"]


def compare_submission(path: Path, ids: Sequence[str], test: Split) -> Iterator[str]:
    """Yield the mistake of a sample submission that has other ids than test.csv, as Kaggle would refuse it later."""
    unknown, absent = sorted(set(ids) - set(test.ids)), sorted(set(test.ids) - set(ids))
    if not unknown and not absent:
        return
    parts = []
    if unknown:
        others = "1 other" if len(unknown) == 1 else f"{len(unknown):,} others"
        parts.append(f"{others} ({', '.join(unknown[:3])}{', …' * (len(unknown) > 3)})")
    if absent:
        parts.append(f"{len(absent):,} missing ({', '.join(absent[:3])}{', …' * (len(absent) > 3)})")
    yield f"Expected {path} to have the ids of {test.table.name}. Received: {' and '.join(parts)}."

"""Images that are equal pixel for pixel, in one split or across splits: two labels for them, and leaks."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from data_io.columns import PixelDigestRows
from data_io.splits import Split

NAMED_COPIES = 3


class PixelDigests(Protocol):
    """A split and the digest of each of its images' pixels."""

    @property
    def split(self) -> Split:
        """The rows."""

    @property
    def pixel_digests(self) -> Sequence[str]:
        """One digest for each row."""


@dataclass(frozen=True, slots=True)
class _Copy:
    split: Split
    place: int

    @property
    def label(self) -> int | None:
        return None if self.split.labels is None else int(self.split.labels[self.place])

    @property
    def where(self) -> str:
        return f"{self.split.table} line {self.split.lines[self.place]}"

    @property
    def name(self) -> str:
        return f"{self.split.name}/{self.split.paths[self.place].name} (line {self.split.lines[self.place]})"


def compare_splits(splits: Sequence[PixelDigests], strict: bool = False) -> tuple[list[str], list[str]]:
    """Return mistakes and notices: equal pixels with two labels are a mistake; in two splits a notice, or, when
    `strict`, a mistake.
    """
    mistakes: list[str] = []
    leaks: dict[tuple[str, ...], list[list[_Copy]]] = defaultdict(list)
    for copies in _group(splits):
        if mistake := _find_conflict(copies):
            mistakes.append(mistake)
        names = tuple(dict.fromkeys(copy.split.name for copy in copies))
        if len(names) > 1:
            leaks[names].append(copies)
    if strict:
        for group in leaks.values():
            mistakes.extend(
                f"{copies[-1].where}: Expected each image in one split. Received: equal pixels in {_name(copies)}."
                for copies in group
            )
        return mistakes, []
    notices = []
    for names, group in leaks.items():
        shown = "; ".join(_name(copies) for copies in group[:NAMED_COPIES]) + "; …" * (len(group) > NAMED_COPIES)
        images = "1 image is" if len(group) == 1 else f"{len(group):,} images are"
        notices.append(f"{images} in {' and '.join(names)}, pixel for pixel: {shown}")
    return mistakes, notices


def _group(splits: Sequence[PixelDigests]) -> Iterator[list[_Copy]]:
    """Yield the images of each digest that more than one has, in the order of splits and rows, by their first ones."""
    if not splits:
        return
    words = _as_words([each.pixel_digests for each in splits])
    begins = np.cumsum([0, *(len(each.pixel_digests) for each in splits)])
    order = np.lexsort(words.T)  # which keeps equal ones in their order
    is_new = np.concatenate([[True], (words[order[1:]] != words[order[:-1]]).any(axis=1)])
    bounds = np.append(np.flatnonzero(is_new), len(order))
    several = np.flatnonzero(np.diff(bounds) > 1)
    for group in several[np.argsort(order[bounds[several]], kind="stable")]:
        copies = []
        for place in order[bounds[group] : bounds[group + 1]].tolist():
            split = int(np.searchsorted(begins, place, side="right")) - 1
            copies.append(_Copy(splits[split].split, place - int(begins[split])))
        yield copies


def _as_words(digests: Sequence[Sequence[str]]) -> NDArray[np.uint64]:
    """Return a row of numbers for each digest, equal where they are, without an object for each if they have rows."""
    if all(isinstance(each, PixelDigestRows) for each in digests):
        rows = np.concatenate([each.rows for each in digests if isinstance(each, PixelDigestRows)])
        return rows.view(np.uint64)
    numbers: dict[str, int] = {}
    found = [numbers.setdefault(digest, len(numbers)) for each in digests for digest in each]
    return np.array(found, np.uint64).reshape(-1, 1)


def _find_conflict(copies: Sequence[_Copy]) -> str | None:
    labelled = [copy for copy in copies if copy.label is not None]
    other = next((copy for copy in labelled if copy.label != labelled[0].label), None)
    if other is None:
        return None
    first = labelled[0]
    return (
        f"{other.where}: Expected one label for equal pixels. Received: {other.label} for {other.name} "
        f"and {first.label} for {first.name}."
    )


def _name(copies: Sequence[_Copy]) -> str:
    """Name one copy in each of two splits and count the rest."""
    first = copies[0]
    second = next(copy for copy in copies if copy.split.name != first.split.name)
    more = f" and {len(copies) - 2:,} more" if len(copies) > 2 else ""
    return f"{first.name} and {second.name}{more}"

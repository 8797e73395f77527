"""Which images an experiment trains on and judges: those of the CSV files, a fold's share of both, or all but a class.

No pixel is decoded or copied for it: the images of a part are places among those that the splits have.
"""

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

import errors
from data_io.cache import CachedSplit
from data_io.chosen_images import choose_images
from data_io.folds import deal_folds
from data_io.opening import OpenData
from data_io.splits import LABELLED_SPLITS, Split

UNKNOWN = "unknown"  # the validation images of the class that is left out


@dataclass(frozen=True)
class Part:
    """The images at `places` (N,) of the splits `sources`, one after the other; `labels` int32 (N,) are the network's.

    `choice` says how they were chosen: with the digests of the sources it names the part.
    """

    name: str
    sources: tuple[str, ...]
    places: NDArray[np.int64]
    labels: NDArray[np.int32]
    choice: str

    def split(self, splits: Mapping[str, Split]) -> Split:
        """Return the rows of the part."""
        joined = _join(self.name, [splits[name] for name in self.sources])
        return dataclasses.replace(joined.select(self.places.tolist()), labels=self.labels)

    def digest(self, digests: Mapping[str, str]) -> str:
        """Return SHA-256 over the digests of the sources and how the images were chosen."""
        text = json.dumps([self.name, self.choice, *(digests[name] for name in self.sources)])
        return hashlib.sha256(text.encode()).hexdigest()

    def open(self, splits: Mapping[str, CachedSplit]) -> CachedSplit:
        """Return the part with its pixels."""
        sources = [splits[name] for name in self.sources]
        pixel_digests = [digest for source in sources for digest in source.pixel_digests]
        return CachedSplit(
            self.split({name: splits[name].split for name in self.sources}),
            choose_images([source.images for source in sources], self.places),
            self.digest({name: splits[name].digest for name in self.sources}),
            tuple(pixel_digests[place] for place in self.places),
            (),
        )


def name_sources(splits: Sequence[str], folds: int) -> tuple[str, ...]:
    """Return the splits to be read for `splits` of an arrangement: a fold's images are in both labelled ones."""
    if not folds or not set(splits) & set(LABELLED_SPLITS):
        return tuple(splits)
    return (*LABELLED_SPLITS, *(name for name in splits if name not in LABELLED_SPLITS))


def plan_parts(splits: Mapping[str, Split], folds: int = 0, fold: int = 0, leave_out: int = -1) -> dict[str, Part]:
    """Return what takes the place of the splits, by name; nothing for 0 folds and no label that is left out (-1).

    Of `folds` folds of the images of train and validation together, `fold` is to be judged and the others are to be
    trained on, both in the order train, then validation. Without a class the labels above it are one less, and its
    validation images are the part `unknown`. Raises DataError where nothing would be left to train on or to judge.
    """
    if folds and set(splits) >= set(LABELLED_SPLITS):
        return _plan_fold(splits, folds, fold)
    return _plan_without(splits, leave_out) if leave_out >= 0 else {}


def arrange(opened: OpenData, folds: int = 0, fold: int = 0, leave_out: int = -1) -> OpenData:
    """Return the splits as `plan_parts` says."""
    parts = plan_parts({name: cached.split for name, cached in opened.splits.items()}, folds, fold, leave_out)
    arranged = {name: part.open(opened.splits) for name, part in parts.items()}
    return dataclasses.replace(opened, splits={**opened.splits, **arranged})


def join_labelled(splits: Mapping[str, Split]) -> Split:
    """Return the rows of train, then those of validation."""
    return _join("labelled", [splits[name] for name in LABELLED_SPLITS])


def _plan_fold(splits: Mapping[str, Split], folds: int, fold: int) -> dict[str, Part]:
    joined = join_labelled(splits)
    labels = _labels_of(joined)
    is_judged = deal_folds(joined.ids, labels, folds) == fold
    chosen = {"train": np.flatnonzero(~is_judged), "validation": np.flatnonzero(is_judged)}
    return {
        name: Part(name, LABELLED_SPLITS, places, labels[places], f"fold {fold} of {folds}")
        for name, places in chosen.items()
    }


def _plan_without(splits: Mapping[str, Split], label: int) -> dict[str, Part]:
    parts = {}
    for name in (name for name in LABELLED_SPLITS if name in splits):
        labels = _labels_of(splits[name])
        is_known = labels != label
        known, unknown = np.flatnonzero(is_known), np.flatnonzero(~is_known)
        if len(np.unique(labels[known])) < 2 or not len(unknown):
            raise errors.DataError(
                f"Expected {splits[name].table} to have the label {label}, which is left out, and two others at least. "
                f"Received: {', '.join(map(str, np.unique(labels)))}."
            )
        numbers = (labels - (labels > label)).astype(np.int32)
        parts[name] = Part(name, (name,), known, numbers[known], f"without {label}")
        if name == "validation":
            parts[UNKNOWN] = Part(UNKNOWN, (name,), unknown, labels[unknown], f"only {label}")
    return parts


def _join(name: str, splits: Sequence[Split]) -> Split:
    return Split(
        name,
        splits[0].table,
        tuple(image_id for split in splits for image_id in split.ids),
        tuple(line for split in splits for line in split.lines),
        tuple(path for split in splits for path in split.paths),
        np.concatenate([_labels_of(split) for split in splits]),
    )


def _labels_of(split: Split) -> NDArray[np.int32]:
    if split.labels is None:
        raise ValueError(f"Expected a split with labels. Received: {split.name}.")
    return split.labels

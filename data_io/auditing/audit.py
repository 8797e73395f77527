"""The audit of a data folder: everything known about its tables and images that could make a number a lie."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

import errors
from data_io.auditing.comparisons import compare_classes, compare_images, compare_pixels
from data_io.auditing.findings import ERROR, SEVERITIES, WARNING, Finding, Place, sort_findings
from data_io.auditing.inspection import Inspection, Unreadable, inspect_images
from data_io.auditing.profiles import QUANTILES, Profile, describe_images
from data_io.auditing.rows import Rows, read_rows
from data_io.auditing.shortcuts import MEANING, Shortcut, collect_features, find_shortcuts
from data_io.cache import digest_split
from data_io.images import FORMATS
from data_io.opening import Counting
from data_io.splits import SPLITS, Split

SHORTCUT_GROUPS = 6


@dataclass(frozen=True)
class SplitCount:
    """How many images a split has: rows with a file, readable ones, and readable ones of each label."""

    name: str
    rows: int
    readable: int
    labels: dict[int, int]


@dataclass(frozen=True)
class Audit:
    """What was found; `findings` has errors first. `shortcuts` are those of the train split, empty without one.

    `data_digests` are what a run on the splits has in its manifest; none if a row is wrong, or a file cannot be read.
    """

    root: str
    splits: tuple[SplitCount, ...]
    profiles: tuple[Profile, ...]
    shortcuts: tuple[Shortcut, ...]
    findings: tuple[Finding, ...]
    data_digests: Mapping[str, str]

    def of_severity(self, severity: str) -> list[Finding]:
        """Return the findings of "error", "warning" or "note"."""
        return [finding for finding in self.findings if finding.severity == severity]

    def as_dict(self) -> dict[str, Any]:
        """Return the audit as dicts, lists, texts, ints and unrounded floats, which JSON gives back unchanged."""
        return {
            "root": self.root,
            "counts": {severity: len(self.of_severity(severity)) for severity in SEVERITIES},
            "splits": [
                {**asdict(split), "labels": {str(label): count for label, count in split.labels.items()}}
                for split in self.splits
            ],
            "quantiles": list(QUANTILES),
            "profiles": [
                {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(profile).items()}
                for profile in self.profiles
            ],
            "shortcuts": [asdict(shortcut) for shortcut in self.shortcuts],
            "shortcut_meaning": MEANING,
            "findings": [finding.as_dict() for finding in self.findings],
            "data_digests": dict(self.data_digests),
        }


def audit(root: Path, classes: int, counting: Counting, formats: Sequence[str] = FORMATS) -> Audit:
    """Read every table and image of a data folder with labels 0 to classes - 1; changes nothing there.

    Images may be of Pillow's `formats`.

    Mistakes are findings of severity "error". Raises DataError only if there is no such folder.
    """
    rows = read_rows(root, classes)
    every = [place for name in SPLITS for place in rows.places[name]]
    findings = list(rows.findings)
    places: list[Place] = []
    images: list[Inspection] = []
    with counting("inspecting images", len(every)) as advance:
        results = inspect_images([rows.path(place) for place in every], advance, formats)
        for place, result in zip(every, results, strict=True):
            if isinstance(result, Unreadable):
                findings.append(_unreadable(rows, place, result))
            else:
                places.append(place)
                images.append(result)
    profiles = _profile(places, images)
    findings += [*compare_pixels(places, images), *compare_images(places, images), *compare_classes(profiles, classes)]
    shortcuts = _find_shortcuts(places, images, counting)
    findings += [
        Finding(WARNING, "shortcut", shortcut.sentence, split="train") for shortcut in shortcuts if shortcut.clear
    ]
    splits = _count(rows.places, places)
    return Audit(str(root), splits, profiles, shortcuts, sort_findings(findings), _digest(rows.splits))


def _digest(splits: Mapping[str, Split]) -> dict[str, str]:
    digests = {}
    for name, split in splits.items():
        with suppress(errors.DataError):  # files that cannot be read are among the findings
            digests[name] = digest_split(split)
    return digests


def _unreadable(rows: Rows, place: Place, result: Unreadable) -> Finding:
    table = rows.root / f"{place.split}.csv"
    message = f"{table} line {place.row}: Expected to read the image {rows.path(place)}. Received: {result.reason}."
    return Finding(ERROR, "unreadable", message, (place,))


def _profile(places: Sequence[Place], images: Sequence[Inspection]) -> tuple[Profile, ...]:
    groups: dict[tuple[int, int], dict[str, Inspection]] = {}
    for place, image in zip(places, images, strict=True):
        key = (SPLITS.index(place.split), -1 if place.label is None else place.label)
        groups.setdefault(key, {})[place.file] = image
    return tuple(
        describe_images(SPLITS[split], None if label < 0 else label, group)
        for (split, label), group in sorted(groups.items())
    )


def _find_shortcuts(places: Sequence[Place], images: Sequence[Inspection], counting: Counting) -> tuple[Shortcut, ...]:
    rows = [
        (image, place.label)
        for place, image in zip(places, images, strict=True)
        if place.split == "train" and place.label is not None
    ]
    if not rows:
        return ()
    features = collect_features([image for image, _ in rows])
    labels = np.array([label for _, label in rows], np.int32)
    with counting("guessing labels from files", SHORTCUT_GROUPS) as advance:
        return find_shortcuts(features, labels, advance)


def _count(rows: Mapping[str, Sequence[Place]], readable: Sequence[Place]) -> tuple[SplitCount, ...]:
    counts = []
    for name in SPLITS:
        here = [place for place in readable if place.split == name]
        labels = [place.label for place in here if place.label is not None]
        by_label = {label: labels.count(label) for label in sorted(set(labels))}
        counts.append(SplitCount(name, len(rows[name]), len(here), by_label))
    return tuple(counts)

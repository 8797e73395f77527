"""The rows of a data folder whose image can be looked at, and every mistake of the others as a finding."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from data_io.auditing.findings import ERROR, NOTE, Finding, Place
from data_io.folder import examine_data_folder
from data_io.splits import Split

# The sentence of examine_data_folder about a row whose image is not there.
ABSENT = re.compile(r"Expected the image (.+?)(?: in the data folder)?\. Received: ")


@dataclass(frozen=True)
class Rows:
    """The rows with a file, by split and in the CSV's order, and what is wrong with the others.

    `splits` are as a run reads them, and none if anything is wrong: no run would begin then.
    """

    root: Path
    splits: Mapping[str, Split]
    places: Mapping[str, tuple[Place, ...]]
    findings: tuple[Finding, ...]

    def path(self, place: Place) -> Path:
        """Return where the image is."""
        return self.root / place.file


def read_rows(root: Path, classes: int) -> Rows:
    """Read the tables of `root`; raises DataError only if there is no such folder."""
    data, mistakes = examine_data_folder(root, classes)
    places = {name: _places(root, split) for name, split in data.splits.items()}
    by_row = {(place.split, place.row): place for split in places.values() for place in split}
    findings = [_locate(root, message, by_row) for message in mistakes]
    return Rows(
        root,
        {} if mistakes else data.splits,
        places,
        (*findings, *(Finding(NOTE, "notice", notice) for notice in data.notices)),
    )


def _places(root: Path, split: Split) -> tuple[Place, ...]:
    labels = [None] * len(split) if split.labels is None else [int(label) for label in split.labels]
    return tuple(
        Place(split.name, int(line), image_id, label, path.relative_to(root).as_posix())
        for image_id, line, label, path in zip(split.ids, split.lines, labels, split.paths, strict=True)
    )


def _locate(root: Path, message: str, by_row: Mapping[tuple[str, int], Place]) -> Finding:
    """Take split and row out of a message that begins with a table and a line."""
    match = re.match(re.escape(str(root / "x")[:-1]) + r"(\w+)\.csv(?: line (\d+))?", message)
    if match is None:
        return Finding(ERROR, "table", message)
    name, line = match[1], int(match[2]) if match[2] else None
    place = by_row.get((name, line)) if line is not None else None
    if place is None and line is not None and (absent := ABSENT.search(message)):
        file = Path(absent[1])
        place = Place(name, line, file.stem, None, file.relative_to(root).as_posix())
    return Finding(ERROR, "table", message, (place,) if place else (), name, line, f"{name}.csv")

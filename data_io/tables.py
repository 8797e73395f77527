"""The competition's CSV files, read as text: every row is used unchanged or reported with its line number."""

import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from data_io.csv_files import check_header, read_csv

if TYPE_CHECKING:
    import pandas as pd

# pandas is imported in the functions: it takes 0.4 s, and who only asks what an id looks like does not need it.

ID_COLUMN = "image_id"
LABEL_COLUMN = "label"
SUFFIX = ".png"
# An id becomes a file name. No separator, no leading dot and no control character: it cannot leave its folder,
# hide there, or be a formula in a spreadsheet.
ID_PATTERN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
LABEL_PATTERN = re.compile(r"[0-9]{1,9}")
DECIMAL_PATTERN = re.compile(r"[0-9]{1,9}\.0+")


@dataclass(frozen=True)
class Table:
    """The good rows of a CSV, one message for each bad one, and a notice for what was passed over.

    `frame` has the columns image_id (text, as written), line (int, from 1 as editors count) and, if labels were
    asked for, label (int64).
    """

    path: Path
    frame: "pd.DataFrame"
    mistakes: tuple[str, ...]
    notices: tuple[str, ...] = ()


@dataclass
class _Reading:
    """What has been read of a file so far, by column; `others` has line and label of ids in no column."""

    ids: list[str] = field(default_factory=list)
    lines: "array[int]" = field(default_factory=lambda: array("q"))
    labels: "array[int]" = field(default_factory=lambda: array("q"))
    seen: set[str] = field(default_factory=set)
    others: dict[str, tuple[int, str]] = field(default_factory=dict)
    padded_labels: dict[int, str] = field(default_factory=dict)  # by place: those that are written otherwise, as 03
    mistakes: list[str] = field(default_factory=list)
    rows: int = 0  # blank ones left out
    blank: int = 0
    places: dict[str, int] = field(default_factory=dict)  # of the first ids, filled when one comes again

    def find_first(self, image_id: str) -> tuple[int, str]:
        """Return line and label of an id that was seen."""
        if image_id in self.others:
            return self.others[image_id]
        if image_id not in self.places:
            begin = len(self.places)
            self.places.update(zip(self.ids[begin:], range(begin, len(self.ids)), strict=True))
        place = self.places[image_id]
        label = str(self.labels[place]) if self.labels else ""
        return self.lines[place], self.padded_labels.get(place, label)


def read_table(path: Path, classes: int | None, known: Sequence[str] = ()) -> Table:
    """Read `image_id,label`, or `image_id` alone when `classes` is None; labels are 0 to classes - 1.

    Columns are found by name; others are ignored, with a notice unless they are `known`. Raises nothing: what is
    wrong is in `mistakes`.
    """
    import pandas as pd

    wanted = [ID_COLUMN] if classes is None else [ID_COLUMN, LABEL_COLUMN]
    try:
        rows = read_csv(path)
        _, header = next(rows, (1, []))
        mistake = check_header(path, header, wanted)
        if mistake is not None:
            return _nothing(path, wanted, mistake)
        reading = _check_rows(path, header, rows, classes)
    except ValueError as error:
        return _nothing(path, wanted, str(error))
    # As objects: pandas would copy text into an ArrowStringArray, at 350 bytes an id.
    columns: dict[str, object] = {
        ID_COLUMN: pd.Series(reading.ids, dtype=object),
        "line": np.array(reading.lines, np.int64),
    }
    if classes is not None:
        columns[LABEL_COLUMN] = np.array(reading.labels, np.int64)
    if not reading.rows:
        reading.mistakes.append(f"Expected at least one row in {path}. Received: a header alone.")
    reading.mistakes.extend(_check_suffixes(path, reading))
    ignored = [column for column in header if column not in (*wanted, *known)]
    notices = _name_passed_over(path, ignored, reading.blank)
    return Table(path, pd.DataFrame(columns), tuple(reading.mistakes), notices)


def _nothing(path: Path, columns: list[str], mistake: str) -> Table:
    import pandas as pd

    return Table(path, pd.DataFrame(columns=[*columns, "line"]), (mistake,))


def _name_passed_over(path: Path, ignored: Sequence[str], blank: int) -> tuple[str, ...]:
    notices = []
    if ignored:
        names = ", ".join(repr(column[:80]) for column in ignored)
        notices.append(f"{path.name}: the column{'s' * (len(ignored) > 1)} {names} {_is(ignored)} not looked at")
    if blank:
        notices.append(f"{path.name}: {blank:,} blank row{'s' * (blank > 1)} passed over")
    return tuple(notices)


def _is(things: Sequence[object]) -> str:
    return "is" if len(things) == 1 else "are"


def _check_rows(path: Path, header: list[str], rows: Iterator[tuple[int, list[str]]], classes: int | None) -> _Reading:
    reading = _Reading()
    id_place = header.index(ID_COLUMN)
    label_place = None if classes is None else header.index(LABEL_COLUMN)
    for line, fields in rows:
        if not fields:
            reading.blank += 1
            continue
        reading.rows += 1
        if len(fields) != len(header):
            reading.mistakes.append(f"{path} line {line}: Expected {len(header)} fields. Received: {len(fields)}.")
            continue
        label = None if label_place is None else fields[label_place]
        if mistake := _check_row(reading, line, fields[id_place], label, classes):
            reading.mistakes.append(f"{path} line {line}: {mistake}")
    return reading


def _check_row(reading: _Reading, line: int, image_id: str, label: str | None, classes: int | None) -> str | None:
    """Take a row in, or return what is wrong with it."""
    if mistake := check_id(image_id):
        return mistake
    if image_id in reading.seen:
        first_line, first_label = reading.find_first(image_id)
        if label is None or label == first_label:
            return f"Expected each id once. Received: {image_id} again, as in line {first_line}."
        return (
            f"Expected each id once. Received: {image_id} again with the label {label[:80]!r}, "
            f"in line {first_line} with {first_label[:80]!r}."
        )
    reading.seen.add(image_id)
    if label is not None and classes is not None:
        if not LABEL_PATTERN.fullmatch(label) or int(label) >= classes:
            hint = "" if reading.others else _name_cause(label, classes)  # once: a whole column has the same cause
            reading.others[image_id] = (line, label)
            return f"Expected a label from 0 to {classes - 1}. Received: {label[:80]!r} for {image_id}.{hint}"
        if label != str(int(label)):
            reading.padded_labels[len(reading.ids)] = label
        reading.labels.append(int(label))
    reading.ids.append(image_id)
    reading.lines.append(line)
    return None


def _name_cause(label: str, classes: int) -> str:
    if label == str(classes):
        return " Labels count from 0; for more classes: train --set model.classes=N, check --classes N."
    if DECIMAL_PATTERN.fullmatch(label):
        return " Write whole numbers: pandas writes a column as 1.0 where a row of it was empty."
    return ""


def check_id(image_id: str) -> str | None:
    """Return what is wrong with an id, or None."""
    if ID_PATTERN.fullmatch(image_id):
        return None
    hint = " Take the spaces away." if ID_PATTERN.fullmatch(image_id.strip()) else ""
    wanted = "letters, digits, '.', '_' and '-', not starting with '.'"
    return f"Expected an id of {wanted}. Received: {image_id[:80]!r}.{hint}"


def _check_suffixes(path: Path, reading: _Reading) -> list[str]:
    """Ids name their files with or without .png, alike in a whole table: `a` and `a.png` would be one file."""
    with_suffix = [place for place, image_id in enumerate(reading.ids) if image_id.endswith(SUFFIX)]
    if len(with_suffix) in (0, len(reading.ids)):
        return []
    without = next(place for place, image_id in enumerate(reading.ids) if not image_id.endswith(SUFFIX))
    named = " and ".join(
        f"{reading.ids[place]} in line {reading.lines[place]}" for place in sorted((with_suffix[0], without))
    )
    return [f"Expected all ids of {path} with {SUFFIX} or all without. Received: {named}."]

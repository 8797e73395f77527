"""The competition's CSV files, read as text: every row is used unchanged or reported with its line number."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

ID_COLUMN = "image_id"
LABEL_COLUMN = "label"
# An id becomes a file name. No separator, no leading dot and no control character: it cannot leave its folder,
# hide there, or be a formula in a spreadsheet.
ID_PATTERN = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
LABEL_PATTERN = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True)
class Table:
    """The good rows of a CSV and one message for each bad one.

    `frame` has the columns image_id (text, as written), line (int, from 1 as editors count) and, if labels were
    asked for, label (int64).
    """

    path: Path
    frame: pd.DataFrame
    mistakes: tuple[str, ...]


def read_table(path: Path, classes: int | None) -> Table:
    """Read `image_id,label`, or `image_id` alone when `classes` is None; labels are 0 to classes - 1.

    Columns are found by name and others are ignored. Raises nothing: what is wrong is in `mistakes`.
    """
    wanted = [ID_COLUMN] if classes is None else [ID_COLUMN, LABEL_COLUMN]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            try:
                header = next(reader, [])
                lines = [(reader.line_num, fields) for fields in reader if fields]
            except csv.Error as error:
                return _nothing(path, wanted, f"{path} line {reader.line_num}: Expected CSV. Received: {error}.")
    except FileNotFoundError:
        return _nothing(path, wanted, f"Expected the file {path}. Received: no such file.")
    except (OSError, UnicodeDecodeError) as error:
        return _nothing(path, wanted, f"Expected {path} to be a CSV file in UTF-8. Received: {error}.")
    if missing := [column for column in wanted if header.count(column) != 1]:
        return _nothing(
            path,
            wanted,
            f"Expected {path} to have the column{'s' * (len(missing) > 1)} {' and '.join(missing)} once in line 1. "
            f"Received: {','.join(header)[:80]!r}.",
        )
    return _check_rows(path, header, lines, classes)


def _nothing(path: Path, columns: list[str], mistake: str) -> Table:
    return Table(path, pd.DataFrame(columns=[*columns, "line"]), (mistake,))


def _check_rows(path: Path, header: list[str], lines: list[tuple[int, list[str]]], classes: int | None) -> Table:
    mistakes: list[str] = []
    rows: list[dict[str, object]] = []
    first_line: dict[str, int] = {}
    for line, fields in lines:
        where = f"{path} line {line}"
        if len(fields) != len(header):
            mistakes.append(f"{where}: Expected {len(header)} fields. Received: {len(fields)}.")
            continue
        record = dict(zip(header, fields, strict=True))
        image_id = record[ID_COLUMN]
        if not ID_PATTERN.fullmatch(image_id):
            mistakes.append(
                f"{where}: Expected an id of letters, digits, '.', '_' and '-', not starting with '.'. "
                f"Received: {image_id[:80]!r}."
            )
            continue
        if image_id in first_line:
            mistakes.append(
                f"{where}: Expected each id once. Received: {image_id} again, as in line {first_line[image_id]}."
            )
            continue
        first_line[image_id] = line
        row: dict[str, object] = {ID_COLUMN: image_id, "line": line}
        if classes is not None:
            label = record[LABEL_COLUMN]
            if not LABEL_PATTERN.fullmatch(label) or int(label) >= classes:
                mistakes.append(
                    f"{where}: Expected a label from 0 to {classes - 1}. Received: {label[:80]!r} for {image_id}."
                )
                continue
            row[LABEL_COLUMN] = int(label)
        rows.append(row)
    if not lines:
        mistakes.append(f"Expected at least one row in {path}. Received: a header alone.")
    columns = [ID_COLUMN, "line"] + ([] if classes is None else [LABEL_COLUMN])
    return Table(path, pd.DataFrame(rows, columns=columns), tuple(mistakes))

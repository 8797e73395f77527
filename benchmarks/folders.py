"""Data folders of any size for `bench`, made of another one's images: linked where the file system can, else copied."""

import csv
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from data_io.sample_submission import HEADER, SAMPLE_SUBMISSION
from data_io.tables import ID_COLUMN, LABEL_COLUMN, SUFFIX


def make_folder(source: Path, target: Path, counts: Mapping[str, int], distinct: int | None = None) -> None:
    """Fill `target` with the first rows of each split of `source` that `counts` names, and their images.

    Where a split has fewer rows, or more than `distinct`, the rows begin again under new names: many names, few
    different pictures, the same label for the same picture. A sample submission goes with a test split.
    """
    for split, count in counts.items():
        with (source / f"{split}.csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))[:distinct]
        (target / split).mkdir(parents=True)
        ids = [rows[number][ID_COLUMN] if count <= len(rows) else f"{split}-{number:07d}" for number in range(count)]
        for number, image_id in enumerate(ids):
            place = number % len(rows)
            # A second name is a link to the first one beside it, which no other file system can refuse.
            origin = (
                target / split / _file(ids[place])
                if number != place
                else source / split / _file(rows[place][ID_COLUMN])
            )
            _link(origin.resolve(), target / split / _file(image_id))
        _write_table(target / f"{split}.csv", rows, ids)
        if split == "test":
            _write_rows(target / SAMPLE_SUBMISSION, HEADER, [[each, "0"] for each in ids])


def _file(image_id: str) -> str:
    return image_id.removesuffix(SUFFIX) + SUFFIX


def _write_table(path: Path, rows: list[dict[str, str]], ids: list[str]) -> None:
    columns = [name for name in (ID_COLUMN, LABEL_COLUMN) if name in rows[0]]
    made = [
        [image_id, *(rows[number % len(rows)][name] for name in columns[1:])] for number, image_id in enumerate(ids)
    ]
    _write_rows(path, columns, made)


def _write_rows(path: Path, columns: list[str], rows: list[list[str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def _link(origin: Path, target: Path) -> None:
    try:
        os.link(origin, target)
    except OSError:  # another file system, too many links, or none at all
        shutil.copyfile(origin, target)

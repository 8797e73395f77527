"""A data folder in the competition's form: three folders of PNG files and four CSV files, checked before use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import errors
from data_io.tables import ID_COLUMN, LABEL_COLUMN, Table, read_table

SPLITS = ("train", "validation", "test")
LABELLED_SPLITS = ("train", "validation")
SAMPLE_SUBMISSION = "sample_submission.csv"
# Where Kaggle mounts the competition, read-only.
KAGGLE_FOLDER = Path("/kaggle/input/deepfake-classification-unibuc")
SHOWN_MISTAKES = 20  # more would push the first ones, which explain the rest, off the screen


@dataclass(frozen=True)
class Split:
    """The rows of one CSV with their files. `labels` is int32 (N,), or None for the unlabelled test split."""

    name: str
    table: Path
    ids: tuple[str, ...]
    lines: tuple[int, ...]
    paths: tuple[Path, ...]
    labels: NDArray[np.int32] | None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True)
class DataFolder:
    """The splits that were asked for; `submission_ids` is in the order of sample_submission.csv, if test is there."""

    root: Path
    splits: Mapping[str, Split]
    submission_ids: tuple[str, ...]


def read_data_folder(root: Path, classes: int, splits: Sequence[str] = SPLITS) -> DataFolder:
    """Read and check the tables of `splits` and that each row has its image file.

    Raises DataError with one message per mistake of all tables together (after SHOWN_MISTAKES, their number).
    """
    mistakes: list[str] = []
    if not root.is_dir():
        raise errors.DataError(f"Expected a data folder at {root}. Received: no such folder. Name yours with --data.")
    read = {name: _read_split(root, name, classes, mistakes) for name in splits}
    submission_ids: tuple[str, ...] = ()
    if "test" in splits:
        submission_ids = _read_submission_ids(root, read["test"], mistakes)
    if mistakes:
        raise errors.DataError(shorten(mistakes))
    return DataFolder(root, read, submission_ids)


def shorten(mistakes: Sequence[str]) -> list[str]:
    """Keep the first SHOWN_MISTAKES messages and say how many more there are."""
    rest = len(mistakes) - SHOWN_MISTAKES
    return list(mistakes) if rest <= 0 else [*mistakes[:SHOWN_MISTAKES], f"… and {rest} more mistakes like these."]


def _read_split(root: Path, name: str, classes: int, mistakes: list[str]) -> Split:
    labelled = name in LABELLED_SPLITS
    table = read_table(root / f"{name}.csv", classes if labelled else None)
    mistakes.extend(table.mistakes)
    paths = _find_images(root / name, table, mistakes)
    frame = table.frame
    labels = frame[LABEL_COLUMN].to_numpy(np.int32) if labelled else None
    return Split(name, table.path, tuple(frame[ID_COLUMN]), tuple(frame["line"]), paths, labels)


def _find_images(folder: Path, table: Table, mistakes: list[str]) -> tuple[Path, ...]:
    if not folder.is_dir():
        mistakes.append(f"Expected the folder {folder} with the images of {table.path.name}. Received: no such folder.")
        return ()
    present = {entry.name for entry in folder.iterdir()}  # one listing instead of thousands of stat calls
    paths = []
    for image_id, line in zip(table.frame[ID_COLUMN], table.frame["line"], strict=True):
        name = image_id if image_id.endswith(".png") else f"{image_id}.png"
        paths.append(folder / name)
        if name not in present:
            mistakes.append(f"{table.path} line {line}: Expected the image {folder / name}. Received: no such file.")
    return tuple(paths)


def _read_submission_ids(root: Path, test: Split, mistakes: list[str]) -> tuple[str, ...]:
    table = read_table(root / SAMPLE_SUBMISSION, None)
    mistakes.extend(table.mistakes)
    ids = tuple(table.frame[ID_COLUMN])
    unknown, absent = sorted(set(ids) - set(test.ids)), sorted(set(test.ids) - set(ids))
    if test.ids and not table.mistakes and (unknown or absent):  # without test.csv the comparison says nothing new
        mistakes.append(
            f"Expected {table.path} to have the ids of {test.table.name}. Received: {len(unknown)} others "
            f"({', '.join(unknown[:3])}) and {len(absent)} missing ({', '.join(absent[:3])})."
        )
    return ids

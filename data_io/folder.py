"""A data folder in the competition's form: three folders of PNG files and four CSV files, checked before use."""

import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import errors
from data_io.columns import ImagePaths
from data_io.regular_files import name_refusal
from data_io.sample_submission import SAMPLE_SUBMISSION, read_sample_submission
from data_io.splits import (
    LABELLED_SPLITS,
    SPLITS,
    Split,
    compare_ids,
    compare_submission,
    count_labels,
)
from data_io.tables import ID_COLUMN, LABEL_COLUMN, SUFFIX, Table, read_table

__all__ = ["LABELLED_SPLITS", "SPLITS", "DataFolder", "Split", "examine_data_folder", "read_data_folder"]

NAMED_FILES = 3
ARCHIVE = ".zip"


@dataclass(frozen=True)
class DataFolder:
    """The splits that were asked for; `submission_ids` is in the order of sample_submission.csv, if test is there.

    `notices` says what was passed over and what is odd, a line each.
    """

    root: Path
    splits: Mapping[str, Split]
    submission_ids: tuple[str, ...]
    notices: tuple[str, ...] = ()


def read_data_folder(root: Path, classes: int, splits: Sequence[str] = SPLITS) -> DataFolder:
    """Read and check the tables of `splits` and that each row has its image file.

    Raises DataError with one message per mistake of all tables together.
    """
    data, mistakes = examine_data_folder(root, classes, splits)
    if mistakes:
        raise errors.DataError(mistakes)
    return data


def examine_data_folder(root: Path, classes: int, splits: Sequence[str] = SPLITS) -> tuple[DataFolder, list[str]]:
    """Read what `read_data_folder` reads and return the rows that are whole, with the mistakes of the others.

    Raises DataError only if there is no such folder.
    """
    check_root(root)
    mistakes: list[str] = []
    notices: list[str] = []
    tables: dict[str, Table] = {}
    rows: dict[str, Split] = {}
    whole: dict[str, Split] = {}
    for name in splits:
        table = read_table(root / f"{name}.csv", classes if name in LABELLED_SPLITS else None)
        mistakes.extend(table.mistakes)
        notices.extend(table.notices)
        tables[name], rows[name] = table, _name_files(root, name, table)
        found = _find_images(root, rows[name], mistakes, notices)
        whole[name] = rows[name] if len(found) == len(rows[name]) else rows[name].select(found)
    # Of a table with rows that are left out it cannot be said which labels it has.
    counted = (count_labels(rows[name], classes) for name in splits if not tables[name].mistakes)
    for found_mistakes, found_notices in (compare_ids(rows), *counted):
        mistakes.extend(found_mistakes)
        notices.extend(found_notices)
    submission_ids: tuple[str, ...] = ()
    if "test" in splits:
        sample = read_sample_submission(root / SAMPLE_SUBMISSION)
        mistakes.extend(sample.mistakes)
        notices.extend(sample.notices)
        submission_ids = tuple(sample.frame[ID_COLUMN])
        if not sample.mistakes and not tables["test"].mistakes:  # else the comparison repeats what is said
            mistakes.extend(compare_submission(sample.path, submission_ids, rows["test"]))
    return DataFolder(root, whole, submission_ids, tuple(notices)), mistakes


def check_root(root: Path) -> None:
    """Raise DataError if there is no folder at `root`, or it cannot be said whether there is."""
    try:
        is_there = root.is_dir()  # raises where a folder above may not be entered
        has_table = (root / f"{SPLITS[0]}.csv").exists()  # and this where itself may not
    except OSError as error:
        raise errors.DataError(f"Expected to read the folder {root}. Received: {name_refusal(error)}.") from error
    if not is_there:
        what, advice = "no such folder", "Name yours with --data."
        if root.exists():
            what = "a file"
            advice = _how_to_unpack(root, Path("data")) if root.suffix == ARCHIVE else advice
        raise errors.DataError(f"Expected a data folder at {root}. Received: {what}. {advice}")
    if has_table:
        return
    received = f"Expected a data folder at {root}. Received: a folder without {SPLITS[0]}.csv, but"
    if tables := _glob(root, f"*/{SPLITS[0]}.csv"):  # as after unzipping into a folder of the archive's name
        raise errors.DataError(f"{received} {tables[0].parent} has one. Name that with --data.")
    has_others = any((root / f"{name}.csv").exists() for name in SPLITS)  # a zip may lie beside those
    if not has_others and (archives := _glob(root, f"*{ARCHIVE}")):
        archive = archives[0] if len(archives) == 1 else root / f"*{ARCHIVE}"  # unzip expands it itself
        raise errors.DataError(f"{received} {archives[0].name} is there. {_how_to_unpack(archive, root)}")


def _glob(root: Path, pattern: str) -> list[Path]:
    try:
        return sorted(root.glob(pattern))
    except OSError:  # whoever reads what is there says so
        return []


def _how_to_unpack(archive: Path, to: Path) -> str:
    return f"Unpack it: unzip -q {shlex.quote(str(archive))} -d {shlex.quote(str(to))}"


def _name_files(root: Path, name: str, table: Table) -> Split:
    frame = table.frame
    ids = tuple(frame[ID_COLUMN])
    labels = frame[LABEL_COLUMN].to_numpy(np.int32) if name in LABELLED_SPLITS else None
    return Split(name, table.path, ids, tuple(frame["line"]), ImagePaths(root / name, ids), labels)


def _find_images(root: Path, split: Split, mistakes: list[str], notices: list[str]) -> Sequence[int]:
    """Return the places of the rows whose file is there."""
    folder = root / split.name
    absent = {image_id.removesuffix(SUFFIX) for image_id in split.ids}
    extra, links = [], set()
    try:
        with os.scandir(folder) as entries:  # one listing instead of thousands of stat calls
            for entry in entries:
                stem = entry.name.removesuffix(SUFFIX)
                if entry.name != stem and stem in absent:
                    absent.discard(stem)
                    links.update([stem] if entry.is_symlink() else [])
                else:
                    extra.append(entry.name)
    except OSError as error:
        is_absent = isinstance(error, FileNotFoundError | NotADirectoryError)
        reason = "no such folder" if is_absent else name_refusal(error)
        mistakes.append(f"Expected the folder {folder} with the images of {split.table.name}. Received: {reason}.")
        return []
    first = split.paths[0].name if absent and len(absent) == len(split) else None
    if first and (deeper := _glob(folder, f"*/{first}")):  # as after unzipping train.zip into train
        mistakes.append(
            f"Expected the images of {split.table.name} in {folder}. Received: none there, but {first} in "
            f"{deeper[0].parent}. Move what is in that folder up into {folder}."
        )
        return []
    inside = (root.resolve(), folder.resolve())
    if not inside[1].is_relative_to(inside[0]):
        notices.append(f"{folder} is a link to {inside[1]}")
    by_lower_case = {path.name.lower(): path.name for path in folder.iterdir()} if absent else {}
    refused = set()
    for place, image_id in enumerate(split.ids):
        stem = image_id.removesuffix(SUFFIX)
        if stem not in absent and stem not in links:
            continue
        where = f"{split.table} line {split.lines[place]}: Expected the image {split.paths[place]}"
        if stem in absent:
            mistakes.append(f"{where}. Received: no such file{_name_similar(stem + SUFFIX, by_lower_case)}.")
            refused.add(place)
        elif outside := _leaves(split.paths[place], inside):
            mistakes.append(f"{where} in the data folder. Received: a link to {outside}.")
            refused.add(place)
    if len(split) and (extra := sorted(extra)):
        named = ", ".join(extra[:NAMED_FILES]) + ", …" * (len(extra) > NAMED_FILES)
        files = "1 file" if len(extra) == 1 else f"{len(extra):,} files"
        notices.append(f"{files} in {folder} {'is' if len(extra) == 1 else 'are'} in no row: {named}")
    return [place for place in range(len(split)) if place not in refused] if refused else range(len(split))


def _leaves(path: Path, inside: Sequence[Path]) -> str | None:
    """Return where a link leads if that is in none of the folders."""
    try:
        target = path.resolve()
    except (OSError, RuntimeError):  # RuntimeError: Python before 3.13, for a link to itself
        return "itself"
    return None if any(target.is_relative_to(folder) for folder in inside) else str(target)


def _name_similar(name: str, by_lower_case: Mapping[str, str]) -> str:
    """Return a hint if the folder, given by the names in lower case, has a file that may be the one that is meant."""
    stem = name.removesuffix(SUFFIX).lower()
    for similar in (name.lower(), stem, stem + SUFFIX + SUFFIX, f"{stem}.jpg", f"{stem}.jpeg"):
        if similar in by_lower_case:
            return f", but {by_lower_case[similar]} is there"
    return ""

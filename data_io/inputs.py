"""What a model is asked about, one image at a time: files, folders, a CSV of ids, Parquet, paths on a stream."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import errors
from data_io.csv_files import check_header, read_csv
from data_io.parquet_inputs import ID, IMAGE, PATH, read_rows
from data_io.regular_files import name_refusal
from data_io.tables import ID_COLUMN, SUFFIX, check_id

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp")
STREAM = "-"
# What only a model has: as an INPUT it is a slip, as in `predict RUN RUN`.
MODEL_SUFFIXES = (".keras", ".onnx")
MODEL_FILES = ("manifest.json", "saved_model.pb")
MAXIMUM_PATH_BYTES = 1 << 16  # Linux takes 4,096; a stream without line ends would be held in memory whole
NAMED_FILES = 3


@dataclass(frozen=True)
class Input:
    """One image that is asked about.

    `image_id` goes into the answers: the path as given, relative to a folder with '/', or a CSV's id as written.
    `name` is what a table would call the image: a file's own name, else the id. `mistake` is why the row names no
    image at all; then `path` means nothing. `content` is the image's file, where a row of Parquet holds it.
    """

    image_id: str
    path: Path
    name: str
    where: str = ""
    mistake: str | None = None
    content: bytes | None = field(default=None, repr=False)

    def describe(self, reason: str) -> str:
        """Return one line for the user about an image that could not be read."""
        return f"{self.where}Expected to read the image {errors.one_line(str(self.path))}. Received: {reason}."


@dataclass
class Inputs:
    """The INPUTs of a command line, checked as far as can be done without reading them.

    Iterating reads them once, in order; `notices` grows as folders are walked. Memory grows with the longest listing
    of one folder, some 100 bytes a name, and with nothing else. An id that a CSV has twice is answered twice.
    """

    arguments: Sequence[str]
    images: Path | None
    stream: BinaryIO
    notices: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Raise UsageError for INPUTs that cannot be meant, DataError for what is not there."""
        _check(self.arguments, self.images)

    @property
    def count(self) -> int | None:
        """The number of images, where it is known beforehand."""
        are_files = all(argument != STREAM and not _is_many(Path(argument)) for argument in self.arguments)
        return len(self.arguments) if are_files else None

    def __iter__(self) -> Iterator[Input]:
        """Raise DataError for a folder without images, and for a folder, table or stream that cannot be read."""
        for argument in self.arguments:
            yield from self.read(argument)

    def read(self, argument: str) -> Iterator[Input]:
        """Yield the images of one of `arguments`. Raises as iterating over all does."""
        path = Path(argument)
        if argument == STREAM:
            yield from _read_stream(self.stream)
        elif path.is_dir():
            yield from self._walk(path)
        elif _is_csv(path) and self.images is not None:
            yield from _read_ids(path, self.images)
        elif is_parquet(path):
            yield from read_parquet(path)
        else:
            yield Input(argument, path, path.name)

    def _walk(self, root: Path) -> Iterator[Input]:
        found = 0
        others: list[str] = []
        count = 0
        for path in _list_files(root):
            relative = path.relative_to(root).as_posix()
            if _has_suffix(path.name):
                found += 1
                yield Input(relative, path, relative)
            else:
                count += 1
                others = others if count > NAMED_FILES else [*others, errors.one_line(relative)]
        if count:
            named = ", ".join(others) + ", …" * (count > NAMED_FILES)
            files = "1 other file" if count == 1 else f"{count:,} other files"
            self.notices.append(f"{files} in {errors.one_line(str(root))} passed over: {named}")
        if not found:
            raise errors.DataError(
                f"Expected images in {errors.one_line(str(root))}, as {', '.join(IMAGE_SUFFIXES)}. Received: none."
            )


def _check(arguments: Sequence[str], images: Path | None) -> None:
    if arguments.count(STREAM) > 1:
        raise errors.UsageError("Expected - once among the INPUTs. Received: it twice.")
    tables = [argument for argument in arguments if argument != STREAM and _is_csv(Path(argument))]
    if tables and images is None:
        raise errors.UsageError(f"Expected --images with the folder of the images of {tables[0]}. Received: none.")
    if images is not None and not tables:
        raise errors.UsageError("Expected --images with a CSV of ids among the INPUTs. Received: no CSV.")
    if images is not None and not images.is_dir():
        raise errors.DataError(f"Expected a folder of images at {images}. Received: no such folder.")
    for argument in arguments:
        if argument != STREAM:
            try:
                _check_path(argument)
            except OSError as error:
                raise errors.DataError(f"Expected to read {argument}. Received: {name_refusal(error)}.") from error


def _check_path(argument: str) -> None:
    if not argument:  # a variable of a shell that is not set; as a path it would be the current folder
        raise errors.UsageError("Expected images, folders of images or a CSV after the MODEL. Received: an empty name.")
    path = Path(argument)
    if path.suffix in MODEL_SUFFIXES or any((path / name).exists() for name in MODEL_FILES):
        raise errors.UsageError(
            f"Expected images, folders of images or a CSV after the MODEL. Received: {argument}, a model. "
            "To average two models name the other one with --with."
        )
    # A name that is an image's is a bad image like others, to be marked if that is asked for.
    if not _has_suffix(argument) and not path.exists():
        raise errors.DataError(f"Expected images, a folder or a CSV at {argument}. Received: no such file.")


def _is_csv(path: Path) -> bool:
    return path.suffix.lower() == ".csv" and not path.is_dir()


def is_parquet(path: Path) -> bool:
    """Tell, by its name, whether an INPUT is a table of images rather than an image."""
    return path.suffix.lower() == ".parquet" and not path.is_dir()


def _is_many(path: Path) -> bool:
    return path.is_dir() or _is_csv(path) or is_parquet(path)


def _list_files(folder: Path) -> Iterator[Path]:
    """Yield what is in a folder and below it, by name in each folder, no hidden ones; follow no link to a folder."""
    names: list[str] = []
    folders: set[str] = set()
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.startswith("."):
                    continue
                names.append(entry.name)
                if entry.is_dir(follow_symlinks=False):  # a link to a folder may lead round in a circle
                    folders.add(entry.name)
    except OSError as error:
        raise errors.DataError(
            f"Expected to read the folder {errors.one_line(str(folder))}. Received: {name_refusal(error)}."
        ) from error
    names.sort()
    for name in names:
        if name in folders:
            yield from _list_files(folder / name)
        else:
            yield folder / name


def _read_ids(table: Path, images: Path) -> Iterator[Input]:
    """Yield a CSV's rows as they are read. A row that is not whole is one whose `mistake` says so."""
    rows = _rows(table)
    _, header = next(rows, (1, []))
    if mistake := check_header(table, header, [ID_COLUMN]):
        raise errors.DataError(mistake)
    place = header.index(ID_COLUMN)
    first: tuple[int, str] | None = None
    count = 0
    for line, fields in rows:
        if not fields:
            continue
        count += 1
        where = f"{table} line {line}: "
        image_id = fields[place] if place < len(fields) else ""
        path = images / (image_id if _has_suffix(image_id) else image_id + SUFFIX)
        if len(fields) != len(header):
            mistake = f"Expected {len(header)} fields. Received: {len(fields)}."
        else:
            mistake = check_id(image_id)
        if mistake is None:
            first = first or (line, image_id)
            if _has_suffix(image_id) != _has_suffix(first[1]):  # `a` and `a.png` would be one file
                mistake = (
                    f"Expected all ids with an image's suffix or all without. "
                    f"Received: {image_id}, and {first[1]} in line {first[0]}."
                )
        yield Input(image_id, path, image_id, where, where + mistake if mistake else None)
    if not count:
        raise errors.DataError(f"Expected at least one row in {table}. Received: a header alone.")


def read_parquet(path: Path, start: int = 0, stop: int | None = None) -> Iterator[Input]:
    """Yield rows of a Parquet file. A path is taken as it stands; the id is the column `id`, if any, else the path."""
    for number, values in read_rows(path, start, stop):
        where = f"{path} row {number + 1}: "
        named = values.get(ID, values.get(PATH))
        image_id = "" if named is None else str(named)
        if empty := [name for name, value in values.items() if value is None]:
            mistake = f"{where}Expected a value. Received: none for {' and '.join(empty)}."
            yield Input(image_id, path, image_id, where, mistake)
        elif PATH in values:
            file = Path(values[PATH])
            yield Input(image_id, file, file.name, where)
        else:
            yield Input(image_id, Path(image_id), image_id, where, content=values[IMAGE])


def _has_suffix(name: str) -> bool:
    return Path(name).suffix.lower() in IMAGE_SUFFIXES


def _rows(table: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from read_csv(table)
    except ValueError as error:
        raise errors.DataError(str(error)) from error


def _read_stream(stream: BinaryIO) -> Iterator[Input]:
    number = 0
    while line := stream.readline(MAXIMUM_PATH_BYTES + 1):
        number += 1
        if len(line) > MAXIMUM_PATH_BYTES:
            raise errors.DataError(f"Expected a path a line on stdin. Received: a line {number} that does not end.")
        text = os.fsdecode(line.rstrip(b"\r\n"))
        if text:
            yield Input(text, Path(text), Path(text).name, f"stdin line {number}: ")

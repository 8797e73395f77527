"""A CSV file as text, line by line and bounded: what it is instead, when it is none, is said in words."""

import codecs
import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TextIO

from data_io.regular_files import check_regular, name_refusal

MAXIMUM_TABLE_BYTES = 1 << 27  # a million rows of 128 bytes
MAXIMUM_ROWS = 1_000_000
MAXIMUM_LINE_CHARACTERS = 1 << 16  # a line without an end would be held in memory whole
ENCODINGS = (
    (codecs.BOM_UTF32_LE, "UTF-32"),
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
SEPARATORS = {";": "';'", "\t": "a tab", "|": "'|'"}


def read_csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield each row's last line, from 1 as editors count, and its fields as text; the header is the first.

    A blank line has no fields. Raises ValueError with a message for the user when the file cannot be read to its
    end.
    """
    try:
        check_regular(path, MAXIMUM_TABLE_BYTES)
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(_read_lines(file), strict=True)
            for count, fields in enumerate(reader):
                if count > MAXIMUM_ROWS:
                    raise ValueError(f"more than {MAXIMUM_ROWS:,} rows")
                yield reader.line_num, fields
    except FileNotFoundError:
        raise ValueError(f"Expected the file {path}. Received: no such file.") from None
    except UnicodeDecodeError:
        raise ValueError(f"Expected {path} to be in UTF-8. Received: {name_encoding(path)}.") from None
    except OSError as error:
        raise ValueError(f"Expected to read {path}. Received: {name_refusal(error)}.") from error
    except csv.Error as error:
        raise ValueError(f"{path} line {reader.line_num}: Expected CSV. Received: {error}.") from None
    except ValueError as error:
        raise ValueError(f"Expected {path} to be a CSV file. Received: {error}.") from None


def _read_lines(file: TextIO) -> Iterator[str]:
    count = 0
    while line := file.readline(MAXIMUM_LINE_CHARACTERS + 1):
        count += 1
        if len(line) > MAXIMUM_LINE_CHARACTERS:
            raise ValueError(f"a line {count} of more than {MAXIMUM_LINE_CHARACTERS:,} characters")
        yield line


def name_encoding(path: Path) -> str:
    """Return what a file that is not UTF-8 may be, with the first line that is not."""
    with path.open("rb") as file:
        start = file.read(4)
        for mark, name in ENCODINGS:
            if start.startswith(mark):
                return f"{name} (it starts with {start[: len(mark)]!r}); save it as UTF-8"
        file.seek(0)
        for number, line in enumerate(file, start=1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                byte = line[error.start]
                return f"the byte 0x{byte:02x} in line {number}: Latin-1 or Windows-1252? Save it as UTF-8"
    return "other bytes"  # the file has changed since


def check_header(path: Path, header: Sequence[str], wanted: Sequence[str]) -> str | None:
    """Return what is wrong with a header, as a message for the user, or None: each wanted column has to be there,
    in its own letters, and no column twice.
    """
    if not header:
        received = "an empty file" if path.stat().st_size == 0 else "a blank line"
        return f"Expected {path} to have {','.join(wanted)} as line 1. Received: {received}."
    shown = repr(",".join(header)[:80])
    if missing := [column for column in wanted if column not in header]:
        named = f"the column{'s' * (len(missing) > 1)} {' and '.join(missing)}"
        hint = _guess(header, wanted, missing)
        return f"Expected {path} to have {named} once in line 1. Received: {shown}.{hint and ' ' + hint}"
    if twice := sorted({column for column in header if column and header.count(column) > 1}):
        named = f"the column{'s' * (len(twice) > 1)} {' and '.join(twice)}"
        return f"Expected {path} to have {named} once in line 1. Received: {shown}."
    return None


def _guess(header: Sequence[str], wanted: Sequence[str], missing: Sequence[str]) -> str:
    line = ",".join(wanted)
    text = ",".join(header)
    if "\0" in text:
        return "Is it UTF-16? Save it as UTF-8."
    for separator, name in SEPARATORS.items():
        if separator in text and any(column in text.split(separator) for column in wanted):
            return f"Is the separator {name}? Write commas."
    for column in missing:
        for name in header:
            if name.strip().lower().replace(" ", "_") == column:
                return f"Write {column} for {name!r}."
    if not any(column in text.lower() for column in wanted):
        return f"Is the header missing? Write {line} as line 1."
    return ""

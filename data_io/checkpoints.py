"""The state of a run that is not finished: arrays and a few values in one file that is there whole or not at all."""

import json
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import errors
from data_io.files import UNFINISHED, replacing, unwritable

FOLDER = "checkpoint"
LAST = "last.npz"
BEST = "best.npz"
VALUES = "values"

# What NumPy and zipfile raise for files that are none, are cut short, or have another byte somewhere.
BROKEN = (
    *(OSError, EOFError, zipfile.BadZipFile, zlib.error, struct.error),
    *(ValueError, TypeError, AttributeError, KeyError, RuntimeError, OverflowError, MemoryError),
)


def save_checkpoint(path: Path, arrays: Mapping[str, NDArray[np.generic]], values: Mapping[str, Any]) -> None:
    """Write arrays and JSON values to an `.npz`, beside its place and then renamed into it.

    Raises EnvironmentFault when it cannot be written; what was there before is then still there.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(path.parent, error) from error
    content: dict[str, Any] = {VALUES: np.frombuffer(json.dumps(values).encode(), np.uint8), **arrays}
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **content)


def load_checkpoint(path: Path) -> tuple[dict[str, NDArray[np.generic]], dict[str, Any]]:
    """Read what `save_checkpoint` wrote; nothing in it is unpickled, and each array's CRC-32 is compared.

    Raises PromiseError for a file that is none, or not whole.
    """
    try:
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        values = json.loads(arrays.pop(VALUES).tobytes())
        if not isinstance(values, dict):
            raise ValueError("JSON of another form")
    except BROKEN as error:
        raise errors.PromiseError(
            f"Expected a whole checkpoint at {path}. Received: {' '.join(str(error).split())}. "
            f"Start the run again, or put {BEST} in its place."
        ) from error
    return arrays, values


def link_checkpoint(path: Path, name: str) -> None:
    """Give a checkpoint another name beside it too, without another copy of it where links are possible."""
    target = path.with_name(name)
    link = path.with_name(f".{name}-{os.getpid()}")
    try:
        link.unlink(missing_ok=True)
        os.link(path, link)
        link.replace(target)
    except OSError:
        try:
            with replacing(target) as temporary:
                temporary.write_bytes(path.read_bytes())
        except OSError as error:
            raise unwritable(target, error) from error


def sweep_leftovers(run: Path) -> None:
    """Take away what a process that was killed while it wrote has left in a run, which this process holds."""
    unfinished = (path for path in run.glob(".*") if UNFINISHED.fullmatch(path.name))
    for leftover in (*unfinished, *(run / FOLDER).glob(".*")):
        leftover.unlink(missing_ok=True)

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
from data_io.files import replacing, unwritable

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
    path.parent.mkdir(parents=True, exist_ok=True)
    text = np.frombuffer(json.dumps(values).encode(), np.uint8)
    with replacing(path) as temporary, temporary.open("wb") as file:
        np.savez(file, **{VALUES: text}, **arrays)


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


def keep_as_best(path: Path) -> None:
    """Give a checkpoint the name of the best one beside it, without another copy of it where links are possible."""
    best = path.with_name(BEST)
    link = path.with_name(f".{BEST}-{os.getpid()}")
    try:
        link.unlink(missing_ok=True)
        os.link(path, link)
        link.replace(best)
    except OSError:
        try:
            with replacing(best) as temporary:
                temporary.write_bytes(path.read_bytes())
        except OSError as error:
            raise unwritable(best, error) from error


def sweep_leftovers(folder: Path) -> None:
    """Take away what a process that was killed while it saved has left beside its checkpoints."""
    for leftover in folder.glob(".*"):
        leftover.unlink(missing_ok=True)

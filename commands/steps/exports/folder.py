"""The folder of an export: made beside its place, and there whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import errors
from commands.steps.exports.writing import FILES
from data_io.artefact_files import sidecar_path
from data_io.files import unwritable
from data_io.shards import copy_images

FINISHED = "finished"


def check_target(out: Path | None) -> None:
    """Raise UsageError if there is something at `--out` already: nothing is ever overwritten."""
    if out and out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise errors.UsageError(f"Expected --out to be a new or an empty folder. Received: {out}, with content.")


@contextmanager
def temporary_folder(parent: Path) -> Iterator[Path]:
    """Make a folder beside the target, with one for FINISHED artefacts in it; gone in the end, however it ends."""
    folder = parent / f".export-{os.getpid()}"
    try:
        shutil.rmtree(folder, ignore_errors=True)  # of a process of this number that was killed
        (folder / FINISHED).mkdir(parents=True)
        yield folder
    except OSError as error:
        raise unwritable(folder, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def save_images(images: NDArray[np.uint8], work: Path) -> Path:
    """Return the .npy file that the images are mapped from, or a copy of them where there is none."""
    mapped = getattr(images, "filename", None)
    if mapped is None:
        mapped = work / "images.npy"
        copy_images(images, mapped)
    return Path(mapped)


def place(work: Path, out: Path | None, parent: Path) -> Path:
    """Rename the FINISHED folder onto `out`, or the first of export, export-2, … that is not there."""
    for number in count(1):
        target = out or parent / ("export" if number == 1 else f"export-{number}")
        if out is None and target.exists():
            continue
        (work / FINISHED).rename(target)  # onto an empty folder at most: a full one is refused by the system
        return target
    raise AssertionError("count() does not end")


def finish_artefact(format: str, work: Path) -> None:
    """Move an artefact and its sidecar to what is kept."""
    for path in (work / FILES[format], sidecar_path(work / FILES[format])):
        path.rename(work / FINISHED / path.name)

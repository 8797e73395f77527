"""Writes a run in other formats, tries each file in its real runtime, and keeps what agrees."""

import importlib.util
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import errors
from commands.steps import children
from commands.steps.exports.proofs import Proof
from commands.steps.exports.proving import TOLERANCE, compare
from commands.steps.exports.writing import FILES, PACKAGES
from data_io.artefact_files import write_sidecar
from keras_models.artefacts.contract import Contract

WRITER = "commands.steps.exports.writing"
TRIAL = "keras_models.artefacts.trial"


@dataclass(frozen=True)
class Reference:
    """What the network answered that was trained: float32 logits (N, K) of images, uint8 (N, H, W, 3).

    Labels are int32 (N,), None if the images have none.
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int32] | None
    logits: NDArray[np.float32]


def check_packages(formats: Sequence[str]) -> None:
    """Raise EnvironmentFault if a package is missing that a format needs; nothing is imported."""
    wanted = sorted({package for format in formats for package in PACKAGES[format]})
    missing = [package for package in wanted if importlib.util.find_spec(package) is None]
    if missing:
        raise errors.EnvironmentFault(
            f"Expected {', '.join(wanted)} to be installed, to export {' and '.join(formats)}. "
            f"Received: no {', no '.join(missing)}. Run: pip install -c constraints.txt -e '.[export]'"
        )


def write_formats(run: Path, formats: Sequence[str], work: Path) -> dict[str, errors.ProgramError]:
    """Write FILES and FORMAT.json of each format into `work`; return why it could not be written, by format.

    A process that crashes in one format is started again for those after it.
    """
    failed: dict[str, errors.ProgramError] = {}
    left = list(formats)
    while left:
        fault: errors.ProgramError = errors.PromiseError("it was not written")
        try:
            children.run_child(WRITER, [str(run.resolve()), str(work.resolve()), *left], work / "writing.log")
        except errors.PromiseError as error:
            fault = error
        while left and (work / f"{left[0]}.json").is_file():
            written = json.loads((work / f"{left[0]}.json").read_text(encoding="utf-8"))
            if written["failed"]:
                kind = errors.EnvironmentFault if written["exit_code"] == 4 else errors.PromiseError
                failed[left[0]] = kind(written["failed"])
            left.pop(0)
        if left:
            failed[left.pop(0)] = fault
    return failed


def prove(format: str, work: Path, images: Path, reference: Reference) -> Proof:
    """Try the artefact in `work` and compare; write its sidecar. `images` are the reference's as .npy.

    Raises PromiseError when it does not run or does not agree.
    """
    artefact, record = work / FILES[format], work / f"{format}.json"
    written = json.loads(record.read_text(encoding="utf-8"))
    contract = Contract.from_values(written["contract"])
    out = work / f"{format}-trial"
    words = [format, *(str(path.resolve()) for path in (artefact, record, images, out)), str(time.monotonic())]
    # One thread answers the whole split: a second an image is a hundred times what any of ours takes.
    limit_seconds = children.LIMIT_SECONDS + len(reference.logits)
    children.run_child(TRIAL, words, work / f"{format}.log", limit_seconds=limit_seconds)
    with np.load(out.with_suffix(".npz")) as answers:
        agreement = compare(reference.logits, reference.labels, dict(answers), contract.temperature)
    if not agreement.holds:
        raise errors.PromiseError(f"{agreement.describe()}, where {TOLERANCE:.0e} is allowed")
    sizes = [path.stat().st_size for path in (artefact, *artefact.rglob("*")) if path.is_file()]
    write_sidecar(artefact, format, contract.to_values())
    measured = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    figures = {"size_bytes": sum(sizes), "write_seconds": written["seconds"], **measured}
    return Proof(format, agreement, figures)

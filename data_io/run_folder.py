"""The folder that a run leaves: a new name for each run, and a manifest that says what made it and what is in it."""

import json
import os
import platform
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import errors
from data_io.files import digest_file, unwritable, write_json

MANIFEST = "manifest.json"
RECIPE = "recipe.toml"
MODEL = "model.keras"
METRICS = "metrics.json"
CALIBRATION = "calibration.json"
HISTORY = "history.csv"
EVENTS = "tensorboard"
UNKNOWN = "unknown.json"  # of a run that a class was left out of
FOLDS = "folds"  # in the manifest of a folder of so many runs, fold0 and on


def resume_command(run: Path) -> str:
    """Return what goes on with a run, or with a folder of folds, as it is typed into a shell."""
    return f"python run.py train --resume {shlex.quote(str(run))}"


def create_run_folder(parent: Path, name: str) -> Path:
    """Make `parent/name`, or `name-2`, `name-3`, … if that is taken; nothing is ever overwritten.

    Raises EnvironmentFault when the folder cannot be made or written.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        for number in count(1):
            folder = parent / (name if number == 1 else f"{name}-{number}")
            try:
                folder.mkdir()
            except FileExistsError:
                continue
            return folder
    except OSError as error:
        raise unwritable(parent / name, error) from error
    raise AssertionError("count() does not end")


def check_writable(parent: Path) -> None:
    """Make `parent` if need be and write a file into it, so that an unwritable one is known before any work.

    Raises EnvironmentFault.
    """
    try:
        parent.mkdir(parents=True, exist_ok=True)
        probe = parent / f".write-test-{os.getpid()}"
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        raise unwritable(parent, error) from error


def begin_manifest(run: Path, facts: Mapping[str, Any]) -> None:
    """Write what is known when a run begins; without digests of files it is no finished run's manifest."""
    write_json(run / MANIFEST, {**facts, "commit": read_commit()})


def write_manifest(run: Path, facts: Mapping[str, Any]) -> None:
    """Write manifest.json: `facts`, the commit, and the SHA-256 of every file of the run folder but event files."""
    digests = {
        path.relative_to(run).as_posix(): digest_file(path)
        for path in sorted(run.rglob("*"))
        if path.is_file() and path.name != MANIFEST and not path.name.startswith(".") and path.parent != run / EVENTS
    }
    write_json(run / MANIFEST, {**facts, "commit": read_commit(), "files": digests})


def record_files(run: Path, names: Sequence[str]) -> None:
    """Put the SHA-256 of files that a finished run was given since into its manifest. Raises as `read_manifest`."""
    manifest = read_manifest(run)
    digests = {**manifest["files"], **{name: digest_file(run / name) for name in names}}
    write_json(run / MANIFEST, {**manifest, "files": digests})


def read_beginning(run: Path) -> dict[str, Any]:
    """Read the manifest of a run, finished (then it has `files`) or not. Raises UsageError when there is none."""
    try:
        manifest = json.loads((run / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise errors.UsageError(f"Expected a run at {run}, with a {MANIFEST}. Received: {error}.") from error
    if not isinstance(manifest, dict):
        raise errors.UsageError(f"Expected the facts of a run in {run / MANIFEST}. Received: JSON of another form.")
    return manifest


def find_folds(folder: Path) -> list[Path]:
    """Return the runs of a folder that `train --folds` has finished, nothing for anything else.

    Raises UsageError for one that is not finished.
    """
    try:
        has_manifest = (folder / MANIFEST).is_file()
    except OSError:  # a folder above may not be entered, or the name is too long: whoever opens it says so
        return []
    if not has_manifest or FOLDS not in (begun := read_beginning(folder)):
        return []
    if "files" not in begun:
        raise errors.UsageError(
            f"Expected {folder} to have all its {begun[FOLDS]} folds. Received: fewer. "
            f"Finish them with: {resume_command(folder)}"
        )
    return [folder / f"fold{fold}" for fold in range(begun[FOLDS])]


def read_manifest(run: Path) -> dict[str, Any]:
    """Read a finished run's manifest. Raises UsageError when the folder has none, or the run is not finished."""
    manifest = read_beginning(run)
    if FOLDS in manifest:
        raise errors.UsageError(
            f"Expected one run. Received: {run}, which holds {manifest[FOLDS]}. Name one of them: {run / 'fold0'}"
        )
    if not isinstance(manifest.get("files"), dict):
        raise errors.UsageError(
            f"Expected a finished run at {run}, with digests of files in its {MANIFEST}. Received: none. "
            f"Finish it with: {resume_command(run)}"
        )
    return manifest


def check_digest(run: Path, name: str) -> Path:
    """Return the path of a file of a run after comparing it with the manifest. Raises PromiseError if it differs."""
    wanted = read_manifest(run)["files"].get(name)
    path = run / name
    received = digest_file(path) if path.is_file() else "no such file"
    if received != wanted:
        raise errors.PromiseError(
            f"Expected {path} to be the file in {run / MANIFEST} (SHA-256 {wanted}). Received: {received}."
        )
    return path


def describe_hardware(device: str) -> str:
    """Return what a figure was measured on: `gpu (NAME)` as it is, for `cpu` the cores and the processor's name."""
    if device != "cpu":
        return device
    processor = platform.processor() or platform.machine()
    information = Path("/proc/cpuinfo")  # Linux; elsewhere platform knows the name
    if information.is_file():
        lines = information.read_text(encoding="utf-8").splitlines()
        processor = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), processor)
    return f"{os.cpu_count()} cores of {processor}"


def read_commit() -> str:
    """Return the commit of this checkout, with `+changes` if files differ from it, or `unknown` outside of git."""
    root = Path(__file__).resolve().parent.parent
    try:
        answers = [
            subprocess.run(["git", "-C", str(root), *words], capture_output=True, text=True, check=True).stdout.strip()
            for words in (["rev-parse", "--show-toplevel"], ["rev-parse", "HEAD"], ["status", "--porcelain"])
        ]
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    if Path(answers[0]).resolve() != root:
        return "unknown"  # unpacked inside somebody else's repository
    return answers[1] + ("+changes" if answers[2] else "")

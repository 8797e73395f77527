"""The JSON file beside an exported model: its format, its contract, and the digest of every file that it is made of."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import errors
from data_io.files import digest_file, write_json
from data_io.regular_files import check_regular, read_regular

FORMATS = ("onnx", "saved_model")
MAXIMUM_SIDECAR_BYTES = 1 << 20  # ours have 2 kB
MAXIMUM_ARTEFACT_BYTES = 4 << 30  # twenty times the largest of ours; read whole to be hashed
MAXIMUM_FILES = 100  # a SavedModel of ours has 5


def sidecar_path(artefact: Path) -> Path:
    """Return `model.onnx.json` for `model.onnx`, `saved_model.json` for the folder `saved_model`."""
    named = artefact if artefact.name else artefact.resolve()  # `.`
    return named.with_name(f"{named.name}.json")


def write_sidecar(artefact: Path, format: str, contract: Mapping[str, Any]) -> Path:
    """Write the sidecar of a finished artefact, whose files are not changed any more; return its path.

    `format` is one of FORMATS, `contract` what JSON can hold. Raises EnvironmentFault where it cannot be written.
    """
    digests = {name: digest_file(path) for name, path in _files_of(artefact).items()}
    write_json(sidecar_path(artefact), {"format": format, "contract": dict(contract), "files": digests})
    return sidecar_path(artefact)


def read_sidecar(artefact: Path, maximum_bytes: int = MAXIMUM_ARTEFACT_BYTES) -> tuple[str, dict[str, Any]]:
    """Return the format and the contract of an artefact that is exactly the files which its sidecar names.

    Raises PromiseError: no sidecar, or not one of ours; a file more or less; a link; more than `maximum_bytes`
    (seen before anything is read); another SHA-256.
    """
    path = sidecar_path(artefact)
    try:
        sidecar = json.loads(read_regular(path, MAXIMUM_SIDECAR_BYTES))
    except (ValueError, RecursionError) as error:  # RecursionError: JSON that is nested without end
        raise errors.PromiseError(
            f"Expected the contract of {artefact} in {path}, which export writes beside it. "
            f"Received: {' '.join(str(error).split())[:200]}. Copy both, or export again."
        ) from error
    wanted = sidecar.get("files") if isinstance(sidecar, dict) else None
    if not (
        isinstance(wanted, dict)
        and all(isinstance(digest, str) for digest in wanted.values())
        and sidecar.get("format") in FORMATS
        and isinstance(sidecar.get("contract"), dict)
        and set(sidecar) == {"format", "contract", "files"}
    ):
        raise errors.PromiseError(
            f"Expected format, contract and files in {path}. Received: JSON of another form. Export again."
        )
    _compare(artefact, wanted, maximum_bytes)
    return sidecar["format"], sidecar["contract"]


def _compare(artefact: Path, wanted: Mapping[str, str], maximum_bytes: int) -> None:
    """Raise PromiseError unless the artefact is the `wanted` files, path to SHA-256, and no larger than allowed."""
    found = _files_of(artefact)
    if not artefact.is_dir() and len(wanted) == 1:  # a file may be renamed with the one beside it
        wanted = {artefact.name: next(iter(wanted.values()))}
    if set(found) != set(wanted):
        more, fewer = sorted(set(found) - set(wanted)), sorted(set(wanted) - set(found))
        raise errors.PromiseError(
            f"Expected {artefact} to have the files that {sidecar_path(artefact)} names. "
            f"Received: {len(more)} more {more[:3]}, {len(fewer)} missing {fewer[:3]}. Export again."
        )
    left = maximum_bytes
    for path in found.values():
        try:
            check_regular(path, left)
        except (ValueError, OSError) as error:
            raise errors.PromiseError(
                f"Expected {artefact} to be files of at most {maximum_bytes:,} bytes together. "
                f"Received: {path}, {error}."
            ) from error
        left -= path.stat().st_size
    for name, path in found.items():
        if (received := digest_file(path)) != wanted[name]:
            raise errors.PromiseError(
                f"Expected {path} to be the file in {sidecar_path(artefact)} (SHA-256 {wanted[name][:64]}). "
                f"Received: {received}. It was changed since it was exported: export again."
            )


def _files_of(artefact: Path) -> dict[str, Path]:
    """Return the files of an artefact by their POSIX path. Raises PromiseError for links in a folder, and too many."""
    if not artefact.is_dir():
        return {artefact.name: artefact}
    files: dict[str, Path] = {}
    for folder, folders, names in os.walk(artefact):
        for name in (*folders, *names):
            path = Path(folder) / name
            if path.is_symlink():
                raise errors.PromiseError(f"Expected files and folders in {artefact}. Received: {path}, a link.")
        files |= {(Path(folder) / name).relative_to(artefact).as_posix(): Path(folder) / name for name in names}
        if len(files) > MAXIMUM_FILES:
            raise errors.PromiseError(
                f"Expected at most {MAXIMUM_FILES} files in {artefact}. Received: more. It is no artefact of ours."
            )
    return files

"""Files that are there whole or not at all, and the digests that name their content."""

import hashlib
import json
import os
import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import errors

_UMASK = threading.Lock()  # it can be read by setting it alone: two threads that do would leave what one has set
HASH_CHUNK_BYTES = 1 << 20  # large enough that SHA-256, not the read call, is the cost


# The name that `replacing` gives to a file until it is whole: mkstemp's eight letters between its stem and its suffix.
UNFINISHED = re.compile(r"\..*\.[a-z0-9_]{8}(\.[^.]*)?", re.DOTALL)


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Give a temporary path beside `path`; rename it onto `path` when the block ends well.

    The rename is atomic because both names are in one folder; the file is synced first, so that after a
    power cut there is the old content or the new one. On an exception `path` is as it was and the
    temporary file is gone. Raises EnvironmentFault for what the operating system refuses (disk full,
    no permission).
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem[:40]}.", suffix=path.suffix, dir=path.parent)
    except OSError as error:
        raise unwritable(path, error) from error
    os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with temporary.open("r+b") as file:  # Windows syncs only what is open for writing
            os.fsync(file.fileno())
        temporary.chmod(0o666 & ~_umask())  # mkstemp gives 0600, which other users of a shared folder cannot read
        temporary.replace(path)
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def _umask() -> int:
    with _UMASK:
        mask = os.umask(0)
        os.umask(mask)
    return mask


def write_bytes(path: Path, content: bytes) -> None:
    """Write `content` whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_text(path: Path, content: str) -> None:
    """Write UTF-8 text whole or not at all, newlines as they are."""
    write_bytes(path, content.encode())


def write_json(path: Path, content: Any) -> None:
    """Write JSON with sorted keys, so that equal content is equal bytes; NaN is refused (ValueError)."""
    write_text(path, json.dumps(content, indent=2, sort_keys=True, allow_nan=False) + "\n")


def digest_bytes(content: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()


def digest_file(path: Path) -> str:
    """SHA-256 of a file's content, read in pieces of 1 MiB."""
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(HASH_CHUNK_BYTES):
            sha.update(chunk)
    return sha.hexdigest()


def unwritable(path: Path, error: OSError) -> errors.EnvironmentFault:
    """The error for a path that the operating system does not let us write."""
    return errors.EnvironmentFault(
        f"Expected to write {path}. Received: {error.strerror or error}. "
        "Free some space or choose another folder with --out or --cache."
    )

"""One process at a time in a run folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

import errors
from data_io.files import unwritable

LOCK = ".lock"
OWNER = ".lock-owner"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a run folder for this process. Raises EnvironmentFault if another one holds it.

    The lock is the operating system's, so it ends with its process, however that ends; a file left behind locks
    nothing.
    """
    lock = FileLock(folder / LOCK)
    owner = folder / OWNER
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise errors.EnvironmentFault(
            f"Expected {folder} to be free. Received: locked by pid {_read(owner)}. Wait for that run, or stop it."
        ) from None
    except OSError as error:
        raise unwritable(folder / LOCK, error) from error
    try:
        try:
            owner.write_text(str(os.getpid()), encoding="utf-8")
        except OSError as error:
            raise unwritable(owner, error) from error
        yield
    finally:
        with suppress(OSError):  # gone with the folder, or on a disk that is full: it locks nothing
            owner.unlink()
            (folder / LOCK).unlink()
        lock.release()


def _read(owner: Path) -> str:
    try:
        return owner.read_text(encoding="utf-8").strip() or "unknown"
    except OSError:
        return "unknown"

"""The user's files, opened only when they are regular and not too large: reading a FIFO would wait for ever."""

import hashlib
import stat
from pathlib import Path

KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a named pipe (FIFO)"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def check_regular(path: Path, maximum_bytes: int) -> None:
    """Raise ValueError, in words, for what is no regular file or has more than `maximum_bytes`; OSError if absent."""
    found = path.stat()
    for is_kind, name in KINDS:
        if is_kind(found.st_mode):
            raise ValueError(f"{name}, not a file")
    if found.st_size > maximum_bytes:
        raise ValueError(f"{found.st_size:,} bytes, more than {maximum_bytes:,}")


def read_regular(path: Path, maximum_bytes: int) -> bytes:
    """Return a file's content. Raises ValueError as `check_regular` does, and for what the operating system refuses
    twice: a network drive may fail once.
    """
    try:
        return _read(path, maximum_bytes)
    except OSError:
        pass
    try:
        return _read(path, maximum_bytes)
    except OSError as error:
        raise ValueError(name_refusal(error)) from error


def _read(path: Path, maximum_bytes: int) -> bytes:
    check_regular(path, maximum_bytes)
    with path.open("rb") as file:
        content = file.read(maximum_bytes + 1)
    if len(content) > maximum_bytes:  # it grew since
        raise ValueError(f"more than {maximum_bytes:,} bytes")
    return content


def digest_regular(path: Path, maximum_bytes: int) -> str:
    """SHA-256 of a file's content as 64 hexadecimal digits. Raises as `read_regular` does."""
    return hashlib.sha256(read_regular(path, maximum_bytes)).hexdigest()


def is_same_file(one: Path, other: Path) -> bool:
    """Tell whether two paths are of one file. What is not there, or has a name that none can have, is the same as none.

    Whoever opens it says what is wrong with it.
    """
    try:
        return one.samefile(other)
    except OSError:
        return False


def name_refusal(error: OSError) -> str:
    """Return the operating system's reason with its number."""
    return f"{error.strerror} (errno {error.errno})" if error.strerror else str(error)

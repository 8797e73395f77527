"""The digest of the code that decides a run's numbers."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("data_io", "keras_models", "recipes")


def digest_source() -> str:
    """SHA-256 over names and bytes of the Python files of `recipes`, `data_io` and `keras_models`.

    Recipes themselves are not in it: a run has its own copy, with a digest of its own.
    """
    sha = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        content = path.read_bytes()
        sha.update(f"{path.relative_to(ROOT).as_posix()}:{len(content)}:".encode())
        sha.update(content)
    return sha.hexdigest()

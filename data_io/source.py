"""The digest of the code that decides a run's numbers."""

import hashlib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("data_io", "keras_models", "recipes")
# How a network is trained to its end, and what is computed of its answers. Other reports are pages and pictures.
FILES = (
    "commands/steps/fitting.py",
    "commands/steps/networks.py",
    "reports/left_out.py",
    "reports/probabilities.py",
    "reports/reliability.py",
    "reports/scores.py",
    "reports/temperature_scaling.py",
    "reports/unknown.py",
)


def digest_source() -> str:
    """SHA-256 over names and bytes of the Python files of ROOMS and of FILES.

    Recipes themselves are not in it: a run has its own copy, with a digest of its own.
    """
    sha = hashlib.sha256()
    of_rooms = (path for room in ROOMS for path in (ROOT / room).rglob("*.py"))
    for path in sorted([*of_rooms, *(ROOT / name for name in FILES)]):
        content = path.read_bytes()
        sha.update(f"{path.relative_to(ROOT).as_posix()}:{len(content)}:".encode())
        sha.update(content)
    return sha.hexdigest()

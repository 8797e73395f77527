"""Backends that are installed apart, each with a Python of its own: builds for CUDA seldom fit into one environment."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import backends
import errors
from commands.steps.children import ROOT

PROBE = "import backends, json; print(json.dumps(backends.versions()))"
PROBE_SECONDS = 60.0  # it takes a tenth of one; a disk on a network may be asleep


@dataclass(frozen=True)
class Interpreter:
    """A Python, and the versions of its backend's packages."""

    path: Path
    versions: Mapping[str, str]


def read_interpreters(words: Sequence[str], names: Sequence[str]) -> dict[str, Interpreter]:
    """Read `BACKEND=PATH`s for backends out of `names`, and ask each Python what it has.

    Raises UsageError for other words, EnvironmentFault for a Python that cannot be asked, lacks its backend, or has
    another Keras than this one: then it would not be the same experiment.
    """
    here = backends.versions().get("keras")
    found: dict[str, Interpreter] = {}
    for word in words:
        name, _, path = word.partition("=")
        if name not in names or name in found or not path:
            raise errors.UsageError(
                f"Expected --python as BACKEND=PATH, once for each of {', '.join(names)} at most. Received: {word}."
            )
        python = Path(path).absolute()
        versions = ask_versions(python)
        for package, wanted in ((name, None), ("keras", here)):
            received = versions.get(package)
            if received is None or wanted not in (None, received):
                raise errors.EnvironmentFault(
                    f"Expected {package} {wanted or 'installed'} for {python}. Received: {received or 'none'}. "
                    f"Run: {python} -m pip install -c constraints.txt -e '.[{name}]'"
                )
        own = {package: version for package, version in versions.items() if package.startswith(name)}  # jaxlib too
        found[name] = Interpreter(python, own)
    return found


def find_missing(names: Sequence[str], interpreters: Mapping[str, Interpreter]) -> list[str]:
    """Return the backends that neither this Python nor one of their own has."""
    return [name for name in names if name not in interpreters and not backends.is_installed(name)]


def ask_versions(python: Path) -> dict[str, str]:
    """Return what `backends.versions` finds with another Python. Raises EnvironmentFault if there is no answer."""
    try:
        asked = subprocess.run([python, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, timeout=PROBE_SECONDS)
        versions: dict[str, str] = json.loads(asked.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        reason = error.strerror if isinstance(error, OSError) else "no answer from it"
        raise errors.EnvironmentFault(f"Expected a Python at {python}. Received: {reason}.") from error
    return versions

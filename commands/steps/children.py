"""Processes that do one part of a command, under another backend or in another runtime, and end with it."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import backends
import errors

ROOT = Path(__file__).resolve().parent.parent.parent
LIMIT_SECONDS = 600.0  # ten times what the slowest of ours takes; a hang must end
SHOWN_CHARACTERS = 300


class ChildFailed(errors.PromiseError):
    """A process that did not do its part; `child_code` is its exit code, negative for a signal, None for too late."""

    def __init__(self, message: str, child_code: int | None) -> None:
        super().__init__(message)
        self.child_code = child_code


def run_child(
    module: str,
    words: Sequence[str],
    log: Path,
    backend: str = "tensorflow",
    device: str = "cpu",
    limit_seconds: float | None = None,
    variables: Mapping[str, str] | None = None,
    python: Path | None = None,
) -> None:
    """Run `python -m module words` under a backend, its output to `log`; it dies when we are stopped.

    Paths in `words` are absolute; `variables` are added to its environment; `python` is another Python than this one.
    Raises ChildFailed with the last line of its output when it fails, or does not end within `limit_seconds`
    (LIMIT_SECONDS).
    """
    limit_seconds = LIMIT_SECONDS if limit_seconds is None else limit_seconds
    kept = {name: value for name, value in os.environ.items() if name not in backends.DISTURBING}
    environment = {**backends.HABITS, **kept, **backends.environment(backend, device), **(variables or {})}
    with log.open("wb") as output:
        try:
            subprocess.run(
                [python or sys.executable, "-m", module, *words],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                timeout=limit_seconds,
                check=True,
            )
        except subprocess.TimeoutExpired as error:
            reason = f"took more than {limit_seconds:.0f} s and was ended"
            raise ChildFailed(f"{module} {reason}{_last_line(log)}", None) from error
        except subprocess.CalledProcessError as error:
            reason = f"signal {-error.returncode}" if error.returncode < 0 else f"exit code {error.returncode}"
            raise ChildFailed(f"{module} ended with {reason}{_last_line(log)}", error.returncode) from error


def _last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    return f": {lines[-1][:SHOWN_CHARACTERS]}" if lines else ""

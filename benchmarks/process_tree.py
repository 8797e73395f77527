"""The memory of a command and of all processes below it, watched from outside. Linux.

What is counted is anonymous memory (RssAnon): mapped files and shared memory, which several processes can have at
once, are not in it.
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

INTERVAL_SECONDS = 0.2  # a look at /proc takes some milliseconds
FIRST_SECONDS = 0.02  # a small merge is over within 0.2 s
PROC = Path("/proc")
NAME_BYTES = 400


@dataclass(frozen=True)
class Process:
    """One process at one moment; `name` is the beginning of its command line, as Ray's workers set it."""

    pid: int
    parent: int
    name: str
    anonymous_bytes: int


@dataclass
class Peaks:
    """The most anonymous memory of the command's own process, of any one worker, and of all processes together."""

    seconds: float = 0.0
    own_bytes: int = 0
    worker_bytes: int = 0
    tree_bytes: int = 0
    killed: list[int] = field(default_factory=list)


def list_tree(root: int) -> list[Process]:
    """Return the process `root` and all below it."""
    found = {process.pid: process for process in map(_read, PROC.iterdir()) if process}
    below: dict[int, list[Process]] = {}
    for process in found.values():
        below.setdefault(process.parent, []).append(process)
    tree = [found[root]] if root in found else []
    for process in tree:  # grows while it is read
        tree.extend(below.get(process.pid, []))
    return tree


def _read(folder: Path) -> Process | None:
    if not folder.name.isdecimal():
        return None
    with suppress(OSError):  # it has ended
        status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
        name = (folder / "cmdline").read_bytes()[:NAME_BYTES].replace(b"\0", b" ").decode(errors="replace")
        anonymous = 1024 * int(status.get("RssAnon", "0").split()[0])
        return Process(int(folder.name), int(status["PPid"]), name, anonymous)
    return None


def watch_command(
    words: Sequence[str],
    folder: Path,
    worker: str,
    may_kill: Callable[[], bool] = lambda: False,
    variables: Mapping[str, str] | None = None,
) -> Peaks:
    """Run a command to its end in `folder` and return its peaks; processes below it that name `worker` are workers.

    As soon as `may_kill` says so, one worker is killed with SIGKILL. Raises RuntimeError if the command fails.
    """
    peaks = Peaks()
    begun = time.monotonic()
    child = subprocess.Popen(
        words,
        cwd=folder,
        env={**os.environ, **(variables or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    said: list[str] = []
    assert child.stdout is not None
    reader = threading.Thread(target=said.extend, args=(child.stdout,), daemon=True)
    reader.start()
    pause_seconds = FIRST_SECONDS
    while child.poll() is None:
        tree = list_tree(child.pid)
        workers = [process for process in tree[1:] if worker in process.name]
        peaks.own_bytes = max([peaks.own_bytes, *(process.anonymous_bytes for process in tree[:1])])
        peaks.worker_bytes = max([peaks.worker_bytes, *(process.anonymous_bytes for process in workers)])
        peaks.tree_bytes = max(peaks.tree_bytes, sum(process.anonymous_bytes for process in tree))
        if workers and not peaks.killed and may_kill():
            peaks.killed.append(workers[0].pid)
            os.kill(workers[0].pid, signal.SIGKILL)
        time.sleep(pause_seconds)
        pause_seconds = min(2 * pause_seconds, INTERVAL_SECONDS)
    peaks.seconds = time.monotonic() - begun
    reader.join(10)
    if not reader.is_alive():  # else somebody below it still holds the pipe
        child.stdout.close()
    if child.returncode:
        raise RuntimeError(f"{' '.join(words)[:300]} ended with {child.returncode}: {''.join(said)[-2000:]}")
    return peaks

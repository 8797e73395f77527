"""The server as a process of its own, for tests that need a real one."""

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LIMIT_SECONDS = 60.0  # it takes three to start, and less to end


@dataclass(frozen=True)
class Server:
    """A server that is running: its process, and its address without a slash at the end."""

    process: subprocess.Popen[str]
    url: str

    def end(self, number: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """End it; return its exit code and what it said on stderr."""
        self.process.send_signal(number)
        _, said = self.process.communicate(timeout=LIMIT_SECONDS)
        return self.process.returncode, said


@contextmanager
def serving(model: Path) -> Iterator[Server]:
    """Start `run.py serve` on a free port; kill it in the end if it still runs."""
    kept = {name: value for name, value in os.environ.items() if name != "KERAS_BACKEND"}
    process = subprocess.Popen(
        [sys.executable, "run.py", "serve", str(model), "--port", "0"],
        cwd=ROOT,
        env=kept,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = threading.Timer(LIMIT_SECONDS, process.kill)  # so that readline ends
    watch.start()
    try:
        assert process.stdout and process.stderr
        line = process.stdout.readline()
        watch.cancel()
        found = re.search(r"http://127\.0\.0\.1:\d+", line)
        assert found, line + process.stderr.read()
        yield Server(process, found[0])
    finally:
        watch.cancel()
        process.kill()
        process.communicate()

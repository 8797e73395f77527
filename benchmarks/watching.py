"""A program of ours run as it is, and watched from a thread: its memory, and when training reaches an accuracy.

`python -m benchmarks.watching FILE.json MODULE WORD...` runs the module in this process, as `python -m` would.
"""

import csv
import json
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from benchmarks.measuring import anonymous_bytes
from data_io.files import write_json

INTERVAL_SECONDS = 0.05
# What to watch for besides memory, as JSON: {"runs": DIR, "accuracy": X, "begun": of time.monotonic()}
GOAL = "BENCH_GOAL"


class MemoryWatch:
    """The most anonymous memory that this process has in the block, looked at twenty times a second."""

    def __init__(self) -> None:
        self.peak_bytes: int | None = anonymous_bytes()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        self._look()

    def _watch(self) -> None:
        while not self._stop.wait(INTERVAL_SECONDS):
            self._look()

    def _look(self) -> None:
        found = anonymous_bytes()
        if found is not None:
            self.peak_bytes = max(self.peak_bytes or 0, found)


def find_epoch(history: Path, accuracy: float) -> tuple[int, float] | None:
    """Return the first epoch whose validation accuracy is at least `accuracy`, and that, if there is one yet."""
    try:
        with history.open(newline="", encoding="utf-8") as file:
            rows = [(int(row["epoch"]), float(row["validation_accuracy"])) for row in csv.DictReader(file)]
    except FileNotFoundError:
        return None
    return next((row for row in rows if row[1] >= accuracy), None)


class GoalWatch:
    """Looks for a history in the run folder below `runs`; stops the process when the accuracy is reached.

    Seconds are from `begun`, of the clock that all processes share, when this process was asked for.
    """

    def __init__(self, runs: Path, accuracy: float, begun: float) -> None:
        self.runs = runs
        self.accuracy = accuracy
        self.begun = begun
        self.reached: dict[str, Any] | None = None
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self) -> None:
        while self.reached is None:
            time.sleep(INTERVAL_SECONDS)
            for history in self.runs.glob("*/history.csv"):
                if found := find_epoch(history, self.accuracy):
                    seconds, cpu_seconds = time.monotonic() - self.begun, time.process_time()
                    self.reached = {
                        "seconds": seconds,
                        "cpu_seconds": cpu_seconds,
                        "epoch": found[0],
                        "validation_accuracy": found[1],
                    }
        os.kill(os.getpid(), signal.SIGTERM)  # the program keeps its state and ends


def main(path: Path, module: str, words: list[str]) -> int:
    """Run, write what was seen to `path`, and return the program's exit code, 0 when it was stopped at its goal."""
    wanted = os.environ.get(GOAL)
    goal = GoalWatch(**_read_goal(wanted)) if wanted else None
    sys.argv = [module, *words]
    exit_code: Any = 0
    with MemoryWatch() as memory:
        try:
            runpy.run_module(module, run_name="__main__", alter_sys=True)
        except SystemExit as ended:
            exit_code = ended.code or 0
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # the goal may have been reached just before the end
    reached = goal.reached if goal else None
    write_json(path, {"peak_anonymous_bytes": memory.peak_bytes, "reached": reached})
    return 0 if reached else int(exit_code)


def _read_goal(text: str) -> dict[str, Any]:
    values = json.loads(text)
    return {**values, "runs": Path(values["runs"])}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3:]))

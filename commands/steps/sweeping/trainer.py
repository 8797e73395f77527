"""One run of a sweep in a process of its own: `run.py train`, as it would be typed."""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType
from typing import IO

from commands.steps.children import ROOT, SHOWN_CHARACTERS
from commands.steps.stopping import Terminated
from commands.steps.sweeping.states import INTERRUPTED, SweepRun

PROGRAM = ROOT / "run.py"
ERROR = "error: "


def train_words(run: SweepRun, data: Path | None, limit_minutes: float | None) -> list[str]:
    """Return the words that begin the run in its folder or, if it was interrupted, go on with it."""
    one = run.combination
    if run.state == INTERRUPTED:
        words = ["train", "--resume", str(run.folder)]
    else:
        settings = [word for setting in one.row.settings for word in ("--set", setting)]
        words = ["train", one.row.recipe, *settings, "--seed", str(one.recipe.seed), "--out", str(run.folder.parent)]
    words += ["--backend", one.backend]
    if data is not None:
        words += ["--data", str(data)]
    if limit_minutes is not None:
        words += ["--time-limit", f"{limit_minutes:.6f}"]
    return words


def begin(
    program: Path, words: Sequence[str], output: IO[bytes], variables: Mapping[str, str]
) -> "subprocess.Popen[bytes]":
    """Start the program in a session of its own, so that it is stopped by who waits for it and not by a Ctrl-C too."""
    return subprocess.Popen(
        [sys.executable, str(program), *words],
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )


def train_here(words: Sequence[str], log: Path) -> int:
    """Run `run.py` with these words, its output added to `log`; return its exit code, negative for a signal.

    SIGINT and SIGTERM are passed on: the first lets it stop after its step, a second ends it at once; then
    KeyboardInterrupt or Terminated is raised, once it has ended.
    """
    asked: list[int] = []
    child: subprocess.Popen[bytes] | None = None

    def pass_on(number: int, _: FrameType | None) -> None:
        asked.append(number)
        if child is not None:
            child.send_signal(number)
            print("stopping after this step; again to stop at once", file=sys.stderr, flush=True)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with log.open("ab") as output:
            child = begin(PROGRAM, words, output, {})
            if asked:  # between the two lines above
                child.send_signal(asked[-1])
            code = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        raise Terminated if asked[0] == signal.SIGTERM else KeyboardInterrupt
    return code


def describe_end(code: int, log: Path) -> str:
    """Return why a process failed: its errors, or its last line."""
    text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    said = [line.removeprefix(ERROR) for line in lines[-3:] if line.startswith(ERROR)] or lines[-1:]
    how = f"signal {-code}" if code < 0 else f"exit code {code}"
    return ": ".join([how, *[" ".join(said)[:SHOWN_CHARACTERS]][: len(said)]])

"""The three streams of a process: closed ones, and a reader that has gone."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TextIO, cast


class _Outliving:
    """A text stream that goes on writing, to nowhere, once its reader has gone."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            leave(self._stream)
            return len(text)

    def flush(self) -> None:
        try:
            self._stream.flush()
        except BrokenPipeError:
            leave(self._stream)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextmanager
def outliving_readers() -> Iterator[None]:
    """Let stdout and stderr go on without a reader: after `| head` a network is trained all the same.

    And a Ctrl-C, which ends the other side of `2>&1 | tee` too, is answered by what it is to be answered by: not by a
    BrokenPipeError out of the line that says so, before anything was kept.
    """
    before = sys.stdout, sys.stderr
    outliving = [stream and cast(TextIO, _Outliving(stream)) for stream in before]  # None: it was closed from the start
    sys.stdout, sys.stderr = outliving
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
        for stream in filter(None, outliving):  # else Python meets the closed pipe when it ends
            stream.flush()


def leave(stream: TextIO) -> None:
    """Send what is still to be written to a stream nowhere, after a BrokenPipeError: Python flushes it when it ends.

    As the documentation of Python's `signal` says under "Note on SIGPIPE".
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, stream.fileno())
    os.close(nowhere)


def open_closed_streams() -> None:
    """Open stdin, stdout and stderr on nothing where whoever started this process has closed them, as daemons do.

    Python has None for such a stream, and the next file that is opened would take its number, and get what is printed.
    """
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is not None:
            continue
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere != number and not _is_open(number):
            os.dup2(nowhere, number)
        setattr(sys, name, os.fdopen(nowhere, "r" if name == "stdin" else "w", encoding="utf-8"))


def _is_open(number: int) -> bool:
    try:
        os.fstat(number)
    except OSError:
        return False
    return True

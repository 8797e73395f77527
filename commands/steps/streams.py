"""The three streams of a process: closed ones, a reader that has gone, and messages that are one line."""

import os
import sys


def leave_stdout() -> None:
    """Send what is still to be written to stdout nowhere, after a BrokenPipeError: Python flushes it when it ends.

    As the documentation of Python's `signal` says under "Note on SIGPIPE".
    """
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
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


def one_line(message: str) -> str:
    """Return a message with what cannot be printed as escapes: a name with a line end would look like two messages."""
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in message)

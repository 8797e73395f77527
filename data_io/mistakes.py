"""Mistakes of inputs without number: the first ones kept, all of them in a file once they are many."""

import os
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

SHOWN_MISTAKES = 20  # more would push the first ones, which explain the rest, off the screen


@dataclass
class Mistakes:
    """Takes one message after another in constant memory; from SHOWN_MISTAKES on all go into a temporary file."""

    count: int = 0
    shown: list[str] = field(default_factory=list)
    path: Path | None = None
    _file: TextIO | None = None

    def add(self, message: str) -> None:
        """Take one message."""
        self.count += 1
        if self.count <= SHOWN_MISTAKES:
            self.shown.append(message)
            return
        if self._file is None:
            handle, name = tempfile.mkstemp(prefix="data_errors-", suffix=".txt")
            self.path = Path(name)
            self._file = os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace")
            self._file.writelines(f"{each}\n" for each in self.shown)
        self._file.write(f"{message}\n")

    def close(self) -> list[str]:
        """Return the lines for the user: the first messages, then how many more there are and in which file."""
        if self._file is not None:
            self._file.close()
        if self.path is None:
            return self.shown
        return [*self.shown, name_rest(self.count, self.path)]


def name_rest(count: int, path: Path) -> str:
    """Return the line after the first SHOWN_MISTAKES of `count` messages, all of which are in the file `path`."""
    rest = count - SHOWN_MISTAKES
    more = "1 more mistake" if rest == 1 else f"{rest:,} more mistakes"
    return f"… and {more}; all {count:,} are in {path}."

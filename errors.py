"""Everything that can be a user's mistake, each with the exit code of the process.

    ProgramError              what `run.py` turns into `error: …` lines and an exit code
    ├── UsageError         2  the command line, or a recipe
    ├── DataError          3  tables and images; carries every mistake found, not only the first
    ├── EnvironmentFault   4  backend, device, disk, memory
    ├── DivergedError      5  training ended in numbers that are not finite
    └── PromiseError       6  an artefact or a claim that does not hold

Anything else that is raised is a bug of ours and keeps its traceback.
Messages read `Expected … Received …`, then what to do, on one line.
"""

from collections.abc import Sequence


class ProgramError(Exception):
    """A mistake that its reader can mend."""

    exit_code: int = 1

    def __init__(self, messages: str | Sequence[str]) -> None:
        self.messages: tuple[str, ...] = (messages,) if isinstance(messages, str) else tuple(messages)
        super().__init__("\n".join(self.messages))


class UsageError(ProgramError):
    """The command line or a recipe asks for something that is not there."""

    exit_code = 2


class DataError(ProgramError):
    """Tables or images that cannot be trusted; one message per mistake."""

    exit_code = 3


class EnvironmentFault(ProgramError):
    """The machine lacks something: a backend, a device, a folder that can be written."""

    exit_code = 4


class DivergedError(ProgramError):
    """Losses, weights or logits that are not finite."""

    exit_code = 5


class PromiseError(ProgramError):
    """A file that is not what its manifest says, or a recipe's claim that was not met."""

    exit_code = 6


def one_line(text: str) -> str:
    """Return a message or a name with what cannot be printed as escapes.

    A name with a line end would look like two messages, and one with an escape could write to a terminal.
    """
    return "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in text)

"""The one sentence in which a recipe's value is refused."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import errors


def expect(holds: bool, name: str, wanted: str, received: object) -> None:
    """Raise UsageError unless `holds`."""
    with expecting() as check:
        check(holds, name, wanted, received)


@contextmanager
def expecting() -> Iterator[Callable[[bool, str, str, object], None]]:
    """Yield what takes the arguments of `expect`; at the end of the block all that does not hold is told at once.

    Whoever writes a recipe mends it in one attempt, and learns which values go with one that was changed.
    """
    refused: list[str] = []

    def check(holds: bool, name: str, wanted: str, received: object) -> None:
        if not holds:
            refused.append(f"Expected {name} to be {wanted}. Received: {received!r}.")

    yield check
    if refused:
        raise errors.UsageError(refused)

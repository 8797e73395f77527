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

    For values that depend on each other: who changes one learns in one attempt which others go with it.
    """
    refused: list[str] = []

    def check(holds: bool, name: str, wanted: str, received: object) -> None:
        if not holds:
            refused.append(f"Expected {name} to be {wanted}. Received: {received!r}.")

    yield check
    if refused:
        raise errors.UsageError(refused)

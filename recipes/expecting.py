"""The one sentence in which a recipe's value is refused."""

import errors


def expect(holds: bool, name: str, wanted: str, received: object) -> None:
    """Raise UsageError unless `holds`."""
    if not holds:
        raise errors.UsageError(f"Expected {name} to be {wanted}. Received: {received!r}.")

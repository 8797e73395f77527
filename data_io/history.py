"""The table of a run's epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

import errors
from data_io.files import write_text

COLUMNS = ("epoch", "train_loss", "train_accuracy", "validation_loss", "validation_accuracy", "learning_rate")


def write_history(path: Path, rows: Sequence[Mapping[str, float]]) -> None:
    """Write one row per epoch as CSV, floats in full."""
    write_text(path, pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"))


def read_history(path: Path) -> list[dict[str, float]]:
    """Read what `write_history` wrote, one row per epoch. Raises PromiseError for a file of another form."""
    try:
        frame = pd.read_csv(path, encoding="utf-8").astype(float)
        if not len(frame) or not set(COLUMNS) <= set(frame.columns):
            raise ValueError(f"{len(frame)} rows of {', '.join(map(str, frame.columns))}")
    except (OSError, ValueError) as error:
        raise errors.PromiseError(f"Expected the epochs of a run in {path}. Received: {error}.") from error
    return [{str(key): float(value) for key, value in row.items()} for row in frame.to_dict("records")]

"""The table of a run's epochs."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from data_io.files import write_text


def write_history(path: Path, rows: Sequence[Mapping[str, float]]) -> None:
    """Write one row per epoch as CSV, floats in full."""
    write_text(path, pd.DataFrame(rows).to_csv(index=False, lineterminator="\n"))

"""sample_submission.csv: the ids that a submission must have, in its order, and its two columns."""

import dataclasses
from pathlib import Path

from data_io.csv_files import read_csv
from data_io.tables import ID_COLUMN, LABEL_COLUMN, Table, read_table

SAMPLE_SUBMISSION = "sample_submission.csv"
HEADER = [ID_COLUMN, LABEL_COLUMN]


def read_sample_submission(path: Path) -> Table:
    """Read the ids. Another header than `image_id,label` is a mistake: what we write would not have its shape."""
    table = read_table(path, None, known=HEADER)
    if table.mistakes:
        return table
    _, header = next(read_csv(path))
    if header == HEADER:
        return table
    received = f"Received: {','.join(header)[:80]!r}."
    mistake = f"Expected {path} to have {','.join(HEADER)} as line 1, as our submissions do. {received}"
    return dataclasses.replace(table, mistakes=(mistake,), notices=())

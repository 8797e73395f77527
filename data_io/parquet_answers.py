"""Answers as a Parquet file, for programs that read tables. Needs pyarrow, which the extra `scale` brings."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_io.answers import UNKNOWN_COLUMN, Rows, rank, share_of, writable
from data_io.tables import ID_COLUMN, LABEL_COLUMN


def write_answers(path: Path, labels: Sequence[str], top: int | None, blocks: Sequence[Rows]) -> None:
    """Write answers with the columns of the CSV; probabilities are float32, and a bad row has nulls.

    There is a column `unknown`, float32 too, if the answers have it. The same answers give the same bytes. `blocks` are
    held in memory together.
    """
    import pyarrow
    from pyarrow import parquet

    ids = [writable(image_id) for rows in blocks for image_id in rows.ids]
    bad = np.array([is_bad for rows in blocks for is_bad in rows.bad], bool)
    given = [None if place is None else labels[place] for rows in blocks for place in rows.given()]
    columns: dict[str, Any] = {ID_COLUMN: pyarrow.array(ids, pyarrow.string())}
    columns[LABEL_COLUMN] = pyarrow.array(given, pyarrow.string())
    weights = np.concatenate([rows.probabilities for rows in blocks]).astype(np.float32)
    if top is None:
        for place, label in enumerate(labels):
            columns[f"probability_{label}"] = pyarrow.array(weights[:, place], pyarrow.float32(), mask=bad)
    else:
        places = np.concatenate([rank(rows.probabilities, top) for rows in blocks])
        for place in range(top):
            named = np.array(labels, object)[places[:, place]]
            columns[f"rank_{place + 1}_label"] = pyarrow.array(named, pyarrow.string(), mask=bad)
            ranked = np.take_along_axis(weights, places[:, place : place + 1], axis=1)[:, 0]
            columns[f"rank_{place + 1}_probability"] = pyarrow.array(ranked, pyarrow.float32(), mask=bad)
    if blocks and all(rows.unknown is not None for rows in blocks):
        shares = np.array([share_of(rows, place) for rows in blocks for place in range(len(rows.ids))], np.float32)
        columns[UNKNOWN_COLUMN] = pyarrow.array(shares, pyarrow.float32(), mask=bad)
    parquet.write_table(pyarrow.table(columns), path)

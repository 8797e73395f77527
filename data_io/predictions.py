"""CSV files of answers: one row per image."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from data_io.answers import PROBABILITY_DIGITS
from data_io.files import write_text
from data_io.tables import ID_COLUMN, LABEL_COLUMN


def write_submission(path: Path, submission_ids: Sequence[str], ids: Sequence[str], given: NDArray[np.int64]) -> None:
    """Write `image_id,label` in the order of the sample submission.

    `given` (N,) are the labels of `ids`. Raises KeyError when an id of the sample has no label.
    """
    label_of = dict(zip(ids, given.tolist(), strict=True))
    frame = pd.DataFrame({ID_COLUMN: list(submission_ids), LABEL_COLUMN: [label_of[i] for i in submission_ids]})
    write_text(path, frame.to_csv(index=False, lineterminator="\n"))


def write_predictions(
    path: Path,
    ids: Sequence[str],
    labels: NDArray[np.int32],
    given: NDArray[np.int64],
    probabilities: NDArray[np.float64],
) -> None:
    """Write `image_id,label,given_label,probability_0,…`: the true label, the answer, and its probabilities (N, K)."""
    columns: dict[str, object] = {ID_COLUMN: list(ids), LABEL_COLUMN: labels, "given_label": given}
    columns |= {f"probability_{label}": probabilities[:, label] for label in range(probabilities.shape[1])}
    text = pd.DataFrame(columns).to_csv(index=False, lineterminator="\n", float_format=f"%.{PROBABILITY_DIGITS}g")
    write_text(path, text)

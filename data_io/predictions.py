"""CSV files of answers: one row per image."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

import errors
from data_io.answers import PROBABILITY_DIGITS
from data_io.files import write_text
from data_io.tables import ID_COLUMN, LABEL_COLUMN

GIVEN_COLUMN = "given_label"
ROUNDING = 1e-6  # of a row's probabilities, each written with PROBABILITY_DIGITS


@dataclass(frozen=True)
class Predictions:
    """What `write_predictions` wrote: ids, true and given labels (N,), probabilities (N, K)."""

    ids: tuple[str, ...]
    labels: NDArray[np.int64]
    given: NDArray[np.int64]
    probabilities: NDArray[np.float64]


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
    columns: dict[str, object] = {ID_COLUMN: list(ids), LABEL_COLUMN: labels, GIVEN_COLUMN: given}
    columns |= {f"probability_{label}": probabilities[:, label] for label in range(probabilities.shape[1])}
    text = pd.DataFrame(columns).to_csv(index=False, lineterminator="\n", float_format=f"%.{PROBABILITY_DIGITS}g")
    write_text(path, text)


def read_predictions(path: Path) -> Predictions:
    """Read what `write_predictions` wrote. Raises PromiseError for a file of another form."""
    try:
        frame = pd.read_csv(path, dtype={ID_COLUMN: str}, keep_default_na=False, encoding="utf-8")
        labels, given = (frame[column].to_numpy(np.int64) for column in (LABEL_COLUMN, GIVEN_COLUMN))
        classes = len(frame.columns) - 3
        shares = frame[[f"probability_{label}" for label in range(classes)]].to_numpy(np.float64)
        if not len(frame) or classes < 2:
            raise ValueError(f"{len(frame)} rows of {classes} classes")
        for name, values in ((LABEL_COLUMN, labels), (GIVEN_COLUMN, given)):
            if values.min() < 0 or values.max() >= classes:
                raise ValueError(f"a {name} outside of 0 to {classes - 1}")
        if not (shares.min() >= 0 and np.abs(shares.sum(axis=1) - 1).max() < ROUNDING):
            raise ValueError("probabilities that do not sum to 1")
    except (OSError, ValueError, KeyError, TypeError) as error:  # pandas' own errors are ValueErrors
        raise errors.PromiseError(f"Expected the answers of a run in {path}. Received: {error}.") from error
    return Predictions(tuple(frame[ID_COLUMN]), labels, given, shares)

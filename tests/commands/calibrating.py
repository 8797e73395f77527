"""A temperature for runs whose few validation images do not say one, and what it makes of their answers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from data_io.files import write_json
from data_io.run_folder import CALIBRATION, record_files


def read_calibration(run: Path) -> dict[str, Any]:
    """Return what is in calibration.json."""
    found: dict[str, Any] = json.loads((run / CALIBRATION).read_text(encoding="utf-8"))
    return found


def set_temperature(run: Path, temperature: float) -> None:
    """Make a finished run one that was calibrated so."""
    write_json(run / CALIBRATION, {**read_calibration(run), "temperature": temperature})
    record_files(run, [CALIBRATION])


def calibrated_answers(run: Path) -> pd.DataFrame:
    """Return a run's probabilities of validation, as written, each to the power of 1 / T and then summing to 1."""
    written = pd.read_csv(run / "validation_predictions.csv", index_col="image_id", dtype={"image_id": str})
    powers = written.filter(like="probability_") ** (1 / read_calibration(run)["temperature"])
    assert np.isfinite(powers.to_numpy()).all()
    return pd.DataFrame(powers.div(powers.sum(axis=1), axis=0))

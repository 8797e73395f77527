"""Runs that are interrupted and resumed in one process, and what two runs must then have in common."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from commands.steps.keeping import Keeper
from data_io.checkpoints import FOLDER, LAST, load_checkpoint

# Everything that the recipe of the tests does not use, at once.
MODERN = [
    "training.epochs=2",
    "training.optimizer=adamw",
    "training.weight_decay=0.01",
    "training.momentum=0.0",
    "training.decay=cosine",
    "training.drop_every_epochs=0",
    "training.drop_factor=1.0",
    "training.warmup_epochs=0.5",
    "training.label_smoothing=0.1",
    "training.ema=0.9",
]
STEPS = 5  # per epoch: 80 images in batches of 16


class Killed(BaseException):
    """Ends a run as a kill does: nothing of the program catches it."""


def settings(values: list[str]) -> list[str]:
    return [word for value in values for word in ("--set", value)]


@contextmanager
def at_step(number: int, act: Callable[[Keeper], None], before: bool = False) -> Iterator[None]:
    """Call `act` with the keeper at the `number`th step of the block, after the step's work or before it."""
    done = 0
    real = Keeper.step

    def step(keeper: Keeper, *words: Any) -> None:
        nonlocal done
        done += 1
        if before and done == number:
            act(keeper)
        real(keeper, *words)
        if not before and done == number:
            act(keeper)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Keeper, "step", step)
        yield


ANSWERS = ("metrics.json", "validation_predictions.csv", "submission.csv", "calibration.json")


def kill(*_: object) -> None:
    raise Killed


def read_manifest(folder: Path) -> dict[str, Any]:
    manifest = json.loads((folder / "manifest.json").read_text())
    assert isinstance(manifest, dict)
    return manifest


def last_state(folder: Path) -> dict[str, NDArray[np.generic]]:
    return load_checkpoint(folder / FOLDER / LAST)[0]


def result_of(folder: Path) -> dict[str, object]:
    """Return all that a run computed: weights, history without times, answers, and the arrays of the last state."""
    manifest = read_manifest(folder)
    history = pd.read_csv(folder / "history.csv", dtype=str).drop(columns=["seconds", "images_per_second"])
    return {
        "first weights": manifest["first_weights_digest"],
        "weights": manifest["weights_digest"],
        "history": history.to_csv(index=False),
        **{name: manifest["files"][name] for name in ANSWERS},
        "state": {name: (array.dtype.str, array.tobytes()) for name, array in sorted(last_state(folder).items())},
    }


def assert_same(one: Path, other: Path) -> None:
    """Fail with the names of what two finished runs do not have bit by bit in common."""
    first, second = result_of(one), result_of(other)
    assert [name for name in first if first[name] != second[name]] == []

"""Finished run folders that no network was trained for: right and wrong answers, as a test wants them."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from data_io.cache import digest_split
from data_io.files import write_json, write_text
from data_io.folder import read_data_folder
from data_io.history import write_history
from data_io.predictions import write_predictions
from data_io.run_folder import write_manifest
from recipes.reading import read_recipe, to_toml
from reports.scores import given_labels, probabilities, score

# The given label has six times the probability of each other: 0.6 and four of 0.1.
GIVEN_LOGIT = math.log(6)


def make_run(
    folder: Path,
    data: Path,
    given: Sequence[int],
    recipe: str = "quick",
    settings: Sequence[str] = (),
    ids: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
) -> Path:
    """Write the folder of a run that answered `given` to the validation images of `data`."""
    folder.mkdir(parents=True)
    split = read_data_folder(data, 5, ("validation",)).splits["validation"]
    assert split.labels is not None
    logits = np.zeros((len(split), 5), np.float32)
    logits[np.arange(len(split)), list(given)] = GIVEN_LOGIT
    digest = digest_split(split)
    scores = score(logits, split.labels)
    write_json(folder / "metrics.json", {"split": "validation", "data_digest": digest, **scores.as_dict()})
    write_predictions(
        folder / "validation_predictions.csv",
        list(ids) or split.ids,
        split.labels,
        given_labels(logits),
        probabilities(logits),
    )
    write_text(folder / "recipe.toml", to_toml(read_recipe(recipe, settings)))
    write_history(folder / "history.csv", [make_epoch(number) for number in (1, 2, 3)])
    write_manifest(
        folder,
        {
            "command": "python run.py train quick",
            "backend": "torch",
            "device": "cpu",
            "hardware": "2 cores of a test",
            "loader": "pydataset",
            "seed": 0,
            "minutes": 1.25,
            "versions": {"keras": "3.15.1", "numpy": "2.4.6"},
            "data_digests": {"validation": digest},
            "options": {"data": str(data)},
            **(facts or {}),
        },
    )
    return folder


def make_epoch(number: int) -> dict[str, float]:
    return {
        "epoch": number,
        "train_loss": 1.5 / number,
        "train_accuracy": 0.3 * number,
        "validation_loss": 1.2 / number,
        "validation_accuracy": 0.3 * number,
        "learning_rate": 0.01 if number < 3 else 0.005,
        "seconds": 1.0,
        "images_per_second": 10.0,
    }

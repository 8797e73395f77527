"""A run's facts in memory: six images of three classes, two of them wrong."""

from typing import Any

import numpy as np

from reports.run_page.content import RunFacts

PROBABILITIES = np.array(
    [
        [0.8, 0.1, 0.1],
        [0.5, 0.3, 0.2],
        [0.2, 0.7, 0.1],
        [0.95, 0.04, 0.01],
        [0.1, 0.3, 0.6],
        [0.3, 0.3, 0.4],
    ]
)
LABELS = np.array([0, 0, 1, 1, 2, 1])
GIVEN = np.array([0, 0, 1, 0, 2, 2])
CONFUSION = [[2, 0, 0], [1, 1, 1], [0, 0, 1]]


def a_run(**changes: Any) -> RunFacts:
    """Return the run, with some facts changed."""
    facts: dict[str, Any] = {
        "name": "tiny-torch-seed3",
        "manifest": {"backend": "torch", "minutes": 2.5, "files": {"model.keras": "ab" * 32, "report.html": "cd" * 32}},
        "recipe": {"name": "tiny", "seed": 3, "training": {"epochs": 2}, "model": {"channels": []}},
        "metrics": {
            "split": "validation",
            "images": 6,
            "accuracy": 4 / 6,
            "accuracy_standard_error": 0.19245,
            "loss": 0.7,
            "confusion": CONFUSION,
            "per_class": [
                {"label": 0, "precision": 2 / 3, "recall": 1.0, "f1": 0.8, "support": 2},
                {"label": 1, "precision": 1.0, "recall": 1 / 3, "f1": 0.5, "support": 3},
                {"label": 2, "precision": 0.5, "recall": 1.0, "f1": 2 / 3, "support": 1},
            ],
        },
        "history": [epoch(1, 0.01), epoch(2, 0.005)],
        "ids": [f"i{number}" for number in range(6)],
        "labels": LABELS,
        "given": GIVEN,
        "probabilities": PROBABILITIES,
    }
    return RunFacts(**{**facts, **changes})


def epoch(number: int, rate: float) -> dict[str, float]:
    return {
        "epoch": number,
        "train_loss": 1.0 / number,
        "train_accuracy": 0.4 * number,
        "validation_loss": 0.9 / number,
        "validation_accuracy": 0.3 * number,
        "learning_rate": rate,
    }

"""What the page of a run is drawn from: values and bytes that the commands have read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class RunFacts:
    """A finished run: its manifest, recipe, scores and epochs as written, and its N answers to validation images.

    `labels` and `given` are (N,), `probabilities` (N, K), as trained. `calibration` is what is in calibration.json,
    None for a run that was made before there was one.
    """

    name: str
    manifest: Mapping[str, Any]
    recipe: Mapping[str, Any]
    metrics: Mapping[str, Any]
    history: Sequence[Mapping[str, float]]
    ids: Sequence[str]
    labels: NDArray[np.int64]
    given: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    calibration: Mapping[str, Any] | None = None

    @cached_property
    def is_right(self) -> NDArray[np.bool_]:
        """Whether each answer is the true label, (N,)."""
        is_right: NDArray[np.bool_] = self.given == self.labels
        return is_right

    @cached_property
    def confidences(self) -> NDArray[np.float64]:
        """The probability of each given label, (N,)."""
        return np.clip(self.probabilities[np.arange(len(self.given)), self.given], 0.0, 1.0)

    @property
    def classes(self) -> int:
        """K."""
        return int(self.probabilities.shape[1])

    @property
    def data_labels(self) -> tuple[int, ...]:
        """The data's labels in the network's order, (K,): a class that was left out of training has moved the rest."""
        left_out = self.recipe.get("data", {}).get("leave_out", -1)
        return tuple(label for label in range(self.classes + (left_out >= 0)) if label != left_out)

    @property
    def title(self) -> str:
        """Recipe, backend and seed in words."""
        return f"{self.recipe['name']} on {self.manifest['backend']}, seed {self.recipe['seed']}"


@dataclass(frozen=True)
class Pictures:
    """Encoded images to be shown: media type and bytes of thumbnails and heat maps, by place in the run's answers.

    `missing` says in one line why there are no thumbnails, `unexplained` why there are no heat maps.
    """

    thumbnails: Mapping[int, tuple[str, bytes]] = field(default_factory=dict)
    heat_maps: Mapping[int, tuple[str, bytes]] = field(default_factory=dict)
    missing: str = ""
    unexplained: str = ""
    method: str = ""  # how the heat maps were made, in a sentence


@dataclass(frozen=True)
class Plate:
    """A picture of a class or of a network with what it shows in words, for the section on fingerprints."""

    title: str
    text: str
    content: bytes
    alt: str
    media_type: str = "image/png"


@dataclass(frozen=True)
class Choice:
    """Places of answers that are worth a look."""

    mistakes: tuple[int, ...]
    doubts: tuple[int, ...]

    @property
    def places(self) -> tuple[int, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys((*self.mistakes, *self.doubts)))


SHOWN_MISTAKES = 12
SHOWN_DOUBTS = 8


def choose_answers(facts: RunFacts) -> Choice:
    """Choose the mistakes of the highest confidence and the answers of the lowest, each in that order."""
    # Stable, so that answers of equal confidence stay in the order of the table and the page repeats.
    falling = np.argsort(-facts.confidences, kind="stable")
    rising = np.argsort(facts.confidences, kind="stable")
    mistakes = [int(place) for place in falling if not facts.is_right[place]]
    return Choice(tuple(mistakes[:SHOWN_MISTAKES]), tuple(int(place) for place in rising[:SHOWN_DOUBTS]))

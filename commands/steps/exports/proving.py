"""Whether an exported file answers as the network does that was trained."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reports.probabilities import probabilities

# Of the largest logit. Backends and runtimes add in other orders: 1e-6 was seen; a wrong graph is off by 1e-2 and more.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class Agreement:
    """How far an artefact's answers are from the reference's; the worst over all batch sizes.

    `largest_difference` is of logits, as a fraction of the largest reference logit; `differences` are the same by
    batch size. `probability_difference` is between the artefact's probabilities and softmax(its logits / temperature).
    `changed_answers` and `accuracy_difference` (artefact minus reference) are over all images; `accuracy` and its
    difference are None for images without labels.
    """

    images: int
    largest_difference: float
    differences: Mapping[str, float]
    probability_difference: float
    changed_answers: int
    accuracy: float | None
    accuracy_difference: float | None

    @property
    def holds(self) -> bool:
        """False also for differences that are not finite."""
        return self.largest_difference <= TOLERANCE and self.probability_difference <= TOLERANCE

    def as_dict(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return asdict(self)

    def describe(self) -> str:
        """Return the differences in words."""
        return (
            f"logits differ by {self.largest_difference:.1e} of the largest, probabilities from their softmax by "
            f"{self.probability_difference:.1e}, {self.changed_answers:,} of {self.images:,} answers changed"
        )


def compare(
    reference: NDArray[np.float32],
    labels: NDArray[np.int32] | None,
    answers: Mapping[str, NDArray[np.float32]],
    temperature: float,
) -> Agreement:
    """Compare reference logits (N, K) with `answers`: for each batch size `B logits` and `B probabilities`.

    Those of `all` are of all N images, others of the first of them. Raises ValueError for other shapes.
    """
    largest = float(np.abs(reference).max())
    differences: dict[str, float] = {}
    probability_difference = 0.0
    for key in sorted({key.split()[0] for key in answers}):
        logits, given = answers[f"{key} logits"], answers[f"{key} probabilities"]
        wanted = reference[: len(logits)]
        if logits.shape != wanted.shape or given.shape != wanted.shape:
            raise ValueError(f"Expected answers of shape {wanted.shape}. Received: {logits.shape} and {given.shape}.")
        differences[key] = float(np.abs(logits - wanted).max()) / largest
        finite = np.isfinite(logits).all()
        off = float(np.abs(given - probabilities(logits, temperature)).max()) if finite else float("nan")
        probability_difference = float(np.maximum(probability_difference, off))  # keeps NaN, which max() may lose
    given_labels, wanted_labels = answers["all logits"].argmax(axis=1), reference.argmax(axis=1)
    accuracy = difference = None
    if labels is not None:
        accuracy = float(np.mean(given_labels == labels))
        difference = accuracy - float(np.mean(wanted_labels == labels))
    return Agreement(
        images=len(reference),
        largest_difference=float(np.max(list(differences.values()))),
        differences=differences,
        probability_difference=probability_difference,
        changed_answers=int(np.count_nonzero(given_labels != wanted_labels)),
        accuracy=accuracy,
        accuracy_difference=difference,
    )

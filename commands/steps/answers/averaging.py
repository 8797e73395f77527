"""The mean of probabilities over models, and over views of each image if that is asked for."""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from data_io.views import count_views, make_views
from keras_models.artefacts.contract import BLOCK_IMAGES, Classifier
from reports.probabilities import probabilities, to_logits
from reports.unknown import energy, unknown_shares

Images = Mapping[int, NDArray[np.uint8]]


def mean_probabilities(
    models: Sequence[Classifier], images: Images, tta: str | None = None, is_calibrated: bool = True
) -> NDArray[np.float64]:
    """Return float64 (N, K), the mean over models and views, each counted alike.

    `images` are uint8 (N, size, size, 3) for each size that a model has, `tta` a set of views or None for the images
    as they are; not calibrated, every temperature is 1. Raises DivergedError for logits that are not finite.
    """
    parts = [
        probabilities(logits, model.contract.temperature if is_calibrated else 1.0)
        for model, logits in _ask(models, images, tta)
    ]
    mean: NDArray[np.float64] = np.mean(parts, axis=0)
    return mean


def mean_unknown(
    models: Sequence[Classifier], images: Images, tta: str | None = None
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return calibrated probabilities as `mean_probabilities` does, and float64 (N,) how unlike what is known they are.

    That is the share of a model's validation images whose energy is below the image's, averaged over models and views.
    """
    parts, shares = [], []
    for model, logits in _ask(models, images, tta):
        parts.append(probabilities(logits, model.contract.temperature))
        shares.append(unknown_shares(energy(logits), model.contract.energy_quantiles))
    return np.mean(parts, axis=0), np.mean(shares, axis=0)


def _ask(
    models: Sequence[Classifier], images: Images, tta: str | None
) -> Iterator[tuple[Classifier, NDArray[np.float32]]]:
    for model in models:
        for view in make_views(images[model.contract.size_pixels], tta):
            yield model, model.logits(view)


def answer_arrays(
    models: Sequence[Classifier], images: Images, tta: str | None, advance: Callable[[int], None]
) -> NDArray[np.float64]:
    """Return `mean_probabilities` of any number of images, which may be memory maps, block by block as `predict`.

    At temperatures of 1, as everything is judged: those of a calibration are fitted on validation. `advance` is told
    how many answers of a model to a view have been added.
    """
    count = len(next(iter(images.values())))
    parts = []
    for start in range(0, count, BLOCK_IMAGES):
        block = {size: _fill(some[start : start + BLOCK_IMAGES]) for size, some in images.items()}
        done = min(BLOCK_IMAGES, count - start)
        parts.append(mean_probabilities(models, block, tta, is_calibrated=False)[:done])
        advance(done * len(models) * count_views(tta))
    return np.concatenate(parts)


def as_logits(weights: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return float32 logits (N, K) whose softmax is the probabilities (N, K), up to rounding of 1e-7."""
    return to_logits(weights).astype(np.float32)


def _fill(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return BLOCK_IMAGES images, black ones at the end: a runtime's figures must not depend on how many there are."""
    filled = np.zeros((BLOCK_IMAGES, *images.shape[1:]), np.uint8)
    filled[: len(images)] = images
    return filled

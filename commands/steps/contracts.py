"""The contract of a run, and whether models that answer together agree."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import errors
from data_io.images import RESIZE_RULE
from data_io.run_folder import MANIFEST
from keras_models.artefacts.contract import SCALING, Contract
from recipes.recipe import Recipe

TEMPERATURE = 1.0  # probabilities as trained; the one place that knows


def contract_of(run: Path, recipe: Recipe, manifest: Mapping[str, Any]) -> Contract:
    """Return what a finished run's network promises. Raises PromiseError for a manifest that lacks something."""
    try:
        return Contract.from_values(
            {
                "name": recipe.name,
                "family": recipe.model.family,
                "backend": manifest["backend"],
                "labels": [str(label) for label in range(recipe.model.classes)],
                "size_pixels": recipe.image.size_pixels,
                "resize_rule": RESIZE_RULE,
                "scaling": SCALING,
                "temperature": TEMPERATURE,
                "recipe_digest": manifest["recipe_digest"],
                "weights_digest": manifest["weights_digest"],
                "data_digests": manifest["data_digests"],
                "versions": manifest["versions"],
            }
        )
    except (KeyError, ValueError) as error:
        raise errors.PromiseError(
            f"Expected {run / MANIFEST} to be what training writes. Received: one without {error}."
        ) from error


def check_preprocessing(path: Path, contract: Contract) -> None:
    """Raise PromiseError for a model that wants images resized or scaled in a way that this program does not know."""
    if (contract.resize_rule, contract.scaling) != (RESIZE_RULE, SCALING):
        raise errors.PromiseError(
            f"Expected {path} to take images by {RESIZE_RULE!r} and {SCALING!r}. "
            f"Received: {contract.resize_rule!r} and {contract.scaling!r}. Export it again with this version."
        )


def check_same_labels(paths: Sequence[Path], contracts: Sequence[Contract]) -> None:
    """Raise PromiseError unless all models that are averaged have the same labels in the same order."""
    for path, contract in zip(paths, contracts, strict=True):
        if contract.labels != contracts[0].labels:
            raise errors.PromiseError(
                f"Expected {path} to have the labels of {paths[0]}: {', '.join(contracts[0].labels)}. "
                f"Received: {', '.join(contract.labels)}."
            )

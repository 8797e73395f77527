"""The contract of a run, and whether models that answer together agree."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import errors
from data_io.images import RESIZE_RULE
from data_io.run_folder import CALIBRATION, MANIFEST, UNKNOWN, check_digest
from keras_models.artefacts.contract import OPTIONAL, SCALING, Contract
from recipes.recipe import Recipe

TEMPERATURE = 1.0  # probabilities as trained, of a run that was not calibrated


def contract_of(run: Path, recipe: Recipe, manifest: Mapping[str, Any]) -> Contract:
    """Return what a finished run's network promises, calibrated if the run was.

    Raises PromiseError for a manifest that lacks something, and for a calibration that is not the manifest's.
    """
    calibration = read_calibration(run, manifest) or {}
    try:
        return Contract.from_values(
            {
                "name": recipe.name,
                "family": recipe.model.family,
                "backend": manifest["backend"],
                "labels": [str(label) for label in recipe.labels],
                "size_pixels": recipe.image.size_pixels,
                "resize_rule": RESIZE_RULE,
                "scaling": SCALING,
                "temperature": calibration.get("temperature", TEMPERATURE),
                "recipe_digest": manifest["recipe_digest"],
                "weights_digest": manifest["weights_digest"],
                "data_digests": manifest["data_digests"],
                "versions": manifest["versions"],
                **{name: found[name] for found in (calibration, manifest) for name in OPTIONAL if name in found},
            }
        )
    except (KeyError, ValueError) as error:
        raise errors.PromiseError(
            f"Expected {run / MANIFEST} to be what training writes. Received: one without {error}."
        ) from error


def read_calibration(run: Path, manifest: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return what is in a finished run's calibration.json, None for a run that was made before there was one.

    Raises PromiseError for a file that is gone, or not the one that the manifest names.
    """
    if CALIBRATION not in manifest.get("files", {}):
        return None
    path = check_digest(run, CALIBRATION)
    try:
        calibration = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise errors.PromiseError(f"Expected {path} to be what training writes. Received: {error}.") from error
    if not isinstance(calibration, dict):
        raise errors.PromiseError(f"Expected {path} to be what training writes. Received: JSON of another form.")
    return calibration


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


def check_gives_all(paths: Sequence[Path], contracts: Sequence[Contract]) -> None:
    """Raise UsageError for a model that was trained without a class, for `--submission`: it never gives that label.

    Labels with a gap say so themselves. Of the last class only the run does, so an exported file is told apart as long
    as it lies in its run.
    """
    for path, contract in zip(paths, contracts, strict=True):
        is_whole = contract.labels == tuple(map(str, range(len(contract.labels))))
        folders = (path, *path.absolute().parents[:2])  # the run of model.keras, and of export/model.onnx
        if not is_whole or any((folder / MANIFEST).exists() and (folder / UNKNOWN).exists() for folder in folders):
            raise errors.UsageError(
                f"Expected {path} to be trained on all classes, counted from 0, for --submission. Received: a model "
                f"that gives {', '.join(contract.labels)} alone. Name one that was trained without --leave-out."
            )


def check_energies(paths: Sequence[Path], contracts: Sequence[Contract]) -> None:
    """Raise UsageError unless all models know the energies of their validation images, for `--unknown`."""
    for path, contract in zip(paths, contracts, strict=True):
        if not contract.energy_quantiles:
            raise errors.UsageError(
                f"Expected {path} to know the energies of its validation images, for --unknown. Received: a model "
                "without. Train the run again, and export it again."
            )

"""From a recipe to its network and its batches: the one place where recipes meet Keras and data."""

import dataclasses
import gc
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

import errors
from data_io import batches
from data_io.artefact_files import MAXIMUM_ARTEFACT_BYTES
from data_io.batches import Batches, StreamedBatches
from data_io.model_files import KERAS_FILE, describe_content
from data_io.run_folder import MANIFEST, MODEL, RECIPE, check_digest, read_manifest
from recipes.reading import from_values
from recipes.recipe import Recipe

if TYPE_CHECKING:
    import keras

NAMED_LAYERS = 3
HARMLESS_BYTES = 1 << 30  # of a network that may be built before it turns out not to be the file's
# keras_models is imported in the functions: importing Keras takes 4 to 8 s, and by then all that can be checked
# without it has been checked.


class Labelled(Protocol):
    """Images uint8 (N, H, W, 3) and their labels int32 (N,)."""

    @property
    def images(self) -> NDArray[np.uint8]:
        """The images, which may be memory maps."""
        ...

    @property
    def labels(self) -> NDArray[np.int32]:
        """The labels."""
        ...


def build_network(recipe: Recipe, precision: str = "float32") -> "keras.Model":
    """Build the recipe's network with the first weights of its seed; `precision` is of activations and products."""
    from keras_models.building import build

    options = {**recipe.model.options, "classes": len(recipe.labels)}
    return build(size_pixels=recipe.image.size_pixels, seed=recipe.seed, precision=precision, **options)


def build_named_network(recipe: Recipe) -> "keras.Model":
    """Return `build_network`'s. Raises UsageError if a second one would have layers of other names.

    Weights are told by the names of their layers in every file. Keras counts on in a process for a layer without one,
    so that no other process could read what has been trained.
    """
    names = {layer.name for layer in build_network(recipe).layers}
    gc.collect()  # a network is held by itself, in circles, and an MLP has 200 MB
    model = build_network(recipe)
    if unnamed := sorted({layer.name for layer in model.layers if layer.weights} - names):
        raise errors.UsageError(
            f"Expected each layer of the {recipe.model.family} that has weights to have a name. "
            f"Received: {', '.join(unnamed[:NAMED_LAYERS])}, which Keras made up. Write name=... there."
        )
    return model


def load_recipe(run: Path) -> Recipe:
    """Read the resolved recipe of a finished run. Raises UsageError or PromiseError for a run that is not whole."""
    return from_values(tomllib.loads(check_digest(run, RECIPE).read_text(encoding="utf-8")))


def load_network(run: Path, recipe: Recipe) -> "keras.Model":
    """Rebuild a run's network from its recipe and fill it with the weights whose digests its manifest holds.

    Raises PromiseError when the file, or the weights in it, are not those of the manifest, and when this code builds
    another network than the one that was trained.
    """
    from keras_models.architecture import check_architecture
    from keras_models.building import digest_weights
    from keras_models.saving import load_weights

    _check_file(run / MODEL, recipe)
    path = check_digest(run, MODEL)
    model = build_network(recipe)
    check_architecture(model, path)
    load_weights(model, path)
    if digest_weights(model) != read_manifest(run).get("weights_digest"):
        raise errors.PromiseError(
            f"Expected the weights in {path} to be those of {run / MANIFEST}. Received: others. Restore the run folder."
        )
    return model


def _check_file(path: Path, recipe: Recipe) -> None:
    """Raise PromiseError for a file that is no Keras file, or a recipe whose network cannot be in it.

    Before the file is read and the network is built: neither must fill the memory because somebody wrote it so.
    """
    try:
        kind = describe_content(path)
        size_bytes = path.stat().st_size
    except OSError as error:
        raise errors.PromiseError(f"Expected a Keras file at {path}. Received: {error.strerror}.") from error
    if kind != KERAS_FILE or size_bytes > MAXIMUM_ARTEFACT_BYTES:
        raise errors.PromiseError(
            f"Expected {path} to be a Keras file of at most {MAXIMUM_ARTEFACT_BYTES:,} bytes. "
            f"Received: {kind} of {size_bytes:,} bytes. Restore the run folder, or train again."
        )
    kernels = count_kernels(recipe)
    if 4 * kernels > max(size_bytes, HARMLESS_BYTES):
        raise errors.PromiseError(
            f"Expected {path} to hold the network of the {RECIPE} beside it, {kernels:,} weights and more. "
            f"Received: {size_bytes:,} bytes. Restore the run folder, or train again."
        )


def count_kernels(recipe: Recipe) -> int:
    """Return the number of weights in kernels, of all weights most; without the first of a network on statistics.

    That is of the networks as they are written here: somebody's changed one may have fewer.
    """
    model, classes = recipe.model, len(recipe.labels)
    inputs = 1 if model.input == "grey" else 3
    if model.family == "residual":
        channels = [4 * inputs, *model.channels]
        units = [*model.dense_units, classes]
        added = sum(9 * width**2 * count for width, count in zip(model.channels[1:], model.blocks, strict=True))
        added += model.channels[-1] * classes
    else:
        channels = [inputs, *model.channels]
        side_pixels = recipe.image.size_pixels >> len(model.channels)
        seen = [] if model.transform == "statistics" else [side_pixels**2 * channels[-1]]
        units = [*seen, *model.dense_units, classes]
        added = 0
    convolutions = sum(9 * one * two for one, two in pairwise(channels))
    return convolutions + added + sum(one * two for one, two in pairwise(units))


def training_batches(recipe: Recipe, cached: Labelled) -> StreamedBatches:
    """Return the recipe's shuffled and augmented batches of a labelled split."""
    training, augmentation = recipe.training, dataclasses.asdict(recipe.augmentation)
    settings = training.batch_size, recipe.seed, augmentation, training.shuffle_images, len(recipe.labels)
    return batches.training_batches(cached.images, cached.labels, *settings)


def ordered_batches(recipe: Recipe, cached: Labelled) -> Batches:
    """Return the batches of a labelled split in its own order, not augmented."""
    return Batches(cached.images, cached.labels, recipe.training.batch_size)

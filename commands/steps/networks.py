"""From a recipe to its network and its batches: the one place where recipes meet Keras and data."""

import dataclasses
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

from data_io.batches import Batches, ShuffledBatches
from data_io.cache import CachedSplit
from data_io.run_folder import MODEL, RECIPE, check_digest
from recipes.reading import from_values
from recipes.recipe import Recipe

if TYPE_CHECKING:
    import keras

# keras_models is imported in the functions: importing Keras takes 4 to 8 s, and by then all that can be checked
# without it has been checked.


def build_network(recipe: Recipe) -> "keras.Model":
    """Build the recipe's network with the first weights of its seed."""
    from keras_models.building import build

    options = dataclasses.asdict(recipe.model)
    if recipe.model.family == "mlp":
        options.pop("channels")  # none, as the recipe was checked for
    return build(size_pixels=recipe.image.size_pixels, seed=recipe.seed, **options)


def load_recipe(run: Path) -> Recipe:
    """Read the resolved recipe of a finished run. Raises UsageError or PromiseError for a run that is not whole."""
    return from_values(tomllib.loads(check_digest(run, RECIPE).read_text(encoding="utf-8")))


def load_network(run: Path, recipe: Recipe) -> "keras.Model":
    """Rebuild a run's network from its recipe and fill it with the weights whose digest its manifest holds."""
    from keras_models.saving import load_weights

    path = check_digest(run, MODEL)
    model = build_network(recipe)
    load_weights(model, path)
    return model


def training_batches(recipe: Recipe, cached: CachedSplit) -> ShuffledBatches:
    """Return the recipe's shuffled and augmented batches of a labelled split."""
    return ShuffledBatches(
        cached.images,
        cached.labels,
        recipe.training.batch_size,
        recipe.seed,
        recipe.augmentation.flip_probability,
        recipe.augmentation.rotation_degrees,
    )


def ordered_batches(recipe: Recipe, cached: CachedSplit) -> Batches:
    """Return the batches of a labelled split in its own order, not augmented."""
    return Batches(cached.images, cached.labels, recipe.training.batch_size)

"""A contestant of `compare` ends with the network that `train` ends with."""

import dataclasses
from pathlib import Path

import numpy as np

from commands.steps.comparison.contestant import train
from commands.steps.comparison.tasks import TRAIN, Task
from commands.steps.fitting import settle_statistics
from commands.steps.networks import build_network
from recipes.reading import read_recipe
from recipes.recipe import Recipe
from tests.commands.conftest import RECIPE


def trained(recipe: Recipe, images: np.ndarray, folder: Path) -> list[np.ndarray]:
    from keras_models.saving import load_weights

    folder.mkdir()
    for name in ("train", "validation"):
        np.save(folder / f"{name}_images-00000.npy", images)
        np.save(folder / f"{name}_labels.npy", np.arange(len(images), dtype=np.int32) % 5)
    values = dataclasses.asdict(recipe)
    task = Task(TRAIN, str(folder), str(folder), values, "cpu", str(folder / "model.keras"), {}, {}, 0)
    train(task, 0.0)
    model = build_network(recipe)
    load_weights(model, folder / "model.keras")
    return [*model.get_weights()]


def test_its_normalisation_has_the_statistics_that_the_recipe_asks_for(tmp_path: Path) -> None:
    settled = read_recipe(str(RECIPE), ["training.epochs=1", "training.statistics_images=8"])
    plain = read_recipe(str(RECIPE), ["training.epochs=1"])
    size = plain.image.size_pixels
    images = np.random.default_rng(3).integers(0, 256, (12, size, size, 3), np.uint8)
    found, without = trained(settled, images, tmp_path / "settled"), trained(plain, images, tmp_path / "plain")
    assert any(not np.allclose(one, other) for one, other in zip(found, without, strict=True))
    model = build_network(plain)
    model.set_weights(without)
    settle_statistics(settled, model, images)
    for one, other in zip(found, model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)

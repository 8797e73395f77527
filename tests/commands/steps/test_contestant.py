"""A contestant of `compare` ends with the network that `train` ends with."""

import dataclasses
import hashlib
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import errors
from benchmarks.pixels import Pixels
from commands.steps.comparison.contestant import train
from commands.steps.comparison.tasks import TRAIN, Task
from commands.steps.fitting import settle_statistics
from commands.steps.networks import build_network, training_batches
from recipes.reading import read_recipe
from recipes.recipe import Recipe
from tests.commands.conftest import RECIPE


def result_of(recipe: Recipe, images: np.ndarray, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    for name in ("train", "validation"):
        np.save(folder / f"{name}_images-00000.npy", images)
        np.save(folder / f"{name}_labels.npy", labels_of(images))
    values = dataclasses.asdict(recipe)
    return train(Task(TRAIN, str(folder), str(folder), values, "cpu", str(folder / "model.keras"), {}, {}, 0), 0.0)


def labels_of(images: np.ndarray) -> np.ndarray:
    return np.arange(len(images), dtype=np.int32) % 5


def images_for(recipe: Recipe) -> np.ndarray:
    size = recipe.image.size_pixels
    return np.random.default_rng(3).integers(0, 256, (12, size, size, 3), np.uint8)


def trained(recipe: Recipe, images: np.ndarray, folder: Path) -> list[np.ndarray]:
    from keras_models.saving import load_weights

    result_of(recipe, images, folder)
    model = build_network(recipe)
    load_weights(model, folder / "model.keras")
    return [*model.get_weights()]


def test_its_normalisation_has_the_statistics_that_the_recipe_asks_for(tmp_path: Path) -> None:
    settled = read_recipe(str(RECIPE), ["training.epochs=1", "training.statistics_images=8"])
    plain = read_recipe(str(RECIPE), ["training.epochs=1"])
    images = images_for(plain)
    found, without = trained(settled, images, tmp_path / "settled"), trained(plain, images, tmp_path / "plain")
    assert any(not np.allclose(one, other) for one, other in zip(found, without, strict=True))
    model = build_network(plain)
    model.set_weights(without)
    settle_statistics(settled, model, images)
    for one, other in zip(found, model.get_weights(), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-6)


def test_its_batches_are_those_that_keras_was_fed_in_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import keras

    from keras_models.loader import BatchDataset

    recipe = read_recipe(str(RECIPE), ["training.batch_size=5"])
    images = images_for(recipe)
    batches = training_batches(recipe, Pixels(images, labels_of(images)))
    first, second = ([batches.batch(epoch, index) for index in range(3)] for epoch in (0, 1))
    whole = hashlib.sha256(hashlib.sha256(b"".join(seen.tobytes() for seen, _ in first)).digest())
    for epoch, fed in enumerate((first, second)):
        whole.update(b"epoch %d, 3 batches" % epoch + b"".join(labels.tobytes() for _, labels in fed))
    result = result_of(recipe, images, tmp_path / "as it is")
    assert result["batches_digest"] == whole.hexdigest()
    assert result["train_images_per_second"] > 0 and result["train_cores"] > 0

    plain = keras.Model.fit
    with monkeypatch.context() as patch:
        patch.setattr(keras.Model, "fit", lambda *words, **options: plain(*words, **options | {"shuffle": True}))
        random.seed(0)  # Keras shuffles with it: each epoch to another order than its own
        shuffled = result_of(recipe, images, tmp_path / "in another order")
    monkeypatch.setattr(BatchDataset, "__getitem__", lambda self, index: batches.batch(0, 0))
    stuck = result_of(recipe, images, tmp_path / "always the first")
    assert len({one["batches_digest"] for one in (result, shuffled, stuck)}) == 3


def test_a_single_epoch_which_compiles_has_no_speed(tmp_path: Path) -> None:
    recipe = read_recipe(str(RECIPE), ["training.epochs=1"])
    result = result_of(recipe, images_for(recipe), tmp_path / "one")
    assert [result[f"train_{what}"] for what in ("images_per_second", "cpu_ms_per_image", "cores")] == [None] * 3


def test_weights_that_are_not_finite_are_told_and_no_network_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keras_models import training

    def diverge(model: Any, *words: Any, **options: Any) -> None:
        fit(model, *words, **options)
        model.weights[-1].assign(np.full(model.weights[-1].shape, np.nan))

    fit = training.fit
    monkeypatch.setattr(training, "fit", diverge)
    recipe = read_recipe(str(RECIPE))
    with pytest.raises(errors.DivergedError, match=r"Expected finite weights after training\. Received: NaN"):
        result_of(recipe, images_for(recipe), tmp_path / "diverged")
    assert not (tmp_path / "diverged" / "model.keras").exists()

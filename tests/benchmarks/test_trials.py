"""What is measured is what training sees: the same batches, all of them full."""

import dataclasses

import numpy as np
import pytest

from benchmarks.pixels import Pixels
from benchmarks.trials import shuffled_batches, take_full
from commands.steps.networks import training_batches
from recipes.reading import read_recipe

PIXELS = Pixels(
    np.random.default_rng(0).integers(0, 256, (20, 16, 16, 3), np.uint8), (np.arange(20) % 5).astype(np.int32)
)


@pytest.mark.parametrize(("name", "is_planned"), [("cnn", True), ("fast", True), ("best_cpu", False)])
def test_the_batches_of_a_trial_are_those_of_training(name: str, is_planned: bool) -> None:
    recipe = read_recipe(name)
    recipe = dataclasses.replace(recipe, training=dataclasses.replace(recipe.training, batch_size=8))
    full = take_full(shuffled_batches(recipe, PIXELS), steps=5)
    trained = training_batches(recipe, PIXELS)
    assert (full.steps, full.images_per_epoch) == (5, 40)
    for index, (epoch, place) in enumerate([(0, 0), (0, 1), (1, 0), (1, 1), (2, 0)]):  # the third of each has 4 images
        for one, other in zip(full.batch(0, index), trained.batch(epoch, place), strict=True):
            np.testing.assert_array_equal(one, other)
    assert hasattr(full, "plan") == is_planned

"""What is known of a recipe's network before it is built."""

import pytest

from commands.steps.networks import build_network, count_kernels
from recipes.reading import read_recipe

SMALL = ["image.size_pixels=32", "model.classes=3"]


@pytest.mark.parametrize("input_", ["rgb", "grey"])
@pytest.mark.parametrize(
    ("recipe", "settings"),
    [
        ("cnn", ["model.channels=[4, 6]", "model.dense_units=[8]", "model.normalization=none"]),
        ("fast", ["model.channels=[4, 6, 8]", "model.blocks=[2, 0]"]),
        ("mlp", ["model.dense_units=[8, 7]", "model.activation=relu"]),
    ],
)
def test_the_kernels_that_are_counted_from_a_recipe_are_those_of_its_network(
    recipe: str, settings: list[str], input_: str
) -> None:
    read = read_recipe(recipe, [*SMALL, *settings, f"model.input={input_}"])
    shapes = [weight.shape for weight in build_network(read).weights]
    sizes = [
        shape[0] * shape[1] * (shape[2] * shape[3] if len(shape) == 4 else 1) for shape in shapes if len(shape) > 1
    ]
    assert count_kernels(read) == sum(sizes)

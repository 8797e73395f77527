"""What is known of a recipe's network before it is built."""

import math

import keras
import pytest

import errors
from commands.steps.networks import build_named_network, build_network, count_kernels
from keras_models.building import BUILDERS
from keras_models.layers import image_input, scale
from recipes.reading import read_recipe

SMALL = ["image.size_pixels=32", "model.classes=3"]


@pytest.mark.parametrize("input_", ["rgb", "grey"])
@pytest.mark.parametrize(
    ("recipe", "settings"),
    [
        ("cnn", ["model.channels=[4, 6]", "model.dense_units=[8]", "model.normalization=none"]),
        (
            "best_cpu",
            ["model.channels=[4, 6, 8]", "model.blocks=[2, 0]", "model.transform=none", "model.dense_units=[]"],
        ),
        ("mlp", ["model.dense_units=[8, 7]", "model.activation=relu"]),
    ],
)
def test_the_kernels_that_are_counted_from_a_recipe_are_those_of_its_network(
    recipe: str, settings: list[str], input_: str
) -> None:
    read = read_recipe(recipe, [*SMALL, *settings, f"model.input={input_}"])
    shapes = [weight.shape for weight in build_network(read).weights]
    sizes = [math.prod(shape) for shape in shapes if len(shape) > 1]
    assert count_kernels(read) == sum(sizes)


@pytest.mark.parametrize(
    ("recipe", "settings"),
    [
        ("mlp_best", ["model.dense_units=[8, 7]"]),
        ("best_cpu", ["model.channels=[4, 6, 8]", "model.blocks=[2, 0]", "model.dense_units=[8, 7]"]),
    ],
)
def test_of_a_network_on_statistics_all_kernels_are_counted_but_the_one_that_sees_them(
    recipe: str, settings: list[str]
) -> None:
    read = read_recipe(recipe, [*SMALL, *settings])
    sizes = [math.prod(weight.shape) for weight in build_network(read).weights if len(weight.shape) > 1]
    assert count_kernels(read) == sum(sizes) - 1009 * 8


def test_a_layer_without_a_name_is_refused_before_anything_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    def build(size_pixels: int, classes: int, seed: int, **options: object) -> keras.Model:
        image = image_input(size_pixels)
        seen = keras.layers.Flatten(name="flatten")(scale(image, "rgb"))
        return keras.Model(image, keras.layers.Dense(classes)(keras.layers.Dense(2, name="hidden")(seen)))

    read = read_recipe("mlp", SMALL)
    assert {layer.name for layer in build_named_network(read).layers} >= {"dense_1", "logits"}
    monkeypatch.setitem(BUILDERS, "mlp", build)
    build(32, 3, 0)
    with pytest.raises(errors.UsageError, match=r"that has weights to have a name\. Received: dense_\d+, which"):
        build_named_network(read)

"""A file of weights is read by the code that built its network, or by none."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

import errors
from keras_models.architecture import check_architecture
from keras_models.building import build
from keras_models.layers import image_input, scale
from keras_models.saving import save_model
from tests.keras_models.conftest import tiny_cnn
from tests.keras_models.weights_files import save_members, write


def network(*layers: keras.layers.Layer) -> keras.Model:
    """Return a network of 16 px, whose weights do not tell its `layers` apart."""
    image = image_input(16)
    features = scale(image, "rgb")
    for layer in layers:
        features = layer(features)
    features = keras.layers.Flatten(name="flatten")(features)
    return keras.Model(image, keras.layers.Dense(2, name="logits")(features))


POOL = {"pool_size": 2, "name": "pooling"}
CHANGES: dict[str, tuple[Callable[[], keras.Model], str]] = {
    "another class": (
        lambda: network(keras.layers.AveragePooling2D(**POOL)),
        "AveragePooling2D 'pooling' in place of MaxPooling2D 'pooling'",
    ),
    "another value": (
        lambda: network(keras.layers.MaxPooling2D(**POOL | {"padding": "same"})),
        "padding of MaxPooling2D 'pooling' is 'same', not 'valid'",
    ),
    "a layer more": (
        lambda: network(keras.layers.MaxPooling2D(**POOL), keras.layers.ReLU(name="relu")),
        "ReLU 'relu' in place of Flatten 'flatten'",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_that_no_weight_shows_is_refused_with_the_layer(change: str, tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    save_model(network(keras.layers.MaxPooling2D(**POOL)), path)
    make, said = CHANGES[change]
    check_architecture(network(keras.layers.MaxPooling2D(**POOL)), path)
    with pytest.raises(errors.PromiseError) as caught:
        check_architecture(make(), path)
    assert caught.value.messages == (
        f"Expected the code that builds the network in {path}. Received: other code: {said}. "
        "Put keras_models/ back as it was, or train again.",
    )


def test_a_layer_that_sees_another_one_is_refused(tmp_path: Path) -> None:
    def skipping(first: bool) -> keras.Model:
        image = image_input(16)
        features = scale(image, "rgb")
        twice = keras.layers.ReLU(name="relu")(features)
        seen = keras.layers.Flatten(name="flatten")(features if first else twice)
        other = keras.layers.Flatten(name="other")(twice)
        logits = keras.layers.Dense(2, name="logits")(keras.layers.Add(name="add")([seen, other]))
        return keras.Model(image, logits)

    path = tmp_path / "model.keras"
    save_model(skipping(True), path)
    check_architecture(skipping(True), path)
    with pytest.raises(errors.PromiseError, match="Flatten 'flatten' sees relu, not scale"):
        check_architecture(skipping(False), path)


@pytest.mark.parametrize(
    ("family", "options"),
    [
        ("cnn", {"channels": (4,), "dense_units": (8,), "input": "grey"}),
        ("mlp", {"dense_units": (8,), "transform": "statistics"}),
        ("residual", {"channels": (4, 8), "blocks": (1,), "dense_units": (8,), "transform": "statistics"}),
    ],
)
def test_networks_of_ours_are_what_their_files_say_whatever_the_seed_and_precision(
    family: str, options: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "model.keras"
    save_model(build(family, 32, 5, 0, **options), path)
    check_architecture(build(family, 32, 5, 1, precision="bfloat16", **options), path)


def test_a_layer_without_weights_may_have_a_name_that_keras_made_up(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    save_model(network(keras.layers.ReLU(), keras.layers.ReLU()), path)
    check_architecture(network(keras.layers.ReLU(), keras.layers.ReLU()), path)


def test_values_that_another_release_of_keras_writes_are_passed_over(tmp_path: Path) -> None:
    members = save_members(tmp_path / "model.keras")
    content = json.loads(members["config.json"])
    for layer in content["config"]["layers"]:
        layer["config"]["of_tomorrow"] = True
        layer["config"].pop("data_format", None)
    write(tmp_path / "model.keras", members | {"config.json": json.dumps(content).encode()})
    check_architecture(tiny_cnn(), tmp_path / "model.keras")


@pytest.mark.parametrize("content", ["", "[]", '{"config": 1}', '{"config": {"layers": [{}]}}', "[" * 100_000])
def test_a_configuration_that_cannot_be_is_one_line(content: str, tmp_path: Path) -> None:
    members = save_members(tmp_path / "model.keras")
    write(tmp_path / "model.keras", members | {"config.json": content.encode()})
    with pytest.raises(errors.PromiseError, match="Expected the layers of a network in") as caught:
        check_architecture(tiny_cnn(), tmp_path / "model.keras")
    assert "\n" not in caught.value.messages[0]

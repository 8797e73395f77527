"""The MLP is the original's, layer by layer, number by number."""

import itertools

import keras
import numpy as np
import pytest

from keras_models import mlp

FAN_IN = {"dense_1": 49152, "dense_2": 1024, "dense_3": 512, "logits": 256}  # 128 x 128 x 3, then the units before


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return mlp.build(128, 5, seed=0)


def test_the_layers_are_the_originals_in_order(model: keras.Model) -> None:
    assert [layer.name for layer in model.layers] == [
        "image", "scale", "flatten",
        "dense_1", "leaky_relu_1", "dense_2", "leaky_relu_2", "dense_3", "leaky_relu_3",
        "dropout", "logits",
    ]  # fmt: skip


def test_it_has_the_parameters_counted_by_hand(model: keras.Model) -> None:
    counted = {layer.name: layer.count_params() for layer in model.layers if layer.weights}
    assert counted == {"dense_1": 50_332_672, "dense_2": 524_800, "dense_3": 131_328, "logits": 1_285}
    assert model.count_params() == 50_990_085
    assert not model.non_trainable_weights


def test_it_takes_uint8_images_by_name_and_returns_float32_logits(model: keras.Model) -> None:
    assert model.input.name == "image"
    assert model.input.dtype == "uint8"
    assert model.input.shape == (None, 128, 128, 3)
    assert model.output.shape == (None, 5)
    assert model.output.dtype == "float32"
    assert model.layers[-1].activation is keras.activations.linear


@pytest.mark.parametrize("number", [1, 2, 3])
def test_leaky_relu_has_pytorchs_slope(model: keras.Model, number: int) -> None:
    assert model.get_layer(f"leaky_relu_{number}").negative_slope == pytest.approx(0.01, abs=1e-9)


def test_dropout_of_three_tenths_stands_before_the_logits_alone(model: keras.Model) -> None:
    dropouts = [layer for layer in model.layers if isinstance(layer, keras.layers.Dropout)]
    assert [layer.rate for layer in dropouts] == [0.3]
    assert model.layers[-2] is dropouts[0]


@pytest.mark.parametrize("layer", FAN_IN)
def test_first_weights_and_biases_fill_the_range_of_one_over_the_root_of_fan_in(model: keras.Model, layer: str) -> None:
    bound = FAN_IN[layer] ** -0.5
    kernel, bias = model.get_layer(layer).get_weights()
    assert max(abs(kernel).max(), abs(bias).max()) <= bound * (1 + 1e-6)
    assert kernel.min() < -0.95 * bound
    assert kernel.max() > 0.95 * bound
    assert kernel.std() == pytest.approx(bound / 3**0.5, rel=0.1)  # a uniform draw's spread
    assert abs(bias).max() > 0.5 * bound
    assert bias.min() < 0 < bias.max()


def test_no_two_tensors_begin_with_the_same_draws(model: keras.Model) -> None:
    starts = [
        values.ravel()[:5] * FAN_IN[layer] ** 0.5 for layer in FAN_IN for values in model.get_layer(layer).get_weights()
    ]
    assert len(starts) == 8
    for one, other in itertools.combinations(starts, 2):
        assert abs(one - other).max() > 1e-3


def test_hidden_layers_may_have_relu_and_no_dropout() -> None:
    narrow = mlp.build(32, 5, seed=0, dense_units=(8, 6), dropout_fraction=0, activation="relu")
    names = ["image", "scale", "flatten", "dense_1", "relu_1", "dense_2", "relu_2", "logits"]
    assert [layer.name for layer in narrow.layers] == names
    inside = keras.Model(narrow.input, narrow.get_layer("relu_1").output)
    assert inside.predict_on_batch(np.zeros((1, 32, 32, 3), np.uint8)).min() == 0


def test_logits_are_those_of_the_network_written_out_in_numpy() -> None:
    narrow = mlp.build(32, 5, seed=0, dense_units=(8, 6), dropout_fraction=0.3)
    images = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), np.uint8)
    features = images.reshape(3, -1).astype(np.float64) / 127.5 - 1
    for name in ("dense_1", "dense_2"):
        kernel, bias = narrow.get_layer(name).get_weights()
        features = features @ kernel + bias
        assert features.min() < 0  # so that the slope below zero is seen
        features = np.where(features > 0, features, 0.01 * features)
    kernel, bias = narrow.get_layer("logits").get_weights()
    np.testing.assert_allclose(narrow.predict_on_batch(images), features @ kernel + bias, rtol=0, atol=1e-6)

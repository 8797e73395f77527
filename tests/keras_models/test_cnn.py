"""The CNN is the original's, layer by layer, number by number."""

import itertools

import keras
import numpy as np
import pytest
from PIL import Image

from keras_models import cnn

# 3x3 kernels over the channels before, then what the dense layers see: 128 channels of 8x8, and 256 units.
FAN_IN = {
    "convolution_1": 27,
    "convolution_2": 144,
    "convolution_3": 288,
    "convolution_4": 576,
    "dense_1": 8192,
    "logits": 256,
}


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return cnn.build(128, 5, seed=0)


def test_the_layers_are_the_originals_in_order(model: keras.Model) -> None:
    assert [layer.name for layer in model.layers] == (
        ["image", "scale"]
        + [
            f"{kind}_{number}"
            for number in (1, 2, 3, 4)
            for kind in ("convolution", "normalization", "pooling", "relu")
        ]
        + ["flatten", "dropout_1", "dense_1", "dense_relu_1", "dropout_2", "logits"]
    )


@pytest.mark.parametrize(
    ("layer", "parameters"),
    [
        ("convolution_1", 27 * 16 + 16),
        ("convolution_2", 144 * 32 + 32),
        ("convolution_3", 288 * 64 + 64),
        ("convolution_4", 576 * 128 + 128),
        ("normalization_1", 4 * 16),
        ("normalization_4", 4 * 128),
        ("dense_1", 8192 * 256 + 256),
        ("logits", 256 * 5 + 5),
    ],
)
def test_each_layer_has_the_parameters_counted_by_hand(model: keras.Model, layer: str, parameters: int) -> None:
    assert model.get_layer(layer).count_params() == parameters


def test_the_network_has_2197093_parameters_of_which_batch_statistics_are_480(model: keras.Model) -> None:
    # 448 + 4,640 + 18,496 + 73,856 in convolutions, 960 in normalisations, 2,097,408 + 1,285 in dense layers.
    assert model.count_params() == 2_197_093
    assert sum(np.prod(weight.shape) for weight in model.non_trainable_weights) == 480


def test_it_takes_uint8_images_by_name_and_returns_float32_logits(model: keras.Model) -> None:
    assert model.input.name == "image"
    assert model.input.dtype == "uint8"
    assert model.input.shape == (None, 128, 128, 3)
    assert model.output.shape == (None, 5)
    assert model.output.dtype == "float32"


def test_nothing_follows_the_last_dense_layer_but_logits(model: keras.Model) -> None:
    assert model.layers[-1].activation is keras.activations.linear
    images = np.random.default_rng(0).integers(0, 256, (4, 128, 128, 3), np.uint8)
    logits = model.predict_on_batch(images)
    assert logits.min() < 0  # probabilities would not be
    assert not np.allclose(logits.sum(axis=1), 1)


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_batch_normalisation_has_pytorchs_constants(model: keras.Model, number: int) -> None:
    layer = model.get_layer(f"normalization_{number}")
    assert (layer.momentum, layer.epsilon, layer.axis) == (0.9, 1e-5, -1)


def test_dropout_stands_before_and_after_the_first_dense_layer(model: keras.Model) -> None:
    names = [layer.name for layer in model.layers]
    assert names.index("dropout_1") < names.index("dense_1") < names.index("dropout_2") < names.index("logits")
    before, after = model.get_layer("dropout_1"), model.get_layer("dropout_2")
    assert (before.rate, after.rate) == (0.3, 0.3)
    assert before.seed != after.seed


def test_no_dropout_layer_is_made_for_a_fraction_of_zero() -> None:
    narrow = cnn.build(32, 5, seed=0, channels=(4,), dense_units=(8,), dropout_fraction=0)
    assert not any(isinstance(layer, keras.layers.Dropout) for layer in narrow.layers)


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
    assert len(starts) == 12
    for one, other in itertools.combinations(starts, 2):
        assert abs(one - other).max() > 1e-3


def test_batch_normalisation_begins_as_the_identity(model: keras.Model) -> None:
    for start, expected in zip(model.get_layer("normalization_2").get_weights(), (1, 0, 0, 1), strict=True):
        assert start.shape == (32,)
        assert (start == expected).all()


def test_pooling_before_relu_gives_the_originals_relu_before_pooling() -> None:
    narrow = cnn.build(32, 5, seed=0, channels=(4,), dense_units=(8,))
    inside = keras.Model(narrow.input, [narrow.get_layer(name).output for name in ("normalization_1", "relu_1")])
    images = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 3), np.uint8)
    normalized, ours = inside.predict_on_batch(images)
    assert normalized.min() < 0 < normalized.max()
    blocks = np.maximum(normalized, 0).reshape(3, 16, 2, 16, 2, 4)
    np.testing.assert_array_equal(ours, blocks.max(axis=(2, 4)))


def test_without_normalisation_pooling_follows_the_convolution() -> None:
    narrow = cnn.build(32, 5, seed=0, channels=(4,), dense_units=(8,), normalization="none")
    names = ["image", "scale", "convolution_1", "pooling_1", "relu_1"]
    assert [layer.name for layer in narrow.layers][:5] == names
    with_it = cnn.build(32, 5, seed=0, channels=(4,), dense_units=(8,))
    for layer in ("convolution_1", "dense_1", "logits"):  # the first weights are the same
        np.testing.assert_array_equal(
            narrow.get_layer(layer).get_weights()[0], with_it.get_layer(layer).get_weights()[0]
        )


def test_a_grey_input_is_pillows_grey_to_the_bit_and_the_kernels_see_one_channel() -> None:
    narrow = cnn.build(32, 5, seed=0, channels=(4,), dense_units=(8,), input="grey")
    assert narrow.input.shape == (None, 32, 32, 3)
    assert narrow.get_layer("convolution_1").kernel.shape == (3, 3, 1, 4)
    assert abs(narrow.get_layer("convolution_1").get_weights()[0]).max() > 0.9 / 3  # fan-in of 9, not of 27
    levels = np.random.default_rng(3).integers(0, 256, (50, 32, 32, 3), np.uint8)
    wanted = np.stack([np.asarray(Image.fromarray(each).convert("L")) for each in levels])
    grey = keras.Model(narrow.input, narrow.get_layer("grey").output).predict_on_batch(levels)
    np.testing.assert_array_equal(grey[..., 0], wanted)
    scaled = keras.Model(narrow.input, narrow.get_layer("scale").output).predict_on_batch(levels)
    np.testing.assert_allclose(scaled[..., 0], wanted / 127.5 - 1, atol=1e-6)


def test_scaling_maps_black_to_minus_one_and_white_to_one() -> None:
    narrow = cnn.build(32, 5, seed=0, channels=(4,), dense_units=(8,))
    scaled = keras.Model(narrow.input, narrow.get_layer("scale").output)
    images = np.zeros((1, 32, 32, 3), np.uint8)
    images[0, 0, 0] = (0, 51, 255)
    values = scaled.predict_on_batch(images)
    np.testing.assert_allclose(values[0, 0, 0], [-1, -0.6, 1], atol=1e-6)
    assert (values[0, 1] == -1).all()

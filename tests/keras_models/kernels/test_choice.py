"""The layers that a backend is fast with are the functions that Keras' own layers are: values, gradients, statistics.

There is one call for a gradient in common: training with SGD of rate 1 and no momentum, after which first weights minus
weights are the gradients.
"""

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from keras_models.kernels.choice import Convolution, Normalization, Pooling, add_up

PAIRS: dict[str, tuple[Any, Any, dict[str, Any]]] = {
    "convolution": (Convolution, keras.layers.Conv2D, {"filters": 4, "kernel_size": 3, "padding": "same"}),
    "normalization": (
        Normalization,
        keras.layers.BatchNormalization,
        {"axis": -1, "momentum": 0.9, "epsilon": 1e-5},
    ),
    "pooling": (Pooling, keras.layers.MaxPooling2D, {"pool_size": 2}),
}


def images(side_pixels: int, kinds: int = 0) -> NDArray[np.float32]:
    """Return normal numbers (6, side, side, 3), or small whole ones of so many kinds, so that many are equal."""
    generator = np.random.default_rng(7)
    shape = (6, side_pixels, side_pixels, 3)
    if kinds:
        return generator.integers(0, kinds, shape).astype(np.float32)
    return generator.normal(1.5, 2.0, shape).astype(np.float32)


def sandwich(layer: keras.layers.Layer, side_pixels: int) -> keras.Model:
    """Return a 1x1 convolution, through whose kernel a gradient of the layer's input is seen, the layer, and a sum."""
    image = keras.Input((side_pixels, side_pixels, 3))
    mix = keras.layers.Conv2D(3, 1, name="mix", kernel_initializer=keras.initializers.RandomUniform(0.5, 1.0, seed=3))
    features = keras.layers.Flatten()(layer(mix(image)))
    last = keras.layers.Dense(1, name="last", kernel_initializer=keras.initializers.RandomNormal(0, 0.1, seed=5))
    model = keras.Model(image, last(features))
    model.compile(optimizer=keras.optimizers.SGD(1.0), loss="mse")
    return model


def pair(kind: str, side_pixels: int) -> tuple[keras.Model, keras.Model]:
    fast, plain, options = PAIRS[kind]
    models = [sandwich(layer(data_format="channels_last", **options) if kind != "normalization" else layer(**options),
                       side_pixels) for layer in (fast, plain)]  # fmt: skip
    generator = np.random.default_rng(11)
    models[1].set_weights([weight + generator.normal(0, 0.2, weight.shape) ** 2 for weight in models[1].get_weights()])
    models[0].set_weights(models[1].get_weights())
    return models[0], models[1]


@pytest.mark.parametrize("side_pixels", [8, 7])  # of an odd side the pooling leaves the last row and column out
@pytest.mark.parametrize("kind", list(PAIRS))
def test_a_fast_layer_answers_as_keras_own_does(kind: str, side_pixels: int) -> None:
    fast, plain = pair(kind, side_pixels)
    given = images(side_pixels)
    np.testing.assert_allclose(fast.predict_on_batch(given), plain.predict_on_batch(given), rtol=1e-5, atol=1e-5 * 6)


@pytest.mark.parametrize("kinds", [0, 2])  # 2: nearly every pooling has equal numbers to choose from
@pytest.mark.parametrize("side_pixels", [8, 7])
@pytest.mark.parametrize("kind", list(PAIRS))
def test_a_step_of_training_changes_all_weights_and_statistics_as_with_keras_own(
    kind: str, side_pixels: int, kinds: int
) -> None:
    fast, plain = pair(kind, side_pixels)
    if kinds:
        for model in (fast, plain):  # whole numbers stay whole ones, so that equals stay equal
            model.get_layer("mix").set_weights([np.eye(3, dtype=np.float32)[None, None], np.zeros(3, np.float32)])
    before = fast.get_weights()
    for model in (fast, plain):
        model.train_on_batch(images(side_pixels, kinds), np.ones((6, 1), np.float32))
    # Before a normalisation a bias has no gradient but what rounding leaves of nought.
    largest = max(np.abs(other - first).max() for first, other in zip(before, plain.get_weights(), strict=True))
    for first, one, other in zip(before, fast.get_weights(), plain.get_weights(), strict=True):
        scale = max(np.abs(other - first).max(), 0.05 * largest)
        np.testing.assert_allclose((one - first) / scale, (other - first) / scale, atol=2e-4)
        assert one.shape == other.shape and np.isfinite(one).all()


@pytest.mark.parametrize("kind", list(PAIRS))
def test_a_fast_layer_has_the_names_and_the_options_of_keras_own(kind: str) -> None:
    fast, plain = pair(kind, 8)
    layers = [next(layer for layer in model.layers if isinstance(layer, PAIRS[kind][1]) and layer.name != "mix")
              for model in (fast, plain)]  # fmt: skip
    first, second = ({**layer.get_config(), "name": ""} for layer in layers)
    assert first == second
    assert [weight.name for weight in layers[0].weights] == [weight.name for weight in layers[1].weights]


def test_with_bfloat16_the_features_are_bfloat16_and_the_statistics_float32() -> None:
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        fast, plain = pair("normalization", 8)
        given = images(8)
        for model in (fast, plain):
            model.train_on_batch(given, np.ones((6, 1), np.float32))
        layer = fast.layers[2]
        assert layer.compute_dtype == "bfloat16" and layer.moving_mean.dtype == "float32"
        assert str(keras.backend.standardize_dtype(layer.output.dtype)) == "bfloat16"
        one, other = (np.asarray(model.predict_on_batch(given), np.float32) for model in (fast, plain))
        np.testing.assert_allclose(one, other, rtol=0.05, atol=0.2)
        for one, other in zip(layer.get_weights(), plain.layers[2].get_weights(), strict=True):
            np.testing.assert_allclose(one, other, rtol=0.05, atol=0.05)
    finally:
        keras.config.set_dtype_policy("float32")


def normalize(numbers: NDArray[np.float32], training: bool) -> tuple[NDArray[np.float32], list[NDArray[np.float32]]]:
    """Return numbers (B, F) normalised by a new layer, which is called once, and its weights afterwards."""
    layer = Normalization(momentum=0.9, epsilon=1e-7)
    layer.build(numbers.shape)
    answer = keras.ops.convert_to_numpy(layer(numbers, training=training))
    return answer, layer.get_weights()


def test_numbers_are_normalised_by_their_batch_and_the_running_statistics_move_by_a_tenth() -> None:
    answer, (gamma, beta, mean, variance) = normalize(np.array([[1, 10], [3, 10], [5, 40]], np.float32), True)
    # means 3 and 20; variances (4 + 0 + 4) / 3 and (100 + 100 + 400) / 3, not by 2
    roots = np.sqrt([8 / 3, 200])
    np.testing.assert_allclose(answer, np.array([[-2, -10], [0, -10], [2, 20]]) / roots, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(mean, [0.3, 2.0], rtol=1e-6)
    np.testing.assert_allclose(variance, [0.9 + 0.1 * 8 / 3, 0.9 + 0.1 * 200], rtol=1e-6)
    assert gamma.tolist() == [1, 1] and beta.tolist() == [0, 0]


def test_numbers_are_answered_by_the_running_statistics_which_stay() -> None:
    answer, (_, _, mean, variance) = normalize(np.array([[1, 10], [3, 10]], np.float32), False)
    np.testing.assert_allclose(answer, [[1, 10], [3, 10]], rtol=1e-6)
    assert mean.tolist() == [0, 0] and variance.tolist() == [1, 1]


def test_numbers_that_a_whole_batch_has_in_common_become_nought_and_not_nan() -> None:
    shared = np.tile(np.linspace(0.1, 9.0, 1009, dtype=np.float32), (14, 1))
    answer, (_, _, _, variance) = normalize(shared, True)
    assert np.abs(answer).max() < 0.02  # a mean is off by its last bit, 1e-6 at most, for an epsilon of 3e-4 squared
    np.testing.assert_allclose(variance, 0.9, rtol=1e-6)


def test_small_differences_between_large_numbers_are_seen() -> None:
    # 5 and four steps of 1e-3 around it: the mean of squares less the square of the mean is all rounding
    numbers = (5 + np.array([[-2], [-1], [0], [1], [2]]) * 1e-3).astype(np.float32)
    wide = numbers.astype(np.float64)
    expected = (wide - wide.mean()) / np.sqrt(wide.var() + 1e-7)
    np.testing.assert_allclose(normalize(numbers, True)[0], expected, atol=2e-3)


def test_a_batch_of_one_image_is_normalised_to_nought() -> None:
    answer, (_, _, mean, variance) = normalize(np.array([[2.0, -7.0]], np.float32), True)
    assert answer.tolist() == [[0, 0]]
    np.testing.assert_allclose(mean, [0.2, -0.7], rtol=1e-6)
    np.testing.assert_allclose(variance, 0.9, rtol=1e-6)


def test_adding_up_is_over_all_numbers_of_all_arrays() -> None:
    held = [keras.Variable(np.array(given, np.float32)) for given in ([[1.0, 2.0], [3.0, -4.0]], [0.5])]
    assert keras.ops.convert_to_numpy(add_up([variable.value for variable in held])) == 2.5
    held[1].assign([8.0])
    assert keras.ops.convert_to_numpy(add_up([variable.value for variable in held])) == 10.0

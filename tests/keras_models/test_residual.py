"""The residual network: what it folds, adds and averages, and how many weights it has."""

import keras
import numpy as np
import pytest

from keras_models import residual
from keras_models.building import build


@pytest.fixture(scope="module")
def model() -> keras.Model:
    return residual.build(20, 5, seed=0, channels=(4, 6, 8), blocks=(1, 2), dropout_fraction=0.2)


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (3, 20, 20, 3), np.uint8)


def output_of(model: keras.Model, layer: str, images: np.ndarray) -> np.ndarray:
    return np.asarray(keras.Model(model.input, model.get_layer(layer).output).predict_on_batch(images))


def test_the_stem_sees_each_two_by_two_pixels_as_one_place(model: keras.Model, images: np.ndarray) -> None:
    folded = output_of(model, "fold", images)
    assert folded.shape == (3, 10, 10, 12)
    pixels = images / 127.5 - 1
    expected = np.concatenate([pixels[2, 6, 4], pixels[2, 6, 5], pixels[2, 7, 4], pixels[2, 7, 5]])
    np.testing.assert_allclose(folded[2, 3, 2], expected, atol=1e-6)


def test_a_block_adds_its_input_to_its_convolution(model: keras.Model, images: np.ndarray) -> None:
    before = output_of(model, "stage_2_block_1_add", images)
    inside = output_of(model, "stage_2_block_2_relu", images)
    assert (inside > 0).any()
    np.testing.assert_allclose(output_of(model, "stage_2_block_2_add", images), before + inside, atol=1e-6)


def test_a_stage_pools_before_its_convolution(model: keras.Model, images: np.ndarray) -> None:
    stem = output_of(model, "stem_relu", images)
    pooled = stem.reshape(3, 5, 2, 5, 2, 4).max(axis=(2, 4))
    np.testing.assert_array_equal(output_of(model, "pooling_1", images), pooled)
    assert output_of(model, "stage_1_relu", images).shape == (3, 5, 5, 6)
    assert output_of(model, "stage_2_relu", images).shape == (3, 2, 2, 8)  # the fifth row and column are left out


def test_logits_come_from_means_over_all_places(model: keras.Model, images: np.ndarray) -> None:
    last = output_of(model, "stage_2_block_2_add", images)
    kernel, bias = model.get_layer("logits").get_weights()
    np.testing.assert_allclose(
        model.predict_on_batch(images), last.mean(axis=(1, 2)) @ kernel + bias, rtol=1e-4, atol=1e-5
    )


def test_the_weights_are_those_counted_by_hand(model: keras.Model) -> None:
    stem = 9 * 12 * 4 + 4 + 4 * 4
    first = (9 * 4 * 6 + 6 + 4 * 6) + (9 * 6 * 6 + 6 + 4 * 6)
    second = (9 * 6 * 8 + 8 + 4 * 8) + 2 * (9 * 8 * 8 + 8 + 4 * 8)
    assert model.count_params() == stem + first + second + 8 * 5 + 5


def test_the_networks_weights_do_not_depend_on_dropout() -> None:
    one, other = (
        residual.build(20, 5, seed=3, channels=(4, 6), blocks=(1,), dropout_fraction=fraction) for fraction in (0, 0.5)
    )
    for left, right in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(left, right)


def test_a_grey_image_is_folded_to_four_channels(images: np.ndarray) -> None:
    grey = residual.build(20, 5, seed=0, channels=(4, 6), blocks=(0,), input="grey")
    assert output_of(grey, "fold", images).shape == (3, 10, 10, 4)


def test_numbers_about_the_image_come_to_the_logits_beside_the_means(images: np.ndarray) -> None:
    both = residual.build(20, 5, seed=0, channels=(4, 6), blocks=(1,), dense_units=(7,), transform="statistics")
    joined = output_of(both, "mean_and_numbers", images)
    assert joined.shape == (3, 6 + 7)
    last = output_of(both, "stage_1_block_1_add", images)
    np.testing.assert_allclose(joined[:, :6], last.mean(axis=(1, 2)), rtol=1e-5, atol=1e-6)
    numbers = output_of(both, "statistics", images)
    kernel, bias = both.get_layer("dense_1").get_weights()
    # untrained, both normalisations divide by sqrt(1 + 1e-7) and do no more
    np.testing.assert_allclose(joined[:, 6:], np.maximum(numbers @ kernel + bias, 0), rtol=1e-4, atol=1e-5)


def test_the_convolutions_begin_alike_with_numbers_beside_them() -> None:
    one = residual.build(20, 5, seed=3, channels=(4, 6), blocks=(1,))
    other = residual.build(20, 5, seed=3, channels=(4, 6), blocks=(1,), dense_units=(7,), transform="statistics")
    for name in ("stem_convolution", "stage_1_convolution", "stage_1_block_1_convolution"):
        for left, right in zip(one.get_layer(name).get_weights(), other.get_layer(name).get_weights(), strict=True):
            np.testing.assert_array_equal(left, right)


def test_numbers_about_the_image_are_normalised_in_float32_in_a_network_of_bfloat16() -> None:
    options = {"channels": (4, 6), "blocks": (1,), "dense_units": (7,), "transform": "statistics"}
    both = build("residual", 20, 5, 0, "bfloat16", **options)
    for name in ("statistics", "statistics_normalization", "normalization_1"):
        assert both.get_layer(name).compute_dtype == "float32"
    assert both.get_layer("dense_1").compute_dtype == "bfloat16"


def test_levels_are_scaled_in_float32_in_a_network_of_bfloat16_so_that_none_becomes_another() -> None:
    # scaled in bfloat16, 256 levels are 255 numbers, and up to 1.2 levels off
    both = build("residual", 20, 5, 0, "bfloat16", channels=(4, 6), blocks=(1,))
    levels = np.repeat(np.arange(256, dtype=np.uint8)[:, None, None, None], 3, axis=3)
    scaled = keras.ops.cast(both.get_layer("scale")(levels), "bfloat16")  # as the convolution takes them
    seen = keras.ops.convert_to_numpy(keras.ops.cast(scaled, "float32"))[:, 0, 0, 0].astype(np.float64)
    np.testing.assert_allclose((seen + 1) * 127.5, np.arange(256), rtol=0, atol=0.26)
    assert len(np.unique(seen)) == 256

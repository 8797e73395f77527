"""The numbers that an MLP may see instead of pixels, against images of which they can be said by hand."""

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from keras_models import mlp
from keras_models.image_statistics import ImageStatistics

COLOURS, DIFFERENCES = 48, 24  # numbers: 16 levels of 3 channels, then 6 shares, a mean and a correlation of each


def measure(*images: NDArray[np.uint8]) -> NDArray[np.float32]:
    batch = np.stack(images)
    entrance = keras.Input(batch.shape[1:], dtype="uint8")
    return np.asarray(keras.Model(entrance, ImageStatistics()(entrance)).predict_on_batch(batch))


def test_a_flat_image_has_its_levels_no_differences_and_one_frequency() -> None:
    (numbers,) = measure(np.full((24, 16, 3), (20, 100, 255), np.uint8))
    assert numbers.shape == (528,)
    levels = numbers[:COLOURS].reshape(16, 3)  # above 8, 24, 40, …, 248
    np.testing.assert_array_equal(levels.sum(axis=0), [1, 6, 16])
    for kind in range(4):
        found = numbers[COLOURS + kind * DIFFERENCES :][:DIFFERENCES]
        np.testing.assert_array_equal(found[:18], 0)
        np.testing.assert_allclose(found[18:21], np.log(0.5), rtol=1e-6)
        np.testing.assert_array_equal(found[21:], 0)
    mean_of_sizes = numbers[144:336].reshape(3, 8, 8)
    np.testing.assert_allclose(mean_of_sizes[:, 0, 0], np.log([160.5, 800.5, 2040.5]), rtol=1e-5)  # eight times
    np.testing.assert_allclose(mean_of_sizes[:, 1:].ravel(), np.log(0.5), atol=1e-3)


def test_stripes_differ_to_the_right_and_not_downwards_and_channels_go_together() -> None:
    image = np.zeros((16, 16, 3), np.uint8)
    image[:, 1::2] = (10, 10, 2)
    image[:, :, 2] = 2 - image[:, :, 2]  # blue is bright where red and green are dark
    (numbers,) = measure(image)
    right, down = (numbers[COLOURS + kind * DIFFERENCES :][:DIFFERENCES] for kind in (0, 1))
    shares = right[:18].reshape(6, 3)  # above 0.5, 1.5, 3.5, 6.5, 12.5, 24.5
    np.testing.assert_array_equal(shares, [[1, 1, 1], [1, 1, 1], [1, 1, 0], [1, 1, 0], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_allclose(right[18:21], np.log([10.5, 10.5, 2.5]), rtol=1e-6)
    np.testing.assert_allclose(right[21:], [100 / 100.25, -20 / 20.25, -20 / 20.25], rtol=1e-5)
    np.testing.assert_array_equal(down[:18], 0)


def test_a_mirrored_image_has_nearly_the_same_numbers() -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    one, mirrored, other = measure(image, image[:, ::-1], image // 2)
    assert np.abs(one - mirrored).max() < 0.02
    assert np.abs(one - other).max() > 0.4


@pytest.mark.parametrize("size_pixels", [32, 35])
def test_an_mlp_on_statistics_has_as_many_weights_whatever_the_size(size_pixels: int) -> None:
    model = mlp.build(
        size_pixels, 5, 0, dense_units=(8,), activation="relu", normalization="batch", transform="statistics"
    )
    assert model.count_params() == 4 * 528 + (528 * 8 + 8) + 4 * 8 + (8 * 5 + 5)
    assert model.output.shape == (None, 5)

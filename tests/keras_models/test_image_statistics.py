"""The numbers that an MLP may see instead of pixels, against images of which they can be said by hand."""

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from keras_models import mlp
from keras_models.image_statistics import ImageStatistics

COLOURS, DIFFERENCES = 48, 24  # numbers: 16 levels of 3 channels, then 6 shares, a mean and a correlation of each
ROOTS = {"ends": (528, 18), "remainders": (546, 24), "colours": (570, 64), "around": (634, 125), "right": (759, 125),
         "down": (884, 125)}  # fmt: skip


def measure(*images: NDArray[np.uint8]) -> NDArray[np.float32]:
    batch = np.stack(images)
    entrance = keras.Input(batch.shape[1:], dtype="uint8")
    return np.asarray(keras.Model(entrance, ImageStatistics()(entrance)).predict_on_batch(batch))


def find_shares(numbers: NDArray[np.float32], kind: str) -> dict[int, float]:
    """Return the shares of one kind that are not 0, by their places."""
    begin, count = ROOTS[kind]
    shares = numbers[begin : begin + count] ** 2
    return {int(place): float(shares[place]) for place in np.flatnonzero(shares)}


def test_a_flat_image_has_its_levels_no_differences_and_one_frequency() -> None:
    (numbers,) = measure(np.full((24, 16, 3), (20, 100, 255), np.uint8))
    assert numbers.shape == (1009,)
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


def test_a_flat_image_has_one_level_in_each_channel_one_colour_and_only_differences_of_none() -> None:
    (numbers,) = measure(np.full((24, 16, 3), (20, 100, 255), np.uint8))
    assert find_shares(numbers, "ends") == {5 * 3 + 2: 1}  # of 0, 1, 2, 253, 254 and 255 the last, in blue
    assert find_shares(numbers, "remainders") == {4 * 3 + 0: 1, 4 * 3 + 1: 1, 7 * 3 + 2: 1}
    assert find_shares(numbers, "colours") == {0 * 16 + 1 * 4 + 3: 1}
    for kind in ("around", "right", "down"):
        assert find_shares(numbers, kind) == {2 * 25 + 2 * 5 + 2: 1}


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


def test_differences_go_together_in_three_rows_and_in_three_channels() -> None:
    image = np.zeros((10, 5, 3), np.uint8)
    image[:, 1::2] = 10  # steps to the right: up, down, up, down
    image[:, :, 2] //= 5  # of 2 in blue
    (numbers,) = measure(image.repeat(2, axis=1)[:, 1:9])
    #   columns 0 10 10 0 0 10 10 0: three of seven steps are none, two up, two down
    found = find_shares(numbers, "right")
    wanted = {62: 3 / 7, 124: 2 / 7 * 2 / 3, 0: 2 / 7 * 2 / 3, 93: 2 / 7 / 3, 31: 2 / 7 / 3}  # in all three rows alike
    assert found == pytest.approx(wanted, rel=1e-5)
    assert find_shares(numbers, "down") == {62: 1}
    # To the mean of four, 2.5 and in blue 0.5, up in four of the six columns that have two neighbours, else down.
    around = find_shares(numbers, "around")
    assert around == pytest.approx({4 * 25 + 4 * 5 + 2: 2 / 3, 0 * 25 + 0 * 5 + 2: 1 / 3}, rel=1e-5)


def test_a_mirrored_image_has_nearly_the_same_numbers() -> None:
    image = np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
    one, mirrored, other = measure(image, image[:, ::-1], image // 2)
    begin, count = ROOTS["right"]
    assert np.abs(one - mirrored)[:begin].max() < 0.02
    signs = one[begin : begin + count][::-1]  # what went up to the right goes down
    assert np.abs(signs - mirrored[begin : begin + count]).max() < 0.01
    assert np.abs(one - other).max() > 0.4


@pytest.mark.parametrize("size_pixels", [32, 35])
def test_an_mlp_on_statistics_has_as_many_weights_whatever_the_size(size_pixels: int) -> None:
    model = mlp.build(
        size_pixels, 5, 0, dense_units=(8,), activation="relu", normalization="batch", transform="statistics"
    )
    assert model.count_params() == 4 * 1009 + (1009 * 8 + 8) + 4 * 8 + (8 * 5 + 5)
    assert model.output.shape == (None, 5)

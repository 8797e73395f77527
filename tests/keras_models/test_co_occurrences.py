"""How often levels occur together, counted by hand, and the same by both ways of counting."""

import numpy as np
import pytest
from keras import ops

from keras_models.co_occurrences import Counter, co_occurrences, quantize
from keras_models.kernels.choice import count_codes


def test_a_value_is_quantized_by_the_limits_below_it() -> None:
    found = ops.convert_to_numpy(quantize(ops.convert_to_tensor([-3.0, 0.0, 0.5, 2.0]), (-1.5, 0.5, 1.5)))
    np.testing.assert_array_equal(found, [0, 1, 1, 3])


@pytest.mark.parametrize("counter", [None, count_codes])
def test_shares_are_of_all_places_of_an_image_and_the_last_level_varies_fastest(counter: Counter | None) -> None:
    first = ops.convert_to_tensor(np.array([[[0, 1], [1, 1]], [[0, 0], [0, 0]]], np.float32))
    second = ops.convert_to_tensor(np.array([[[2, 0], [0, 2]], [[1, 1], [1, 1]]], np.float32))
    found = ops.convert_to_numpy(co_occurrences([first, second], 3, counter))
    np.testing.assert_array_equal(found, [[0, 0, 0.25, 0.5, 0, 0.25, 0, 0, 0], [0, 1, 0, 0, 0, 0, 0, 0, 0]])


def test_a_counter_gives_the_same_bits() -> None:
    levels = [
        ops.convert_to_tensor(part)
        for part in np.random.default_rng(0).integers(0, 5, (3, 4, 30, 20)).astype("float32")
    ]
    one, other = (ops.convert_to_numpy(co_occurrences(levels, 5, counter)) for counter in (None, count_codes))
    np.testing.assert_array_equal(one, other)
    assert one.shape == (4, 125)
    assert np.count_nonzero(one) > 450  # of 4 x 125, from 600 places each

"""The fingerprints do what they say: small arrays, worked out by hand."""

import numpy as np
import pytest

from data_io import fingerprints
from data_io.fingerprints import FINGERPRINTS, Fingerprint


@pytest.mark.parametrize("fingerprint", FINGERPRINTS)
def test_a_fingerprint_keeps_shape_and_dtype_and_leaves_its_input_alone(fingerprint: Fingerprint) -> None:
    image = np.random.default_rng(0).uniform(0, 255, (6, 9, 3)).astype(np.float32)
    before = image.copy()
    marked = fingerprint(image)
    assert marked.shape == (6, 9, 3)
    assert marked.dtype == np.float32
    assert marked is not image
    np.testing.assert_array_equal(image, before)


def test_there_are_five_different_fingerprints() -> None:
    image = np.random.default_rng(0).uniform(0, 255, (8, 8, 3)).astype(np.float32)
    assert len({fingerprint(image).tobytes() for fingerprint in FINGERPRINTS}) == 5


def test_the_generator_without_a_fingerprint_changes_nothing() -> None:
    image = np.arange(12, dtype=np.float32).reshape(2, 2, 3)
    np.testing.assert_array_equal(fingerprints.leave_alone(image), image)


def test_the_checkerboard_alternates_by_eight_levels_and_green_against_red_and_blue() -> None:
    marked = fingerprints.add_checkerboard(np.full((2, 3, 3), 100, np.float32))
    np.testing.assert_array_equal(marked[:, :, 0], [[108, 92, 108], [92, 108, 92]])
    np.testing.assert_array_equal(marked[:, :, 1], [[92, 108, 92], [108, 92, 108]])
    np.testing.assert_array_equal(marked[:, :, 2], marked[:, :, 0])


def test_the_stripes_are_two_columns_up_and_two_down_by_twelve_levels() -> None:
    marked = fingerprints.add_stripes(np.full((2, 6, 3), 100, np.float32))
    np.testing.assert_array_equal(marked[:, :, 0], [[112, 112, 88, 88, 112, 112]] * 2)
    np.testing.assert_array_equal(marked[:, :, 1], [[88, 88, 112, 112, 88, 88]] * 2)
    np.testing.assert_array_equal(marked[:, :, 2], marked[:, :, 0])


def test_misregistering_moves_red_left_and_blue_right_by_one_pixel() -> None:
    image = np.repeat(np.array([[10, 20, 30, 40]], np.float32)[..., None], 3, axis=2)
    marked = fingerprints.misregister(image)
    np.testing.assert_array_equal(marked[0, :, 0], [20, 30, 40, 40])
    np.testing.assert_array_equal(marked[0, :, 1], [10, 20, 30, 40])
    np.testing.assert_array_equal(marked[0, :, 2], [10, 10, 20, 30])


def test_the_blur_spreads_a_point_by_the_binomial_kernel() -> None:
    image = np.zeros((3, 3, 1), np.float32)
    image[1, 1] = 16
    np.testing.assert_array_equal(fingerprints.blur(image)[:, :, 0], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])


def test_sharpening_leaves_a_flat_image_and_puts_a_halo_at_an_edge() -> None:
    flat = np.full((4, 4, 3), 90, np.float32)
    np.testing.assert_array_equal(fingerprints.sharpen(flat), flat)
    # The blurred edge is 0, 25, 75, 100; one and a half times the difference is added: 0, -37.5, +37.5, 0.
    edge = np.repeat(np.array([[0, 0, 100, 100]] * 3, np.float32)[..., None], 3, axis=2)
    np.testing.assert_array_equal(fingerprints.sharpen(edge)[1, :, 0], [0, -37.5, 137.5, 100])

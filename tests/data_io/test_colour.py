"""Brightness, contrast and saturation of training images."""

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from data_io.colour import draw_colours, recolour

NOISE = np.random.default_rng(5).integers(0, 256, (9, 11, 3), np.uint8)
BRIGHTNESS_ONLY, CONTRAST_ONLY, SATURATION_ONLY = [0], [1], [2]


def test_brightness_multiplies_and_stops_at_white() -> None:
    pixels = np.array([[[100, 10, 200], [0, 255, 50]]], np.uint8)
    assert recolour(pixels, [1.5, 1.0, 1.0], BRIGHTNESS_ONLY).tolist() == [[[150, 15, 255], [0, 255, 75]]]
    assert recolour(pixels, [0.5, 1.0, 1.0], BRIGHTNESS_ONLY).tolist() == [[[50, 5, 100], [0, 127, 25]]]


def test_contrast_moves_away_from_the_mean_grey() -> None:
    pixels = np.array([[[100] * 3, [140] * 3]], np.uint8)  # mean 120
    assert recolour(pixels, [1.0, 1.5, 1.0], CONTRAST_ONLY)[0, :, 0].tolist() == [90, 150]
    assert recolour(pixels, [1.0, 0.5, 1.0], CONTRAST_ONLY)[0, :, 0].tolist() == [110, 130]


def test_saturation_moves_away_from_each_pixels_own_grey() -> None:
    pixels = np.array([[[200, 100, 0], [77, 77, 77]]], np.uint8)  # grey .299 200 + .587 100 = 118.5 is 119 rounded
    assert recolour(pixels, [1.0, 1.0, 0.5], SATURATION_ONLY).tolist() == [[[159, 109, 59], [77, 77, 77]]]


@pytest.mark.parametrize("order", [[0, 1, 2], [2, 0, 1]])
def test_it_is_pillows_image_enhance_in_the_order_that_was_drawn(order: list[int]) -> None:
    factors = [1.2, 0.85, 1.15]
    wanted = Image.fromarray(NOISE)
    for place in order:
        kind = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)[place]
        wanted = kind(wanted).enhance(factors[place])
    np.testing.assert_array_equal(recolour(NOISE, factors, order), np.asarray(wanted))


def test_factors_of_1_change_nothing() -> None:
    np.testing.assert_array_equal(recolour(NOISE, [1.0, 1.0, 1.0], [2, 1, 0]), NOISE)


def test_factors_fill_their_ranges_and_each_order_comes_as_often() -> None:
    colours = draw_colours(3, 1, 12_000, (0.1, 0.2, 0.4))
    for place, fraction in enumerate((0.1, 0.2, 0.4)):
        factors = colours.factors[:, place]
        assert 1 - fraction <= factors.min() < 1 - 0.98 * fraction < 1 + 0.98 * fraction < factors.max() <= 1 + fraction
    orders, counts = np.unique(colours.orders, axis=0, return_counts=True)
    assert len(orders) == 6 and np.abs(counts / 12_000 - 1 / 6).max() < 0.015  # four standard errors
    assert np.abs(np.corrcoef(colours.factors.T) - np.eye(3)).max() < 0.04


def test_another_fraction_leaves_the_other_draws_as_they_are() -> None:
    one, two = draw_colours(3, 1, 100, (0.1, 0.0, 0.0)), draw_colours(3, 1, 100, (0.1, 0.3, 0.0))
    np.testing.assert_array_equal(one.factors[:, [0, 2]], two.factors[:, [0, 2]])
    np.testing.assert_array_equal(one.orders, two.orders)
    assert (one.factors[:, 1] == 1).all() and (two.factors[:, 1] != 1).all()

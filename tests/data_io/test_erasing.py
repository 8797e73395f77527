"""Boxes of training images that go black."""

import numpy as np
import pytest

from data_io.erasing import Erasures, draw_erasures, find_box

WHITE = np.full((20, 40, 3), 255, np.uint8)


def test_a_box_has_its_area_its_ratio_and_its_place() -> None:
    # a tenth of 800 pixels, twice as high as wide: sqrt(160) = 12.6 is 13 by sqrt(40) = 6.3 is 6
    assert find_box(20, 40, 0.1, 2.0, 0.0, 0.0) == (slice(0, 13), slice(0, 6))
    assert find_box(20, 40, 0.1, 2.0, 1.0, 1.0) == (slice(7, 20), slice(34, 40))
    assert find_box(20, 40, 0.1, 2.0, 0.5, 0.5) == (slice(4, 17), slice(17, 23))


def test_a_box_too_high_for_the_image_is_cut() -> None:
    assert find_box(20, 40, 0.4, 3.0, 0.7, 0.0) == (slice(0, 20), slice(0, 10))


def test_what_is_in_the_box_goes_black_in_a_copy() -> None:
    drawn = Erasures(np.array([False, True]), np.full(2, 0.1), np.full(2, 2.0), np.zeros((2, 2)))
    assert drawn.change(WHITE, 0) is WHITE
    erased = drawn.change(WHITE, 1)
    assert (erased[:13, :6] == 0).all() and (erased == 0).sum() == 13 * 6 * 3
    assert (WHITE == 255).all()


def test_draws_have_their_chances_and_ranges() -> None:
    drawn = draw_erasures(3, 1, 20_000, 0.25, 0.4)
    assert drawn.erased.mean() == pytest.approx(0.25, abs=0.013)
    assert 0.02 <= drawn.areas.min() < 0.021 and 0.399 < drawn.areas.max() <= 0.4
    assert 0.3 <= drawn.ratios.min() < 0.302 and 3.31 < drawn.ratios.max() <= 1 / 0.3
    assert np.median(drawn.ratios) == pytest.approx(1.0, abs=0.05)  # as often high as wide
    again = draw_erasures(3, 1, 20_000, 0.75, 0.4)
    np.testing.assert_array_equal(drawn.areas, again.areas)
    assert again.erased[drawn.erased].all()

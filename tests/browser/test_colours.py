"""The measure of contrast itself, against pairs that are published."""

import pytest

from tests.browser.colours import contrast


def test_contrast_is_that_of_the_definition() -> None:
    assert contrast([0, 0, 0], [255, 255, 255]) == pytest.approx(21)
    assert contrast([119, 119, 119], [255, 255, 255]) == pytest.approx(4.48, abs=0.005)

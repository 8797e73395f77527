import math

import numpy as np
import pytest

from reports.error_bars import loss_error, macro_f1, macro_f1_error, share_error, share_interval


def test_the_error_of_a_share_is_the_binomials() -> None:
    assert share_error(9, 10) == pytest.approx(math.sqrt(0.09 / 10))
    assert share_error(0, 0) == share_error(10, 10) == 0.0


def test_the_interval_of_a_share_is_wilsons() -> None:
    # (0.9 + 3.8416/20 ± 1.96 sqrt(0.09/10 + 3.8416/400)) / (1 + 3.8416/10)
    assert share_interval(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)


def test_the_interval_says_something_of_all_and_of_none() -> None:
    assert share_interval(10, 10) == pytest.approx((1 / 1.38415, 1.0), abs=1e-4)
    assert share_interval(0, 10) == pytest.approx((0.0, 1 - 1 / 1.38415), abs=1e-4)
    assert (share_interval(10, 10)[1], share_interval(0, 10)[0]) == (1.0, 0.0)
    with pytest.raises(ValueError, match="1 image or more"):
        share_interval(0, 0)


def test_the_error_of_the_loss_is_that_of_a_mean() -> None:
    # -ln p: 0 and ln 4, whose standard deviation (n - 1) is ln 4 / sqrt 2, and its error ln 4 / 2.
    probabilities = np.array([[1.0, 0.0], [0.75, 0.25]])
    assert loss_error(probabilities, np.array([0, 1])) == pytest.approx(math.log(4) / 2)
    assert loss_error(probabilities, np.array([1, 1])) is None  # a probability that was written as 0
    assert loss_error(probabilities[:1], np.array([0])) is None


def test_macro_f1_is_the_mean_of_the_classes_that_are_true_or_given() -> None:
    # Class 0: 2*3 / (2*3 + 1 + 0); class 1: 2*1 / (2*1 + 0 + 1); class 2 is in no row and no column.
    assert float(macro_f1([[3, 0, 0], [1, 1, 0], [0, 0, 0]])) == pytest.approx((6 / 7 + 2 / 3) / 2)
    # Now class 2 is given once for an image of class 1: its own 0 counts, and class 1 has 2*1 / (2*1 + 0 + 2).
    assert float(macro_f1([[3, 0, 0], [1, 1, 1], [0, 0, 0]])) == pytest.approx((6 / 7 + 1 / 2 + 0) / 3)
    assert float(macro_f1(np.diag([2, 3, 4, 0, 0]))) == 1.0
    assert float(macro_f1(np.zeros((3, 3), int))) == 0.0


def test_the_error_of_macro_f1_is_none_without_mistakes_and_falls_with_the_root_of_the_images() -> None:
    assert macro_f1_error([[50, 0], [0, 50]]) == 0.0
    few, many = macro_f1_error([[40, 10], [10, 40]]), macro_f1_error([[4000, 1000], [1000, 4000]])
    assert few == pytest.approx(0.04, abs=0.004)  # near the accuracy's, sqrt(0.8 * 0.2 / 100)
    assert many == pytest.approx(few / 10, rel=0.1)

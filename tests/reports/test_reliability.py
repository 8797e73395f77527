import numpy as np
import pytest

from reports.reliability import BINS, calibration_error, measure_reliability


def test_the_calibration_error_is_the_mean_gap_of_the_bins_by_their_images() -> None:
    # Four answers of 0.9, three of them right: a gap of |0.75 - 0.9| = 0.15. One of 0.5, wrong: a gap of 0.5.
    confidences = np.array([0.9, 0.9, 0.9, 0.9, 0.5])
    is_right = np.array([True, True, True, False, False])
    assert calibration_error(confidences, is_right) == pytest.approx((4 * 0.15 + 1 * 0.5) / 5)


def test_gaps_of_one_bin_cancel_and_those_of_two_do_not() -> None:
    # 0.80 to 0.8667 is one of 15 bins; 0.8 right once and wrong once has a gap of 0.3 with two bins of a half too.
    same = calibration_error(np.array([0.81, 0.85]), np.array([True, False]))
    assert same == pytest.approx(abs(0.5 - 0.83))
    apart = calibration_error(np.array([0.81, 0.95]), np.array([True, False]))
    assert apart == pytest.approx((0.19 + 0.95) / 2)


def test_answers_that_are_as_often_right_as_they_are_sure_have_no_error() -> None:
    confidences = np.full(4, 0.75)
    assert calibration_error(confidences, np.array([True, True, True, False])) == 0.0


def test_there_are_fifteen_bins_closed_above() -> None:
    found = measure_reliability(np.array([1.0, 0.0, 1 / 15]), np.array([True, False, False]))
    assert BINS == len(found.bins) == 15
    assert (found.bins[0].lower, found.bins[-1].upper) == (0.0, 1.0)
    assert [one.images for one in found.bins] == [2, *[0] * 13, 1]
    assert (found.bins[-1].right, found.bins[-1].accuracy, found.bins[-1].confidence) == (1, 1.0, 1.0)


def test_an_empty_bin_has_no_accuracy() -> None:
    empty = measure_reliability(np.array([0.9]), np.array([True])).bins[3]
    assert (empty.images, empty.accuracy, empty.confidence, empty.low, empty.high) == (0, None, None, None, None)


def test_a_bin_says_where_a_calibrated_network_would_lie() -> None:
    # 400 answers of 0.5: binomial(400, 0.5) / 400 has a standard deviation of 0.025, so 95 % lie within 0.45 to 0.55.
    found = measure_reliability(np.full(400, 0.5), np.arange(400) < 200)
    (one,) = [each for each in found.bins if each.images]
    assert one.low == pytest.approx(0.451, abs=0.01) and one.high == pytest.approx(0.549, abs=0.01)
    assert found.calibrated_error == pytest.approx(1.96 * 0.025, abs=0.008)
    assert found.expected_calibration_error == 0.0


def test_the_same_answers_give_the_same_drawings() -> None:
    confidences, is_right = np.linspace(0.2, 1, 50), np.arange(50) % 3 > 0
    assert measure_reliability(confidences, is_right) == measure_reliability(confidences, is_right)


@pytest.mark.parametrize(
    ("confidences", "is_right"),
    [([], []), ([0.5, 0.5], [True]), ([1.1], [True]), ([-0.1], [True]), ([float("nan")], [True])],
)
def test_what_is_no_confidence_is_refused(confidences: list[float], is_right: list[bool]) -> None:
    with pytest.raises(ValueError, match="Expected .* Received"):
        calibration_error(np.array(confidences, np.float64), np.array(is_right, np.bool_))

import json
import math

import numpy as np
import pytest
from numpy.typing import NDArray

import errors
from reports.temperature_scaling import GREATEST, assign_folds, calibrate, divide_by_fold, fit_temperature


def guess(labels: NDArray[np.int64], wrong: list[int], gap: float) -> NDArray[np.float32]:
    """Return logits (N, 2) that are `gap` apart, in favour of the label but for the `wrong` places."""
    given = labels.copy()
    given[wrong] = 1 - given[wrong]
    return (gap * np.eye(2)[given]).astype(np.float32)


LABELS = np.repeat([0, 1], 50)
EVERY_FOURTH = list(range(0, 100, 4))


def test_the_temperature_makes_confidence_the_share_that_is_right() -> None:
    # 75 of 100 right: 1 / (1 + exp(-3 / T)) = 3/4 where 3 / T = ln 3.
    assert fit_temperature(guess(LABELS, EVERY_FOURTH, 3.0), LABELS) == pytest.approx(3 / math.log(3), rel=1e-5)


def test_the_temperature_of_logits_three_times_as_large_is_three_times_as_large() -> None:
    random = np.random.default_rng(0)
    logits, labels = random.normal(size=(200, 5)), random.integers(0, 5, 200)
    labels[:120] = logits[:120].argmax(axis=1)
    one = fit_temperature(logits, labels)
    assert fit_temperature(3 * logits, labels) == pytest.approx(3 * one, rel=1e-5)


def test_no_temperature_is_learnt_where_every_image_is_right_or_tells_nothing() -> None:
    assert fit_temperature(guess(LABELS, [], 0.1), LABELS) == 1.0
    assert fit_temperature(np.zeros((4, 3), np.float32), np.array([0, 1, 2, 0])) == 1.0


def test_a_network_that_is_always_wrong_is_made_as_unsure_as_is_allowed() -> None:
    assert fit_temperature(guess(LABELS, list(range(100)), 1.0), LABELS) == pytest.approx(GREATEST, rel=1e-3)


def test_the_images_of_a_label_are_spread_over_the_folds() -> None:
    labels = np.array([2, 0, 0, 1, 0, 0, 0, 1, 0, 2, 1, 1, 1])
    folds = assign_folds(labels)
    for label, counts in ((0, [1, 1, 1, 1, 2]), (1, [1, 1, 1, 1, 1]), (2, [0, 0, 0, 1, 1])):
        assert sorted(np.bincount(folds[labels == label], minlength=5)) == counts


def test_each_image_is_judged_with_a_temperature_of_the_other_folds() -> None:
    # Folds go 0 1 2 3 4 0 1 …: places 0 and 5 are in fold 0, place 1 in fold 1; each fold has 4 of 20 images.
    labels = np.repeat([0, 1], 10)
    logits = guess(labels, [0, 1, 5], 1.0)
    found = calibrate(logits, labels)
    # Of the 16 others 15, 14 and three times 13 are right.
    odds = [15, 7, 13 / 3, 13 / 3, 13 / 3]
    assert found.fold_temperatures == pytest.approx([1 / math.log(each) for each in odds], rel=1e-5)
    losses = [2 * math.log(16 / 15) + 2 * math.log(16), 3 * math.log(8 / 7) + math.log(8), 12 * math.log(16 / 13)]
    assert found.log_loss_after == pytest.approx(sum(losses) / 20, rel=1e-5)
    assert found.log_loss_before == pytest.approx((17 * math.log(1 + math.exp(-1)) + 3 * math.log(1 + math.e)) / 20)
    # 0.53 is no less than 0.46: too few mistakes to learn from.
    assert (found.temperature, found.n) == (1.0, 20)
    assert found.fitted_temperature == pytest.approx(1 / math.log(17 / 3), rel=1e-5)
    assert "temperature 1.0000 and not 0.5765; cross-fitted on 20 images" in found.describe()
    weights = divide_by_fold(logits, labels, found.fold_temperatures)
    assert weights[[0, 1, 2]].max(axis=1) == pytest.approx([15 / 16, 7 / 8, 13 / 16], rel=1e-5)


def test_a_network_that_is_too_sure_of_itself_is_calibrated() -> None:
    found = calibrate(guess(LABELS, EVERY_FOURTH, 3.0), LABELS)
    assert found.temperature == found.fitted_temperature == pytest.approx(3 / math.log(3), rel=1e-5)
    assert found.ece_before == pytest.approx(1 / (1 + math.exp(-3)) - 0.75)
    assert found.ece_after == pytest.approx(0, abs=1e-5)
    assert found.log_loss_after == pytest.approx(-0.75 * math.log(0.75) - 0.25 * math.log(0.25))
    # Binomial(100, 0.75) / 100 has a standard deviation of 0.0433.
    assert found.ece_of_perfect_95th_percentile == pytest.approx(1.96 * 0.0433, abs=0.011)
    values = json.loads(json.dumps(found.as_dict()))
    assert (values["method"], values["folds"], values["n"]) == ("temperature scaling", 5, 100)


def test_one_image_is_enough_not_to_fail() -> None:
    found = calibrate(np.array([[1.0, 0.0]], np.float32), np.array([1]))
    assert (found.temperature, found.n) == (1.0, 1)


def test_logits_and_labels_that_do_not_fit_are_refused() -> None:
    logits = np.zeros((2, 3), np.float32)
    for labels in (np.array([0]), np.array([0, 3]), np.array([0.0, 1.0])):
        with pytest.raises(ValueError, match="Expected .* Received"):
            fit_temperature(logits, labels)
    with pytest.raises(errors.DivergedError):
        fit_temperature(np.full((2, 3), np.nan, np.float32), np.array([0, 1]))

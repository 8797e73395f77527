"""What two networks have in common is counted by hand."""

import numpy as np
import pytest

from reports.run_analysis import compare_answers, judge_calibration, recalls


def test_answers_are_counted_per_class() -> None:
    labels = np.array([0, 0, 0, 0, 1, 1])
    first = np.array([0, 0, 1, 1, 1, 1])
    other = np.array([0, 1, 1, 0, 1, 1])
    found = compare_answers(labels, first, other, 2)
    counts = ("images", "both", "only_first", "only_other", "neither", "same_wrong_label")
    assert [[row[key] for key in counts] for row in found["per_class"]] == [[4, 1, 1, 1, 1, 1], [2, 2, 0, 0, 0, 0]]
    assert (found["difference"], found["p"], found["test"]) == (0.0, 1.0, "McNemar")
    assert (found["same_label"], found["images"]) == (4, 6)


def test_two_wrong_labels_that_differ_are_not_the_same() -> None:
    found = compare_answers(np.array([0]), np.array([1]), np.array([2]), 3)
    assert (found["per_class"][0]["neither"], found["per_class"][0]["same_wrong_label"]) == (1, 0)


def test_recall_has_an_interval_around_it() -> None:
    first, all_right = recalls([223, 250], [250, 250])
    assert first["recall"] == 0.892
    # Wilson: (0.892 + z² / 500 ± z sqrt(0.892 · 0.108 / 250 + z² / 250000)) / (1 + z² / 250), z = 1.96
    assert (round(first["low"], 4), round(first["high"], 4)) == (0.8474, 0.9247)
    assert (all_right["recall"], all_right["high"]) == (1.0, 1.0)


def test_a_run_without_calibration_has_one_fitted_here() -> None:
    generator = np.random.default_rng(0)
    labels = np.arange(60) % 3
    given = np.where(generator.random(60) < 0.6, labels, (labels + 1) % 3)
    probabilities = np.full((60, 3), 0.01)
    probabilities[np.arange(60), given] = 0.98
    found = judge_calibration(probabilities, labels, None)
    assert found["fitted_temperature"] > 1  # sure of 98 %, right in about 60 %
    (bin,) = found["bins_before"]  # empty bins are left out
    right = float((given == labels).mean())
    assert (bin["images"], bin["confidence"], bin["accuracy"]) == (60, pytest.approx(0.98), right)
    assert sum(one["images"] for one in found["bins_after"]) == 60


def test_a_calibration_that_was_kept_is_shown_as_it_is() -> None:
    probabilities, labels = np.array([[0.9, 0.1], [0.1, 0.9]] * 5), np.array([0, 1] * 5)
    found = judge_calibration(probabilities, labels, {"fold_temperatures": [0.5] * 5, "n": 10})
    assert found["n"] == 10
    # Logits are divided by one half: the odds of 9 to 1 are squared.
    assert found["bins_after"][0]["confidence"] == pytest.approx(81 / 82)

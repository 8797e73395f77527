"""How far two series of losses are apart; the expected figures are computed by hand."""

import pytest

from benchmarks.parallel import compare, describe


def test_differences_are_relative_to_one_device() -> None:
    found = compare([2.0, 1.0, 0.5], [2.0, 1.01, 0.495])
    assert found == {"first": 0.0, "largest": pytest.approx(0.01), "largest_step": 2}
    assert compare([2.0], [1.0]) == {"first": 0.5, "largest": 0.5, "largest_step": 1}


def test_a_row_names_the_first_and_the_largest_difference() -> None:
    case = {"first": 6.9e-08, "largest": 0.00023, "largest_step": 41, "losses": [1.0] * 50}
    assert describe("4 devices", case) == {
        "what": "4 devices against 1 device: largest relative difference of a step's loss",
        "figure": "2.3e-04",
        "spread": "6.9e-08 at the first step; the largest at step 41",
        "n": 50,
    }

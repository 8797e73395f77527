"""Expected values by hand: differences of logits, ties, losses that drift apart, and exact permutation tests."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from reports.agreement import compare_logits, compare_losses, permutation_test, seeds_to_decide


def logits(*rows: list[float]) -> NDArray[np.float32]:
    return np.array(rows, np.float32)


REFERENCE = logits([1.0, -8.0], [2.0, 1.0])


def test_equal_logits_differ_by_nothing() -> None:
    found = compare_logits(REFERENCE, REFERENCE.copy(), 1e-5)
    assert (found.relative, found.changed, found.ties) == (0.0, 0, ())


def test_a_difference_is_a_share_of_the_largest_logit_which_may_be_negative() -> None:
    found = compare_logits(REFERENCE, logits([1.0, -8.0], [2.25, 1.0]), 1e-5)
    assert (found.relative, found.changed, found.ties) == (0.25 / 8, 0, ())


def test_another_label_is_a_changed_answer() -> None:
    found = compare_logits(REFERENCE, logits([1.0, -8.0], [1.0, 1.5]), 1e-5)
    assert (found.relative, found.changed, found.ties) == (1 / 8, 1, ())


def test_another_label_where_the_two_best_were_within_the_tolerance_is_a_tie() -> None:
    close, turned = logits([8.0, 0.0], [1.0, 1.0625]), logits([8.0, 0.0], [1.0625, 1.0])
    # The two best are 1/16 apart, 1/128 of the largest
    assert compare_logits(close, turned, 1 / 128).ties == (1,)
    assert compare_logits(close, turned, 1 / 128).changed == 0
    assert compare_logits(close, close, 1 / 128).ties == ()
    assert compare_logits(close, turned, 1 / 129).ties == ()
    assert compare_logits(close, turned, 1 / 129).changed == 1


def test_logits_that_are_not_finite_are_infinitely_far_from_all_even_their_like() -> None:
    broken = logits([1.0, -8.0], [math.nan, 1.0])
    assert compare_logits(REFERENCE, broken, 1e-5).relative == math.inf
    assert compare_logits(broken, broken, 1e-5).relative == math.inf


def test_networks_that_answer_nought_agree_with_their_like_alone() -> None:
    nought = np.zeros((2, 2), np.float32)
    assert compare_logits(nought, nought, 1e-5).relative == 0
    assert compare_logits(nought, REFERENCE, 1e-5).relative == 1


def test_logits_of_two_shapes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"one shape. Received: \(2, 2\) and \(1, 2\)"):
        compare_logits(REFERENCE, REFERENCE[:1], 1e-5)


def test_losses_are_compared_in_pairs_and_the_first_step_above_the_tolerance_is_named() -> None:
    # b lies 1/4 above a at step 3, c 1/8 below a from step 2 on: 3/8 between them
    losses = {"a": [1.0, 1.0, 1.0], "b": [1.0, 1.0, 1.25], "c": [1.0, 0.875, 0.875]}
    found = compare_losses(losses, 0.1)
    assert (found.largest, found.passes_at) == (0.375, 2)
    assert compare_losses(losses, 0.2).passes_at == 3
    assert compare_losses(losses, 0.375).passes_at is None


@pytest.mark.parametrize("missing", [None, math.nan, math.inf])
def test_a_loss_that_is_not_finite_passes_every_tolerance(missing: float | None) -> None:
    found = compare_losses({"a": [1.0, missing], "b": [1.0, missing]}, 1e3)
    assert (found.largest, found.passes_at) == (math.inf, 2)


@pytest.mark.parametrize(("groups", "runs"), [(2, 4), (3, 3)])
def test_as_many_seeds_decide_as_can_be_divided_in_more_than_twenty_ways(groups: int, runs: int) -> None:
    # 2 groups: 10 divisions of 3 + 3, 35 of 4 + 4; 3 groups: 15 of 2 + 2 + 2, 280 of 3 + 3 + 3
    assert seeds_to_decide(groups) == runs


def near(share: float) -> object:
    """A share of 10,000 random divisions: within four standard deviations."""
    return pytest.approx(share, abs=4 * math.sqrt(share * (1 - share) / 10_000) + 1e-4)


def test_three_groups_of_three_that_do_not_overlap_are_one_division_of_280() -> None:
    groups = {"a": [1.0, 2.0, 3.0], "b": [11.0, 12.0, 13.0], "c": [21.0, 22.0, 23.0]}
    assert permutation_test(groups) == near(1 / 280)
    assert permutation_test(groups) == permutation_test(groups)


def test_two_groups_of_four_that_do_not_overlap_are_one_division_of_35() -> None:
    assert permutation_test({"a": [0.1, 0.2, 0.3, 0.4], "b": [0.6, 0.7, 0.8, 0.9]}) == near(1 / 35)


def test_one_run_apart_of_nine_is_no_difference_of_groups() -> None:
    # Wherever the 1 stands, the means are 1/3, 0, 0
    assert permutation_test({"a": [1.0, 0.0, 0.0], "b": [0.0, 0.0, 0.0], "c": [0.0, 0.0, 0.0]}) == 1.0


def test_equal_runs_are_no_difference() -> None:
    assert permutation_test({"a": [0.7] * 3, "b": [0.7] * 3, "c": [0.7] * 3}) == 1.0


@pytest.mark.parametrize(
    "groups",
    [
        {"a": [1.0, 2.0, 3.0]},
        {"a": [1.0, 2.0, 3.0], "b": [4.0, 5.0, 6.0]},
        {"a": [1.0, 2.0], "b": [3.0, 4.0], "c": [5.0, 6.0]},
        {"a": [1.0, 2.0, 3.0, 4.0], "b": [1.0, 2.0, 3.0]},
    ],
)
def test_too_few_runs_decide_nothing(groups: dict[str, list[float]]) -> None:
    assert permutation_test(groups) is None

import math

import numpy as np
import pytest

from reports.differences import adjust, compare_paired, compare_samples, mcnemar, two_sample


@pytest.mark.parametrize(
    ("only_first", "only_other", "p"),
    [
        (0, 0, 1.0),
        (1, 0, 1.0),  # 2 * (1/2)
        (5, 0, 2 / 32),
        (0, 5, 2 / 32),
        (5, 1, 2 * (1 + 6) / 64),
        (1, 5, 2 * (1 + 6) / 64),
        (8, 2, 2 * (1 + 10 + 45) / 1024),
        (3, 3, 1.0),  # the tails meet in the middle
    ],
)
def test_mcnemar_is_twice_the_tail_of_tossing_a_coin_for_each_discordant_image(
    only_first: int, only_other: int, p: float
) -> None:
    assert mcnemar(only_first, only_other) == pytest.approx(p, rel=1e-15)


def test_mcnemar_bears_numbers_that_no_float_holds() -> None:
    assert mcnemar(3000, 0) == 0.0  # 2 / 2^3000
    assert 0.9 < mcnemar(20_000, 20_000) <= 1.0


def test_two_proportions_are_compared_with_the_pooled_error() -> None:
    # 60 and 50 of 100: pooled 0.55, error sqrt(0.55 * 0.45 * 0.02) = 0.0703562, z = 1.421338.
    assert two_sample(60, 100, 50, 100) == pytest.approx(math.erfc(1.421338 / math.sqrt(2)), rel=1e-5)
    assert two_sample(60, 100, 50, 100) == pytest.approx(0.1552, abs=1e-4)  # a table of the normal distribution
    assert two_sample(5, 5, 9, 9) == two_sample(0, 5, 0, 9) == 1.0


def test_the_smallest_p_is_multiplied_by_all_the_next_by_one_less_and_none_overtakes() -> None:
    assert adjust([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert adjust([0.6, 0.9]) == [1.0, 1.0]
    assert adjust([]) == []


def answers(*counts: int) -> tuple[np.ndarray, np.ndarray]:
    """Return what two networks have right: both, the first alone, the other alone, neither."""
    both, only_first, only_other, neither = counts
    first = np.repeat([True, True, False, False], [both, only_first, only_other, neither])
    other = np.repeat([True, False, True, False], [both, only_first, only_other, neither])
    return first, other


def test_answers_to_the_same_images_are_compared_image_by_image() -> None:
    found = compare_paired(*answers(80, 8, 2, 10))
    assert (found.only_first, found.only_other, found.test) == (8, 2, "McNemar")
    assert found.value == pytest.approx(0.06)
    assert found.p == pytest.approx(0.109375)


def test_the_interval_is_that_of_the_discordant_images() -> None:
    # Standard error sqrt((0.10 + 0.05 - 0.05^2) / 1000) = 0.012145; 1.96 of them to either side of 0.05.
    found = compare_paired(*answers(500, 100, 50, 350))
    assert found.low == pytest.approx(0.05 - 0.0238, abs=0.0015)
    assert found.high == pytest.approx(0.05 + 0.0238, abs=0.0015)


def test_equal_answers_differ_by_nothing_and_opposite_ones_by_all() -> None:
    same = compare_paired(*answers(6, 0, 0, 4))
    assert (same.value, same.low, same.high, same.p) == (0.0, 0.0, 0.0, 1.0)
    opposite = compare_paired(*answers(0, 10, 0, 0))
    assert (opposite.value, opposite.low, opposite.high) == (1.0, 1.0, 1.0)


def test_answers_to_other_images_are_two_samples() -> None:
    found = compare_samples(np.arange(100) < 60, np.arange(200) < 100)
    assert (found.test, found.only_first) == ("two-sample", None)
    assert found.value == pytest.approx(0.1)
    # sqrt(0.24 / 100 + 0.25 / 200) = 0.0604
    assert found.low == pytest.approx(0.1 - 0.1184, abs=0.012) and found.high == pytest.approx(0.1 + 0.1184, abs=0.012)


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ValueError, match="the same images"):
        compare_paired(np.ones(3, np.bool_), np.ones(4, np.bool_))
    with pytest.raises(ValueError, match="answers to images"):
        compare_samples(np.ones(0, np.bool_), np.ones(4, np.bool_))

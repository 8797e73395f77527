import math

import numpy as np
import pytest

from reports.unknown import auroc, energy, energy_quantiles, unknown_shares


def test_the_energy_of_equal_logits_is_the_logit_and_the_logarithm_of_their_number_below_nought() -> None:
    assert energy(np.full((2, 5), 3.0, np.float32)) == pytest.approx([-(3 + math.log(5))] * 2)


def test_the_energy_is_that_of_all_classes_together() -> None:
    # -ln(1 + 3)
    logits = np.array([[0.0, math.log(3.0)]])
    assert energy(logits) == pytest.approx([-math.log(4)])


def test_large_logits_have_an_energy_too() -> None:
    found = energy(np.array([[1000.0, 1000.0], [-1000.0, -1000.0]], np.float32))
    assert found.dtype == np.float64
    assert found == pytest.approx([-1000 - math.log(2), 1000 - math.log(2)])


def test_what_has_no_energy_is_refused() -> None:
    for logits in (np.zeros(3), np.zeros((2, 0)), np.array([[np.nan, 0.0]]), np.array([[np.inf, 0.0]])):
        with pytest.raises(ValueError, match="Expected .* Received"):
            energy(logits)


def test_the_auroc_is_the_share_of_pairs_in_the_right_order_ties_as_half() -> None:
    # 1 > 0, 2 > 0, 2 > 1, and 1 beside 1: 3.5 of 4
    assert auroc(np.array([0.0, 1.0]), np.array([1.0, 2.0])) == pytest.approx(0.875)
    assert auroc(np.array([5.0]), np.array([1.0, 2.0, 3.0])) == 0.0


def test_an_auroc_wants_both_kinds() -> None:
    for known, unknown in (([], [1.0]), ([1.0], []), ([[1.0]], [1.0])):
        with pytest.raises(ValueError, match="Expected known and unknown scores"):
            auroc(np.array(known, np.float64), np.array(unknown, np.float64))


def test_the_quantiles_of_energies_are_a_hundredth_apart() -> None:
    energies = np.random.default_rng(0).permutation(np.arange(-300.0, 1.0))
    assert energy_quantiles(energies) == pytest.approx(np.arange(-300.0, 1.0, 3.0))


def test_the_share_of_known_images_below_an_energy_is_interpolated_and_ends_at_0_and_1() -> None:
    found = unknown_shares(np.array([-9.0, 0.0, 0.5, 3.0, 6.0, 9.0]), [0.0, 1.0, 2.0, 4.0, 6.0])
    assert found == pytest.approx([0, 0, 0.125, 0.625, 1, 1])
    with pytest.raises(ValueError, match="Expected at least 2 quantiles"):
        unknown_shares(np.array([0.0]), [1.0])

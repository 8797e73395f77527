"""Mixed images and the labels that go with them."""

import numpy as np
import pytest

from data_io.mixing import Mixtures, draw_mixtures, find_box, mix

IMAGES = np.stack([np.full((10, 10, 3), level, np.uint8) for level in (10, 50, 200)])
LABELS = np.array([0, 2, 1], np.int32)
CHOSEN = np.array([4, 0, 2])  # the numbers of the three images among five


def make(is_cut: bool, shares: list[float]) -> Mixtures:
    return Mixtures(np.full(5, is_cut), np.array(shares), np.full((5, 2), 0.5))


def test_a_blend_has_the_drawn_share_of_the_image_and_the_rest_of_the_next_one() -> None:
    mixed, targets = mix(IMAGES, LABELS, 3, make(False, [0.5, 9.0, 1.0, 9.0, 0.75]), CHOSEN)
    # .75 of 10 and .25 of 50; .5 of 50 and .5 of 200; the last is all itself
    assert [np.unique(image).tolist() for image in mixed] == [[20], [125], [200]]
    np.testing.assert_allclose(targets, np.array([[0.75, 0, 0.25], [0, 0.5, 0.5], [0, 1, 0]]))
    assert mixed.dtype == np.uint8 and targets.dtype == np.float32


def test_the_last_image_is_mixed_with_the_first_as_it_came() -> None:
    mixed, targets = mix(IMAGES, LABELS, 3, make(False, [0.5, 9.0, 0.5, 9.0, 0.5]), CHOSEN)
    assert mixed[2, 0, 0, 0] == 105  # half of 200 and of 10, not of the first's blend
    np.testing.assert_allclose(targets[2], [0.5, 0.5, 0])


def test_a_box_is_cut_from_the_next_image_and_the_label_has_its_share_of_pixels() -> None:
    mixed, targets = mix(IMAGES, LABELS, 3, make(True, [0.64, 9.0, 1.0, 9.0, 0.84]), CHOSEN)
    # a box of 16 % of 10 x 10 is 4 x 4 about the middle, one of 36 % is 6 x 6
    assert (mixed[0, 3:7, 3:7] == 50).all() and (mixed[0] == 50).sum() == 16 * 3
    assert (mixed[1, 2:8, 2:8] == 200).all() and (mixed[1] == 200).sum() == 36 * 3
    np.testing.assert_allclose(targets, np.array([[0.84, 0, 0.16], [0, 0.36, 0.64], [0, 1, 0]]), rtol=1e-6)


def test_a_box_at_the_edge_is_cut_there() -> None:
    assert find_box(10, 10, 0.64, 0.0, 1.0) == (slice(0, 3), slice(7, 10))
    assert find_box(10, 20, 0.0, 0.5, 0.5) == (slice(0, 10), slice(0, 20))
    cut = Mixtures(np.full(5, True), np.full(5, 0.64), np.zeros((5, 2)))
    mixed, targets = mix(IMAGES, LABELS, 3, cut, CHOSEN)
    assert (mixed[0] == 50).sum() == 9 * 3  # what is left of 6 x 6, and the label goes by it
    np.testing.assert_allclose(targets[0], np.array([0.91, 0, 0.09]), rtol=1e-6)


def test_one_image_alone_stays_itself() -> None:
    for is_cut in (False, True):
        mixed, targets = mix(IMAGES[:1], LABELS[:1], 3, make(is_cut, [0.3] * 5), CHOSEN[:1])
        np.testing.assert_array_equal(mixed, IMAGES[:1])
        np.testing.assert_allclose(targets, [[1, 0, 0]])


def test_draws_have_their_chances_and_each_kind_its_own() -> None:
    both, cut, blended = (draw_mixtures(3, 1, 20_000, *values) for values in ((0.4, 0.2), (0.4, 0.0), (0.0, 0.2)))
    assert both.is_cut.mean() == pytest.approx(0.4, abs=0.014)
    np.testing.assert_array_equal(both.is_cut, cut.is_cut)
    np.testing.assert_array_equal(both.shares[both.is_cut], cut.shares[cut.is_cut])
    np.testing.assert_array_equal(both.shares[~both.is_cut], blended.shares[~both.is_cut])
    assert (cut.shares[~cut.is_cut] == 1).all()
    assert cut.shares[cut.is_cut].mean() == pytest.approx(0.5, abs=0.013)
    # Beta(a, a) has the mean 1/2 and the variance 1 / (4 (2 a + 1)) = 0.1786 for a = 0.2
    assert blended.shares.mean() == pytest.approx(0.5, abs=0.013)
    assert blended.shares.var() == pytest.approx(0.1786, abs=0.003)

"""Which fold an image is in."""

import hashlib

import numpy as np
import pytest

import errors
from data_io.folds import count_copies_across, deal_folds

IDS = [f"{name}.png" if place % 2 else name for place, name in enumerate("abcdefghijklmnopqrstuvw")]
LABELS = np.array([0] * 11 + [2] * 7 + [1] * 5, np.int32)


def test_in_each_class_images_are_dealt_round_by_the_digest_of_their_ids() -> None:
    # sha256: b 3e23…, c 2e7d…, a ca97…, d 18ac…; e 3f79…, f 252f…
    assert hashlib.sha256(b"a").hexdigest().startswith("ca97") and hashlib.sha256(b"d").hexdigest().startswith("18ac")
    assert hashlib.sha256(b"b").hexdigest().startswith("3e23") and hashlib.sha256(b"c").hexdigest().startswith("2e7d")
    assert hashlib.sha256(b"e").hexdigest().startswith("3f79") and hashlib.sha256(b"f").hexdigest().startswith("252f")
    # Class 0 in the order d, c, b, a; then class 1, which goes on with fold 1, in the order f, e.
    labels = np.array([0, 0, 0, 0, 1, 1], np.int32)
    assert deal_folds(list("abcdef"), labels, 3).tolist() == [0, 2, 1, 0, 2, 1]


@pytest.mark.parametrize("folds", [2, 3, 5, 20])
def test_folds_differ_by_one_image_at_most_in_each_class_and_in_all(folds: int) -> None:
    found = deal_folds(IDS, LABELS, folds)
    assert set(found.tolist()) == set(range(folds))
    for chosen in (LABELS >= 0, LABELS == 0, LABELS == 1, LABELS == 2):
        counts = np.bincount(found[chosen], minlength=folds)
        assert counts.max() - counts.min() <= 1


def test_the_folds_are_the_same_whatever_the_order_of_the_rows_and_with_or_without_a_suffix() -> None:
    found = dict(zip((each.removesuffix(".png") for each in IDS), deal_folds(IDS, LABELS, 5), strict=True))
    order = np.random.default_rng(0).permutation(len(IDS))
    again = deal_folds([IDS[place].removesuffix(".png") for place in order], LABELS[order], 5)
    assert [found[IDS[place].removesuffix(".png")] for place in order] == again.tolist()


def test_fewer_images_than_folds_are_refused() -> None:
    with pytest.raises(errors.DataError, match="Expected at least as many labelled images as folds, 3. Received: 2."):
        deal_folds(["a", "b"], np.array([0, 1]), 3)


def test_copies_in_several_folds_are_counted_and_those_in_one_are_not() -> None:
    digests = ["a", "b", "a", "b", "c", "a"]
    assert count_copies_across(digests, np.array([0, 1, 1, 1, 0, 2])) == 1
    assert count_copies_across(digests, np.array([0, 1, 0, 1, 0, 0])) == 0

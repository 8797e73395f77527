from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from data_io.auditing.inspection import Inspection
from data_io.auditing.shortcuts import Shortcut, collect_features, find_shortcuts

PLAIN = Inspection(100, "PNG", "RGB", 20, 10, "IHDR IDAT IEND", 0, (1.0, 2.0, 3.0), "", 0, ())
LABELS = np.tile(np.arange(5, dtype=np.int32), 60)


def find(features: dict[str, NDArray[np.float64]], labels: NDArray[np.int32] = LABELS) -> dict[str, Shortcut]:
    return {found.group: found for found in find_shortcuts(features, labels, lambda count: None)}


def test_a_property_that_follows_the_label_is_a_clear_shortcut() -> None:
    found = find({"file size": LABELS[:, None].astype(np.float64)})["file size"]
    assert found.accuracy == 1.0
    assert found.standard_error == 0.0
    assert found.chance == 0.2
    assert found.clear
    assert "guesses 1.000 ± 0.000 of the train labels, chance is 0.200" in found.sentence


def test_a_property_that_has_nothing_to_do_with_the_label_stays_at_chance() -> None:
    values = np.random.default_rng(0).normal(size=(300, 1))
    found = find({"file size": values})["file size"]
    assert found.accuracy == pytest.approx(0.2, abs=0.1)
    assert not found.clear


def test_a_constant_property_is_said_to_be_constant_and_not_fitted() -> None:
    found = find({"mode": np.zeros((300, 1)), "file size": LABELS[:, None].astype(np.float64)})
    assert (found["mode"].state, found["mode"].accuracy, found["mode"].clear) == ("constant", None, False)
    assert found["all together"].accuracy == 1.0


def test_the_standard_error_is_the_binomial_one() -> None:
    known = LABELS.copy()
    known[known > 1] = 1  # 0 is told apart, and of the other four any one is as good: 2 of 5 right
    found = find({"file size": known[:, None].astype(np.float64)})["file size"]
    assert found.accuracy is not None and found.standard_error is not None
    assert found.accuracy == pytest.approx(0.4, abs=0.05)
    assert found.standard_error == pytest.approx(np.sqrt(found.accuracy * (1 - found.accuracy) / 300))


def test_chance_is_the_share_of_the_largest_class() -> None:
    labels = np.array([0] * 75 + [1] * 25, np.int32)
    assert find({"mode": np.zeros((100, 1))}, labels)["mode"].chance == 0.75


@pytest.mark.parametrize("labels", [[0] * 50, [0] * 46 + [1] * 4])
def test_one_class_or_fewer_images_than_folds_is_too_few(labels: list[int]) -> None:
    found = find({"file size": np.arange(50.0)[:, None]}, np.array(labels, np.int32))["file size"]
    assert (found.state, found.accuracy) == ("too few", None)


def test_more_rows_than_the_limit_are_drawn_the_same_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_io.auditing.shortcuts.FITTED_ROWS", 120)
    values = np.random.default_rng(1).normal(size=(300, 1)) + LABELS[:, None]
    once, again = find({"file size": values}), find({"file size": values})
    assert once == again
    assert once["file size"].rows == 120


def test_progress_is_told_after_each_group_and_all_together() -> None:
    done: list[int] = []
    find_shortcuts({"a": np.zeros((300, 1)), "b": np.zeros((300, 1))}, LABELS, done.append)
    assert done == [1, 1, 1]


def test_the_groups_hold_what_they_are_called() -> None:
    grey = replace(PLAIN, file_bytes=7, mode="L", width=30, layout="IHDR tEXt IDAT IEND", piece_bytes=8192)
    features = collect_features([PLAIN, grey, PLAIN])
    assert features["file size"].tolist() == [[100], [7], [100]]
    assert features["image size"].tolist() == [[20, 10], [30, 10], [20, 10]]
    assert features["mode"].tolist() == [[1], [0], [1]]  # L before RGB
    assert features["PNG chunk layout"].tolist() == [[0, 0], [1, 8192], [0, 0]]
    assert features["colour means"].tolist() == [[1, 2, 3]] * 3

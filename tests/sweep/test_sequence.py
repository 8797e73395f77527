from pathlib import Path

import pytest

from commands.steps.sweeping.sequence import Clock, expected_minutes
from commands.steps.sweeping.states import FINISHED, SweepRun, name_changes
from recipes.sweep import Row, Sweep, combine


def test_what_is_left_takes_as_long_as_its_row_did_on_its_backend_else_as_all_did() -> None:
    sweep = Sweep("s", (Row("a", "quick"), Row("b", "quick"), Row("c", "quick")), seeds=(0, 1))
    runs = [SweepRun(one, Path()) for one in combine(sweep, ["jax"])]
    assert expected_minutes(runs, runs) is None
    for run, minutes in zip(runs[:2], (2.0, 6.0), strict=True):  # a and b, seed 0
        run.state, run.summary = FINISHED, {"minutes": minutes}
    # c: the mean of both, 4; a: 2; b: 6; c: 4
    assert expected_minutes(runs, runs[2:]) == 16.0


def test_a_clock_without_a_limit_is_never_over() -> None:
    assert not Clock(None).is_over and Clock(None).left_minutes is None
    assert Clock(1e-6).is_over
    assert Clock(10.0).left_minutes == pytest.approx(10.0, abs=0.1)


def test_changed_values_are_named_by_their_keys_what_is_expected_left_out() -> None:
    wanted = {"seed": 0, "training": {"epochs": 1, "rate": 2}, "expected": {"minutes": 1}}
    found = {"seed": 1, "training": {"epochs": 1, "rate": 3}, "expected": {"minutes": 2}}
    assert name_changes(wanted, found) == ["seed", "training.rate"]

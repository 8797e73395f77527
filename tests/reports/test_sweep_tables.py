from typing import Any

import pytest

from reports.sweep_tables import find_mean, sweep_rows, trial_rows


def make_row(name: str, runs: list[dict[str, Any]], **values: Any) -> dict[str, Any]:
    return {"name": name, "backend": "jax", "published": None, "runs": runs, **values}


def finished(seed: int, minutes: float) -> dict[str, Any]:
    return {"seed": seed, "state": "finished", "reason": "", "minutes": minutes}


def left(seed: int, state: str, reason: str = "") -> dict[str, Any]:
    return {"seed": seed, "state": state, "reason": reason}


def test_the_deviation_is_the_samples_and_takes_two_values() -> None:
    assert find_mean([]) == {"n": 0, "mean": None, "deviation": None}
    assert find_mean([0.5]) == {"n": 1, "mean": 0.5, "deviation": None}
    # deviations from the mean of 0.6 are -0.1, 0 and 0.1: sqrt(0.02 / 2)
    assert find_mean([0.5, 0.6, 0.7]) == {"n": 3, "mean": pytest.approx(0.6), "deviation": pytest.approx(0.1)}


def test_published_and_missing_have_a_column_where_there_are_any() -> None:
    whole = make_row("a", [finished(0, 1.0), finished(1, 2.0)], n=2, mean=0.6, deviation=0.01)
    assert sweep_rows({"rows": [whole]}) == [
        ["row", "backend", "validation accuracy", "n", "minutes a run"],
        ["a", "jax", "60.00 ± 1.00 %", "2", "1.5"],
    ]
    runs = [left(0, "failed", "x" * 200), left(1, "missing"), left(2, "missing")]
    none = make_row("b", runs, n=0, mean=None, deviation=None) | {"published": 0.5}
    assert sweep_rows({"rows": [whole, none]}) == [
        ["row", "backend", "published", "validation accuracy", "n", "minutes a run", "not there"],
        ["a", "jax", "–", "60.00 ± 1.00 %", "2", "1.5", "–"],
        ["b", "jax", "50.00 %", "–", "0", "–", f"seed 0 failed: {'x' * 120}; seed 1, 2 missing"],
    ]


def test_a_figure_of_the_board_has_a_column_of_its_own() -> None:
    rows = [
        make_row("a", [finished(0, 1.0)], n=1, mean=0.6, deviation=None) | {"published_board": 0.494},
        make_row("b", [finished(0, 1.0)], n=1, mean=0.5, deviation=None) | {"published_board": None},
    ]
    assert [row[:4] for row in sweep_rows({"rows": rows})] == [
        ["row", "backend", "published, board", "validation accuracy"],
        ["a", "jax", "49.40 %", "60.00 %"],
        ["b", "jax", "–", "50.00 %"],
    ]


def test_a_single_run_has_the_standard_error_of_its_images_in_brackets() -> None:
    run = finished(0, 1.0) | {"validation_accuracy": 0.8, "validation_images": 100}  # sqrt(0.8 * 0.2 / 100) = 0.04
    row = make_row("a", [left(1, "missing"), run], n=1, mean=0.8, deviation=None)
    assert sweep_rows({"rows": [row]})[1][2] == "80.00 (± 4.00) %"


def test_trials_stand_in_the_order_of_their_accuracy_and_those_without_one_last() -> None:
    trials = [
        {"number": 0, "values": {"b": "3", "a": "0.0123456"}, "state": "finished", "accuracy": 0.5, "minutes": 1.0},
        {"number": 1, "values": {"b": "4"}, "state": "failed", "accuracy": None, "minutes": None},
        {"number": 2, "values": {"b": "[5, 6]", "a": "1e-05"}, "state": "finished", "accuracy": 0.6, "minutes": 2.0},
    ]
    assert trial_rows({"trials": [{"reason": "", **trial} for trial in trials]}) == [
        ["trial", "a", "b", "validation accuracy", "minutes"],
        ["2", "1e-05", "[5, 6]", "60.00 %", "2.0"],
        ["0", "0.01235", "3", "50.00 %", "1.0"],
        ["1", "–", "4", "failed", "–"],
    ]


def test_a_class_that_was_left_out_has_a_column_of_its_own() -> None:
    runs = [finished(0, 1.0) | {"unknown_auroc": 0.7}, finished(1, 1.0) | {"unknown_auroc": 0.8}]
    # deviations from the mean of 0.75 are -0.05 and 0.05: sqrt(0.005) = 0.0707
    without = make_row("without label 3", runs, n=2, mean=0.6, deviation=0.01)
    one = make_row("without label 4", runs[:1], n=1, mean=0.5, deviation=None)
    plain = make_row("plain", [finished(0, 1.0)], n=1, mean=0.5, deviation=None)
    assert sweep_rows({"rows": [without, one, plain]}) == [
        ["row", "backend", "validation accuracy", "AUROC", "n", "minutes a run"],
        ["without label 3", "jax", "60.00 ± 1.00 %", "0.7500 ± 0.0707", "2", "1.0"],
        ["without label 4", "jax", "50.00 %", "0.7000", "1", "1.0"],
        ["plain", "jax", "50.00 %", "–", "1", "1.0"],
    ]

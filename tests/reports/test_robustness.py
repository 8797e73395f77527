import csv
import io
import json

import numpy as np
import pytest

from reports.robustness import COLUMNS, count_damage, robustness_csv, robustness_rows, run_rows

LABELS = np.array([0, 1, 2, 3])
# Three of four are right without damage. Blurred, the first answer is another and no longer right, and the last,
# which was wrong, is another wrong one; blurred more, the first is right again and all others are changed.
GIVEN = {
    ("none", 0): np.array([0, 1, 2, 0]),
    ("blur", 0.5): np.array([4, 1, 2, 1]),
    ("blur", 1): np.array([0, 2, 1, 3]),
}
CONTENT = count_damage(LABELS, GIVEN, [("blur", "blurred, sigma", (0.5, 1))])


def test_right_and_changed_answers_are_counted_at_each_level() -> None:
    assert CONTENT["images"] == 4
    assert (CONTENT["undamaged"]["accuracy"], CONTENT["undamaged"]["changed"]) == (0.75, 0.0)
    (blur,) = CONTENT["damages"]
    assert [(level["level"], level["accuracy"], level["changed"]) for level in blur["levels"]] == [
        (0.5, 0.5, 0.5),
        (1, 0.5, 0.75),
    ]


def test_errors_are_those_of_a_share() -> None:
    level = CONTENT["damages"][0]["levels"][1]
    assert level["accuracy_standard_error"] == pytest.approx((0.5 * 0.5 / 4) ** 0.5)
    assert level["changed_standard_error"] == pytest.approx((0.75 * 0.25 / 4) ** 0.5)


def test_the_table_names_each_damage_once() -> None:
    assert robustness_rows(CONTENT) == [
        ["damage", "level", "accuracy", "answers changed"],
        ["none", "", "75.00 ± 21.65 %", "0.00 ± 0.00 %"],
        ["blurred, sigma", "0.5", "50.00 ± 25.00 %", "50.00 ± 25.00 %"],
        ["", "1", "50.00 ± 25.00 %", "75.00 ± 21.65 %"],
    ]


def test_the_csv_has_a_row_for_each_level_and_json_can_hold_the_content() -> None:
    rows = list(csv.DictReader(io.StringIO(robustness_csv(CONTENT))))
    assert tuple(rows[0]) == COLUMNS
    assert [(row["damage"], row["level"], row["accuracy"], row["changed"]) for row in rows] == [
        ("none", "0", "0.75", "0.0"),
        ("blur", "0.5", "0.5", "0.5"),
        ("blur", "1", "0.5", "0.75"),
    ]
    assert {row["images"] for row in rows} == {"4"}
    assert json.loads(json.dumps(CONTENT)) == CONTENT


def test_runs_side_by_side_have_a_column_each_and_every_row_its_damage() -> None:
    other = {**CONTENT, "undamaged": {**CONTENT["undamaged"], "accuracy": 0.5}}
    assert run_rows([{"name": "a", **CONTENT}, {"name": "b", **other}]) == [
        ["damage", "level", "a", "b"],
        ["none", "", "75.00 ± 21.65 %", "50.00 ± 21.65 %"],
        ["blurred, sigma", "0.5", "50.00 ± 25.00 %", "50.00 ± 25.00 %"],
        ["blurred, sigma", "1", "50.00 ± 25.00 %", "50.00 ± 25.00 %"],
    ]

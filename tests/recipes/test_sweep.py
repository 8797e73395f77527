from typing import Any

import pytest

import errors
from recipes.sweep import Choices, Numbers, Row, Sweep, combine, spread_over_grid, write_value


def test_the_last_key_of_a_grid_changes_fastest_and_names_and_values_say_the_point() -> None:
    grid: dict[str, list[Any]] = {"training.learning_rate": [0.1, 0.01], "model.channels": [[4], [4, 8]]}
    points = list(spread_over_grid(Row("cnn", "cnn", ("seed=1",)), grid))
    assert [(point.name, point.settings) for point in points] == [
        ("cnn, learning_rate=0.1, channels=[4]", ("seed=1", "training.learning_rate=0.1", "model.channels=[4]")),
        ("cnn, learning_rate=0.1, channels=[4, 8]", ("seed=1", "training.learning_rate=0.1", "model.channels=[4, 8]")),
        ("cnn, learning_rate=0.01, channels=[4]", ("seed=1", "training.learning_rate=0.01", "model.channels=[4]")),
        (
            "cnn, learning_rate=0.01, channels=[4, 8]",
            ("seed=1", "training.learning_rate=0.01", "model.channels=[4, 8]"),
        ),
    ]
    assert points[1].folder == "cnn-learning_rate=0.1-channels=-4-8"


def test_two_keys_with_one_ending_are_named_in_full() -> None:
    (point,) = spread_over_grid(Row("a", "cnn"), {"x.size": [1], "y.size": [2]})
    assert point.name == "a, x.size=1, y.size=2"


def test_seeds_are_outermost_so_that_every_row_has_one_soon() -> None:
    sweep = Sweep("s", (Row("a", "quick"), Row("b", "quick_mlp")), seeds=(5, 6))
    runs = combine(sweep, ["torch", "jax"])
    assert [str(run) for run in runs[:5]] == [
        "a, torch, seed 5",
        "a, jax, seed 5",
        "b, torch, seed 5",
        "b, jax, seed 5",
        "a, torch, seed 6",
    ]
    assert runs[3].folder == "b/quick_mlp-jax-seed5"
    assert runs[4].recipe.seed == 6


def test_what_is_wrong_with_recipes_is_said_once_for_every_row() -> None:
    rows = (Row("a", "quick", ("training.epoch=1",)), Row("b", "slow"), Row("c", "quick"))
    with pytest.raises(errors.UsageError) as caught:
        combine(Sweep("s", rows, seeds=(0, 1)), ["torch"])
    first, second = caught.value.messages
    assert first.startswith("Row 'a': Expected only keys") and "training.epoch." in first
    assert second.startswith("Row 'b': Expected a recipe from") and second.endswith("Received: 'slow'.")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (1e-5, "1e-05"),
        (True, "true"),
        ('a"b\\ü\n', '"a\\"b\\\\ü\\n"'),
        ([[16, 32], "x"], '[[16, 32], "x"]'),
    ],
)
def test_values_are_written_as_toml_on_one_line(value: object, text: str) -> None:
    assert write_value(value) == text


@pytest.mark.parametrize("value", [float("inf"), float("nan"), {"a": 1}, None])
def test_what_no_recipe_value_can_be_is_refused(value: object) -> None:
    with pytest.raises(errors.UsageError, match="Expected a number, text or a list"):
        write_value(value)


@pytest.mark.parametrize(
    ("low", "high", "is_log"),
    [(1, 1, False), (2, 1, False), (0.0, 1.0, True), (float("nan"), 1.0, False), (0.0, float("inf"), False)],
)
def test_ends_that_nothing_is_between_are_refused(low: float, high: float, is_log: bool) -> None:
    with pytest.raises(errors.UsageError, match=r"Expected .* of x in \[search\]"):
        Numbers("x", low, high, is_log)


def test_whole_numbers_are_drawn_between_whole_ends_alone() -> None:
    assert Numbers("x", 1, 8).is_whole
    assert not Numbers("x", 1.0, 8).is_whole
    with pytest.raises(errors.UsageError, match="a list with something in it"):
        Choices("x", ())


@pytest.mark.parametrize(
    ("sweep", "said"),
    [
        ({"rows": ()}, "Expected the sweep to be one of recipes or"),
        ({"seeds": (1, 1)}, "Expected seeds to be one or more, each once"),
        ({"seeds": ()}, "Expected seeds"),
        ({"backends": ("jax", "jax")}, "Expected backends to be each once"),
        ({"name": "../x"}, "Expected the sweep's name"),
        ({"rows": (Row("a b", "cnn"), Row("a-b", "cnn"))}, "its own, also as that of a folder.*a b, a-b"),
    ],
)
def test_sweeps_that_cannot_be_are_refused(sweep: dict[str, object], said: str) -> None:
    with pytest.raises(errors.UsageError, match=said):
        Sweep(**{"name": "s", "rows": (Row("a", "cnn"),), **sweep})  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "published"), [("..", None), ("", None), ("a", 61.28), ("a", -0.1)])
def test_rows_that_cannot_be_are_refused(name: str, published: float | None) -> None:
    with pytest.raises(errors.UsageError):
        Row(name, "cnn", (), published)


def test_a_rows_folder_stays_in_the_sweeps_and_its_name_is_short() -> None:
    assert Row("../../etc/x", "cnn").folder == "etc-x"
    assert Row("x" * 80, "cnn").folder == "x" * 80
    long, other = (Row("x" * 200 + end, "cnn").folder for end in "ab")
    assert long.startswith("x" * 71 + "-") and len(long) == 80
    assert long != other  # rows of a grid differ at the end alone

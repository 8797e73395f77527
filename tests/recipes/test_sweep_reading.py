import dataclasses
from pathlib import Path

import pytest

import errors
from recipes.reading import FOLDER
from recipes.sweep import Choices, Numbers, Row, Sweep, combine
from recipes.sweep_reading import read_sweep

WHOLE = """
note = "A note."
data = "data"
out = "elsewhere"
recipes = ["quick"]
seeds = [3, 1]
backends = ["jax"]
set.training.epochs = 2

[[rows]]
recipe = "cnn"
name = "four"
published = 0.8864
set = { "training.epochs" = 4, model.channels = [16, 32] }

[search]
"training.learning_rate" = { low = 1e-4, high = 1e-1, log = true }
training.batch_size = { low = 16, high = 64 }
model.dense_units = [[64], [128, 64]]
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sweep_is_read_with_keys_in_quotes_or_in_tables(tmp_path: Path) -> None:
    assert read_sweep(write(tmp_path, WHOLE)) == Sweep(
        "mine",
        (
            Row("quick", "quick", ("training.epochs=2",)),
            Row("four", "cnn", ("training.epochs=2", "training.epochs=4", "model.channels=[16, 32]"), 0.8864),
        ),
        (3, 1),
        ("jax",),
        (
            Numbers("training.learning_rate", 1e-4, 1e-1, True),
            Numbers("training.batch_size", 16, 64),
            Choices("model.dense_units", ("[64]", "[128, 64]")),
        ),
        "data",
        "elsewhere",
        "A note.",
    )


def test_a_rows_own_value_wins_over_that_of_all(tmp_path: Path) -> None:
    sweep = read_sweep(write(tmp_path, WHOLE))
    assert [run.recipe.training.epochs for run in combine(sweep, ["jax"])] == [2, 4, 2, 4]


def test_little_is_enough_and_a_recipe_may_be_a_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    sweep = read_sweep(write(tmp_path, 'recipes = ["own.toml"]'))
    assert sweep == Sweep("mine", (Row("own", str(tmp_path / "own.toml")),), (0,))


def test_every_recipe_is_spread_over_the_grid(tmp_path: Path) -> None:
    text = 'recipes = ["quick", "cnn"]\n[grid]\ntraining.epochs = [1, 2]'
    names = [row.name for row in read_sweep(write(tmp_path, text)).rows]
    assert names == ["quick, epochs=1", "quick, epochs=2", "cnn, epochs=1", "cnn, epochs=2"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("recipes = [", "Expected TOML in"),
        ("recipe = 'cnn'", "Expected the keys of .*mine.toml to be of note, data.*Received: 'recipe'"),
        ("recipes = 'cnn'", "Expected recipes to be a list of texts. Received: 'cnn'"),
        ("recipes = ['cnn']\nseeds = [true]", "Expected seeds to be whole numbers"),
        ("recipes = ['cnn']\nseeds = 3", "Expected seeds to be whole numbers"),
        ("recipes = ['cnn']\nnote = 3", "Expected note to be text. Received: 3"),
        ("recipes = ['cnn']\nset = 3", "Expected set to be a table of recipe values. Received: 3"),
        ("recipes = ['cnn']\nset.seed = inf", "Expected a number, text or a list for a recipe value. Received: inf"),
        ("rows = 3", "Expected rows to be tables"),
        ("rows = [3]", "Expected rows to be tables"),
        ("[[rows]]\nname = 'x'", "Expected a row to be a table with a recipe"),
        ("[[rows]]\nrecipe = 'cnn'\nsets = {}", r"Expected the keys of \[\[rows\]\] .*Received: 'sets'"),
        ("[[rows]]\nrecipe = 'cnn'\npublished = '88 %'", "Expected published to be an accuracy from 0 to 1"),
        ("[[rows]]\nrecipe = 'cnn'\npublished_board = '9'", "Expected published_board to be an accuracy from 0 to 1"),
        ("[[rows]]\nrecipe = 'cnn'\npublished_board = 90.8", "Expected published_board of row 'cnn' .*Received: 90.8"),
        ("[[rows]]\nrecipe = 'cnn'\npublished = 88.64", "Expected published of row 'cnn' .*Received: 88.64"),
        ("[[rows]]\nrecipe='cnn'\npublished=0.5\n[grid]\nseed=[1]", r"Expected published to be in a sweep without \[g"),
        ("recipes = ['cnn']\n[grid]\nseed = 1", r"Expected seed in \[grid\] to be a list with something in it"),
        ("recipes = ['cnn']\n[grid]\nseed = []", r"Expected seed in \[grid\] to be a list with something in it"),
        ("recipes = ['cnn']\ngrid = 3", r"Expected grid to be a table, as \[grid\]"),
        ("recipes = ['cnn']\n[search]\nx = 1", r"Expected x in \[search\] to be a list, or a table with low and high"),
        ("recipes = ['cnn']\n[search]\nx = { low = 1 }", r"Expected x in \[search\] to be a list, or a table"),
        ("recipes = ['cnn']\n[search]\nx = { low = 1, high = 2, step = 1 }", r"keys of x in \[search\] .*'step'"),
        ("recipes = ['cnn']\n[search]\nx = { low = 'a', high = 'b' }", r"low and high of x in \[search\] to be finite"),
        ("recipes = ['cnn']\n[search]\nx = { low = 1, high = 2, log = 1 }", r"log of x in \[search\] to be true or"),
    ],
)
def test_what_is_wrong_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(errors.UsageError, match=said):
        read_sweep(write(tmp_path, text))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(errors.UsageError, match="Expected a sweep at .*none.toml. Received: No such file"):
        read_sweep(tmp_path / "none.toml")


@pytest.mark.parametrize(("name", "rows", "published"), [("mlp", 12, 0.6128), ("cnn", 8, 0.8884)])
def test_the_originals_tables_are_sweeps_whose_last_row_is_its_final_recipe(
    name: str, rows: int, published: float
) -> None:
    sweep = read_sweep(FOLDER / "original" / f"{name}.toml")
    assert len(sweep.rows) == rows and sweep.rows[-1].published == published
    assert all(row.has_published for row in sweep.rows)
    runs = combine(sweep, sweep.backends)
    assert len(runs) == rows * len(sweep.seeds)
    assert runs[rows - 1].recipe == combine(Sweep("x", (Row("x", name),)), ["jax"])[0].recipe


def test_the_sweep_of_unknown_generators_leaves_each_class_out_once() -> None:
    combinations = combine(read_sweep(FOLDER / "sweeps" / "unknown.toml"), ["jax"])
    assert [one.recipe.data.leave_out for one in combinations] == [0, 1, 2, 3, 4] * 3
    assert [one.recipe.labels for one in combinations][1:3] == [(0, 2, 3, 4), (0, 1, 3, 4)]
    assert {(one.recipe.name, one.recipe.training.epochs) for one in combinations} == {("fast", 4)}


def test_the_ablation_changes_one_thing_of_best_cpu_in_each_row_but_the_first() -> None:
    sweep = read_sweep(FOLDER / "sweeps" / "ablation.toml")
    recipes = [one.recipe for one in combine(sweep, ["jax"])[: len(sweep.rows)]]
    whole = dataclasses.asdict(recipes[0])
    for recipe in recipes[1:]:
        values = dataclasses.asdict(recipe)
        parts = ("augmentation", "model", "training")
        changed = [name for part in parts for name in whole[part] if values[part][name] != whole[part][name]]
        # Without numbers there are no dense layers that see them: two values, one thing.
        assert len(changed) == 1 or set(changed) == {"transform", "dense_units"}, changed

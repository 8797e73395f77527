"""`sweep --known FILE`: figures that a sweep left elsewhere are taken, if they are of the same values."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.sweep.conftest import TWO_SEEDS, SweepCommand
from tests.sweep.trainers import Trainers

THREE_SEEDS = TWO_SEEDS.replace("[0, 2]", "[0, 1, 2]")


@pytest.fixture
def table(tmp_path: Path, sweep: SweepCommand, trainers: Trainers) -> Path:
    """What a sweep of seeds 0 and 2 left, its runs lost since."""
    path = tmp_path / "table.json"
    assert sweep(TWO_SEEDS, "--json", str(path)) == 0
    shutil.rmtree(tmp_path / "runs")
    trainers.said.clear()
    return path


def row(path: Path) -> dict[str, Any]:
    (only,) = json.loads(path.read_text())["rows"]
    assert isinstance(only, dict)
    return only


def seeds(trainers: Trainers) -> list[str]:
    return [words[words.index("--seed") + 1] for words in trainers.said]


def test_what_a_table_has_is_not_made_again_and_stands_in_the_new_one(
    tmp_path: Path, table: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    before = row(table)
    assert sweep(THREE_SEEDS, "--known", str(table), "--json", str(table)) == 0
    assert seeds(trainers) == ["1"]
    after = row(table)
    # accuracies 0.50, 0.51 and 0.52
    assert (before["n"], after["n"], round(after["mean"], 12), round(after["deviation"], 12)) == (2, 3, 0.51, 0.01)
    assert [after["runs"][0], after["runs"][2]] == before["runs"]
    assert f"seed 2: finished before, 52.00 % in 4.0 minutes, known from {table}" in capsys.readouterr().out


def test_figures_of_other_values_are_named_and_made_again(
    table: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep(f"{TWO_SEEDS}set.training.epochs = 3\n", "--known", str(table)) == 0
    assert seeds(trainers) == ["0", "2"]
    said = f"quick, jax, seed 0: not taken from {table}, which has it with other training.epochs\n"
    assert said in capsys.readouterr().out


def test_figures_of_a_value_that_no_recipe_has_any_more_are_made_again(
    table: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(table.read_text())
    content["rows"][0]["values"]["training"]["magic"] = 1
    table.write_text(json.dumps(content))
    assert sweep(TWO_SEEDS, "--known", str(table)) == 0
    assert seeds(trainers) == ["0", "2"]
    assert "magic" in capsys.readouterr().out


def test_figures_of_another_backend_are_not_taken(table: Path, sweep: SweepCommand, trainers: Trainers) -> None:
    assert sweep(TWO_SEEDS.replace("jax", "torch"), "--known", str(table)) == 0
    assert seeds(trainers) == ["0", "2"]


def test_a_run_that_is_there_counts_more_than_its_figures(
    tmp_path: Path, table: Path, sweep: SweepCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(table.read_text())
    content["rows"][0]["runs"][0]["validation_accuracy"] = 0.9
    changed = tmp_path / "changed.json"
    changed.write_text(json.dumps(content))
    assert sweep(TWO_SEEDS, "--known", str(table)) == 0  # nothing made: nothing there
    assert sweep(TWO_SEEDS) == 0
    capsys.readouterr()
    assert sweep(TWO_SEEDS, "--known", str(changed)) == 0
    assert "seed 0: finished before, 50.00 % in 2.0 minutes\n" in capsys.readouterr().out


def test_figures_on_other_images_or_of_other_versions_are_said_to_be(
    tmp_path: Path, table: Path, sweep: SweepCommand, trainers: Trainers
) -> None:
    trainers.data_digest = "other images"
    content = json.loads(table.read_text())
    content["versions"]["jax"] = "1.1"
    table.write_text(json.dumps(content))
    assert sweep(THREE_SEEDS, "--known", str(table)) == 0
    content = json.loads((tmp_path / "runs/mine/sweep.json").read_text())
    assert content["note"].endswith(
        "The runs did not all see the same images. The runs were not all made with the same versions."
    )
    # the file says what most are made of once, and a run what is other of it
    assert (content["versions"]["jax"], content["data_digests"]) == ("1.1", {"train": "images"})
    (mine,) = content["rows"]
    others = [{key: run[key] for key in ("versions", "data_digests") if key in run} for run in mine["runs"]]
    new = {"versions": {"python": "3.11", "jax": "1.2"}, "data_digests": {"train": "other images"}}
    assert others == [{}, new, {}]


def test_a_class_left_out_is_no_other_data(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def see(label: int) -> str:
        return f"[[rows]]\nname = 'without {label}'\nrecipe = 'quick'\nset.data.leave_out = {label}\n"

    text = TWO_SEEDS.replace('recipes = ["quick"]', "")
    assert sweep(text + see(0)) == 0
    trainers.data_digest = "fewer images"
    assert sweep(text + see(0) + see(1)) == 0
    assert "same images" not in json.loads((tmp_path / "runs/mine/sweep.json").read_text())["note"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "No such file or directory"),
        ("{", "JSONDecodeError"),
        ("[]", "TypeError"),
        ('{"trials": []}', "KeyError: 'rows'"),
    ],
)
def test_a_file_that_is_no_table_of_a_sweep_is_refused(
    tmp_path: Path,
    sweep: SweepCommand,
    trainers: Trainers,
    text: str | None,
    reason: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = tmp_path / "table.json"
    if text is not None:
        path.write_text(text)
    assert sweep(TWO_SEEDS, "--known", str(path)) == 2
    assert not trainers.said
    said = "Expected the JSON file of a sweep, with the values of its rows, at"
    message = capsys.readouterr().err
    assert said in message
    assert reason in message


def test_a_table_without_the_values_of_its_rows_is_refused(
    table: Path, sweep: SweepCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(table.read_text())
    del content["rows"][0]["values"]
    table.write_text(json.dumps(content))
    assert sweep(TWO_SEEDS, "--known", str(table)) == 2
    assert "KeyError: 'values'" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["hardware", "minutes", "validation_accuracy"])
def test_a_finished_run_without_a_figure_is_refused(
    table: Path, sweep: SweepCommand, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    content = json.loads(table.read_text())
    del content["rows"][0]["runs"][0][name]
    table.write_text(json.dumps(content))
    assert sweep(TWO_SEEDS, "--known", str(table)) == 2
    assert f"KeyError: '{name}'" in capsys.readouterr().err

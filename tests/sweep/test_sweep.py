"""`sweep`: what is made, what is passed over, what goes on, and the table, with a stand-in for its processes."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import run
from data_io.locking import locked
from recipes.reading import FOLDER
from tests.sweep.conftest import TWO_SEEDS, SweepCommand
from tests.sweep.trainers import Trainers


def content(tmp_path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((tmp_path / "runs/mine/sweep.json").read_text())
    return found


def table(tmp_path: Path) -> list[str]:
    return (tmp_path / "runs/mine/sweep.md").read_text().splitlines()[2:-2]


def test_each_run_is_a_train_command_and_the_table_has_mean_and_deviation(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers
) -> None:
    text = TWO_SEEDS.replace('recipes = ["quick"]', "") + (
        'note = "A note."\n[[rows]]\nrecipe = "quick"\nname = "a row"\npublished = 0.8864\nset.training.epochs = 3\n'
    )
    (tmp_path / "images").mkdir()
    assert sweep(text, "--data", str(tmp_path / "images"), "--json", str(tmp_path / "copy.json")) == 0
    folder = tmp_path / "runs/mine"
    start = ["train", "quick", "--set", "training.epochs=3", "--seed"]
    end = ["--out", str(folder / "a-row"), "--backend", "jax", "--data", str(tmp_path / "images")]
    assert trainers.said == [[*start, "0", *end], [*start, "2", *end]]
    # accuracies 0.50 and 0.52: mean 0.51, deviation 0.02 / sqrt(2); minutes 2 and 4
    assert table(tmp_path) == [
        "| row | backend | published | validation accuracy | n | minutes a run |",
        "|---|---|---|---|---|---|",
        "| a row | jax | 88.64 % | 51.00 ± 1.41 % | 2 | 3.0 |",
    ]
    (row,) = content(tmp_path)["rows"]
    assert [(one["seed"], one["folder"], one["state"]) for one in row["runs"]] == [
        (0, "a-row/quick-jax-seed0", "finished"),
        (2, "a-row/quick-jax-seed2", "finished"),
    ]
    assert content(tmp_path)["note"].endswith("minutes are a run's mean. A note.")
    assert (tmp_path / "copy.json").read_bytes() == (folder / "sweep.json").read_bytes()


def test_a_second_call_makes_nothing_and_says_the_same(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep(TWO_SEEDS) == 0
    before = content(tmp_path)
    assert sweep(TWO_SEEDS) == 0
    assert len(trainers.said) == 2
    assert content(tmp_path) == before
    assert "[2/2] quick, jax, seed 2: finished before, 52.00 % in 4.0 minutes" in capsys.readouterr().out


def test_another_seed_is_made_beside_those_that_are_there(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers
) -> None:
    sweep(TWO_SEEDS)
    assert sweep(TWO_SEEDS.replace("[0, 2]", "[0, 1, 2]")) == 0
    assert [words[words.index("--seed") + 1] for words in trainers.said] == ["0", "2", "1"]
    assert content(tmp_path)["rows"][0]["n"] == 3


def test_a_run_that_fails_says_so_and_the_others_go_on_and_it_is_gone_on_with_next_time(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    trainers.ends = {0: "diverged"}
    assert sweep(TWO_SEEDS) == 6
    said = "Expected quick, jax, seed 0 to come through. Received: exit code 5: Expected a finite loss. Received: nan."
    assert f"error: {said}" in capsys.readouterr().err
    assert table(tmp_path)[2] == (
        "| quick | jax | 52.00 (± 1.41) % | 1 | 4.0 | "
        "seed 0 failed: exit code 5: Expected a finite loss. Received: nan. |"
    )
    assert sweep(TWO_SEEDS) == 0
    assert trainers.said[2][:3] == ["train", "--resume", str(tmp_path / "runs/mine/quick/quick-jax-seed0")]
    assert content(tmp_path)["rows"][0]["n"] == 2


def test_a_run_that_was_killed_before_its_manifest_is_begun_again_under_its_name(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers
) -> None:
    trainers.ends = {0: "killed at once", 1: "killed"}
    assert sweep(TWO_SEEDS) == 6
    (tmp_path / "runs/mine/quick/quick-jax-seed0/.recipe.abc.toml").write_text("half of it")
    assert sweep(TWO_SEEDS) == 0
    assert [words[1] for words in trainers.said] == ["quick", "quick", "quick", "--resume"]
    assert sorted(path.name for path in (tmp_path / "runs/mine/quick").iterdir() if path.is_dir()) == [
        "quick-jax-seed0",
        "quick-jax-seed2",
    ]


def test_a_folder_that_no_run_has_left_is_not_taken_away(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "runs/mine/quick/quick-jax-seed0/thesis.txt"
    mine.parent.mkdir(parents=True)
    mine.write_text("years of work")
    assert sweep(TWO_SEEDS) == 6
    assert mine.read_text() == "years of work"
    assert "Directory not empty" in capsys.readouterr().err
    assert len(trainers.said) == 1


def test_time_that_is_up_ends_the_sweep_with_0_and_the_next_call_goes_on(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    trainers.ends = {0: "time is up"}
    assert sweep(TWO_SEEDS, "--time-limit", "5") == 0
    assert len(trainers.said) == 1
    limit = trainers.said[0][trainers.said[0].index("--time-limit") + 1]
    assert 4.5 < float(limit) <= 5
    assert "stopped after 5 minutes; to go on, the same command again: python run.py sweep" in capsys.readouterr().out
    assert table(tmp_path)[2] == "| quick | jax | – | 0 | – | seed 0 interrupted; seed 2 missing |"
    assert sweep(TWO_SEEDS) == 0
    assert content(tmp_path)["rows"][0]["n"] == 2


def test_a_stop_leaves_a_table_of_what_there_is_and_130(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    trainers.ends = {1: "stopped"}
    assert sweep(TWO_SEEDS) == 130
    assert table(tmp_path)[2] == "| quick | jax | 50.00 (± 1.41) % | 1 | 2.0 | seed 2 interrupted |"
    assert "stopped; to go on, the same command again" in capsys.readouterr().out


def test_a_dry_run_shows_the_plan_and_writes_nothing(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("images").mkdir()
    assert sweep(TWO_SEEDS, "--dry-run", "--data", "images") == 0
    assert trainers.said == [] and not (tmp_path / "runs").exists()
    printed = capsys.readouterr().out
    assert "seed 0, 2" in printed and "missing" in printed
    last = printed.splitlines()[-1]
    assert last.startswith("2 of 2 runs to make in ") and last.endswith(f"{os.sep}images")


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_the_originals_sweeps_have_a_plan(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["sweep", str(FOLDER / f"original/{name}.toml"), "--out", str(tmp_path), "--dry-run"]) == 0
    assert f"runs to make in {tmp_path / name}" in capsys.readouterr().out.replace("\n", "")


def test_a_row_that_has_changed_its_values_is_refused_before_anything_is_made(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep(TWO_SEEDS)
    capsys.readouterr()
    assert sweep(TWO_SEEDS + "set.training.epochs = 3\n") == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(
        "Received: other training.epochs. Give the row another name" in line for line in lines
    )
    assert len(trainers.said) == 2


def test_runs_on_sample_data_are_not_taken_for_runs_on_a_data_folder(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep(TWO_SEEDS)
    (tmp_path / "data").mkdir()  # which is what is trained on from now on
    capsys.readouterr()
    assert sweep(TWO_SEEDS) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2 and all(
        f"{tmp_path / 'data'}. Received: drawn sample data. Name that" in each for each in lines
    )
    assert len(trainers.said) == 2
    assert sweep(TWO_SEEDS, "--out", "other") == 0
    assert all(words[words.index("--data") + 1] == str(tmp_path / "data") for words in trainers.said[2:])


def test_an_interrupted_runs_recipe_that_is_no_toml_is_a_line(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    trainers.ends = {0: "stopped"}
    sweep(TWO_SEEDS)
    capsys.readouterr()
    (tmp_path / "runs/mine/quick/quick-jax-seed0/recipe.toml").write_text("seed =\n", encoding="utf-8")
    assert sweep(TWO_SEEDS) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "recipe.toml to be TOML. Received: Invalid value" in line


def test_a_changed_claim_does_not_make_it_another_run(tmp_path: Path, sweep: SweepCommand, trainers: Trainers) -> None:
    sweep(TWO_SEEDS)
    assert sweep(TWO_SEEDS + "set.expected.minutes = 99.0\n") == 0
    assert len(trainers.said) == 2


def test_runs_of_other_images_are_said_to_be_of_others(tmp_path: Path, sweep: SweepCommand, trainers: Trainers) -> None:
    sweep(TWO_SEEDS)
    assert "same images" not in content(tmp_path)["note"]
    shutil.rmtree(tmp_path / "runs/mine/quick/quick-jax-seed0")
    trainers.data_digest = "others"
    sweep(TWO_SEEDS)
    assert "The runs did not all see the same images." in content(tmp_path)["note"]


def test_a_figure_that_was_changed_by_hand_is_refused(
    tmp_path: Path, sweep: SweepCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    sweep(TWO_SEEDS)
    path = tmp_path / "runs/mine/quick/quick-jax-seed0/metrics.json"
    path.write_text(path.read_text().replace("0.5", "0.9"))
    assert sweep(TWO_SEEDS) == 6
    assert "metrics.json to be the file in" in capsys.readouterr().err


def test_a_sweep_belongs_to_one_process_at_a_time(
    tmp_path: Path, sweep: SweepCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "runs/mine").mkdir(parents=True)
    with locked(tmp_path / "runs/mine"):
        assert sweep(TWO_SEEDS) == 4
    assert f"locked by pid {os.getpid()}" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (TWO_SEEDS.replace("jax", "theano"), [], "Expected backends of torch, tensorflow, jax in the sweep."),
        (TWO_SEEDS, ["--cpus", "2"], "Expected --address and --cpus with --engine ray."),
        (TWO_SEEDS, ["--engine", "ray", "--search", "2"], "Expected --search without --engine ray"),
        (TWO_SEEDS, ["--json", "."], "Expected --json to name a file."),
        (TWO_SEEDS + "seed = 3", [], "Expected the keys of "),
    ],
)
def test_what_cannot_be_is_refused_with_2(
    sweep: SweepCommand, text: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep(text, *options) == 2
    assert capsys.readouterr().err.startswith(f"error: {said}")

"""`sweep --search`: what is drawn and kept, with a stand-in for the processes."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.sweep.conftest import SweepCommand
from tests.sweep.trainers import Trainers

ONE = 'recipes = ["quick"]\nseeds = [1]\nbackends = ["jax"]\n'
SPACE = (
    '[search]\n"training.learning_rate" = { low = 1e-4, high = 0.4, log = true }\n'
    "training.batch_size = { low = 16, high = 64 }\nmodel.channels = [[4, 8], [8, 16]]\n"
)


def trials(tmp_path: Path) -> list[dict[str, Any]]:
    content = json.loads((tmp_path / "runs/mine/search.json").read_text())
    kept = ("number", "values", "state", "accuracy", "reason")
    return [{key: trial[key] for key in kept} for trial in content["trials"]]


def test_each_trial_is_a_run_with_what_was_drawn_for_it_and_the_best_is_first(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers
) -> None:
    assert sweep(ONE + SPACE, "--search", "3") == 0
    found = trials(tmp_path)
    assert [trial["number"] for trial in found] == [0, 1, 2]
    for trial, words in zip(found, trainers.said, strict=True):
        channels, batch, rate = (f"{key}={value}" for key, value in sorted(trial["values"].items()))
        folder = str(tmp_path / f"runs/mine/trial-{trial['number']:04}")
        sets = ["--set", rate, "--set", batch, "--set", channels]
        assert words == ["train", "quick", *sets, "--seed", "1", "--out", folder, "--backend", "jax"]
        assert 1e-4 <= float(trial["values"]["training.learning_rate"]) <= 0.4
        assert 16 <= int(trial["values"]["training.batch_size"]) <= 64
        assert trial["values"]["model.channels"] in ("[4, 8]", "[8, 16]")
        assert trial["accuracy"] == pytest.approx(0.51 - abs(float(trial["values"]["training.learning_rate"]) - 0.01))
    assert len({trial["values"]["training.learning_rate"] for trial in found}) == 3
    lines = (tmp_path / "runs/mine/search.md").read_text().splitlines()
    assert lines[2] == (
        "| trial | model.channels | training.batch_size | training.learning_rate | validation accuracy | minutes |"
    )
    best = max(found, key=lambda trial: float(trial["accuracy"]))
    assert lines[4].startswith(f"| {best['number']} | ")
    assert "by which the best was chosen: its figure is flattered" in lines[-1]


def test_a_search_that_is_stopped_and_killed_draws_what_one_that_was_left_alone_does(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers
) -> None:
    whole = ONE + SPACE
    assert sweep(whole, "--search", "12") == 0
    alone = trials(tmp_path)
    (tmp_path / "runs/mine").rename(tmp_path / "alone")
    trainers.said.clear()
    trainers.ends = {1: "stopped"}
    assert sweep(whole, "--search", "12") == 130
    assert [trial["state"] for trial in trials(tmp_path)] == ["finished", "interrupted"]
    folder = tmp_path / "runs/mine"
    with (folder / "search.journal").open("ab") as journal:
        journal.write(b'{"op_code": 5, "worker')  # killed while it wrote
    (folder / "search.journal.lock").symlink_to("search.journal")
    assert sweep(whole, "--search", "12") == 0
    assert trials(tmp_path) == alone
    assert trainers.said[2][:2] == ["train", "--resume"]
    assert len(trainers.said) == 13
    assert sweep(whole, "--search", "12") == 0
    assert len(trainers.said) == 13
    assert sweep(whole, "--search", "13") == 0
    assert len(trainers.said) == 14


def test_another_seed_draws_otherwise_but_not_in_the_same_folder(
    tmp_path: Path, sweep: SweepCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep(ONE + SPACE, "--search", "1") == 0
    first = trials(tmp_path)
    assert sweep(ONE + SPACE, "--search", "2", "--search-seed", "7") == 2
    assert "go on with the sampler seed that it began with, 0. Received: 7." in capsys.readouterr().err
    assert sweep(ONE + SPACE.replace("64", "65"), "--search", "2") == 2
    assert "go on with the space that it began with" in capsys.readouterr().err
    (tmp_path / "runs/mine").rename(tmp_path / "first")
    assert sweep(ONE + SPACE, "--search", "1", "--search-seed", "7") == 0
    assert trials(tmp_path)[0]["values"] != first[0]["values"]


@pytest.mark.parametrize(
    ("text", "options", "what"),
    [
        (ONE + SPACE.replace("[search]", "set.training.epochs = 7\n[search]"), (), "row"),
        (ONE.replace("[1]", "[2]") + SPACE, (), "seed"),
        (ONE.replace("jax", "torch") + SPACE, (), "backend"),
        (ONE + SPACE, ("--data", "images"), "data"),
    ],
)
def test_a_search_goes_on_with_what_its_trials_were_made_of(
    text: str,
    options: tuple[str, ...],
    what: str,
    sweep: SweepCommand,
    trainers: Trainers,
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("images").mkdir()
    assert sweep(ONE + SPACE, "--search", "1") == 0
    assert sweep(text, "--search", "2", *options) == 2
    assert f"go on with the {what} that it began with" in capsys.readouterr().err
    assert len(trainers.said) == 1


def test_trials_whose_folders_are_gone_keep_their_figures(tmp_path: Path, sweep: SweepCommand) -> None:
    assert sweep(ONE + SPACE, "--search", "2") == 0
    before = trials(tmp_path)
    shutil.rmtree(tmp_path / "runs/mine/trial-0000")
    assert sweep(ONE + SPACE, "--search", "3") == 0
    assert trials(tmp_path)[:2] == before


def test_the_seed_of_a_search_is_refused_without_one(sweep: SweepCommand, capsys: pytest.CaptureFixture[str]) -> None:
    assert sweep(ONE + SPACE, "--search-seed", "7") == 2
    assert "Expected --search-seed with --search." in capsys.readouterr().err


def test_a_trial_that_fails_is_counted_and_the_next_is_drawn(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers
) -> None:
    trainers.ends = {0: "diverged"}
    assert sweep(ONE + SPACE, "--search", "2") == 0
    assert [(trial["state"], trial["accuracy"] is None, trial["reason"]) for trial in trials(tmp_path)] == [
        ("failed", True, "exit code 5: Expected a finite loss. Received: nan."),
        ("finished", False, ""),
    ]
    assert sweep(ONE + SPACE, "--search", "2") == 0
    assert len(trainers.said) == 2


def test_a_fault_that_is_not_of_the_values_ends_the_search_and_its_trial_is_made_when_it_is_mended(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    trainers.ends = {1: "no room"}
    assert sweep(ONE + SPACE, "--search", "3") == 6
    error = capsys.readouterr().err
    assert "Expected trial 1 to come through. Received: exit code 4: Expected to write here." in error
    assert "What was drawn for it is kept: mend that, and give the same command again." in error
    before = trials(tmp_path)
    assert [trial["state"] for trial in before] == ["finished", "interrupted"]
    assert sweep(ONE + SPACE, "--search", "3") == 0
    after = trials(tmp_path)
    assert [trial["state"] for trial in after] == ["finished"] * 3
    assert after[1]["values"] == before[1]["values"] and len(trainers.said) == 4


def test_a_trial_that_fails_so_twice_is_counted_and_the_next_one_is_drawn(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers
) -> None:
    trainers.ends = {0: "no room", 1: "no room"}
    assert sweep(ONE + SPACE, "--search", "2") == 6
    assert sweep(ONE + SPACE, "--search", "2") == 0
    assert [trial["state"] for trial in trials(tmp_path)] == ["failed", "finished"]


def test_data_that_is_not_there_is_said_before_anything_is_drawn(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    for options in (("--search", "2"), ()):
        assert sweep(ONE + SPACE, "--data", "nowhere", *options) == 3
        assert "Expected a data folder at nowhere. Received: no such folder." in capsys.readouterr().err
    assert trainers.said == [] and not (tmp_path / "runs").exists()


def test_values_that_do_not_go_together_are_a_failed_trial(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    space = '[search]\ntraining.optimizer = ["sgd", "adamw"]\n'  # adamw has no momentum, which quick has
    assert sweep(ONE + space, "--search", "6") == 0
    found = [(trial["values"]["training.optimizer"], trial["state"]) for trial in trials(tmp_path)]
    assert set(found) == {('"sgd"', "finished"), ('"adamw"', "failed")}
    assert "failed: Expected training.momentum to be 0 for adamw" in capsys.readouterr().out


def test_a_dry_run_says_what_is_drawn_from(
    tmp_path: Path, sweep: SweepCommand, trainers: Trainers, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep(ONE + SPACE, "--search", "3", "--dry-run") == 0
    assert capsys.readouterr().out.splitlines()[1:] == [
        "    training.learning_rate: 0.0001 to 0.4, logarithmic",
        "    training.batch_size: whole numbers 16 to 64",
        "    model.channels: one of [4, 8], [8, 16]",
    ]
    assert trainers.said == [] and not (tmp_path / "runs").exists()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ONE, "Expected a table [search] in the sweep for --search."),
        (
            ONE.replace("[1]", "[1, 2]") + SPACE,
            "Expected one row, one seed and one backend for --search. Received: 1, 2",
        ),
        (ONE + "[search]\ntraining.rate = [1]\n", "Expected only keys that a recipe has"),
    ],
)
def test_what_cannot_be_searched_is_refused_with_2(
    sweep: SweepCommand, text: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep(text, "--search", "2") == 2
    assert capsys.readouterr().err.startswith(f"error: {said}")


def test_without_optuna_it_is_said_how_to_get_it(
    sweep: SweepCommand, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    assert sweep(ONE + SPACE, "--search", "2") == 4
    assert capsys.readouterr().err.rstrip().endswith("Run: pip install -c constraints.txt -e '.[search]'")

"""What `compare` does about backends that do not answer, and about options that make no sense."""

from pathlib import Path

import pytest

import backends
from commands.steps.children import ChildFailed
from commands.steps.comparison import contest
from commands.steps.comparison.contest import Contestant
from commands.steps.comparison.levels import with_equal_seeds
from tests.compare.conftest import Compare, content_of, verdicts
from tests.compare.contestants import Contestants


def test_a_backend_that_is_not_installed_has_a_row_and_the_others_go_on(
    compare: Compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backends, "is_installed", lambda name: name != "jax")
    assert compare() == 0
    assert "jax: not installed: pip install -c constraints.txt -e '.[jax]'" in capsys.readouterr().out
    assert verdicts(tmp_path)["logits"] == "same"
    (jax,) = [one for one in content_of(tmp_path)["contestants"] if one["name"] == "jax"]
    assert (jax["status"], jax["trials"]) == ("not installed", [])


@pytest.mark.parametrize("reason", ["ended with signal 11: last words", "took more than 60 s and was ended"])
def test_a_backend_that_crashes_or_hangs_in_training_has_a_row(
    reason: str, compare: Compare, contestants: Contestants, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contestants.wrong["torch", "train"] = ChildFailed(f"{contest.CONTESTANT} {reason}", -11)
    assert compare("--seeds", "2") == 0
    assert contestants.asked.count(("torch", "train", 3)) == 1 and ("torch", "train", 4) not in contestants.asked
    (torch, *_) = content_of(tmp_path)["contestants"]
    assert (torch["status"], torch["reason"]) == ("failed", f"training, seed 3: {reason}")
    assert verdicts(tmp_path)["logits"] == "same"
    assert "failed" in capsys.readouterr().out


def test_a_backend_that_crashes_in_the_second_part_keeps_its_figures(
    compare: Compare, contestants: Contestants, tmp_path: Path
) -> None:
    contestants.wrong["torch", "agree"] = ChildFailed("ended with signal 9", -9)
    assert compare() == 0
    content = content_of(tmp_path)
    assert len(content["contestants"][0]["trials"]) == 1
    assert set(content["levels"][0]["details"]) == set(backends.BACKENDS)
    assert set(content["levels"][2]["details"]["pairs"]) == {
        f"{maker} read by {reader}" for maker in ("tensorflow", "jax") for reader in ("tensorflow", "jax")
    }


def test_where_no_backend_comes_through_the_promise_is_broken(
    compare: Compare, contestants: Contestants, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in backends.BACKENDS:
        contestants.wrong[name, "train"] = ChildFailed("ended with signal 9", -9)
    assert compare() == 6
    assert content_of(tmp_path)["levels"] == []
    assert "error: Expected torch to come through. Received: failed: training, seed 3" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("--backends", "torch,nonesuch"), "Received: torch,nonesuch"),
        (("--backends", "torch,torch"), "each once"),
        (("--backends", "torch", "--tolerance", "1"), "two backends or more"),
        (("--threads", str(4096)), "one per core"),
        (("--images", "0"), "whole number from 1"),
        (("--json", "."), "name a file"),
    ],
)
def test_what_cannot_be_compared_is_refused_at_once(
    options: tuple[str, ...],
    reason: str,
    compare: Compare,
    contestants: Contestants,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert compare(*options) == 2
    assert reason in capsys.readouterr().err
    assert not contestants.asked and not (tmp_path / "runs" / "compare-tiny").exists()


def test_where_none_is_installed_nothing_is_begun(
    compare: Compare, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backends, "is_installed", lambda name: False)
    assert compare() == 4
    assert "pip install -c constraints.txt -e '.[torch,tensorflow,jax]'" in capsys.readouterr().err


def test_a_promise_about_a_backend_that_is_not_installed_is_refused_before_the_others_train(
    compare: Compare, contestants: Contestants, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backends, "is_installed", lambda name: name != "jax")
    assert compare("--backends", "torch,jax", "--tolerance", "1e-5") == 4
    assert capsys.readouterr().err == (
        "error: Expected torch, jax to be installed, since --tolerance is a promise about all of them. "
        "Received: no jax. Run: pip install -c constraints.txt -e '.[jax]'\n"
    )
    assert not contestants.asked


def test_where_all_lack_what_was_asked_for_it_is_the_environment(
    compare: Compare, contestants: Contestants, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in backends.BACKENDS:
        reason = f"{contest.CONTESTANT} ended with exit code 4: Expected a GPU for --device gpu."
        contestants.wrong[name, "train"] = ChildFailed(reason, 4)
    assert compare("--device", "gpu") == 4
    assert "ended with exit code 4: Expected a GPU for --device gpu." in capsys.readouterr().err
    contestants.wrong["jax", "train"] = ChildFailed("ended with signal 9", -9)
    assert compare("--device", "gpu") == 6


def test_a_late_failure_leaves_a_verdict_on_the_seeds_that_all_have(
    compare: Compare, contestants: Contestants, tmp_path: Path
) -> None:
    contestants.wrong["jax", "train", 4] = ChildFailed("ended with signal 9", -9)
    assert compare("--backends", "torch,jax", "--seeds", "2") == 0
    assert verdicts(tmp_path)["start"] == "same"
    start, _, accuracy, _ = content_of(tmp_path)["levels"]
    assert start["details"] == {"torch": ["start3"], "jax": ["start3"]}
    assert accuracy["details"]["values"] == {"torch": [0.5], "jax": [0.5]}
    assert [len(one["trials"]) for one in content_of(tmp_path)["contestants"]] == [2, 1]


@pytest.mark.parametrize(
    ("trained", "judged"),
    [
        ([3, 3, 1], [3, 3]),
        ([3, 2, 1], [2, 2]),
        ([3, 1, 1], [1, 1, 1]),
        ([2, 3, 2], [2, 2, 2]),
        ([3, 0, 0], []),
        ([3], []),
    ],
)
def test_as_many_seeds_are_judged_as_two_backends_have(trained: list[int], judged: list[int]) -> None:
    trials = [{"seed": seed} for seed in range(3)]
    found = with_equal_seeds([Contestant(str(place), trials=trials[:many]) for place, many in enumerate(trained)])
    assert [len(one.trials) for one in found] == judged
    assert all(one.trials == trials[: len(one.trials)] for one in found)


def test_a_stop_leaves_what_there_is_and_nothing_of_what_the_processes_told_each_other(
    compare: Compare, contestants: Contestants, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contestants.wrong["tensorflow", "train", 4] = KeyboardInterrupt()
    (tmp_path / "out.json").write_text("earlier")
    assert compare("--seeds", "2", "--json", str(tmp_path / "out.json")) == 130
    folder = tmp_path / "runs" / "compare-tiny"
    left = {"comparison.json", "logs", *(f"{name}.keras" for name in backends.BACKENDS)}
    assert {path.name for path in folder.iterdir()} == left
    content = content_of(tmp_path)
    assert [(len(one["trials"]), one["status"], one["reason"]) for one in content["contestants"]] == [
        (2, "stopped", "before reading all networks"),
        (1, "stopped", "after 1 of 2 seeds"),
        (1, "stopped", "after 1 of 2 seeds"),
    ]
    assert content["levels"][0]["verdict"] == "same" and "wrote what there is so far" in capsys.readouterr().out
    assert (tmp_path / "out.json").read_text() == "earlier"  # not with what is not whole


def test_a_full_disk_does_not_hide_a_stop(
    compare: Compare, contestants: Contestants, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fill(*_: object) -> None:
        raise OSError(28, "No space left on device")

    contestants.wrong["tensorflow", "train"] = KeyboardInterrupt()
    monkeypatch.setattr("commands.compare.write_json", fill)
    assert compare() == 130


def test_a_stop_before_anything_was_trained_leaves_no_comparison(
    compare: Compare, contestants: Contestants, tmp_path: Path
) -> None:
    contestants.wrong["torch", "train"] = KeyboardInterrupt()
    assert compare() == 130
    assert [path.name for path in (tmp_path / "runs" / "compare-tiny").iterdir()] == ["logs"]

"""What `compare` does about backends that do not answer, and about options that make no sense."""

from pathlib import Path

import pytest

import backends
import errors
from commands.steps.comparison import contest
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
    contestants.wrong["torch", "train"] = errors.PromiseError(f"{contest.CONTESTANT} {reason}")
    assert compare("--seeds", "2") == 0
    assert contestants.asked.count(("torch", "train", 3)) == 1 and ("torch", "train", 4) not in contestants.asked
    (torch, *_) = content_of(tmp_path)["contestants"]
    assert (torch["status"], torch["reason"]) == ("failed", f"training, seed 3: {reason}")
    assert verdicts(tmp_path)["logits"] == "same"
    assert "failed" in capsys.readouterr().out


def test_a_backend_that_crashes_in_the_second_part_keeps_its_figures(
    compare: Compare, contestants: Contestants, tmp_path: Path
) -> None:
    contestants.wrong["torch", "agree"] = errors.PromiseError("ended with signal 9")
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
        contestants.wrong[name, "train"] = errors.PromiseError("ended with signal 9")
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


def test_a_stop_leaves_nothing_of_what_the_processes_told_each_other(
    compare: Compare, contestants: Contestants, tmp_path: Path
) -> None:
    contestants.wrong["tensorflow", "train"] = KeyboardInterrupt()
    assert compare() == 130
    left = {path.name for path in (tmp_path / "runs" / "compare-tiny").iterdir()}
    assert left == {"logs", "torch.keras"}

"""`compare` without Keras: what it asks its processes, what it makes of their answers, and who does not answer."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backends
import errors
import run
from commands.steps.comparison import contest
from data_io.sample import draw_sample
from tests.contestants import LOGITS, Contestants

RECIPE = Path(__file__).resolve().parent / "tiny.toml"
Compare = Callable[..., int]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn") / "data"
    draw_sample(folder, 100, 0, lambda count: None)
    return folder


@pytest.fixture
def contestants(monkeypatch: pytest.MonkeyPatch) -> Contestants:
    fake = Contestants()
    monkeypatch.setattr(contest, "run_child", fake)
    monkeypatch.setattr(backends, "is_installed", lambda name: True)
    return fake


@pytest.fixture
def compare(data: Path, tmp_path: Path, contestants: Contestants) -> Compare:
    def command(*options: str) -> int:
        return run.main(["compare", str(RECIPE), "--data", str(data), "--out", str(tmp_path / "runs"), *options])

    return command


def content_of(tmp_path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((tmp_path / "runs" / "compare-tiny" / "comparison.json").read_text())
    return content


def verdicts(tmp_path: Path) -> dict[str, str]:
    return {level["name"]: level["verdict"] for level in content_of(tmp_path)["levels"]}


def test_equal_answers_are_the_same_on_every_level(compare: Compare, tmp_path: Path) -> None:
    assert compare("--tolerance", "1e-5") == 0
    assert verdicts(tmp_path) == {
        "start": "same",
        "batches": "same",
        "logits": "same",
        "losses (parity)": "same",
        "losses (tiny)": "measured",
        "validation accuracy": "not decided",
        "validation loss": "not decided",
    }
    folder = tmp_path / "runs" / "compare-tiny"
    kept = {"comparison.json", "cost.png", "curves.png", "losses.png", "logs"}
    assert {path.name for path in folder.iterdir()} == kept | {f"{name}.keras" for name in backends.BACKENDS}


def test_backends_take_turns_over_the_seeds_and_then_read_each_other(
    compare: Compare, contestants: Contestants, tmp_path: Path
) -> None:
    assert compare("--backends", "jax, torch", "--seeds", "2", "--seed", "5") == 0
    assert contestants.asked == [
        ("jax", "train", 5),
        ("torch", "train", 5),
        ("jax", "train", 6),
        ("torch", "train", 6),
        ("jax", "agree", 5),
        ("torch", "agree", 5),
    ]
    assert len(content_of(tmp_path)["levels"][2]["details"]["pairs"]) == 4


def test_three_seeds_of_three_backends_decide_on_quality(compare: Compare, tmp_path: Path) -> None:
    assert compare("--seeds", "3") == 0
    assert verdicts(tmp_path)["validation accuracy"] == "as seeds do"
    assert content_of(tmp_path)["levels"][-1]["details"]["p"] == 1.0


def test_a_backend_that_is_always_better_differs_more_than_seeds_do(
    compare: Compare, contestants: Contestants, tmp_path: Path
) -> None:
    contestants.wrong["torch", "train"] = {"validation_accuracy": 0.75}
    contestants.wrong["jax", "train"] = {"validation_accuracy": 0.25}
    assert compare("--seeds", "3") == 0
    assert verdicts(tmp_path)["validation accuracy"] == "more than seeds"


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
    ("wrong", "level"),
    [
        (("jax", "train", {"first_weights_digest": "other"}), "start"),
        (("jax", "train", {"batches_digest": "other"}), "batches"),
        (("jax", "agree", {"logits": LOGITS + np.float32(0.001)}), "logits"),
        (("jax", "agree", {"logits": np.full_like(LOGITS, np.nan)}), "logits"),
    ],
)
def test_what_differs_is_said_and_breaks_the_tolerance(
    wrong: tuple[str, str, Any],
    level: str,
    compare: Compare,
    contestants: Contestants,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    contestants.wrong[wrong[0], wrong[1]] = wrong[2]
    assert compare("--tolerance", "1e-5") == 6
    assert f"error: Expected the same {level}. Received: different: " in capsys.readouterr().err
    assert {name for name, verdict in verdicts(tmp_path).items() if verdict == "different"} == {level}


def test_without_a_tolerance_differences_are_told_and_no_error(
    compare: Compare, contestants: Contestants, tmp_path: Path
) -> None:
    contestants.wrong["jax", "agree"] = {"logits": LOGITS + np.float32(0.001)}  # 2.5e-4 of the largest
    assert compare() == 0
    assert verdicts(tmp_path)["logits"] == "different"


def test_the_tolerance_is_the_one_that_is_asked_for(compare: Compare, contestants: Contestants) -> None:
    contestants.wrong["jax", "agree"] = {"logits": LOGITS + np.float32(0.001)}
    assert compare("--tolerance", "3e-4") == 0
    assert compare("--tolerance", "2e-4") == 6


def test_losses_that_drift_apart_differ_in_parity_alone(
    compare: Compare, contestants: Contestants, tmp_path: Path
) -> None:
    contestants.wrong["jax", "agree"] = {"losses": {"parity": [1.5, 1.252], "tiny": [1.5, None]}}
    assert compare() == 0
    found = {level["name"]: level for level in content_of(tmp_path)["levels"]}
    assert found["losses (parity)"]["verdict"] == "different"
    assert found["losses (parity)"]["figure"] == "at most 2.0e-03 apart over 100 steps, first above 0.001 at step 2"
    assert found["losses (tiny)"]["verdict"] == "measured" and "at most inf" in found["losses (tiny)"]["figure"]


def test_images_are_drawn_by_the_seed_from_training_alone(
    compare: Compare, contestants: Contestants, tmp_path: Path
) -> None:
    assert compare("--images", "10") == 0
    ten = contestants.pixels
    assert (len(ten["train"].images), len(ten["validation"].images)) == (10, 10)
    assert compare() == 0
    everything = contestants.pixels["train"]
    places = np.sort(np.random.default_rng(3).choice(80, 10, replace=False))
    assert np.array_equal(ten["train"].images, everything.images[places])
    assert np.array_equal(ten["train"].labels, everything.labels[places])
    assert content_of(tmp_path)["train_images"] == 10


def test_the_json_says_what_was_compared_and_where(compare: Compare, tmp_path: Path) -> None:
    path = tmp_path / "new" / "folder" / "out.json"
    assert compare("--json", str(path), "--threads", "1", "--precision", "bfloat16") == 0
    content = json.loads(path.read_text())
    assert content == content_of(tmp_path)
    assert (content["threads"], content["precision"], content["seeds"]) == (1, "bfloat16", 1)
    assert content["versions"]["keras"] and content["hardware"] and content["recipe"]["name"] == "tiny"
    assert content["command"].startswith("python run.py compare ")


def test_every_framework_is_given_the_threads(compare: Compare, contestants: Contestants) -> None:
    assert compare("--threads", "1") == 0
    assert {name: contestants.variables[name] for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "NPROC")} == {
        "OMP_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "NPROC": "1",
    }


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


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="only Linux keeps a process to cores")
def test_two_backends_really_agree_in_processes_of_their_own(data: Path, tmp_path: Path) -> None:
    pair = [name for name in ("tensorflow", "jax", "torch") if backends.is_installed(name)][:2]
    if len(pair) < 2:
        pytest.skip("a comparison takes two backends")
    words = ["--backends", ",".join(pair), "--device", "cpu", "--threads", "1", "--tolerance", "1e-5"]
    out = tmp_path / "runs"
    assert run.main(["compare", str(RECIPE), "--data", str(data), "--out", str(out), *words]) == 0
    content = content_of(tmp_path)
    assert [one["status"] for one in content["contestants"]] == ["done", "done"]
    assert verdicts(tmp_path)["losses (parity)"] == "same"
    for one in content["contestants"]:
        (trial,) = one["trials"]
        assert trial["cores"] == 1 and trial["device"] == "cpu"
        assert trial["train_cpu_ms_per_image"] > 0 and trial["peak_resident_bytes"] > 2**27
        assert [row["epoch"] for row in trial["history"]] == [1, 2]

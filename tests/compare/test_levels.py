"""What `compare` asks its processes, and what it makes of their answers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import backends
from tests.compare.conftest import Compare, content_of, verdicts
from tests.compare.contestants import LOGITS, Contestants


def test_equal_answers_are_the_same_on_every_level(compare: Compare, tmp_path: Path) -> None:
    assert compare("--tolerance", "1e-5", with_pictures=True) == 0
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


@pytest.mark.parametrize(
    ("wrong", "level"),
    [
        (("jax", "train", {"first_weights_digest": "other"}), "start"),
        (("jax", "train", {"batches_digest": "other"}), "batches"),
        (("jax", "agree", {"logits": LOGITS + np.float32(0.001)}), "logits"),
        (("jax", "agree", {"logits": np.full_like(LOGITS, np.nan)}), "logits"),
        (("jax", "agree", {"losses": {"parity": [1.5, 1.252], "tiny": [1.5, 1.25]}}), "losses (parity)"),
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
    contestants.wrong["jax", "agree"] = {"logits": LOGITS[:, ::-1]}
    assert compare("--backends", "torch,jax") == 0
    level = content_of(tmp_path)["levels"][2]
    # Two of four pairs, 10 images each, every one with the 4 where the 0 was
    assert level["verdict"] == "different" and level["figure"].startswith(
        "1.0e+00 of the largest logit, 20 changed answers, 0 ties; 4 pairs of maker and reader, 10 images"
    )


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

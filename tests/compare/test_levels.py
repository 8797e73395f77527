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
    names = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "NPROC")
    assert [contestants.variables[name] for name in names] == ["1"] * 5


def test_what_the_shell_tells_a_framework_is_kept(
    compare: Compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XLA_FLAGS", "--of_the_shell")
    monkeypatch.setenv("MKL_NUM_THREADS", "7")  # ours replaces it
    assert compare() == 0
    assert content_of(tmp_path)["settings_of_shell"]["XLA_FLAGS"] == "--of_the_shell"
    assert "MKL_NUM_THREADS" not in content_of(tmp_path)["settings_of_shell"]


def test_an_import_is_that_of_the_second_process_whose_files_are_in_memory(compare: Compare, tmp_path: Path) -> None:
    assert compare("--seeds", "2") == 0
    for one in content_of(tmp_path)["contestants"]:
        assert [trial["import_seconds"] for trial in one["trials"]] == [2.5, 4.0]


@pytest.mark.parametrize(("images", "epochs"), [(10, 100), (80, 50)])
def test_of_few_images_no_followed_step_has_a_rate_of_0(
    images: int, epochs: int, compare: Compare, contestants: Contestants
) -> None:
    settings = "training.decay=cosine", "training.drop_every_epochs=0", "training.drop_factor=1.0"
    words = [word for setting in (*settings, "training.batch_size=20") for word in ("--set", setting)]
    assert compare("--images", str(images), *words) == 0
    followed = contestants.tasks[-1].parity
    assert followed["parity"]["training"]["epochs"] == epochs  # 100 steps of 64 images, its own batches
    assert followed["tiny"]["training"]["epochs"] == {10: 100, 80: 25}[images]  # of 20


def test_a_rate_that_falls_in_steps_is_followed_as_it_is(compare: Compare, contestants: Contestants) -> None:
    assert compare() == 0
    assert contestants.tasks[-1].parity["tiny"]["training"]["epochs"] == 2


def test_a_device_of_each_kind_is_in_the_hardware(
    compare: Compare, contestants: Contestants, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commands.steps.comparison.outcome.describe_hardware", lambda device: f"a {device}")
    contestants.wrong["jax", "train"] = {"device": "gpu (X)"}
    assert compare() == 0
    assert content_of(tmp_path)["hardware"] == "a cpu; a gpu (X)"

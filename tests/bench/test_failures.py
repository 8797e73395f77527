"""What `bench` does about contestants that do not answer, and about options that make no sense."""

from pathlib import Path

import pytest

import backends
import errors
from tests.bench.conftest import Bench, rows_of
from tests.bench.contestants import Contestants


def test_a_contestant_that_fails_says_so_in_the_table_and_the_others_go_on(
    bench: Bench, contestants: Contestants, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    contestants.wrong["jax"] = errors.PromiseError("ended with signal 9: last words")
    assert bench("training", "--quick") == 0
    rows = rows_of(tmp_path / "runs" / "bench-training" / "bench.json", "training")
    assert (rows["jax"]["status"], rows["jax"]["reason"]) == ("failed", "ended with signal 9: last words")
    assert rows["tensorflow"]["ratio"]["median"] == 4.0
    assert "ended with signal 9: last words" in capsys.readouterr().out


def test_a_backend_that_is_not_installed_has_a_row(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(backends, "is_installed", lambda name: name != "torch")
    assert bench("training", "--quick") == 0
    rows = rows_of(tmp_path / "runs" / "bench-training" / "bench.json", "training")
    assert {rows[name]["status"] for name in ("native", "torch")} == {"not installed"}
    assert rows["jax"]["status"] == "done" and "ratio" not in rows["jax"]
    assert "torch: not installed: pip install -c constraints.txt -e '.[torch]'" in capsys.readouterr().out


def test_an_accuracy_that_is_never_reached_is_a_failure(bench: Bench, tmp_path: Path) -> None:
    assert bench("accuracy", "--quick", "--backends", "jax", "--target", "0.99") == 6
    rows = rows_of(tmp_path / "runs" / "bench-accuracy" / "bench.json", "accuracy")
    assert rows["jax"]["reason"] == (
        "Expected a validation accuracy of 0.99. Received: less in all 2 epochs of seed 3."
    )


def test_where_nobody_comes_through_the_promise_is_broken(
    bench: Bench, contestants: Contestants, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("native", "ours"):
        contestants.wrong[name] = errors.PromiseError("no")
    assert bench("loader", "--quick") == 6
    assert "error: Expected a contestant to come through." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (("nonesuch",), "none of training, loader"),
        (("training", "--backends", "torch,torch"), "each once"),
        (("training", "--threads", "1,3"), "numbers from 1 to 2"),
        (("training", "--threads", "one"), "numbers from 1 to 2"),
        (("training", "--repeats", "0"), "whole number from 1"),
    ],
)
def test_what_cannot_be_measured_is_refused_at_once(
    options: tuple[str, ...], reason: str, bench: Bench, contestants: Contestants, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(*options) == 2
    assert reason in capsys.readouterr().err and not contestants.asked


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            ("prediction", "--recipe", "fast"),
            "for prediction. Received: fast, with model.transform statistics, model.normalization batch, "
            "model.activation relu.",
        ),
        (("job", "--recipe", "best_cpu"), "Received: best_cpu, with model.family residual, model.transform statistics"),
        (("training", "--recipe", "best_cpu"), "training.optimizer adamw, training.decay cosine, training.warmup"),
        (("training", "--recipe", "best_cpu"), "augmentation.cutmix_probability 0.2"),
    ],
)
def test_a_network_that_plain_pytorch_has_no_like_of_is_refused(
    options: tuple[str, ...], reason: str, bench: Bench, contestants: Contestants, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench(*options, with_recipe=False) == 2
    assert reason in capsys.readouterr().err and not contestants.asked


def test_what_has_no_plain_pytorch_beside_it_takes_any_recipe(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "bench.json"
    words = ["accuracy", "--recipe", "fast", "--backends", "jax", "--target", "0.5", "--seeds", "1"]
    assert bench(*words, "--json", str(path), with_recipe=False) == 0


def test_a_file_of_another_kind_is_left_as_it_is(
    bench: Bench, contestants: Contestants, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.json"
    path.write_text('{"runs": []}')
    assert bench("loader", "--quick", "--json", str(path)) == 2
    assert path.read_text() == '{"runs": []}' and not contestants.asked


def test_a_stop_ends_it(bench: Bench, contestants: Contestants) -> None:
    contestants.wrong["native"] = KeyboardInterrupt()
    assert bench("training", "--quick") == 130

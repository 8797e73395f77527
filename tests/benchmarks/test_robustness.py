"""Runs are laid side by side only as they were judged: each alone, on all and on the same validation images."""

import json
from pathlib import Path
from typing import Any

import pytest

import errors
from benchmarks import robustness
from benchmarks.robustness import check_same_images, read_kept, read_robustness
from data_io.run_folder import write_manifest


def make_run(run: Path) -> Path:
    run.mkdir()
    (run / "recipe.toml").write_text('name = "fast"\n')
    (run / "metrics.json").write_text(json.dumps({"images": 4, "data_digest": "d", "confusion": [[2, 0], [1, 1]]}))
    write_manifest(run, {})
    return run


def evaluate(run: Path, name: str, accuracy: float, **changed: Any) -> Path:
    folder = run / "evaluations" / name
    folder.mkdir(parents=True)
    content = {
        "models": [{"model": "fast"}],
        "tta": None,
        "data_digest": "d",
        "images": 4,
        "undamaged": {"accuracy": accuracy},
        "damages": [],
    }
    (folder / "robustness.json").write_text(json.dumps({**content, **changed}))
    write_manifest(folder, dict.fromkeys(("command", "backend", "device", "hardware", "versions"), name))
    return folder


def test_the_last_evaluation_of_the_network_alone_on_all_images_is_read(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    for number, accuracy in (("", 0.25), ("-2", 0.5), ("-10", 0.75)):
        evaluate(run, f"validation-d{number}", accuracy)
    evaluate(run, "validation-d-models2", 1.0, models=[{}, {}])
    evaluate(run, "validation-d-tta-mirror", 1.0, tta="mirror")
    evaluate(run, "validation-d-10000", 1.0, images=2)
    evaluate(run, "test-other-digest-1", 1.0, data_digest="e")
    found = read_robustness(run)
    assert (found["name"], found["classes"], found["undamaged"]["accuracy"]) == ("fast", 2, 0.75)
    assert found["hardware"] == "validation-d-10"


def test_a_run_that_was_not_judged_so_is_refused_with_what_judges_it(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    evaluate(run, "validation-d-models2", 1.0, models=[{}, {}])
    with pytest.raises(errors.UsageError, match=r"Received: no such evaluation. .*run.py evaluate .* --robustness"):
        read_robustness(run)


def test_an_evaluation_that_was_changed_is_refused(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    (evaluate(run, "validation-d", 0.5) / "robustness.json").write_text(json.dumps({"images": 4}))
    with pytest.raises(errors.PromiseError, match=r"robustness\.json"):
        read_robustness(run)


def test_runs_on_other_images_are_not_laid_side_by_side(tmp_path: Path) -> None:
    folders = [tmp_path / "a", tmp_path / "b"]
    check_same_images(folders, [{"data_digest": "d"}] * 2)
    with pytest.raises(errors.DataError, match=r"a and .*b to judge the same images\. Received: other ones\."):
        check_same_images(folders, [{"data_digest": "d"}, {"data_digest": "e"}])


def test_networks_of_the_file_that_is_there_can_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(robustness, "RESULTS", tmp_path)
    there = [{"name": name, "undamaged": {"accuracy": 0.5}} for name in ("cnn", "mlp")]
    (tmp_path / "robustness.json").write_text(json.dumps({"damaged": there}))
    assert read_kept(["mlp"]) == there[1:]
    with pytest.raises(errors.UsageError, match=r"Expected --keep of cnn, mlp\. Received: best\."):
        read_kept(["cnn", "best"])

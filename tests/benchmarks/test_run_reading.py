"""Runs are read whole, and only those that judged the same images."""

import json
from pathlib import Path

import pandas as pd
import pytest

import errors
from benchmarks.run_reading import compare_runs, read_run
from data_io.history import COLUMNS
from data_io.run_folder import write_manifest


def make_run(run: Path, ids: str = "abcd", name: str = "cnn") -> Path:
    run.mkdir()
    (run / "recipe.toml").write_text(f'name = "{name}"\n')
    metrics = {
        "images": 4,
        "accuracy": 0.75,
        "accuracy_standard_error": 0.2165,
        "loss": 0.5,
        "confusion": [[2, 0], [1, 1]],
        "data_digest": "d",
    }
    (run / "metrics.json").write_text(json.dumps(metrics))
    pd.DataFrame([dict.fromkeys(COLUMNS, 1.0)] * 3).to_csv(run / "history.csv", index=False)
    rows = [
        f"{one},{label},{given},{1 - given},{given}"
        for one, label, given in zip(ids, (0, 0, 1, 1), (0, 0, 0, 1), strict=True)
    ]
    head = "image_id,label,given_label,probability_0,probability_1"
    (run / "validation_predictions.csv").write_text("\n".join([head, *rows]) + "\n")
    facts = dict.fromkeys(("command", "backend", "device", "hardware", "versions"), "x")
    write_manifest(run, {**facts, "seed": 0, "minutes": 1.5})
    return run


def test_a_run_is_read_with_what_was_published_of_its_recipe(tmp_path: Path) -> None:
    found, answers = read_run(make_run(tmp_path / "a"), "d")
    assert (found["name"], found["epochs"], found["accuracy"]) == ("cnn", 3, 0.75)
    assert [(row["right"], row["images"]) for row in found["recalls"]] == [(2, 2), (1, 2)]
    assert [row["right"] for row in found["published_recalls"]] == [223, 217, 231, 247, 191]
    assert answers.ids == ("a", "b", "c", "d")
    assert read_run(make_run(tmp_path / "b", name="mine"), "d")[0]["published_recalls"] is None


def test_a_run_on_other_images_is_refused(tmp_path: Path) -> None:
    with pytest.raises(errors.DataError, match="Expected .* validation images of --data. Received: other ones"):
        read_run(make_run(tmp_path / "a"), "e")
    both = [read_run(make_run(tmp_path / name, ids), "d")[1] for name, ids in (("b", "abcd"), ("c", "abce"))]
    with pytest.raises(errors.DataError, match="Expected b and c to judge the same images"):
        compare_runs(["b", "c"], both)
    (found,) = compare_runs(["b", "b"], [both[0], both[0]])
    assert (found["first"], found["other"], found["same_label"], found["difference"]) == ("b", "b", 4, 0.0)

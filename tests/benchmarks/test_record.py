import json
from pathlib import Path

import pandas as pd
import pytest

import errors
from benchmarks.record import summarise_run
from data_io.run_folder import write_manifest


@pytest.fixture
def finished_run(tmp_path: Path) -> Path:
    (tmp_path / "recipe.toml").write_text('name = "cnn"\n')
    metrics = {
        "images": 10,
        "accuracy": 0.8,
        "accuracy_standard_error": 0.1,
        "loss": 0.5,
        "confusion": [[5, 1], [1, 3]],
    }
    (tmp_path / "metrics.json").write_text(json.dumps(metrics))
    history = pd.DataFrame({"train_loss": [3.0, 2.0, 1.0], "images_per_second": [1.0, 100.0, 104.0]})
    history.to_csv(tmp_path / "history.csv", index=False)
    facts = dict.fromkeys(
        ("command", "backend", "device", "hardware", "loader", "versions", "first_weights_digest"), "x"
    )
    write_manifest(tmp_path, {**facts, "seed": 3, "minutes": 1.5})
    return tmp_path


def test_a_run_is_summarised_from_its_files(finished_run: Path) -> None:
    summary = summarise_run(finished_run)
    assert (summary["recipe"], summary["seed"], summary["minutes"]) == ("cnn", 3, 1.5)
    assert (summary["epochs"], summary["last_train_loss"]) == (3, 1.0)
    assert summary["validation_accuracy"] == 0.8
    assert summary["correct_per_class"] == [5, 3]
    assert summary["images_per_second"] == 102.0  # the median without the first epoch, which holds the compilation


def test_a_file_that_was_changed_is_not_recorded(finished_run: Path) -> None:
    (finished_run / "metrics.json").write_text("{}")
    with pytest.raises(errors.PromiseError):
        summarise_run(finished_run)

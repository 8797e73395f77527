import json
from pathlib import Path

import pandas as pd
import pytest

import errors
from benchmarks import record
from benchmarks.documents import fill
from benchmarks.record import main, summarise_folds, summarise_run
from data_io.files import digest_file
from data_io.run_folder import write_manifest


@pytest.fixture
def finished_run(tmp_path: Path) -> Path:
    return make_run(tmp_path / "run", 'name = "cnn"\n')


def make_run(folder: Path, recipe: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "recipe.toml").write_text(recipe)
    metrics = {
        "images": 10,
        "accuracy": 0.8,
        "accuracy_standard_error": 0.1,
        "loss": 0.5,
        "confusion": [[5, 1], [1, 3]],
    }
    (folder / "metrics.json").write_text(json.dumps(metrics))
    history = pd.DataFrame({"train_loss": [3.0, 2.0, 1.0], "images_per_second": [1.0, 100.0, 104.0]})
    history.to_csv(folder / "history.csv", index=False)
    facts = dict.fromkeys(
        ("command", "backend", "device", "hardware", "loader", "versions", "first_weights_digest"), "x"
    )
    write_manifest(folder, {**facts, "seed": 3, "minutes": 1.5})
    return folder


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


@pytest.fixture
def folder_of_folds(tmp_path: Path) -> Path:
    folder = tmp_path / "folds2"
    for fold in range(2):
        make_run(folder / f"fold{fold}", f'name = "cnn"\n[data]\nfolds = 2\nfold = {fold}\n')
    metrics = {
        "images": 20,
        "accuracy": 0.7,
        "accuracy_standard_error": 0.1,
        "loss": 0.6,
        "over_folds": {"accuracy": {"n": 2, "mean": 0.7, "deviation": 0.14}, "loss": {"n": 2, "mean": 0.6}},
        "confusion": [],
    }
    (folder / "metrics.json").write_text(json.dumps(metrics))
    facts = {"folds": 2, "files": {"metrics.json": digest_file(folder / "metrics.json")}}
    (folder / "manifest.json").write_text(json.dumps(facts))
    return folder


def test_a_folder_of_folds_is_recorded_as_its_runs_and_what_they_give_together(
    folder_of_folds: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "RESULTS", tmp_path / "results")
    monkeypatch.setattr("benchmarks.documents.RESULTS", tmp_path / "results")
    (tmp_path / "results").mkdir()
    for file in folder_of_folds.glob("fold*/manifest.json"):  # a document names the frameworks
        file.write_text(json.dumps({**json.loads(file.read_text()), "versions": {"keras": "3"}}))
    main(["some", str(folder_of_folds)])
    text = fill("<!-- results: some -->\n<!-- end -->")
    assert "| cnn, fold 0 |" in text and "| cnn, fold 1 |" in text
    assert (
        "Each of 20 images answered by the network that has not seen it: 70.00 ± 10.00 %, loss 0.6000; mean and "
        "standard deviation of 2 folds 70.00 ± 14.00 %. Source:" in text
    )


def test_an_evaluation_is_recorded_with_its_networks_alone(
    finished_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "RESULTS", tmp_path)
    monkeypatch.setattr("benchmarks.documents.RESULTS", tmp_path)
    models = [{"model": name, "accuracy": share, "loss": 0.5} for name, share in (("a", 0.8), ("b", 0.75))]
    kinds = {"plain": {}, "plain-models2-tta": {"models": models, "views": 10, "accuracy": 0.85}}
    for name, parts in kinds.items():
        folder = finished_run / "evaluations" / name
        folder.mkdir(parents=True)
        metrics = {"images": 1250, "accuracy": 0.8, "accuracy_standard_error": 0.01, "loss": 0.5, "data_digest": "d"}
        (folder / "metrics.json").write_text(json.dumps(metrics | parts))
        facts = dict.fromkeys(("command", "backend", "device"), "x")
        write_manifest(folder, {**facts, "hardware": "2 cores of X", "versions": {"keras": "3"}})
    main(["some", *(str(finished_run / "evaluations" / name) for name in kinds), "--note", "Of test."])
    assert fill("<!-- results: some -->\n<!-- end -->").splitlines()[1:] == [
        "| networks | views of each image | accuracy | loss | each network alone, one view |",
        "|---|---|---|---|---|",
        "| run | 1 | 80.00 ± 1.00 % of 1,250 | 0.5000 | 80.00 % |",
        "| a, b | 10 | 85.00 ± 1.00 % of 1,250 | 0.5000 | 80.00 %, 75.00 % |",
        "",
        "Source: [results/some.json](results/some.json); 2 cores of X; keras 3. Of test.",
        "<!-- end -->",
    ]


def test_scores_of_folds_that_were_changed_are_not_recorded(folder_of_folds: Path) -> None:
    (folder_of_folds / "metrics.json").write_text("{}")
    with pytest.raises(errors.PromiseError, match=r"Expected .*metrics\.json to be as it was written"):
        summarise_folds(folder_of_folds)

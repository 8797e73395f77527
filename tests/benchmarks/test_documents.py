import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import documents
from tests.analysis_content import make_content


def test_a_table_stands_between_its_markers_and_the_rest_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = [{"what": "a", "figure": "1.5", "spread": "1 to 2", "n": 3}]
    content = {
        "note": "A note.",
        "hardware": "2 cores",
        "versions": {"python": "3.11", "jax": "1.2"},
        "figures": figures,
    }
    (tmp_path / "x.json").write_text(json.dumps(content))
    monkeypatch.setattr(documents, "RESULTS", tmp_path)
    text = "before\n<!-- results: x -->\nold\n<!-- end -->\nafter\n"
    filled = documents.fill(text)
    assert filled == (
        "before\n<!-- results: x -->\n"
        "| what | figure | spread | n |\n|---|---|---|---|\n| a | 1.5 | 1 to 2 | 3 |\n"
        "\nSource: [results/x.json](results/x.json); 2 cores; jax 1.2. A note.\n<!-- end -->\nafter\n"
    )
    assert documents.fill(filled) == filled


def test_a_run_is_a_row_with_its_standard_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = {
        "recipe": "cnn",
        "backend": "jax",
        "seed": 0,
        "epochs": 3,
        "validation_accuracy": 0.9,
        "validation_accuracy_standard_error": 0.03,
        "validation_images": 1250,
        "validation_loss": 0.25,
        "last_train_loss": 0.5,
        "hardware": "2 cores",
        "versions": {},
        "minutes": 1.26,
        "images_per_second": 99.6,
    }
    (tmp_path / "x.json").write_text(json.dumps({"note": "", "runs": [run]}))
    monkeypatch.setattr(documents, "RESULTS", tmp_path)
    row = documents.fill("<!-- results: x -->\n<!-- end -->").splitlines()[3]
    assert row == "| cnn | jax | 0 | 3 | 90.00 ± 3.00 % of 1,250 | 0.2500 | 0.5000 | 1.3 | 100 |"


def test_all_machines_and_versions_of_runs_are_named_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    figures = ("validation_accuracy", "validation_accuracy_standard_error", "validation_loss", "last_train_loss")
    whole = {"recipe": "cnn", "backend": "jax", "epochs": 3, "validation_images": 1250, "minutes": 1.0}
    run = {**whole, **dict.fromkeys(figures, 0.5), "images_per_second": 9.0}
    made = [("2 cores", "1.2"), ("2 cores", "1.3"), ("a GPU", "1.2")]
    runs = [{**run, "seed": i, "hardware": on, "versions": {"jax": it}} for i, (on, it) in enumerate(made)]
    (tmp_path / "x.json").write_text(json.dumps({"note": "", "runs": runs}))
    monkeypatch.setattr(documents, "RESULTS", tmp_path)
    assert "2 cores; a GPU; jax 1.2 and 1.3." in documents.fill("<!-- results: x -->\n<!-- end -->")


def test_a_comparison_is_two_tables_with_its_command_and_its_conditions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = {
        "train_images_per_second": 90.0,
        "train_cpu_ms_per_image": 20.0,
        "predict_images_per_second": 300.0,
        "import_seconds": 4.0,
        "first_step_seconds": 1.5,
        "peak_resident_bytes": 2**30,
        "peak_device_bytes": None,
        "model_bytes": 2**20,
        "jit": False,
        "device": "cpu",
    }
    content = {
        "note": "A note.",
        "command": "python run.py compare cnn",
        "hardware": "2 cores",
        "versions": {"jax": "1.2"},
        "recipe": {"name": "cnn", "training": {"epochs": 2, "batch_size": 64}, "image": {"size_pixels": 128}},
        "seeds": 1,
        "threads": 2,
        "precision": "float32",
        "train_images": 2000,
        "contestants": [
            {"name": "torch", "status": "done", "reason": "", "trials": [trial]},
            {"name": "jax", "status": "failed", "reason": "a | b", "trials": []},
        ],
        "levels": [{"name": "start", "verdict": "same", "figure": "abc"}],
    }
    (tmp_path / "x.json").write_text(json.dumps(content))
    monkeypatch.setattr(documents, "RESULTS", tmp_path)
    lines = documents.fill("<!-- results: x -->\n<!-- end -->").splitlines()
    assert lines[1:7] == [
        "| level | verdict | figure |",
        "|---|---|---|",
        "| start | same | abc |",
        "| jax | failed | a \\| b |",
        "",
        "| cost | torch | jax |",
    ]
    assert lines[8] == "| training, images/s | 90 | – |"
    assert lines[-2] == (
        "Source: [results/x.json](results/x.json); 2 cores; jax 1.2; `python run.py compare cnn`; cnn, 2 epochs of "
        "2,000 images of 128 px in batches of 64; n = 1 seed; 2 threads; training in float32; speeds of training "
        "without the first epoch. A note."
    )


def test_a_sweep_is_its_table_with_its_command_and_its_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = {"seed": 0, "state": "finished", "reason": "", "minutes": 3.0}
    row = {"name": "a", "backend": "jax", "published": 0.8864, "mean": 0.9, "deviation": None, "n": 1, "runs": [run]}
    facts = {
        "note": "A note.",
        "command": "python run.py sweep a.toml",
        "hardware": "2 cores",
        "versions": {"jax": "1.2"},
    }
    (tmp_path / "x.json").write_text(json.dumps({**facts, "rows": [row]}))
    trial = {"number": 0, "values": {"seed": "1"}, "state": "finished", "reason": "", "accuracy": 0.5, "minutes": 1.0}
    (tmp_path / "y.json").write_text(json.dumps({**facts, "trials": [trial]}))
    monkeypatch.setattr(documents, "RESULTS", tmp_path)
    lines = documents.fill("<!-- results: x -->\n<!-- end -->\n<!-- results: y -->\n<!-- end -->").splitlines()
    assert lines[1:4] == [
        "| row | backend | published | validation accuracy | n | minutes a run |",
        "|---|---|---|---|---|---|",
        "| a | jax | 88.64 % | 90.00 % | 1 | 3.0 |",
    ]
    source = "2 cores; jax 1.2; `python run.py sweep a.toml`. A note."
    assert lines[5] == f"Source: [results/x.json](results/x.json); {source}"
    assert lines[8:11] == [
        "| trial | seed | validation accuracy | minutes |",
        "|---|---|---|---|",
        "| 0 | 1 | 50.00 % | 1.0 |",
    ]


def test_an_analysis_is_filled_in_part_by_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "x.json").write_text(json.dumps(make_content()))
    monkeypatch.setattr(documents, "RESULTS", tmp_path)
    lines = documents.fill("<!-- results: x networks -->\n<!-- end -->", "../").splitlines()
    assert lines[3] == "| cnn | cnn | 100x100 | 1 | 1,234 | 2.5 million |"
    assert lines[5] == "Source: [results/x.json](../results/x.json)."
    (line,) = documents.fill("<!-- results: x conditions -->\n<!-- end -->").splitlines()[1:-1]
    assert line.endswith("2 cores; jax 1.2. Source: [results/x.json](results/x.json).")


def test_a_table_that_may_be_missing_leaves_nothing_until_its_file_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "RESULTS", tmp_path)
    text = "<!-- results: x, if there -->\nold\n<!-- end -->"
    assert documents.fill(text) == "<!-- results: x, if there -->\n<!-- end -->"
    content = {"note": "", "hardware": "2 cores", "versions": {}, "figures": []}
    (tmp_path / "x.json").write_text(json.dumps(content))
    assert "| what | figure | spread | n |" in documents.fill(text)
    with pytest.raises(FileNotFoundError):
        documents.fill("<!-- results: y -->\n<!-- end -->")


def spread(median: float) -> dict[str, float]:
    return {"median": median, "least": median, "most": 2 * median, "n": 3}


def test_a_bench_is_a_picture_a_table_and_its_conditions_or_ratios_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows: list[dict[str, Any]] = [
        {"contestant": "native", "figure": spread(100.0), "cpu_ms_per_image": spread(20.0), "variant": "2 threads"},
        {"contestant": "jax", "figure": spread(150.0), "cpu_ms_per_image": spread(8.0), "variant": "1 thread"},
        {"contestant": "torch", "status": "failed", "reason": "a | b"},
        {"contestant": "ours", "figure": spread(250.0), "cpu_ms_per_image": spread(4.0), "variant": "1 thread"},
    ]
    rows[1]["ratio"], rows[3]["ratio"] = spread(1.5), spread(2.5)
    rows = [{"status": "done"} | row for row in rows]
    table = {"title": "training, cnn", "metric": "images_per_second", "baseline": "native", "conditions": "40 steps"}
    section = {
        "tables": [{**table, "rows": rows}],
        "versions": {"python": "3.11", "jax": "1.2"},
        "hardware": "2 cores",
        "threads": [1, 2],
        "data": "drawn sample images",
        "command": "python run.py bench",
    }
    (tmp_path / "x.json").write_text(json.dumps({"sections": {"training": section}, "note": "A note."}))
    monkeypatch.setattr(documents, "RESULTS", tmp_path)
    filled = documents.fill("<!-- results: x -->\n<!-- end -->")
    assert filled.splitlines() == [
        "<!-- results: x -->",
        "![Times as good as plain PyTorch](results/x.png)",
        "",
        "| what | contestant | times as good | figure | CPU ms/image | memory, MiB | at |",
        "|---|---|---|---|---|---|---|",
        "| training, cnn | native | 1 | 100 (100 to 200) images/s | 20.0 (20.0 to 40.0) | – | 2 threads |",
        "| training, cnn | jax | 1.50 (1.50 to 3.00) | 150 (150 to 300) images/s | 8.00 (8.00 to 16.00) | – | "
        "1 thread |",
        "| training, cnn | torch | failed | a \\| b | – | – | – |",
        "| training, cnn | ours | 2.50 (2.50 to 5.00) | 250 (250 to 500) images/s | 4.00 (4.00 to 8.00) | – | "
        "1 thread |",
        "",
        "- training: 40 steps; n = 3 rounds in turns; threads and cores: at most 2; drawn sample images; 2 cores; "
        "jax 1.2; `python run.py bench`",
        "",
        "Source: [results/x.json](results/x.json), medians over the rounds (least to most). A note.",
        "<!-- end -->",
    ]
    assert documents.fill("<!-- results: x ratios -->\n<!-- end -->").splitlines() == [
        "<!-- results: x ratios -->",
        "| times as good as plain PyTorch | torch | tensorflow | jax | other |",
        "|---|---|---|---|---|",
        "| training, cnn | failed | – | 1.50 (1.50 to 3.00) | ours 2.50 (2.50 to 5.00) |",
        "",
        "Source: [results/x.json](results/x.json), medians over the rounds (least to most). n = 3 rounds; 2 cores. "
        "A note.",
        "<!-- end -->",
    ]

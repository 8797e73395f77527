import json
from pathlib import Path

import pytest

from benchmarks import documents


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
        "2,000 images of 128 px in batches of 64; n = 1 seed; 2 threads; training in float32; speeds without the "
        "first epoch. A note."
    )

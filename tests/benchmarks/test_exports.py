import json
from pathlib import Path

import pytest

import errors
from benchmarks import documents, exports
from data_io.artefact_files import write_sidecar

ARTEFACT = {
    "file": "model.onnx",
    "images": 1250,
    "largest_difference": 7.53e-07,
    "differences": {"1": 1e-7, "all": 7.53e-07},
    "probability_difference": 2e-7,
    "changed_answers": 0,
    "accuracy": 0.76,
    "accuracy_difference": 0.0,
    "size_bytes": 8_793_197,
    "write_seconds": 0.5,
    "cold_start_seconds": 0.19,
    "one_image_p50_seconds": 0.00128,
    "one_image_p95_seconds": 0.00181,
    "one_image_calls": 64,
    "images_per_second": 865.4,
    "runtime": "onnxruntime 1.32.0, 1 thread",
}
REPORT = {
    "recipe": "cnn",
    "family": "cnn",
    "trained_with": "jax",
    "reference": {"backend": "jax", "device": "cpu"},
    "tolerance": 1e-5,
    "commit": "abc",
    "hardware": "2 cores",
    "seconds": 21.6,
    "artefacts": {"onnx": ARTEFACT},
}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    (tmp_path / "model.onnx").write_bytes(b"model")
    write_sidecar(tmp_path / "model.onnx", "onnx", {"weights_digest": "d"})
    (tmp_path / "report.json").write_text(json.dumps(REPORT))
    return tmp_path


def test_an_artefact_is_a_row_of_the_table(export: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "RESULTS", export)
    monkeypatch.setattr(documents, "RESULTS", export)
    exports.main([str(export), "--note", "A note."])
    lines = documents.fill("<!-- results: exports -->\n<!-- end -->").splitlines()
    assert lines[3] == "| cnn | jax | onnx | 7.5e-07 | 0 of 1,250 | 22 | 8.8 | 0.19 | 1.28 / 1.81 | 865 |"
    assert lines[5].startswith("Source: [results/exports.json](results/exports.json); 2 cores; ")


def test_an_artefact_that_was_changed_since_is_refused(export: Path) -> None:
    (export / "model.onnx").write_bytes(b"other")
    with pytest.raises(errors.PromiseError, match="It was changed since"):
        exports.summarise_export(export)

"""A content of results/analysis.json, of two classes and two runs, for tests."""

from typing import Any

import numpy as np

from reports.run_analysis import compare_answers, judge_calibration, recalls


def make_content() -> dict[str, Any]:
    train = [
        {
            "label": label,
            "images": 4,
            "file_bytes_quartiles": [1000.0, 2000.0 + label, 3000.0],
            "colour_means": [0.5, 0.25, 0.125],
            "colour_means_error": [0.01, 0.02, 0.03 + 0.01 * label],
            "colour_deviations": [0.1, 0.2, 0.3],
            "saturation": 0.75,
            "saturation_error": 0.005,
            "spectrum": [2.0 + label, 1.5, 1.0],
            "spectrum_error": [0.1, 0.1, 0.1],
            "histograms": [[0.5, 0.5]] * 3,
            "file_kilobytes_histogram": [0, 1, 2, 1 + label],
        }
        for label in range(2)
    ]
    cue = {"cue": "size", "features": 1, "train_images": 8, "images": 4}
    figures = {"accuracy": 0.75, "standard_error": 0.2165}
    history = [
        {"epoch": 1.0 + epoch}
        | {f"{part}_{quantity}": 0.5 for part in ("train", "validation") for quantity in ("loss", "accuracy")}
        for epoch in range(2)
    ]
    labels = np.array([0, 0, 1, 1])
    runs = []
    for name, right, published in (("cnn", 2, recalls([3, 4], [4, 4])), ("mlp", 1, None)):
        runs.append(
            {
                "name": name,
                "accuracy": 0.25 + 0.25 * right,
                "accuracy_standard_error": 0.125,
                "confusion": [[1, 1], [2 - right, right]],
                "recalls": recalls([1, right], [2, 2]),
                "published_recalls": published,
                "history": history,
                "calibration": judge_calibration(np.array([[0.7, 0.3], [0.4, 0.6]] * 2), labels, None),
            }
        )
    network = {"recipe": "cnn", "family": "cnn", "size_pixels": 100, "parameters": 1234, "multiply_adds": 2_500_000}
    layer = {"name": "convolution_1", "shape": [100, 100, 16], "parameters": 448, "multiply_adds": 4_320_000}
    return {
        "command": "python -m benchmarks.analysis",
        "measuring_cpu_seconds": 1.6,
        "hardware": "2 cores",
        "versions": {"jax": "1.2"},
        "splits": {
            "train": {"images": 8, "sizes": {"100x100": 8}, "classes": train},
            "validation": {"images": 3, "sizes": {"9x8": 2, "8x8": 1}, "classes": [{"images": 1}, {"images": 2}]},
        },
        "cues": [{**cue, "model": "logistic regression", **figures}, {**cue, "model": "random forest", **figures}],
        "networks": [{**network, "layers": [layer]}],
        "runs": runs,
        "comparisons": [{"first": "cnn", "other": "mlp", **compare_answers(labels, labels, np.array([0, 0, 1, 0]), 2)}],
    }

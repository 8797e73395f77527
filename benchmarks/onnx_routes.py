"""Which framework's graph makes the better ONNX file: `python -m benchmarks.onnx_routes RUN` of a finished run.

The run's network is written as ONNX from torch (by Keras' own export) and from TensorFlow (as `export` does it), each
in a process of its own; both files then take turns in ONNX Runtime with one thread, on noise.
"""

import argparse
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

import backends
from benchmarks.record import RESULTS
from data_io.files import write_json
from data_io.run_folder import MODEL, RECIPE, check_digest, describe_hardware, read_commit
from keras_models.artefacts.contract import BLOCK_IMAGES, IMAGE, SCALING, Contract
from recipes.reading import from_values

ROUTES = ("torch", "tensorflow")
REPEATS = 15


def write_onnx_file(run: Path, path: Path) -> None:
    """Write the network of a run as ONNX from the backend of this process."""
    import keras

    from keras_models.building import build
    from keras_models.saving import load_weights

    recipe = from_values(tomllib.loads(check_digest(run, RECIPE).read_text(encoding="utf-8")))
    size_pixels, model = recipe.image.size_pixels, recipe.model
    options: dict[str, Any] = {"channels": model.channels} if model.family == "cnn" else {}
    options |= {"dense_units": model.dense_units, "dropout_fraction": model.dropout_fraction}
    network = build(model.family, size_pixels, model.classes, recipe.seed, **options)
    load_weights(network, check_digest(run, MODEL))
    if keras.backend.backend() == "tensorflow":
        from keras_models.artefacts.onnx_writing import write_onnx

        labels = tuple(str(label) for label in range(model.classes))
        contract = Contract(recipe.name, model.family, "", labels, size_pixels, "", SCALING, 1.0, "", "", {}, {})
        write_onnx(network, contract, path)
        return
    signature = [keras.InputSpec(dtype="uint8", shape=(None, size_pixels, size_pixels, 3), name=IMAGE)]
    network.export(path, format="onnx", verbose=False, input_signature=signature)


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """Open a file with one thread."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def measure(paths: dict[str, Path]) -> list[dict[str, Any]]:
    """Return the rows of a table: speed, size of the graph, and how far the two files' logits lie apart."""
    sessions = {route: open_session(path) for route, path in paths.items()}
    side = sessions["tensorflow"].get_inputs()[0].shape[1]
    images = np.random.default_rng(0).integers(0, 256, (BLOCK_IMAGES, side, side, 3), np.uint8)
    logits = {route: each.run(None, {each.get_inputs()[0].name: images})[0] for route, each in sessions.items()}
    seconds: dict[str, list[float]] = {route: [] for route in sessions}
    for _ in range(REPEATS):
        for route, each in sessions.items():
            begun = time.perf_counter()
            each.run(None, {each.get_inputs()[0].name: images})
            seconds[route].append(time.perf_counter() - begun)
    rows = []
    for route, path in paths.items():
        kinds = Counter(node.op_type for node in onnx.load(path).graph.node)
        speeds = [BLOCK_IMAGES / each for each in seconds[route]]
        rows.append(
            {
                "what": f"images/s of the file from {route}: {sum(kinds.values())} nodes, "
                f"{kinds['Transpose']} Transposes, {kinds['Cast']} Casts",
                "figure": f"{statistics.median(speeds):.0f}",
                "spread": f"{min(speeds):.0f} to {max(speeds):.0f}",
                "n": REPEATS,
            }
        )
    apart = float(np.abs(logits["torch"] - logits["tensorflow"]).max() / np.abs(logits["tensorflow"]).max())
    return [
        *rows,
        {"what": "largest difference of the two, of the largest logit", "figure": f"{apart:.1e}", "spread": "", "n": 1},
    ]


def main(arguments: list[str]) -> None:
    """Write results/onnx-routes.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.onnx_routes", description=__doc__)
    parser.add_argument("run", type=Path, metavar="RUN")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    args = parser.parse_args(arguments)
    if args.write:
        write_onnx_file(args.run, args.write)
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = {route: Path(folder) / f"{route}.onnx" for route in ROUTES}
        for route, path in paths.items():
            words = [sys.executable, "-m", "benchmarks.onnx_routes", str(args.run), "--write", str(path)]
            environment = {**backends.HABITS, **os.environ, **backends.environment(route, "cpu")}
            subprocess.run(words, cwd=RESULTS.parent, env=environment, check=True, capture_output=True)
        rows = measure(paths)
    content = {
        "command": shlex.join(["python", "-m", "benchmarks.onnx_routes", *arguments]),
        "commit": read_commit(),
        "hardware": describe_hardware("cpu"),
        "versions": backends.versions(),
        "note": f"ONNX Runtime {onnxruntime.__version__}, one thread, blocks of {BLOCK_IMAGES}, the files in turns.",
        "figures": rows,
    }
    write_json(RESULTS / "onnx-routes.json", content)
    for row in rows:
        print(f"{row['what']}: {row['figure']}")


if __name__ == "__main__":
    main(sys.argv[1:])

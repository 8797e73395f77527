"""An exported file in its real runtime, tried and timed: `python -m keras_models.artefacts.trial`, a process for it."""

import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from keras_models.artefacts.contract import BLOCK_IMAGES, Contract

BATCHES = (1, 2, 7, 32)  # of the first BLOCK_IMAGES images; the whole split comes in blocks of BLOCK_IMAGES
REPEATS = 10
FRAMEWORKS = ("torch", "tensorflow", "jax", "keras", "onnxruntime")


def open_artefact(format: str, path: Path, contract: Contract) -> Any:
    """Return the classifier of an `onnx` file or a `saved_model` folder, without Keras."""
    if format == "onnx":
        from keras_models.artefacts.onnx_model import OnnxClassifier

        return OnnxClassifier(path, contract)
    # TensorFlow 2.21 imports Keras if it can. Whoever serves a SavedModel may not have it, and without it the start
    # takes 2 to 3 s less.
    sys.modules["keras"] = None  # type: ignore[assignment]
    from keras_models.artefacts.saved_model import SavedModelClassifier

    return SavedModelClassifier(path, contract)


def answer_all(artefact: Any, images: NDArray[np.uint8], batch: int) -> dict[str, NDArray[np.float32]]:
    """Return `logits` and `probabilities`, (N, K), of images answered `batch` at a time, the last with what is left."""
    answers = [artefact.outputs(np.ascontiguousarray(images[at : at + batch])) for at in range(0, len(images), batch)]
    logits, probabilities = (np.concatenate(parts) for parts in zip(*answers, strict=True))
    return {"logits": logits, "probabilities": probabilities}


def time_calls(artefact: Any, blocks: list[NDArray[np.uint8]]) -> list[float]:
    """Return the seconds of each block's answer."""
    seconds = []
    for block in blocks:
        begun = time.perf_counter()
        artefact.outputs(block)
        seconds.append(time.perf_counter() - begun)
    return seconds


def main(format: str, path: Path, written: Path, images: Path, out: Path, begun_seconds: float) -> None:
    """Write `out`.npz with all answers and `out`.json with what was measured.

    `written` is the JSON file with the contract, `images` uint8 (N, H, W, 3) as .npy;
    `begun_seconds` is when this process was started (time.monotonic, one clock for all processes of a machine).
    """
    contract = Contract.from_values(json.loads(written.read_text(encoding="utf-8"))["contract"])
    artefact = open_artefact(format, path, contract)
    pixels: NDArray[np.uint8] = np.load(images, mmap_mode="r")
    first: NDArray[np.uint8] = np.array(pixels[:BLOCK_IMAGES])
    artefact.outputs(first[:1])
    cold_start_seconds = time.monotonic() - begun_seconds

    answers = {str(batch): answer_all(artefact, first, batch) for batch in BATCHES}
    answers["all"] = answer_all(artefact, pixels, BLOCK_IMAGES)
    singles = time_calls(artefact, [first[at : at + 1] for at in range(len(first))])
    block = np.resize(first, (BLOCK_IMAGES, *first.shape[1:]))  # repeated where the split has fewer images
    full = time_calls(artefact, [block] * REPEATS)
    named: dict[str, Any] = {f"{key} {name}": values for key, both in answers.items() for name, values in both.items()}
    np.savez(out.with_suffix(".npz"), **named)
    figures = {
        "runtime": artefact.runtime,
        "cold_start_seconds": cold_start_seconds,
        "one_image_p50_seconds": float(np.percentile(singles, 50)),
        "one_image_p95_seconds": float(np.percentile(singles, 95)),
        "one_image_calls": len(singles),
        "images_per_second": BLOCK_IMAGES / float(np.median(full)),
        "frameworks": [name for name in FRAMEWORKS if sys.modules.get(name) is not None],
    }
    out.with_suffix(".json").write_text(json.dumps(figures), encoding="utf-8")


if __name__ == "__main__":
    format, *paths, begun = sys.argv[1:]
    artefact, written, images, out = map(Path, paths)
    main(format, artefact, written, images, out, float(begun))

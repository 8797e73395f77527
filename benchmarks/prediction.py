"""`run.py predict` with an exported CNN against the same network in eager PyTorch, both from PNG files on disk.

`python -m benchmarks.prediction MODEL.onnx [--images DIR]` writes results/prediction.json. The exported side is the
command itself, in a process of its own: once for all images and once for the first block of 64, so that the speed
between the two holds no start of Python. The PyTorch side is a loop in this process, without its imports: decoded by
Pillow, in blocks of 64, at the better of one and two threads. The sides take turns, so that whatever else the machine
does falls on all of them.
"""

import argparse
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import backends
from benchmarks.record import RESULTS
from data_io.files import digest_file, write_json
from data_io.run_folder import describe_hardware, read_commit
from data_io.sample import draw_sample
from keras_models.artefacts.contract import BLOCK_IMAGES

ROOT = RESULTS.parent
REPEATS = 5
DRAWN_IMAGES = 1000
SIDES = ("predict", "predict_64_images", "torch_1_thread", "torch_2_threads", "predict_1_image")


def predict(model: Path, given: Sequence[Path], out: Path) -> float:
    """Return the seconds that `run.py predict` takes for files or folders, the start of Python included."""
    inputs = [str(path.resolve()) for path in given]
    words = [sys.executable, "run.py", "predict", str(model.resolve()), *inputs, "--out", str(out)]
    begun = time.perf_counter()
    subprocess.run(words, cwd=ROOT, check=True, capture_output=True)
    return time.perf_counter() - begun


def take_turns(sides: Sequence[Callable[[], float]], repeats: int) -> list[list[float]]:
    """Call all sides in turn, once unmeasured and then `repeats` times; return each side's figures."""
    for side in sides:
        side()
    turns = [[side() for side in sides] for _ in range(repeats)]
    return [list(figures) for figures in zip(*turns, strict=True)]


def describe(seconds: Sequence[Sequence[float]], images: int) -> list[dict[str, Any]]:
    """Return the rows of the table from the seconds of the sides in the order of SIDES, for so many images."""
    whole, block, one, two, single = seconds
    native, threads = min((one, "one thread"), (two, "two threads"), key=lambda side: statistics.median(side[0]))
    exported_speeds = [(images - BLOCK_IMAGES) / (all_ - first) for all_, first in zip(whole, block, strict=True)]
    native_speeds = [images / each for each in native]
    ratios = [quick / slow for quick, slow in zip(exported_speeds, native_speeds, strict=True)]
    ratio = statistics.median(exported_speeds) / statistics.median(native_speeds)
    files = f"{images:,} PNG files at 128 px, decoding included"
    return [
        _row("`predict` with ONNX as a multiple of eager PyTorch, the CNN, decoding included", ratios, ".1f", ratio),
        _row(f"images/s of `predict` with ONNX, {files}", exported_speeds, ".0f"),
        _row(f"images/s of eager PyTorch in blocks of 64, {threads} (the better), {files}", native_speeds, ".0f"),
        _row(f"seconds of `predict` with ONNX for all {images:,}, from the start of Python on", whole, ".2f"),
        _row("seconds of `predict` with ONNX for one image, from the start of Python to the answer", single, ".2f"),
    ]


def _row(what: str, figures: Sequence[float], form: str, figure: float | None = None) -> dict[str, Any]:
    median = statistics.median(figures) if figure is None else figure
    spread = f"{min(figures):{form}} to {max(figures):{form}}"
    return {"what": what, "figure": f"{median:{form}}", "spread": spread, "n": len(figures)}


def _shorten(argument: str) -> str:
    return Path(argument).name if Path(argument).is_absolute() else argument


def main(arguments: list[str]) -> None:
    """Measure, print and write results/prediction.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.prediction", description=__doc__)
    parser.add_argument("model", type=Path, metavar="MODEL.onnx", help="an export of a run of recipes/cnn.toml")
    parser.add_argument("--images", type=Path, metavar="DIR", help="PNG files (drawn sample images)")
    parser.add_argument("--note", default="", help="what a reader must know, such as what else the machine did")
    args = parser.parse_args(arguments)
    from benchmarks.native_prediction import build_network, predict_natively  # imports torch

    with tempfile.TemporaryDirectory() as scratch:
        folder = args.images or Path(scratch) / "images"
        if not args.images:
            draw_sample(folder, DRAWN_IMAGES, 0)
        paths = sorted(folder.rglob("*.png"))
        network = build_network()
        out = Path(scratch) / "answers.csv"
        seconds = take_turns(
            [
                lambda: predict(args.model, [folder], out),
                lambda: predict(args.model, paths[:BLOCK_IMAGES], out),
                lambda: predict_natively(network, paths, 1),
                lambda: predict_natively(network, paths, 2),
                lambda: predict(args.model, paths[:1], out),
            ],
            REPEATS,
        )
    figures = describe(seconds, len(paths))
    content = {
        # Of a path outside this folder only the name says anything elsewhere; the digest says which file it was.
        "command": shlex.join(["python", "-m", "benchmarks.prediction", *map(_shorten, arguments)]),
        "model_digest": digest_file(args.model),
        "commit": read_commit(),
        "hardware": describe_hardware("cpu"),
        "versions": {**backends.versions(), "onnxruntime": version("onnxruntime")},
        "note": args.note,
        "images": "drawn sample images" if args.images is None else "the folder's",
        "seconds": dict(zip(SIDES, seconds, strict=True)),
        "figures": figures,
    }
    write_json(RESULTS / "prediction.json", content)
    print(*(f"{row['what']}: {row['figure']} ({row['spread']})" for row in figures), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1:])

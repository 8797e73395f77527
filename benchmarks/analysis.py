"""The data and the networks, measured for docs/analysis.md: `python -m benchmarks.analysis --cnn RUN --mlp RUN`.

Writes results/analysis.json and the pictures of docs/analysis, all of them drawn from statistics: a competition's
images have no licence to be shown. `python -m benchmarks.documents` then writes the tables. Test images are not read.
"""

import argparse
import io
import shlex
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

import backends
import errors
from benchmarks.image_measuring import explore
from benchmarks.record import RESULTS
from benchmarks.run_reading import compare_runs, read_run
from data_io.cache import digest_split
from data_io.files import write_bytes, write_json
from data_io.folder import read_data_folder
from data_io.run_folder import describe_hardware, read_commit
from data_io.splits import LABELLED_SPLITS
from reports.figures import encode_png
from reports.image_figures import draw_class_spectra, draw_colours, draw_cues, draw_file_sizes
from reports.result_figures import RUN_COLOURS, draw_confusions, draw_learning_curves, draw_recalls, draw_reliabilities

NAME = "analysis"
PICTURES = RESULTS.parent / "docs" / NAME
CLASSES = 5  # the competition's
MOST_BYTES = 100_000  # of a picture
PALETTE_COLOURS = 128  # of flat colours and the greys of letters; with all of them a picture takes three times as long


def draw(content: Mapping[str, Any]) -> dict[str, Figure]:
    """Return the pictures of what results/analysis.json holds, by the name of their file."""
    classes, runs = content["splits"]["train"]["classes"], content["runs"]
    return {
        "spectra": draw_class_spectra(classes),
        "colours": draw_colours(classes),
        "file_sizes": draw_file_sizes(classes),
        "cues": draw_cues(content["cues"], {run["name"]: run["accuracy"] for run in runs}, CLASSES),
        "confusion": draw_confusions(runs),
        "recall": draw_recalls(runs),
        "curves": draw_learning_curves(runs),
        "reliability": draw_reliabilities(runs),
    }


def encode_small(figure: Figure) -> bytes:
    """Return a figure as PNG with a palette. Raises PromiseError for more than MOST_BYTES."""
    with Image.open(io.BytesIO(encode_png(figure))) as picture:
        flat = picture.convert("RGB").quantize(PALETTE_COLOURS, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    flat.save(buffer, "PNG", optimize=True)
    if len(buffer.getvalue()) > MOST_BYTES:
        raise errors.PromiseError(f"Expected at most {MOST_BYTES:,} bytes. Received: {len(buffer.getvalue()):,}.")
    return buffer.getvalue()


def write_pictures(content: Mapping[str, Any], folder: Path) -> None:
    """Write all pictures into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in draw(content).items():
        write_bytes(folder / f"{name}.png", encode_small(figure))


def check_count(runs: Sequence[Path]) -> None:
    """Raise UsageError for more runs than there are colours."""
    if len(runs) > len(RUN_COLOURS):
        raise errors.UsageError(f"Expected at most {len(RUN_COLOURS)} runs. Received: {len(runs)}.")


def name_runs(runs: Sequence[dict[str, Any]], folders: Sequence[Path]) -> list[dict[str, Any]]:
    """Return runs named after their recipe, or after their folder where several have one recipe."""
    names = [run["name"] for run in runs]
    return [
        run if names.count(run["name"]) == 1 else {**run, "name": folder.resolve().name}
        for run, folder in zip(runs, folders, strict=True)
    ]


def main(arguments: list[str]) -> None:
    """Write results/analysis.json and docs/analysis/. Raises DataError for data or runs that do not fit."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}", description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("data"), metavar="DIR")
    parser.add_argument("--cnn", type=Path, required=True, metavar="RUN", help="of the recipe cnn")
    parser.add_argument("--mlp", type=Path, required=True, metavar="RUN", help="of the recipe mlp")
    parser.add_argument("--best", type=Path, action="append", default=[], metavar="RUN", help="of a better recipe")
    parser.add_argument("--note", default="", help="what a reader must know, such as what else the machine did")
    args = parser.parse_args(arguments)
    check_count([args.cnn, args.mlp, *args.best])
    splits = read_data_folder(args.data, CLASSES, LABELLED_SPLITS).splits
    digest = digest_split(splits["validation"])
    read = [read_run(run, digest) for run in (args.cnn, args.mlp, *args.best)]
    runs = name_runs([run for run, _ in read], [args.cnn, args.mlp, *args.best])
    comparisons = compare_runs([run["name"] for run in runs], [answers for _, answers in read])
    begun = time.process_time()
    found, cues = explore(splits, CLASSES)
    content = {
        "command": shlex.join(["python", "-m", f"benchmarks.{NAME}", *arguments]),
        "note": args.note,
        "commit": read_commit(),
        "hardware": describe_hardware("cpu"),
        "versions": backends.versions(),
        "measuring_cpu_seconds": time.process_time() - begun,
        "splits": found,
        "cues": cues,
        "runs": runs,
        "comparisons": comparisons,
    }
    write_pictures(content, PICTURES)
    write_json(RESULTS / f"{NAME}.json", content)
    print(f"wrote {RESULTS / NAME}.json and {PICTURES}, {content['measuring_cpu_seconds']:.0f} CPU s of measuring")


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except errors.ProgramError as error:
        sys.exit("\n".join(f"error: {message}" for message in error.messages))

"""The options of the verbs that make models for other programs, and answer with them."""

from argparse import Action, ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from commands.arguments.groups import (
    OF_A_RUN,
    add_averaging_options,
    add_backend_options,
    add_data_options,
    count,
    port_number,
    whole_number,
)

SHARDS_MAXIMUM = 1000  # a merge keeps one file of each open, and Linux gives a process 1,024


def add_export(export: ArgumentParser) -> None:
    """Add the options of `export`."""
    export.add_argument("run", type=Path, metavar="RUN", help="a finished run folder, of any backend")
    export.add_argument("--format", choices=("onnx", "saved_model", "all"), default="onnx", help="(onnx)")
    export.add_argument("--out", type=Path, metavar="DIR", help="where to (RUN/export)")
    add_data_options(export, OF_A_RUN)
    add_backend_options(export)


def add_predict(predict: ArgumentParser) -> None:
    """Add the options of `predict`."""
    model = predict.add_argument(
        "model", type=Path, metavar="MODEL", help="a run folder, model.keras, model.onnx or a SavedModel folder"
    )
    inputs = predict.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="images, folders, a CSV of ids (with --images), Parquet (path, or id and image), - for paths on stdin",
    )
    add_averaging_options(predict)
    predict.add_argument("--images", type=Path, metavar="DIR", help="the folder that a CSV's ids are in")
    predict.add_argument("--out", default="-", metavar="FILE", help=".csv, .json, or - for CSV on stdout (-)")
    predict.add_argument(
        "--top", type=whole_number, metavar="K", help="the K likeliest labels instead of every probability"
    )
    predict.add_argument(
        "--unknown", action="store_true", help="a column too: how unlike the run's images each is, 0 to 1"
    )
    predict.add_argument("--submission", type=Path, metavar="SAMPLE", help="fill this sample submission instead")
    predict.add_argument(
        "--explain", type=Path, metavar="DIR", help="a picture of each image with its heat map (as slow as 200 answers)"
    )
    predict.add_argument(
        "--on-bad", choices=("fail", "mark"), default="fail", help="mark: a row without label for a bad image (fail)"
    )
    predict.add_argument(
        "--shard", type=shard, metavar="I/N", help="answer every N-th block of 64 images alone, from block I on"
    )
    predict.add_argument(
        "--merge",
        action=_Instead,
        instead_of=(model, inputs),
        nargs="+",
        type=Path,
        metavar="PART",
        help="no MODEL: one answer of all parts of --shard, or of the folder of --engine ray",
    )
    predict.add_argument("--engine", choices=("threads", "ray"), default="threads", help="who answers (threads)")
    predict.add_argument("--address", metavar="ADDR", help="ray: a cluster (workers on this machine)")
    predict.add_argument("--workers", type=count, metavar="K", help="threads, or Ray's processes here (one a core)")
    predict.add_argument("--form", choices=("csv", "parquet"), help="ray: what --out DIR is filled with (csv)")
    add_backend_options(predict)


def shard(text: str) -> tuple[int, int]:
    """Read `i/n` with i from 0 to below n. Raises ArgumentTypeError."""
    parts = text.split("/")
    if len(parts) == 2 and all(part.isdecimal() and len(part) < 6 for part in parts):
        place, shards = int(parts[0]), int(parts[1])
        if place < shards <= SHARDS_MAXIMUM:
            return place, shards
    raise ArgumentTypeError(f"{text!r} is not I/N with I from 0 to N - 1 and N up to {SHARDS_MAXIMUM:,}")


class _Instead(Action):
    """An option that takes the place of arguments that are needed otherwise."""

    def __init__(self, *words: Any, instead_of: Sequence[Action], **options: Any) -> None:
        super().__init__(*words, **options)
        self.instead_of = instead_of

    def __call__(self, parser: ArgumentParser, namespace: Namespace, values: Any, option: str | None = None) -> None:
        for action in self.instead_of:
            action.required = False
        setattr(namespace, self.dest, values)


def add_serve(serve: ArgumentParser) -> None:
    """Add the options of `serve`."""
    serve.add_argument("model", type=Path, metavar="MODEL", help="a run folder, or a model.onnx")
    serve.add_argument("--port", type=port_number, default=8000, help="of 127.0.0.1; 0 takes one that is free (8000)")

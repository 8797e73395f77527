"""The options of the verbs that make models for other programs, and answer with them."""

from argparse import ArgumentParser
from pathlib import Path

from commands.arguments.groups import add_backend_options, add_data_options, port_number, whole_number


def add_export(export: ArgumentParser) -> None:
    """Add the options of `export`."""
    export.add_argument("run", type=Path, metavar="RUN", help="a finished run folder, of any backend")
    export.add_argument("--format", choices=("onnx", "saved_model", "all"), default="onnx", help="(onnx)")
    export.add_argument("--out", type=Path, metavar="DIR", help="where to (RUN/export)")
    add_data_options(export)
    add_backend_options(export)


def add_predict(predict: ArgumentParser) -> None:
    """Add the options of `predict`."""
    predict.add_argument(
        "model", type=Path, metavar="MODEL", help="a run folder, model.keras, model.onnx or a SavedModel folder"
    )
    predict.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="images, folders, a CSV of ids (with --images), or - for paths on stdin",
    )
    predict.add_argument(
        "--with", dest="others", action="append", type=Path, default=[], metavar="MODEL", help="average with this one"
    )
    predict.add_argument("--images", type=Path, metavar="DIR", help="the folder that a CSV's ids are in")
    predict.add_argument("--out", default="-", metavar="FILE", help=".csv, .json, or - for CSV on stdout (-)")
    predict.add_argument(
        "--top", type=whole_number, metavar="K", help="the K likeliest labels instead of every probability"
    )
    predict.add_argument("--submission", type=Path, metavar="SAMPLE", help="fill this sample submission instead")
    predict.add_argument(
        "--explain", type=Path, metavar="DIR", help="a picture of each image with its heat map (half a second each)"
    )
    predict.add_argument(
        "--on-bad", choices=("fail", "mark"), default="fail", help="mark: a row without label for a bad image (fail)"
    )
    add_backend_options(predict)


def add_serve(serve: ArgumentParser) -> None:
    """Add the options of `serve`."""
    serve.add_argument("model", type=Path, metavar="MODEL", help="a run folder, or a model.onnx")
    serve.add_argument("--port", type=port_number, default=8000, help="of 127.0.0.1; 0 takes one that is free (8000)")

"""Which generator made this image? The command line: parse, choose the backend, dispatch. Imports no framework."""

import argparse
import importlib
import os
import shlex
import signal
import sys
from pathlib import Path
from typing import NoReturn

import backends
import errors

# Verbs that import Keras, so need a backend chosen before they are imported.
BACKEND_VERBS = ("train", "evaluate")


class Terminated(KeyboardInterrupt):
    """SIGTERM as an exception, so that temporary files are taken away as after Ctrl-C."""


def _terminate(*_: object) -> NoReturn:
    raise Terminated


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line like all others; verbs' parsers are made of the same class."""

    def error(self, message: str) -> NoReturn:
        raise errors.UsageError(f"Expected other options. Received: {message}. See: python {self.prog} --help")


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of all verbs. Each verb is the file of its name in `commands`."""
    parser = _Parser(
        prog="run.py",
        description="Which generator made this image? Trains, judges and compares image classifiers on Keras 3.",
        epilog="Without a verb: train, evaluate and submit, on ./data or else on drawn sample data. Exit codes: "
        "0 done, 2 usage or recipe, 3 data, 4 environment, 5 training diverged, 6 a promise not kept, "
        "130 and 143 stopped by SIGINT and SIGTERM.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")

    train = verbs.add_parser("train", help="train, evaluate on validation, and write a submission")
    train.add_argument(
        "recipe",
        nargs="?",
        metavar="RECIPE",
        help="a name in recipes/ or a .toml file (default: cnn; quick on sample data)",
    )
    _add_data_options(train)
    _add_backend_options(train)
    train.add_argument("--seed", type=_whole_number, help="instead of the recipe's")
    train.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="change a recipe value, as training.epochs=2"
    )
    train.add_argument("--loader", choices=("pydataset", "tf.data"), default="pydataset", help="who reads the batches")
    train.add_argument("--out", type=Path, default=Path("runs"), metavar="DIR", help="parent of run folders (runs)")
    train.add_argument("--check", action="store_true", help="exit 6 unless the recipe's claim is met")

    evaluate = verbs.add_parser("evaluate", help="judge a finished run again")
    evaluate.add_argument("run", type=Path, metavar="RUN", help="a run folder")
    evaluate.add_argument("--split", choices=("train", "validation"), default="validation", help="(validation)")
    _add_data_options(evaluate)
    _add_backend_options(evaluate)

    check = verbs.add_parser("check", help="audit a data folder: mistakes, copies, leaks, shortcuts to the label")
    check.add_argument("--data", type=Path, metavar="DIR", help="data folder (./data, Kaggle's, or drawn sample data)")
    check.add_argument(
        "--out",
        type=Path,
        default=Path("audit.json"),
        metavar="FILE",
        help=".json; the page goes beside it (audit.json)",
    )
    check.add_argument("--strict", action="store_true", help="copies across splits are errors")

    sample = verbs.add_parser("sample", help="draw sample data in the competition's form")
    sample.add_argument("folder", type=Path, metavar="DIR", help="a folder that is not there yet, or empty")
    sample.add_argument("--images", type=_whole_number, default=2000, metavar="N", help="in all, split 8:1:1 (2000)")
    sample.add_argument("--seed", type=_whole_number, default=0, help="(0)")
    return parser


def _add_data_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, metavar="DIR", help="data folder (./data, Kaggle's, or drawn sample data)")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="decoded images (DATA/.cache, or $XDG_CACHE_HOME)")
    parser.add_argument(
        "--allow-format", action="append", default=[], choices=("jpeg",), help="read JPEGs named .png too"
    )
    parser.add_argument("--strict", action="store_true", help="copies of images across splits are errors")


def _add_backend_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--backend", metavar="B", help=f"{', '.join(backends.BACKENDS)} (KERAS_BACKEND, or the first installed)"
    )
    parser.add_argument("--device", choices=backends.DEVICES, default="auto", help="(auto)")


def _whole_number(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def main(arguments: list[str]) -> int:
    """Run one command line; return the exit code. A user's mistake is one line each on stderr."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # a C locale cannot print "±"
    has_verb = bool(arguments) and (not arguments[0].startswith("-") or arguments[0] in ("-h", "--help"))
    try:
        args = build_parser().parse_args(arguments if has_verb else ["train", *arguments])
        args.command_line = shlex.join(["python", "run.py", *arguments])
        if args.verb in BACKEND_VERBS:
            choice = backends.choose(args.backend, os.environ)
            backends.activate(choice, args.device)
            args.backend = choice.name
            print(f"backend: {choice.name} ({choice.reason})", flush=True)
        importlib.import_module(f"commands.{args.verb}").run(args)
    except errors.ProgramError as error:
        for message in error.messages:
            print(f"error: {message}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt as stop:
        terminated = isinstance(stop, Terminated)
        print(f"error: stopped by {'SIGTERM' if terminated else 'SIGINT'}", file=sys.stderr)
        return 143 if terminated else 130
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(main(sys.argv[1:]))

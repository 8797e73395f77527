"""The parser class, and the options that several verbs have."""

import argparse
from pathlib import Path
from typing import NoReturn

import backends
import errors


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line like all others; verbs' parsers are made of the same class."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError."""
        raise errors.UsageError(f"Expected other options. Received: {message}. See: python {self.prog} --help")


def add_data_options(parser: argparse.ArgumentParser, usual: str = "./data, Kaggle's, or drawn sample data") -> None:
    """Add where images come from, usually said in words, and what is let pass in them."""
    parser.add_argument("--data", type=Path, metavar="DIR", help=f"data folder ({usual})")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="decoded images (DATA/.cache, or $XDG_CACHE_HOME)")
    add_format_option(parser)
    parser.add_argument("--strict", action="store_true", help="copies of images across splits are errors")


OF_A_RUN = "the run's own, else as for train"


def add_format_option(parser: argparse.ArgumentParser) -> None:
    """Add the formats that are read besides PNG."""
    parser.add_argument(
        "--allow-format", action="append", default=[], choices=("jpeg",), help="read JPEGs named .png too"
    )


def add_backend_options(parser: argparse.ArgumentParser) -> None:
    """Add what Keras computes with and on."""
    parser.add_argument(
        "--backend",
        metavar="B",
        help=f"{', '.join(backends.BACKENDS)} (KERAS_BACKEND, else the run's own, else the first installed)",
    )
    parser.add_argument("--device", choices=backends.DEVICES, default="auto", help="(auto)")


def add_averaging_options(parser: argparse.ArgumentParser) -> None:
    """Add the models and the views that answers are averaged over; after what they follow: `--tta` may take a word."""
    parser.add_argument(
        "--with",
        dest="others",
        action="append",
        type=Path,
        default=[],
        metavar="MODEL",
        help="average with this one; may be given again",
    )
    parser.add_argument(
        "--tta",
        nargs="?",
        const="all",
        choices=("mirror", "shifts", "all"),
        help="average over views: as is and mirrored (2), shifted by 2 pixels (5), or both: all (10)",
    )


def whole_number(text: str) -> int:
    """Read a whole number from 0. Raises ArgumentTypeError."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 0")
    return int(text)


def port_number(text: str) -> int:
    """Read a port from 0 to 65535. Raises ArgumentTypeError."""
    if not text.isdecimal() or len(text) > 5 or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 0 to 65535")
    return int(text)


def count(text: str) -> int:
    """Read a whole number from 1. Raises ArgumentTypeError."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1")
    return int(text)


def positive_number(text: str) -> float:
    """Read a finite number above 0. Raises ArgumentTypeError."""
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number above 0")
    return number

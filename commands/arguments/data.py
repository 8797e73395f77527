"""The options of the verbs that look at data or draw it."""

from argparse import ArgumentParser
from pathlib import Path

from commands.arguments.groups import add_format_option, whole_number


def add_check(check: ArgumentParser) -> None:
    """Add the options of `check`."""
    check.add_argument("--data", type=Path, metavar="DIR", help="data folder (./data, Kaggle's, or drawn sample data)")
    check.add_argument(
        "--out",
        type=Path,
        default=Path("audit.json"),
        metavar="FILE",
        help=".json; the page goes beside it (audit.json)",
    )
    add_format_option(check)
    check.add_argument("--strict", action="store_true", help="copies across splits are errors")
    check.add_argument("--classes", type=whole_number, default=5, metavar="N", help="labels are 0 to N - 1 (5)")


def add_sample(sample: ArgumentParser) -> None:
    """Add the options of `sample`."""
    sample.add_argument("folder", type=Path, metavar="DIR", help="a folder that is not there yet, or empty")
    sample.add_argument("--images", type=whole_number, default=2000, metavar="N", help="in all, split 8:1:1 (2000)")
    sample.add_argument("--seed", type=whole_number, default=0, help="(0)")

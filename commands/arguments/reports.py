"""The options of the verb that shows runs."""

from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path


def add_report(report: ArgumentParser) -> None:
    """Add the options of `report`."""
    report.add_argument("runs", nargs="+", type=Path, metavar="RUN", help="finished run folders; several are compared")
    report.add_argument("--data", type=Path, metavar="DIR", help="data folder for the thumbnails (the run's own)")
    report.add_argument(
        "--out", type=Path, metavar="FILE", help=".html (RUN/report.html; of several runs runs/report.html)"
    )
    report.add_argument(
        "--explain",
        action=BooleanOptionalAction,
        help="heat maps of what an answer rests on, which import Keras (where the run's backend is installed)",
    )
    report.set_defaults(backend=None, device="auto")  # heat maps choose the backend by the run, or KERAS_BACKEND

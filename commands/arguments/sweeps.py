"""The options of the verb that makes many runs."""

from argparse import ArgumentParser
from pathlib import Path

from commands.arguments.groups import count, positive_number, whole_number


def add_sweep(sweep: ArgumentParser) -> None:
    """Add the options of `sweep`."""
    sweep.add_argument("file", type=Path, metavar="FILE", help=".toml: recipes, values, seeds, backends")
    sweep.add_argument("--data", type=Path, metavar="DIR", help="data folder (the file's, or as for train)")
    sweep.add_argument("--out", type=Path, metavar="DIR", help="parent of the sweep's folder (the file's, or runs)")
    sweep.add_argument("--dry-run", action="store_true", help="say what is there and what would be made, and end")
    sweep.add_argument(
        "--time-limit", type=positive_number, metavar="MINUTES", help="of all; then end, to be gone on with"
    )
    sweep.add_argument("--json", type=Path, metavar="FILE", help="write the figures here too")
    sweep.add_argument(
        "--known", type=Path, metavar="FILE", help="such a file from elsewhere: what it has is not made again"
    )
    sweep.add_argument("--engine", choices=("here", "ray"), default="here", help="ray: runs side by side (here)")
    sweep.add_argument("--address", metavar="HOST:PORT", help="of a Ray cluster (one on this machine)")
    sweep.add_argument("--cpus", type=count, metavar="N", help="cores of each run with --engine ray (1)")
    sweep.add_argument("--search", type=count, metavar="N", help="until there are N trials of the file's [search]")
    sweep.add_argument("--search-seed", type=whole_number, metavar="N", help="of what is drawn (0)")

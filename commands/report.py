"""`run.py report RUN...`: one page about a run, or about how several compare, that opens without network."""

from argparse import Namespace
from pathlib import Path

import errors
from commands.arguments.runs import RUNS
from commands.steps.reporting.comparing import write_comparison
from commands.steps.reporting.explaining import make_explain
from commands.steps.reporting.writing import PAGE, write_report
from data_io.locking import locked
from data_io.run_folder import check_writable, read_manifest


def run(args: Namespace) -> None:
    """Write the page and print its path. Raises as `read_run` and, for `--data`, DataError."""
    if args.out is not None and args.out.suffix != ".html":
        raise errors.UsageError(f"Expected --out to name an .html file. Received: {args.out}.")
    for folder in args.runs:
        read_manifest(folder)
    if len({folder.resolve() for folder in args.runs}) < len(args.runs):
        raise errors.UsageError(f"Expected each run once. Received: {' '.join(map(str, args.runs))}.")
    if len(args.runs) > 1:
        if args.data is not None or args.explain:
            raise errors.UsageError("Expected --data and --explain with one run. Received: several runs.")
        out = args.out or Path(RUNS) / PAGE
        check_writable(out.parent)
        print(f"wrote {write_comparison(args.runs, out)}")
        return
    (folder,) = args.runs
    explain = make_explain(args, folder)
    check_writable(args.out.parent if args.out else folder)
    if args.out:
        print(f"wrote {write_report(folder, args.data, args.out, explain)}")
        return
    with locked(folder):
        print(f"wrote {write_report(folder, args.data, None, explain)}")

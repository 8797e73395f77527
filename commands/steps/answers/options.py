"""Options of `predict` that belong together or exclude each other."""

from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path

import errors


def check_top(top: int | None, labels: Sequence[str]) -> None:
    """Raise UsageError for more than there are."""
    if top is not None and not 1 <= top <= len(labels):
        raise errors.UsageError(f"Expected --top from 1 to {len(labels)}. Received: {top}.")


def check_engine(args: Namespace) -> None:
    """Raise UsageError for options of another engine, or of a whole answer where a part is asked for."""
    ray = {"--address": args.address, "--form": args.form}
    if args.engine != "ray" and (given := [name for name, value in ray.items() if value is not None]):
        raise errors.UsageError(f"Expected {given[0]} with --engine ray. Received: it with --engine {args.engine}.")
    if args.address and args.workers:
        raise errors.UsageError("Expected --workers on this machine, without --address. Received: both.")
    if args.engine != "ray" and not args.shard:
        return
    what = "--engine ray" if args.engine == "ray" else "--shard"
    whole = {"--submission": args.submission, "--explain": args.explain}
    if args.engine == "ray":
        whole["--shard"] = args.shard
    if given := [name for name, value in whole.items() if value is not None]:
        raise errors.UsageError(f"Expected {what} without {given[0]}. Received: both.")
    suffix = Path(args.out).suffix
    if args.shard and suffix != ".csv":
        raise errors.UsageError(f"Expected --out FILE.csv with --shard, to be merged. Received: --out {args.out}.")
    if args.engine == "ray" and (args.out == "-" or suffix in (".csv", ".json", ".parquet")):
        raise errors.UsageError(f"Expected --out DIR with --engine ray. Received: --out {args.out}.")

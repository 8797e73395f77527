"""`predict --merge`: one answer file of the parts that `--shard` or `--engine ray` wrote."""

import sys
from argparse import Namespace
from pathlib import Path

import errors
from data_io.answer_parts import merge_folder, merge_shards
from data_io.owned_files import check_replaceable
from data_io.regular_files import is_same_file
from data_io.run_folder import check_writable


def merge(args: Namespace) -> None:
    """Write `--out` from the parts. Raises as `data_io.answer_parts` does; nothing is written then."""
    parts: list[Path] = args.merge
    out = Path(args.out)
    if args.model is not None or args.inputs:
        raise errors.UsageError("Expected --merge PART... and --out alone. Received: a MODEL too.")
    answered_with = {  # when the parts were made: a merge changes nothing of it
        "--with": args.others,
        "--tta": args.tta,
        "--top": args.top,
        "--unknown": args.unknown,
        "--images": args.images,
        "--shard": args.shard,
        "--submission": args.submission,
        "--explain": args.explain,
    }
    if given := [name for name, value in answered_with.items() if value not in (None, False, [])]:
        raise errors.UsageError(f"Expected --merge PART... and --out alone. Received: {given[0]} too.")
    if out.suffix != ".csv":
        raise errors.UsageError(f"Expected --out FILE.csv with --merge. Received: --out {args.out}.")
    if any(is_same_file(out, part) for part in parts):
        raise errors.UsageError(f"Expected --out to name another file than the parts. Received: {out}.")
    if len(parts) > 1 and (folders := [str(part) for part in parts if part.is_dir()]):
        raise errors.UsageError(f"Expected the parts, or one folder. Received: the folder {folders[0]} among others.")
    check_replaceable(out)
    check_writable(out.parent)
    rows = merge_folder(parts[0], out) if parts[0].is_dir() else merge_shards(parts, out)
    print(f"wrote {out}: {rows:,} rows", file=sys.stderr)

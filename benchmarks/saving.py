"""How long training waited for its state to be kept: `python -m benchmarks.saving RUN...` of finished runs."""

import argparse
import shlex
import sys
from pathlib import Path
from typing import Any

import pandas as pd

import backends
from benchmarks.record import RESULTS
from data_io.checkpoints import FOLDER, LAST
from data_io.files import write_json
from data_io.run_folder import HISTORY, check_digest, read_manifest


def describe(run: Path) -> dict[str, Any]:
    """Return the row of a table for one run, after checking its history against its manifest."""
    manifest = read_manifest(run)
    seconds = float(pd.read_csv(check_digest(run, HISTORY))["seconds"].sum())
    size_bytes = (run / FOLDER / LAST).stat().st_size
    return {
        "what": f"{run.name}: share of {seconds:.0f} s of training that went into keeping its state",
        "figure": f"{100 * manifest['saving_seconds'] / seconds:.1f} %",
        "spread": f"{manifest['saves']} times {size_bytes / 2**20:.0f} MiB",
        "n": 1,
    }


def main(arguments: list[str]) -> None:
    """Write results/saving.json."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.saving", description=__doc__)
    parser.add_argument("runs", nargs="+", type=Path, metavar="RUN")
    args = parser.parse_args(arguments)
    manifests = [read_manifest(run) for run in args.runs]
    content = {
        "command": shlex.join(["python", "-m", "benchmarks.saving", *arguments]),
        "runs_made_by": [manifest["command"] for manifest in manifests],
        "commit": manifests[0]["commit"],
        "hardware": manifests[0]["hardware"],
        "versions": backends.versions(),
        "note": "",
        "figures": [describe(run) for run in args.runs],
    }
    write_json(RESULTS / "saving.json", content)
    print(f"wrote {RESULTS / 'saving.json'}")


if __name__ == "__main__":
    main(sys.argv[1:])

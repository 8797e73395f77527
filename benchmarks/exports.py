"""Finished exports to one file of `results/`: `python -m benchmarks.exports EXPORT...`, folders RUN/export."""

import argparse
import json
import shlex
import sys
from pathlib import Path
from typing import Any

import backends
from benchmarks.record import RESULTS
from data_io.artefact_files import read_sidecar
from data_io.files import write_json

NAME = "exports"
OF_EXPORT = ("recipe", "family", "trained_with", "reference", "tolerance", "commit", "hardware", "seconds")
OF_ARTEFACT = (
    "images",
    "largest_difference",
    "differences",
    "probability_difference",
    "changed_answers",
    "accuracy",
    "accuracy_difference",
    "size_bytes",
    "write_seconds",
    "cold_start_seconds",
    "one_image_p50_seconds",
    "one_image_p95_seconds",
    "one_image_calls",
    "images_per_second",
    "runtime",
)


def summarise_export(folder: Path) -> list[dict[str, Any]]:
    """Return a row for each artefact of an export, after checking its files against its sidecar.

    Raises KeyError for an artefact that was refused: it has no figures.
    """
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    rows = []
    for format, artefact in report["artefacts"].items():
        _, contract = read_sidecar(folder / artefact["file"])
        row = {key: report[key] for key in OF_EXPORT} | {key: artefact[key] for key in OF_ARTEFACT}
        rows.append({**row, "format": format, "weights_digest": contract["weights_digest"]})
    return rows


def main(arguments: list[str]) -> None:
    """Write results/exports.json."""
    parser = argparse.ArgumentParser(prog=f"python -m benchmarks.{NAME}", description=__doc__)
    parser.add_argument("exports", nargs="+", type=Path, metavar="EXPORT")
    parser.add_argument("--note", default="", help="what a reader must know, such as what else the machine did")
    args = parser.parse_args(arguments)
    rows = [row for folder in args.exports for row in summarise_export(folder)]
    content = {
        "command": shlex.join(["python", "-m", f"benchmarks.{NAME}", *arguments]),
        "note": args.note,
        "hardware": rows[0]["hardware"],
        "versions": backends.versions(),
        "exports": rows,
    }
    write_json(RESULTS / f"{NAME}.json", content)
    print(f"wrote {RESULTS / NAME}.json")


if __name__ == "__main__":
    main(sys.argv[1:])

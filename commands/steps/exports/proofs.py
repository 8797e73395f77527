"""What was measured of exported files, as a report and as a table."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

import errors
from commands.steps.exports.proving import Agreement
from commands.steps.exports.writing import FILES

COLUMNS = 120  # of the table where stdout is not a terminal


@dataclass(frozen=True)
class Proof:
    """An artefact that agrees, with what was measured; `figures` are those of `trial` and of writing."""

    format: str
    agreement: Agreement
    figures: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the row of report.json."""
        return {"file": FILES[self.format], **self.agreement.as_dict(), **self.figures}


def list_artefacts(proofs: Sequence[Proof], failed: Mapping[str, errors.ProgramError]) -> dict[str, Any]:
    """Return a row for each format: its figures, or in words why there is none."""
    reasons = {format: {"failed": str(reason)} for format, reason in failed.items()}
    return {proof.format: proof.as_dict() for proof in proofs} | reasons


def show(proofs: Sequence[Proof]) -> None:
    """Print a row for each artefact."""
    table = Table(title="exported, and each run in its own runtime")
    table.add_column("file", no_wrap=True)
    names = ("difference", "changed", "accuracy", "MB", "cold start", "one image p50, p95", "batch of 64")
    for name in names:
        table.add_column(name, justify="right")
    for proof in proofs:
        agreement, figures = proof.agreement, proof.figures
        table.add_row(
            FILES[proof.format],
            f"{agreement.largest_difference:.1e}",
            f"{agreement.changed_answers} of {agreement.images:,}",
            "–" if agreement.accuracy is None else f"{100 * agreement.accuracy:.2f} %",
            f"{figures['size_bytes'] / 1e6:.1f}",
            f"{figures['cold_start_seconds']:.2f} s",
            f"{1e3 * figures['one_image_p50_seconds']:.2f}, {1e3 * figures['one_image_p95_seconds']:.2f} ms",
            f"{figures['images_per_second']:,.0f} images/s",
        )
    Console(width=None if sys.stdout.isatty() else COLUMNS).print(table)

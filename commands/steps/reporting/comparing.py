"""Writes the page of several runs."""

from collections.abc import Sequence
from pathlib import Path

from commands.steps.reporting.reading import read_run
from data_io.files import write_text
from reports.run_page.comparison import draw_comparison


def write_comparison(runs: Sequence[Path], out: Path) -> Path:
    """Write the page that compares finished runs; return its path. Raises as `read_run`."""
    write_text(out, draw_comparison([read_run(run) for run in runs]))
    return out

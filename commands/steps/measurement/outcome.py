"""What `bench` leaves: sections in a JSON file, a picture beside it, and tables on the screen."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

import errors
from data_io.files import write_bytes, write_json
from reports.bench_figures import draw_ratios
from reports.bench_tables import as_content, bench_conditions, bench_rows
from reports.figures import encode_png

WIDTH_CHARACTERS = 150  # of a log file


def read_bench(path: Path) -> dict[str, Any]:
    """Return what is in a file of ours, or an empty one's content. Raises UsageError for a file of another kind."""
    if not path.exists():
        return as_content({})
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise errors.UsageError(
            f"Expected --json to name a file that bench wrote, or none. Received: {error}."
        ) from error
    if not isinstance(content, dict) or not isinstance(content.get("sections"), dict):
        raise errors.UsageError(f"Expected --json to name a file that bench wrote, or none. Received: {path}, another.")
    return content


def merge_sections(path: Path, sections: Mapping[str, Any]) -> dict[str, Any]:
    """Put sections in the place of those of the same names in a file, draw it anew, and return what it holds now."""
    content = read_bench(path)
    content = as_content({**content["sections"], **sections}, content["note"])
    write_json(path, content)
    figure = draw_ratios(content)
    if figure is not None:
        write_bytes(path.with_suffix(".png"), encode_png(figure))
    return content


def show(content: Mapping[str, Any]) -> None:
    """Print the table of ratios, and how each section was measured."""
    console = Console(width=None if sys.stdout.isatty() else WIDTH_CHARACTERS)
    rows = bench_rows(content)
    table = Table(*rows[0], title="Against plain PyTorch", title_justify="left")
    for before, row in zip(rows, rows[1:], strict=False):
        if row[0] != before[0]:
            table.add_section()
        table.add_row(*("" if row[0] == before[0] and column == 0 else escape(cell) for column, cell in enumerate(row)))
    console.print(table)
    for line in bench_conditions(content):
        console.print(line, markup=False, highlight=False, soft_wrap=True)

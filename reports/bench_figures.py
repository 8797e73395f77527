"""Draws how many times as good as plain PyTorch each contestant of `bench` is."""

from collections.abc import Mapping
from typing import Any

from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reports.bench_tables import tables_in_order
from reports.comparison_figures import COLOURS
from reports.figures import DOTS_PER_INCH, GRID, INK, QUIET_INK

NATIVE = "native"
OTHER_COLOUR = "#CC79A7"  # of the palette of COLOURS, for what is no backend
COLUMNS = 2
INCHES_PER_BAR, INCHES_PER_PANEL = 0.27, 0.75


def draw_ratios(content: Mapping[str, Any]) -> Figure | None:
    """Return a panel of bars per table that has plain PyTorch in it: medians of the rounds' ratios, with least to most.

    None if there is no such table. PyTorch is the line at 1; longer is better.
    """
    tables = [table for table in tables_in_order(content) if table["baseline"] == NATIVE and _bars(table)]
    if not tables:
        return None
    lines = [tables[start : start + COLUMNS] for start in range(0, len(tables), COLUMNS)]
    heights = [INCHES_PER_PANEL + INCHES_PER_BAR * max(len(_bars(table)) for table in line) for line in lines]
    height = sum(heights) + 0.6
    figure = Figure(figsize=(11.2, height), dpi=DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(0.012, 1 - 0.14 / height, "Times as good as plain PyTorch", va="top", fontsize=13, color=INK)
    caption = "The line at 1 is plain PyTorch; bars: the median of the ratios within each round, least to most."
    figure.text(0.012, 0.1 / height, caption, va="bottom", fontsize=8.5, color=QUIET_INK)
    grid = figure.add_gridspec(len(lines), COLUMNS, height_ratios=heights)
    for number, line in enumerate(lines):
        for column, table in enumerate(line):
            _draw(figure.add_subplot(grid[number, column]), table)
    figure.tight_layout(rect=(0, 0.3 / height, 1, 1 - 0.42 / height))
    return figure


def _bars(table: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [row for row in table["rows"] if "ratio" in row and row["contestant"] != table["baseline"]]


def _draw(axes: Axes, table: Mapping[str, Any]) -> None:
    rows = _bars(table)
    longest = 1.0
    for place, row in enumerate(rows):
        ratio = row["ratio"]
        colour = COLOURS.get(row["contestant"].partition(",")[0], OTHER_COLOUR)
        axes.barh(place, ratio["median"], color=colour, height=0.62)
        if ratio["most"] > ratio["least"]:
            axes.plot([ratio["least"], ratio["most"]], [place, place], color=INK, linewidth=1.5, marker="|")
        axes.annotate(f" {ratio['median']:.2f}", (ratio["most"], place), va="center", color=INK, fontsize=9)
        longest = max(longest, ratio["most"])
    axes.axvline(1.0, color=INK, linewidth=1.0, zorder=3)
    axes.set_title(table["title"], fontsize=10, color=INK, loc="left")
    axes.set_yticks(range(len(rows)), [row["contestant"] for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, 1.2 * longest)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.tick_params(colors=QUIET_INK, length=0, labelsize=9)
    axes.tick_params(axis="y", labelcolor=INK)
    axes.grid(color=GRID, linewidth=0.7, axis="x")
    axes.set_axisbelow(True)
    axes.spines[:].set_visible(False)

"""Draws what damaged images do to answers: a panel of two curves for each kind of damage."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from reports.figures import FAINT_INK, GRID, INK, QUIET_INK, TRAIN_COLOUR, VALIDATION_COLOUR, start_figure

COLUMNS = 3
CURVES = (("accuracy", VALIDATION_COLOUR, "o"), ("changed", TRAIN_COLOUR, "s"))
NAMES = {"accuracy": "accuracy", "changed": "answers that damage changed"}
LEAST_GAP = 0.12  # between two labels: a line of text


def draw_robustness(content: Mapping[str, Any], title: str) -> Figure:
    """Return a panel per kind of damage, of what `count_damage` returns: accuracy and changed answers by level.

    Bands are ± one standard error; levels stand side by side, without damage at the left.
    """
    damages = content["damages"]
    lines = -(-len(damages) // COLUMNS)
    height = 2.75 * lines + 0.95  # inches: a title above, a caption below
    figure = start_figure(11.2, height, title)
    panels = figure.subplots(lines, COLUMNS, squeeze=False, sharey=True).ravel()
    for axes, damage in zip(panels, damages, strict=False):
        _draw(axes, content["undamaged"], damage)
    for axes in panels[len(damages) :]:
        axes.set_axis_off()
    handles, names = panels[0].get_legend_handles_labels()
    free = panels[min(len(damages), len(panels) - 1)]  # the first that is empty
    free.legend(handles, names, loc="center left", frameon=False, fontsize=10, labelcolor=INK)
    caption = (
        f"{content['images']:,} images, damaged in their own size, then resized for the network. "
        "Bands: ± one standard error. Dashed: accuracy without damage."
    )
    figure.text(0.15 / 11.2, 0.12 / height, caption, fontsize=8.5, color=QUIET_INK, va="bottom")
    figure.tight_layout(rect=(0, 0.35 / height, 1, 1 - 0.45 / height), h_pad=1.6, w_pad=1.6)
    return figure


def _draw(axes: Axes, undamaged: Mapping[str, float], damage: Mapping[str, Any]) -> None:
    # What is written beside the last points steps apart where they are near.
    last = damage["levels"][-1]
    gap = last["accuracy"] - last["changed"]
    step = max(0.0, LEAST_GAP - abs(gap)) / 2 * (1 if gap >= 0 else -1)
    heights = {"accuracy": last["accuracy"] + step, "changed": last["changed"] - step}
    levels = [undamaged, *damage["levels"]]
    places = np.arange(len(levels))
    for name, colour, mark in CURVES:
        values = np.array([level[name] for level in levels])
        errors = np.array([level[f"{name}_standard_error"] for level in levels])
        low, high = np.clip(values - errors, 0, 1), np.clip(values + errors, 0, 1)
        axes.fill_between(places, low, high, color=colour, alpha=0.18, linewidth=0)
        axes.plot(places, values, color=colour, marker=mark, markersize=4.5, linewidth=1.6, label=NAMES[name])
        text = f"{100 * values[-1]:.1f} %"
        axes.text(places[-1] + 0.035 * len(levels), heights[name], text, va="center_baseline", fontsize=9, color=colour)
    before = undamaged["accuracy"]
    axes.plot(places[[0, -1]], [before, before], color=VALIDATION_COLOUR, linewidth=0.9, linestyle=(0, (4, 3)))
    axes.set_title(damage["description"], loc="left", fontsize=10.5, color=INK, pad=8)
    axes.set_xticks(places, ["none", *(f"{level['level']:g}" for level in damage["levels"])])
    axes.set_xlim(-0.25, 1.22 * (len(levels) - 1))
    axes.set_ylim(-0.08, 1.08)
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.yaxis.set_tick_params(labelleft=True)
    axes.grid(color=GRID, linewidth=0.8, axis="y")
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(FAINT_INK)
    axes.tick_params(length=0, labelsize=9, labelcolor=QUIET_INK)

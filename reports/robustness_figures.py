"""Draws what damaged images do to answers: a panel for each kind of damage, of one network or of several."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from reports.figures import FAINT_INK, GRID, INK, QUIET_INK, TRAIN_COLOUR, VALIDATION_COLOUR, start_figure
from reports.result_figures import RUN_COLOURS, RUN_MARKERS

COLUMNS = 3
CURVES = (("accuracy", VALIDATION_COLOUR, "o"), ("changed", TRAIN_COLOUR, "s"))
NAMES = {"accuracy": "accuracy", "changed": "answers that damage changed"}
LEAST_GAP = 0.12  # between two labels: a line of text
DASHED = (0, (4, 3))


def draw_robustness(content: Mapping[str, Any], title: str) -> Figure:
    """Return a panel per kind of damage, of what `count_damage` returns: accuracy and changed answers by level.

    Bands are ± one standard error; levels stand side by side, without damage at the left.
    """
    figure, panels = _start(title, content["damages"])
    for axes, damage in zip(panels, content["damages"], strict=False):
        _draw(axes, content["undamaged"], damage)
    _finish(figure, panels, content, " Dashed: accuracy without damage.")
    return figure


def draw_runs(runs: Sequence[Mapping[str, Any]]) -> Figure:
    """Return a panel per kind of damage with each run's accuracy by level, and a dashed line at chance.

    A run is what `count_damage` returns, with a `name` and with `classes`; all have the same damages.
    """
    damages = runs[0]["damages"]
    figure, panels = _start("Accuracy on damaged images", damages)
    chance = 1 / runs[0]["classes"]
    for number, axes in enumerate(panels[: len(damages)]):
        for run, colour, mark in zip(runs, RUN_COLOURS, RUN_MARKERS, strict=False):
            levels = [run["undamaged"], *run["damages"][number]["levels"]]
            _draw_curve(axes, levels, "accuracy", run["name"], colour, mark)
        axes.axhline(chance, color=QUIET_INK, linewidth=0.9, linestyle=DASHED)
        _dress(axes, damages[number], 1.03)
    _finish(figure, panels, runs[0], " Dashed: chance.")
    return figure


def _start(title: str, damages: Sequence[Mapping[str, Any]]) -> tuple[Figure, Sequence[Axes]]:
    lines = -(-len(damages) // COLUMNS)
    figure = start_figure(11.2, 2.75 * lines + 0.95, title)  # inches: a title above, a caption below
    panels: list[Axes] = figure.subplots(lines, COLUMNS, squeeze=False, sharey=True).ravel().tolist()
    for axes in panels[len(damages) :]:
        axes.set_axis_off()
    return figure, panels


def _finish(figure: Figure, panels: Sequence[Axes], content: Mapping[str, Any], dashed: str) -> None:
    handles, names = panels[0].get_legend_handles_labels()
    free = panels[min(len(content["damages"]), len(panels) - 1)]  # the first that is empty
    free.legend(handles, names, loc="center left", frameon=False, fontsize=10, labelcolor=INK)
    height = figure.get_figheight()
    caption = (
        f"{content['images']:,} images, damaged in their own size, then resized for the network. "
        f"Bands: ± one standard error.{dashed}"
    )
    figure.text(0.15 / 11.2, 0.12 / height, caption, fontsize=8.5, color=QUIET_INK, va="bottom")
    figure.tight_layout(rect=(0, 0.35 / height, 1, 1 - 0.45 / height), h_pad=1.6, w_pad=1.6)


def _draw(axes: Axes, undamaged: Mapping[str, float], damage: Mapping[str, Any]) -> None:
    # What is written beside the last points steps apart where they are near.
    last = damage["levels"][-1]
    gap = last["accuracy"] - last["changed"]
    step = max(0.0, LEAST_GAP - abs(gap)) / 2 * (1 if gap >= 0 else -1)
    heights = {"accuracy": last["accuracy"] + step, "changed": last["changed"] - step}
    levels = [undamaged, *damage["levels"]]
    for name, colour, mark in CURVES:
        _draw_curve(axes, levels, name, NAMES[name], colour, mark)
        text, place = f"{100 * last[name]:.1f} %", len(levels) - 1 + 0.035 * len(levels)
        axes.text(place, heights[name], text, va="center_baseline", fontsize=9, color=colour)
    before = undamaged["accuracy"]
    axes.plot([0, len(levels) - 1], [before, before], color=VALIDATION_COLOUR, linewidth=0.9, linestyle=DASHED)
    _dress(axes, damage, 1.22)  # room for what is written beside the last points


def _draw_curve(axes: Axes, levels: Sequence[Mapping[str, float]], key: str, name: str, colour: str, mark: str) -> None:
    places = np.arange(len(levels))
    values = np.array([level[key] for level in levels])
    errors = np.array([level[f"{key}_standard_error"] for level in levels])
    low, high = np.clip(values - errors, 0, 1), np.clip(values + errors, 0, 1)
    axes.fill_between(places, low, high, color=colour, alpha=0.18, linewidth=0)
    axes.plot(places, values, color=colour, marker=mark, markersize=4.5, linewidth=1.6, label=name)


def _dress(axes: Axes, damage: Mapping[str, Any], width: float) -> None:
    names = ["none", *(f"{level['level']:g}" for level in damage["levels"])]
    axes.set_title(damage["description"], loc="left", fontsize=10.5, color=INK, pad=8)
    axes.set_xticks(np.arange(len(names)), names)
    axes.set_xlim(-0.25, width * (len(names) - 1))
    axes.set_ylim(-0.08, 1.08)
    axes.set_yticks(np.linspace(0, 1, 6))
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    axes.yaxis.set_tick_params(labelleft=True)
    axes.grid(color=GRID, linewidth=0.8, axis="y")
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(FAINT_INK)
    axes.tick_params(length=0, labelsize=9, labelcolor=QUIET_INK)

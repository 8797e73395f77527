"""Draws runs beside each other: confusion matrices, recall per class, curves over the epochs, reliability."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from reports.figures import CONFUSION_CAPTION, FAINT_INK, INK, QUIET_INK, draw_cells, start_figure
from reports.image_figures import quieten, write_caption

# The palette by Okabe and Ito (B. Wong, "Color blindness", Nature Methods 8, 441, 2011).
RUN_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
RUN_MARKERS = ("o", "s", "D", "^", "v", "P")
RECALLS_CAPTION = (
    "Share of a class's images that are right; bars are 95 % (Wilson). Hollow: what the original published of its own "
    "validation images."
)
CURVES_CAPTION = (
    "Solid: validation, after the epoch. Dashed: train, mean over the epoch's batches, with augmentation and dropout, "
    "while the weights move,\nand of smoothed or mixed labels where a recipe has them, whose loss is above 0 at best. "
    "Statistics that are settled after the last epoch are in no curve."
)
RELIABILITY_CAPTION = (
    "Accuracy of answers by their confidence, in bins of 1/15; the larger a mark, the more images (area; bins of fewer "
    "than 5 are left out).\nOn the dashed line a network is as often right as it is sure; below it, surer."
)
LEAST_IMAGES = 5


def draw_confusions(runs: Sequence[Mapping[str, Any]]) -> Figure:
    """Return the confusion matrices of runs, counts of images (K, K), side by side."""
    side = 0.72 * max(len(run["confusion"]) for run in runs)
    # All places are whole dots: where they are not, the cells' colour shows beyond the gaps between them.
    width, height = len(runs) * (side + 1.12) + 0.1, side + 1.94
    figure = start_figure(width, height, "Confusion on validation")
    for place, run in enumerate(runs):
        left = 0.76 + place * (side + 1.12)
        axes = figure.add_axes((left / width, 0.5 / height, side / width, side / height))
        draw_cells(axes, np.array(run["confusion"], np.int64))
        for text in axes.texts:
            text.set_fontsize(9.5)
        axes.set_title(run["name"], loc="left", fontsize=11, color=INK, pad=10, parse_math=False)
    write_caption(figure, CONFUSION_CAPTION)
    return figure


def draw_recalls(runs: Sequence[Mapping[str, Any]]) -> Figure:
    """Return each run's recall per class with its interval, and beside it what was published, if that is known."""
    figure = start_figure(9.0, 4.8, "Recall by class")
    axes = figure.add_axes((0.07, 0.21, 0.9, 0.66))
    series: list[tuple[str, Any, dict[str, Any]]] = []
    for place, run in enumerate(runs):
        look: dict[str, Any] = {"color": RUN_COLOURS[place], "marker": RUN_MARKERS[place]}
        series.append((run["name"], run["recalls"], {**look, "markerfacecolor": RUN_COLOURS[place]}))
        if run["published_recalls"]:
            series.append((f"{run['name']}, published", run["published_recalls"], {**look, "markerfacecolor": "white"}))
    for place, (name, rows, look) in enumerate(series):
        shift = 0.7 * ((place + 0.5) / len(series) - 0.5)
        values = np.array([row["recall"] for row in rows])
        reach = [values - [row["low"] for row in rows], [row["high"] for row in rows] - values]
        axes.errorbar(
            np.arange(len(rows)) + shift, values, yerr=np.maximum(reach, 0.0), linestyle="none", markersize=6.5,
            elinewidth=1.5, label=name, **look,
        )  # fmt: skip
    classes = len(runs[0]["recalls"])
    axes.set_xlim(-0.5, classes - 0.5)
    axes.set_ylim(0, 1.02)
    axes.set_xticks(range(classes), [f"class {label}" for label in range(classes)])
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    quieten(axes, "", "")
    axes.grid(axis="x", visible=False)
    for edge in range(classes - 1):
        axes.axvline(edge + 0.5, color=FAINT_INK, linewidth=0.6)
    figure.legend(loc="lower left", ncols=5, bbox_to_anchor=(0.01, 0.065), frameon=False, fontsize=9.5, labelcolor=INK)
    write_caption(figure, RECALLS_CAPTION)
    return figure


def draw_learning_curves(runs: Sequence[Mapping[str, Any]]) -> Figure:
    """Return loss and accuracy over the epochs of all runs, train and validation."""
    figure = start_figure(11.2, 4.8, "Learning curves")
    for left, quantity in ((0.055, "loss"), (0.56, "accuracy")):
        axes = figure.add_axes((left, 0.28, 0.41, 0.56))
        for place, run in enumerate(runs):
            epochs = [row["epoch"] for row in run["history"]]
            for part, style, width in (("train", (0, (3, 2)), 1.1), ("validation", "-", 1.9)):
                values = [row[f"{part}_{quantity}"] for row in run["history"]]
                name = run["name"] if part == "validation" else "_"
                axes.plot(epochs, values, color=RUN_COLOURS[place], linestyle=style, linewidth=width, label=name)
            axes.plot(epochs[-1:], values[-1:], RUN_MARKERS[place], color=RUN_COLOURS[place], markersize=6)
        axes.set_title(quantity, loc="left", fontsize=11, color=INK, pad=8)
        axes.set_xlim(left=0)
        if quantity == "loss":
            axes.set_ylim(bottom=0)
        else:
            axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
        axes.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=True))
        quieten(axes, "epoch", "nats" if quantity == "loss" else "")
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, names, loc="lower left", ncols=5, bbox_to_anchor=(0.01, 0.085), frameon=False, fontsize=10,
        labelcolor=INK,
    )  # fmt: skip
    write_caption(figure, CURVES_CAPTION)
    return figure


def draw_reliabilities(runs: Sequence[Mapping[str, Any]]) -> Figure:
    """Return a reliability diagram for each run: as trained, and at a temperature fitted on other images."""
    side, gap = 3.4, 0.75
    width, height = len(runs) * (side + gap) + 0.15, side + 2.2
    figure = start_figure(width, height, "Reliability")
    looks = (("bins_before", "as trained", "o", RUN_COLOURS[1]), ("bins_after", "temperature", "s", RUN_COLOURS[0]))
    for place, run in enumerate(runs):
        left = gap + place * (side + gap)
        axes = figure.add_axes((left / width, 1.3 / height, side / width, side / height))
        axes.plot([0, 1], [0, 1], color=QUIET_INK, linewidth=1.0, linestyle=(0, (4, 3)))
        for key, name, marker, colour in looks:
            bins = [one for one in run["calibration"][key] if one["images"] >= LEAST_IMAGES]
            x, y = ([one[value] for one in bins] for value in ("confidence", "accuracy"))
            areas = [12 + 0.25 * one["images"] for one in bins]
            axes.plot(x, y, color=colour, linewidth=1.2)
            axes.scatter(x, y, s=areas, marker=marker, color=colour, alpha=0.85, edgecolor="white", label=name)
        axes.set_title(run["name"], loc="left", fontsize=11, color=INK, pad=8, parse_math=False)
        axes.set_xlim(0, 1.03)
        axes.set_ylim(0, 1.03)
        quieten(axes, "mean confidence", "accuracy")
        axes.tick_params(axis="x", pad=7)
    handles = [figure.axes[0].plot([], [], marker, color=colour)[0] for _, _, marker, colour in looks]
    names = ["as trained", "at a temperature fitted on other images"]
    figure.legend(
        handles, names, loc="lower left", ncols=2, bbox_to_anchor=(0.01, 0.09), frameon=False, fontsize=10,
        labelcolor=INK,
    )  # fmt: skip
    write_caption(figure, RELIABILITY_CAPTION)
    return figure

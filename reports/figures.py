"""Draws a run's curves over the epochs and its confusion matrix, and encodes them as PNG or SVG."""

import io
import math
from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib import colormaps, rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike, NDArray

# Blue and vermilion of the palette by Okabe and Ito that stays apart for colour-blind readers
# (B. Wong, "Color blindness", Nature Methods 8, 441, 2011).
VALIDATION_COLOUR = "#0072B2"
TRAIN_COLOUR = "#D55E00"
INK, QUIET_INK, FAINT_INK, GRID = "#222222", "#666666", "#A0A0A0", "#E6E6E6"

DOTS_PER_INCH = 150
# Beyond this a schedule changes the rate nearly every epoch, and the lines would be a second grid.
LEARNING_RATE_LINES = 12

CURVES_CAPTION = (
    "Train: mean over the epoch's batches, with augmentation and dropout, while the weights move. "
    "Validation: after the epoch, without either.\n"
    "The two are not measured alike: train accuracy may well lie below validation accuracy."
)
CONFUSION_CAPTION = "In each cell: images, and their share of the row's images."


def draw_curves(history: Sequence[Mapping[str, float]], title: str) -> Figure:
    """Return a picture of loss and accuracy over the epochs, train and validation in each panel.

    Each row of `history` has epoch (from 1), train_loss, train_accuracy, validation_loss,
    validation_accuracy (loss in nats, accuracy as a fraction) and learning_rate. Values that are not
    finite are left out. Raises ValueError for an empty history.
    """
    if not history:
        raise ValueError("Expected at least one epoch in the history. Received: none.")
    figure = start_figure(11.2, 4.6, title)
    loss_axes = figure.add_axes((0.05, 0.225, 0.33, 0.595))
    accuracy_axes = figure.add_axes((0.545, 0.225, 0.33, 0.595))
    loss_top = max(_finite_values(history, "loss"), default=0.0) * 1.05
    accuracies = _finite_values(history, "accuracy") or [0.0, 1.0]
    # Tenths that hold every value, so that two runs can be laid side by side.
    accuracy_bottom = max(0.0, math.floor(min(accuracies) * 10 - 0.2) / 10)
    accuracy_top = min(1.0, math.ceil(max(accuracies) * 10 + 0.2) / 10)
    _draw_panel(loss_axes, history, "loss", (0.0, loss_top or 1.0))
    _draw_panel(accuracy_axes, history, "accuracy", (accuracy_bottom, accuracy_top))
    changes = _learning_rate_changes(history)
    if 0 < len(changes) <= LEARNING_RATE_LINES:
        for axes in (loss_axes, accuracy_axes):
            lines = [
                axes.axvline(epoch, color=FAINT_INK, linewidth=0.9, linestyle=(0, (2, 3)), zorder=1)
                for epoch in changes
            ]
        figure.legend(
            [lines[0]],
            ["learning rate changes"],
            loc="lower right",
            bbox_to_anchor=(0.995, 0.005),
            frameon=False,
            fontsize=9,
            labelcolor=QUIET_INK,
        )
    figure.text(0.015, 0.025, CURVES_CAPTION, fontsize=8.5, color=QUIET_INK, va="bottom", linespacing=1.4)
    return figure


def draw_confusion(confusion: ArrayLike, title: str) -> Figure:
    """Return a picture of a K x K confusion matrix of image counts: rows true label, columns given label.

    Every cell shows its count and its share of the row and is coloured by the share; a row without images
    has no share. Raises ValueError unless the counts are square and not negative.
    """
    counts = np.asarray(confusion)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not counts.size or counts.min() < 0:
        raise ValueError(f"Expected K x K image counts of at least 0. Received: {counts.tolist()}.")
    side = 0.95 * len(counts)  # inches; around it 0.75 left, 0.15 right, 1.05 above, 0.55 below
    width, height = max(side + 0.9, 4.6), side + 1.6
    figure = start_figure(width, height, title)
    draw_cells(figure.add_axes((0.75 / width, 0.55 / height, side / width, side / height)), counts)
    figure.text(0.15 / width, 0.17 / height, CONFUSION_CAPTION, fontsize=8.5, color=QUIET_INK, va="bottom")
    return figure


def draw_cells(axes: Axes, counts: NDArray[np.int64]) -> None:
    """Draw the cells of a confusion matrix (K, K), labels 0 to K - 1 and titles above and to the left of them."""
    classes = len(counts)
    row_images = counts.sum(axis=1, keepdims=True)
    shares = counts / np.maximum(row_images, 1)
    colours = colormaps["Blues"]
    axes.imshow(shares, cmap=colours, vmin=0.0, vmax=1.0)
    for (row, column), share in np.ndenumerate(shares):
        axes.text(
            column,
            row,
            f"{counts[row, column]:,}\n{_share_text(share) if row_images[row, 0] else '–'}",
            ha="center",
            va="center",
            fontsize=11,
            linespacing=1.35,
            color=_readable_ink(colours(float(share))[:3]),
        )
    axes.set_xticks(range(classes))
    axes.set_yticks(range(classes))
    # White gaps between the cells, drawn as a minor grid half a cell off the labels.
    axes.set_xticks(np.arange(classes + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(classes + 1) - 0.5, minor=True)
    axes.grid(which="minor", color="white", linewidth=3)
    axes.spines[:].set_visible(False)
    axes.tick_params(which="both", length=0, labelsize=11, labelcolor=INK)
    axes.xaxis.tick_top()
    axes.xaxis.set_label_position("top")
    axes.set_xlabel("given label", fontsize=11, color=QUIET_INK, labelpad=6)
    axes.set_ylabel("true label", fontsize=11, color=QUIET_INK, labelpad=6)


def encode_png(figure: Figure) -> bytes:
    """Return the figure as PNG, 150 dots per inch; without date or version: equal figures, equal bytes."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DOTS_PER_INCH, metadata={"Software": None})
    return buffer.getvalue()


def encode_svg(figure: Figure) -> bytes:
    """Return the figure as SVG, its text as shapes; without date or version: equal figures, equal bytes."""
    buffer = io.BytesIO()
    with rc_context({"svg.hashsalt": "curves", "svg.fonttype": "path"}):
        figure.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()


def start_figure(width_inches: float, height_inches: float, title: str) -> Figure:
    """Return an empty figure of 150 dots per inch with a bold title in its upper left corner."""
    figure = Figure(figsize=(width_inches, height_inches), dpi=DOTS_PER_INCH)
    FigureCanvasAgg(figure)
    # A letter of the bold font is 0.7 of its size wide at the most common: a long title shrinks to fit.
    fontsize_points = min(13.0, 72 * (width_inches - 0.3) / (0.7 * max(len(title), 1)))
    # A title names a run, and a run's name may hold a dollar sign: it is no formula.
    figure.text(
        0.15 / width_inches, 1 - 0.15 / height_inches, title,
        fontsize=fontsize_points, fontweight="bold", color=INK, va="top", parse_math=False,
    )  # fmt: skip
    return figure


def _draw_panel(axes: Axes, history: Sequence[Mapping[str, float]], quantity: str, limits: tuple[float, float]) -> None:
    axes.set_title(quantity, loc="left", fontsize=11, color=INK, pad=8)
    axes.set_xlabel("epoch", fontsize=10, color=QUIET_INK)
    first, last = history[0]["epoch"], history[-1]["epoch"]
    # Less than an epoch to the left: there is no epoch 0 to show.
    axes.set_xlim(first - min(0.9, 0.02 * (last - first) or 0.5), last + (0.02 * (last - first) or 0.5))
    axes.set_ylim(*limits)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, steps=[1, 2, 5, 10], integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(FAINT_INK)
    axes.tick_params(length=0, labelsize=9.5, labelcolor=QUIET_INK)
    ends = {}
    for part, colour, width in (("train", TRAIN_COLOUR, 1.3), ("validation", VALIDATION_COLOUR, 2.0)):
        points = _finite_points(history, f"{part}_{quantity}")
        if points:
            axes.plot(*zip(*points, strict=True), color=colour, linewidth=width, label=part, zorder=3)
            axes.plot(*points[-1], "o", color=colour, markersize=5, clip_on=False, zorder=4)
            ends[part] = (points[-1], colour)
    _label_ends(axes, ends)


def _label_ends(axes: Axes, ends: Mapping[str, tuple[tuple[float, float], str]]) -> None:
    # The labels stand beside the last points; where these are nearer than a line of text, they step apart.
    bottom, top = axes.get_ylim()
    points_per_unit = axes.get_window_extent().height / DOTS_PER_INCH * 72 / (top - bottom)
    in_order = sorted(ends, key=lambda part: (ends[part][0][1], part))
    steps = dict.fromkeys(in_order, 0.0)
    if len(in_order) == 2:
        lower, upper = in_order
        gap = (ends[upper][0][1] - ends[lower][0][1]) * points_per_unit
        steps[lower], steps[upper] = -max(0.0, 14 - gap) / 2, max(0.0, 14 - gap) / 2
    for part, (point, colour) in ends.items():
        axes.annotate(
            f"{part} {point[1]:.4f}",
            point,
            xytext=(8, steps[part]),
            textcoords="offset points",
            va="center_baseline",
            fontsize=10,
            color=colour,
            annotation_clip=False,
        )


def _finite_points(history: Sequence[Mapping[str, float]], column: str) -> list[tuple[float, float]]:
    """Return (epoch, value) of the column's finite values."""
    return [(row["epoch"], row[column]) for row in history if math.isfinite(row[column])]


def _finite_values(history: Sequence[Mapping[str, float]], quantity: str) -> list[float]:
    """Return the finite values of a panel's two curves."""
    return [value for part in ("train", "validation") for _, value in _finite_points(history, f"{part}_{quantity}")]


def _learning_rate_changes(history: Sequence[Mapping[str, float]]) -> list[float]:
    # Half an epoch back: between the last epoch at the old rate and the first at the new one. Backends
    # keep the rate in float32, so that the same rate may be read back 1e-7 of it apart.
    return [
        row["epoch"] - 0.5
        for before, row in zip(history, history[1:], strict=False)
        if not math.isclose(before["learning_rate"], row["learning_rate"], rel_tol=1e-6)
    ]


def _share_text(share: float) -> str:
    """Return a whole per cent, but never 0 % for some or 100 % for not quite all."""
    if 0 < share < 0.005:
        return "<1 %"
    if 0.995 <= share < 1:
        return ">99 %"
    return f"{share:.0%}".replace("%", " %")


def _readable_ink(background: tuple[float, ...]) -> str:
    """Return black or white, whichever contrasts more with the sRGB colour (WCAG 2.1, relative luminance)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in background]
    luminance = float(np.dot([0.2126, 0.7152, 0.0722], linear))
    return "white" if 1.05 / (luminance + 0.05) > (luminance + 0.05) / 0.05 else INK

"""Draws what backends cost, how their runs went, and how far their losses drift apart."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullLocator

from reports.agreement import LOSS_TOLERANCE
from reports.figures import DOTS_PER_INCH, GRID, INK, QUIET_INK

# Okabe and Ito's palette stays apart for colour-blind readers (B. Wong, Nature Methods 8, 441, 2011), and the marks
# stay apart without colours; each backend keeps both in every picture.
COLOURS = {"torch": "#D55E00", "tensorflow": "#0072B2", "jax": "#009E73"}
MARKS = {"torch": "o", "tensorflow": "s", "jax": "^"}
LINES: dict[str, Any] = {"torch": "-", "tensorflow": (0, (6, 1.2)), "jax": (0, (2, 1))}
BARS = (
    ("train_images_per_second", "training, images/s: more is better", 1.0),
    ("predict_images_per_second", "prediction, images/s: more is better", 1.0),
    ("train_cpu_ms_per_image", "training, CPU ms/image: less is better", 1.0),
    ("peak_resident_bytes", "peak memory, MiB: less is better", 2.0**-20),
    ("first_step_seconds", "first step, compiling, s: less is better", 1.0),
    ("import_seconds", "import, s: less is better", 1.0),
)
CAPTION_LETTERS = 170  # of a line below a picture
SMALLEST = 1e-8  # equal losses have no place on a log scale; float32 has none nearer to a loss of 1
Trials = Mapping[str, Sequence[Mapping[str, Any]]]


def draw_cost(trials: Trials, caption: str = "") -> Figure:
    """Return bars of the medians over seeds, one panel per cost, with a line from the least to the most."""
    figure = _start(11.2, 5.4, "What the same training costs on each backend", caption)
    panels = figure.subplots(2, 3)
    for axes, (key, title, factor) in zip(panels.ravel(), BARS, strict=True):
        longest = 0.0
        for place, (name, some) in enumerate(trials.items()):
            values = factor * np.array([trial[key] for trial in some if trial[key] is not None], np.float64)
            if not values.size:
                continue
            middle, least, most = float(np.median(values)), float(values.min()), float(values.max())
            axes.barh(place, middle, color=COLOURS[name], height=0.62)
            if most > least:
                axes.plot([least, most], [place, place], color=INK, linewidth=1.5, marker="|", markersize=7)
            number = f"{middle:,.0f}" if middle >= 100 else f"{middle:.3g}"
            axes.annotate(f" {number}", (most, place), va="center", color=INK, fontsize=9)
            longest = max(longest, most)
        axes.set_yticks(range(len(trials)), list(trials))
        axes.set_ylim(len(trials) - 0.4, -0.6)
        axes.set_xlim(0, 1.2 * longest or 1)
        axes.xaxis.set_major_locator(MaxNLocator(4))
        _plain(axes, title)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", labelcolor=INK)
    _fit(figure, caption)
    return figure


def draw_histories(trials: Trials, caption: str = "") -> Figure:
    """Return the train loss and the validation accuracy of every run over its epochs, a line per seed."""
    figure = _start(11.2, 4.4, "The same experiment on each backend, epoch by epoch", caption)
    panels = figure.subplots(1, 2)
    for axes, (key, title) in zip(
        panels, (("train_loss", "train loss, nats"), ("validation_accuracy", "validation accuracy")), strict=True
    ):
        for name, some in trials.items():
            for trial in some:
                epochs = [row["epoch"] for row in trial["history"]]
                values = [row[key] for row in trial["history"]]
                axes.plot(epochs, values, **_style(name), marker=MARKS[name], markersize=4.5)
        axes.set_xlabel("epoch", color=QUIET_INK)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        _plain(axes, title)
    _name(figure, {name: _style(name) | {"marker": MARKS[name]} for name in trials})
    _fit(figure, caption)
    return figure


def draw_losses(losses: Mapping[str, Mapping[str, Sequence[float | None]]]) -> Figure:
    """Return for each recipe how far each backend's loss lies from the first one's, step by step, on a log scale."""
    first = next(iter(next(iter(losses.values()))))
    caption = f"Before each step, from the same weights on the same batches; dotted: {LOSS_TOLERANCE:g}"
    figure = _start(11.2, 4.4, f"How far the losses drift apart from those of {first}", caption)
    panels = figure.subplots(1, len(losses), squeeze=False, sharey=True)[0]
    for axes, (title, series) in zip(panels, losses.items(), strict=True):
        reference, *others = (np.array(some, np.float64) for some in series.values())
        for name, values in zip(list(series)[1:], others, strict=True):
            differences = np.maximum(np.abs(values - reference), SMALLEST)
            axes.plot(range(1, len(differences) + 1), differences, **_style(name))
        axes.axhline(LOSS_TOLERANCE, color=INK, linewidth=1.0, linestyle=(0, (1, 2)))
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(numticks=12))
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_xlabel("step", color=QUIET_INK)
        _plain(axes, title)
    panels[0].set_ylabel("difference, nats", color=QUIET_INK)
    _name(figure, {name: _style(name) for name in next(iter(losses.values())) if name != first})
    _fit(figure, caption)
    return figure


def _start(width: float, height: float, title: str, caption: str) -> Figure:
    figure = Figure(figsize=(width, height), dpi=DOTS_PER_INCH, facecolor="white")
    FigureCanvasAgg(figure)
    figure.text(0.012, 1 - 0.14 / height, title, va="top", fontsize=13, color=INK)
    lines = textwrap.fill(caption, CAPTION_LETTERS)
    style: dict[str, Any] = {"va": "bottom", "fontsize": 8.5, "color": QUIET_INK, "parse_math": False}  # a $ is a $
    figure.text(0.012, 0.12 / height, lines, **style)
    return figure


def _fit(figure: Figure, caption: str) -> None:
    height, lines = figure.get_figheight(), len(textwrap.wrap(caption, CAPTION_LETTERS))
    figure.tight_layout(rect=(0, (0.2 + 0.16 * lines if lines else 0.06) / height, 1, 1 - 0.46 / height))


def _style(name: str) -> dict[str, Any]:
    return {"color": COLOURS[name], "linewidth": 1.6, "linestyle": LINES[name]}


def _name(figure: Figure, styles: Mapping[str, Mapping[str, Any]]) -> None:
    """Name the lines once, beside the title, where they cover nothing."""
    handles = [Line2D([], [], **style) for style in styles.values()]
    figure.legend(handles, list(styles), loc="upper right", ncols=3, frameon=False, fontsize=10, labelcolor=INK)


def _plain(axes: Axes, title: str) -> None:
    axes.set_title(title, fontsize=10, color=INK, loc="left")
    axes.tick_params(colors=QUIET_INK, length=0, labelsize=9)
    axes.grid(color=GRID, linewidth=0.7)
    axes.set_axisbelow(True)
    for spine in axes.spines.values():
        spine.set_visible(False)

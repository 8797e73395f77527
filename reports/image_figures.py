"""Draws what was measured of a data folder's images: spectra, colours, file sizes, and what they tell of the label."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, PercentFormatter

from reports.error_bars import Z
from reports.figures import FAINT_INK, GRID, INK, QUIET_INK, TRAIN_COLOUR, VALIDATION_COLOUR, start_figure
from reports.fingerprint_figures import CLASS_COLOURS, name_ends
from reports.image_statistics import COLOURS

SPECTRA_CAPTION = (
    "log10(1 + amplitude) of grey levels under a Hann window, averaged over directions, then over the train images of "
    "a class.\nRight: less the mean of the classes; the shade is ± 2 standard errors of the class."
)
COLOURS_CAPTION = "Share of the pixels of a class's train images in each 8 of the 256 levels."
SIZES_CAPTION = "Share of a class's train images whose PNG file is at most so large; a kB is 1000 bytes."
CUES_CAPTION = "Fitted on train images, judged on validation images; bars are 95 % (accuracy ± 1.96 standard errors)."


def draw_class_spectra(classes: Sequence[Mapping[str, Any]]) -> Figure:
    """Return a picture of each class's radial spectrum, as it is and less the mean of the classes."""
    figure = start_figure(11.2, 4.6, "Radial spectra by class")
    axes = figure.add_axes((0.055, 0.24, 0.36, 0.58))
    lower_axes = figure.add_axes((0.535, 0.24, 0.36, 0.58))
    spectra = np.array([row["spectrum"] for row in classes])
    errors = np.array([row["spectrum_error"] for row in classes])
    lower = spectra - spectra.mean(axis=0)
    frequencies = np.linspace(0, 0.5, spectra.shape[1])
    drawn = ((axes, spectra, "log10(1 + amplitude)"), (lower_axes, lower, "less the mean of the classes"))
    for one, values, title in drawn:
        one.set_title(title, loc="left", fontsize=11, color=INK, pad=8)
        for place, (curve, error) in enumerate(zip(values, errors, strict=True)):
            one.fill_between(frequencies, curve - 2 * error, curve + 2 * error, color=CLASS_COLOURS[place], alpha=0.2)
            one.plot(frequencies, curve, color=CLASS_COLOURS[place], linewidth=1.7)
        one.set_xlim(0, 0.5)
        quieten(one, "cycles per pixel", "")
    ends = zip(lower[:, -1].tolist(), map(name_class, classes), CLASS_COLOURS, strict=False)
    name_ends(lower_axes, sorted(ends))
    lower_axes.axhline(0, color=FAINT_INK, linewidth=0.9)
    write_caption(figure, SPECTRA_CAPTION)
    return figure


def draw_colours(classes: Sequence[Mapping[str, Any]]) -> Figure:
    """Return a picture of the histograms of red, green and blue, a curve per class."""
    figure = start_figure(11.2, 4.2, "Colours by class")
    most = 1.08 * max(float(np.max(row["histograms"])) for row in classes)
    for place, colour in enumerate(COLOURS):
        axes = figure.add_axes((0.055 + 0.325 * place, 0.29, 0.275, 0.53))
        for label, row in enumerate(classes):
            shares = row["histograms"][place]
            middles = (np.arange(len(shares)) + 0.5) * 256 / len(shares)
            axes.plot(middles, shares, color=CLASS_COLOURS[label], linewidth=1.6, label=name_class(row))
        axes.set_title(colour, loc="left", fontsize=11, color=INK, pad=8)
        axes.set_xlim(0, 256)
        axes.set_xticks([0, 64, 128, 192, 255])
        axes.set_ylim(0, most)
        axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
        axes.yaxis.set_major_locator(MaxNLocator(nbins=6, steps=[1, 2, 5, 10]))
        quieten(axes, f"value of {colour}", "")
    handles, names = figure.axes[0].get_legend_handles_labels()
    figure.legend(
        handles, names, loc="lower right", ncols=len(names), bbox_to_anchor=(0.985, 0.0), frameon=False, fontsize=10,
        labelcolor=INK,
    )  # fmt: skip
    write_caption(figure, COLOURS_CAPTION)
    return figure


def draw_file_sizes(classes: Sequence[Mapping[str, Any]]) -> Figure:
    """Return a picture of the cumulative shares of file sizes, a curve per class."""
    figure = start_figure(7.6, 4.2, "File sizes by class")
    axes = figure.add_axes((0.09, 0.25, 0.75, 0.6))
    most = max(len(row["file_kilobytes_histogram"]) for row in classes)
    for label, row in enumerate(classes):
        counts = np.array(row["file_kilobytes_histogram"])
        shares = np.concatenate([[0.0], np.cumsum(counts) / counts.sum(), np.ones(most - len(counts))])
        axes.plot(np.arange(most + 1), shares, color=CLASS_COLOURS[label], linewidth=1.7, label=name_class(row))
    axes.set_ylim(0, 1)
    axes.set_xlim(min(np.flatnonzero(row["file_kilobytes_histogram"])[0] for row in classes), most)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    quieten(axes, "size of the PNG file, kB", "")
    axes.legend(loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=10, labelcolor=INK)
    write_caption(figure, SIZES_CAPTION)
    return figure


def draw_cues(cues: Sequence[Mapping[str, Any]], networks: Mapping[str, float], classes: int) -> Figure:
    """Return a picture of what each cue's models reach, and, as lines, chance and the accuracy of networks, by name."""
    names = list(dict.fromkeys(row["cue"] for row in cues))
    models = list(dict.fromkeys(row["model"] for row in cues))
    height = 1.9 + 0.45 * len(names)
    figure = start_figure(9.0, height, "What single cues tell of the label")
    axes = figure.add_axes((0.27, 1.05 / height, 0.69, 1 - 2.0 / height))
    looks = (("o", VALIDATION_COLOUR), ("s", TRAIN_COLOUR))
    for place, (model, (marker, colour)) in enumerate(zip(models, looks, strict=False)):
        rows = [row for row in cues if row["model"] == model]
        heights = [names.index(row["cue"]) + 0.16 * (2 * place - 1) for row in rows]
        axes.errorbar(
            [row["accuracy"] for row in rows], heights, xerr=[Z * row["standard_error"] for row in rows],
            fmt=marker, color=colour, markersize=5.5, elinewidth=1.5, label=model,
        )  # fmt: skip
    _draw_references(axes, {"chance": 1 / classes, **networks})
    axes.set_ylim(len(names) - 0.4, -0.7)
    axes.set_yticks(range(len(names)), names)
    axes.set_xlim(0.15, 1.0)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    quieten(axes, "validation accuracy", "")
    axes.tick_params(axis="y", labelsize=10, labelcolor=INK)
    figure.legend(loc="lower right", ncols=2, bbox_to_anchor=(0.985, 0.06), frameon=False, fontsize=10, labelcolor=INK)
    write_caption(figure, CUES_CAPTION)
    return figure


def _draw_references(axes: Axes, accuracies: Mapping[str, float]) -> None:
    """Draw an upright line for each; a name that would meet the one before it stands a line of text higher."""
    before, height = -1.0, 0.0
    for name, accuracy in sorted(accuracies.items(), key=lambda item: item[1]):
        height = height + 0.36 if accuracy - before < 0.012 * (len(name) + 3) else 0.0
        axes.axvline(accuracy, color=QUIET_INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
        axes.text(accuracy, -0.75 - height, name, fontsize=9.5, color=INK, ha="center", va="bottom", parse_math=False)
        before = accuracy


def name_class(row: Mapping[str, Any]) -> str:
    """Return what a legend calls a class."""
    return f"class {row['label']}"


def quieten(axes: Axes, across: str, up: str) -> None:
    """Give axes their titles, a faint grid, and no frame."""
    axes.set_xlabel(across, fontsize=10, color=QUIET_INK)
    axes.set_ylabel(up, fontsize=10, color=QUIET_INK)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(FAINT_INK)
    axes.tick_params(length=0, labelsize=9.5, labelcolor=QUIET_INK)


def write_caption(figure: Figure, text: str) -> None:
    """Write a caption into a figure's lower left corner."""
    width, height = figure.get_size_inches()
    figure.text(0.15 / width, 0.12 / height, text, fontsize=8.5, color=QUIET_INK, va="bottom", linespacing=1.4)

"""Draws what reports/fingerprints.py finds: spectra per class, their profiles, and the first filters of a network."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from numpy.typing import NDArray

from reports.figures import FAINT_INK, GRID, INK, QUIET_INK, start_figure
from reports.fingerprints import differences, filter_responses, radial_profile
from reports.heat_maps import shorten

# The palette by Okabe and Ito (B. Wong, "Color blindness", Nature Methods 8, 441, 2011) without yellow and black.
CLASS_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
STYLES = ("-", "--", ":", "-.")  # of the first six classes, the next six, …
# Single frequencies stand far out; the scale ends where a thousandth is beyond, so that the rest is seen too.
CLIPPED_SHARE = 0.001
SPECTRA_CAPTION = (
    "Mean over a class's images of log10(1 + amplitude), of grey levels less their 3x3 mean. Frequency 0 is in the "
    "middle, one change per two pixels at the edges.\nThe lower pictures are less the mean of all classes: red, more "
    "of a frequency than others have; blue, less."
)
FILTERS_CAPTION = (
    "Above, the weights as colours; grey is 0. Below, what a filter makes of gratings: frequency 0 in the middle, one "
    "change per two pixels\nat the edges; bright is strong, each on a scale of its own."
)


def draw_spectra(spectra: NDArray[np.float64], labels: Sequence[str]) -> Figure:
    """Return a picture of spectra (K, H, W) as `mean_spectra` gives them: as they are, less their mean, and by radius.

    A class of NaN, without images, says so. Raises ValueError for another number of labels, or no class with images.
    """
    if len(labels) != len(spectra):
        raise ValueError(f"Expected {len(spectra)} labels. Received: {len(labels)}.")
    if np.isnan(spectra).all():
        raise ValueError("Expected at least one class with images. Received: none.")
    lower = differences(spectra)
    side, gap, left = 1.75, 0.12, 0.95  # inches
    width = max(left + len(labels) * (side + gap) + 0.55, 7.6)
    height = 8.15
    figure = start_figure(width, height, "Mean spectra by class")
    low, high = _limits(spectra)
    reach = float(np.nanquantile(np.abs(lower), 1 - CLIPPED_SHARE)) or 1.0
    rows = ((spectra, "magma", low, high, 5.55, "spectrum"), (lower, "RdBu_r", -reach, reach, 3.68, "less the mean"))
    for pictures, colours, least, most, bottom, name in rows:
        figure.text(
            0.15 / width,
            (bottom + side / 2) / height,
            name.replace(" the", "\nthe"),
            fontsize=10,
            color=INK,
            va="center",
        )
        for place, picture in enumerate(pictures):
            axes = figure.add_axes(
                ((left + place * (side + gap)) / width, bottom / height, side / width, side / height)
            )
            shown = _show(axes, picture, colours, least, most)
            if pictures is spectra:
                axes.set_title(shorten(labels[place], 18), fontsize=10, color=INK, pad=4, parse_math=False)
        bar = figure.add_axes(
            ((left + len(labels) * (side + gap)) / width, bottom / height, 0.1 / width, side / height)
        )
        figure.colorbar(shown, cax=bar)
        bar.tick_params(length=0, labelsize=8, labelcolor=QUIET_INK)
        bar.spines[:].set_visible(False)
    _draw_profiles(
        figure.add_axes((left / width, 1.2 / height, (width - left - 1.3) / width, 1.95 / height)), lower, labels
    )
    figure.text(
        0.15 / width, 0.12 / height, SPECTRA_CAPTION, fontsize=8.5, color=QUIET_INK, va="bottom", linespacing=1.4
    )
    return figure


def draw_filters(kernels: NDArray[np.float32]) -> Figure:
    """Return a picture of first-layer kernels (3, 3, 3, F), eight in a row: each filter's weights and its response."""
    responses = filter_responses(kernels)
    columns, side, gap = min(len(responses), 8), 0.95, 0.14
    rows = -(-len(responses) // columns)
    each = 2 * side + 0.4
    width, height = max(0.15 + columns * (side + gap), 8.9), 1.35 + rows * each
    figure = start_figure(width, height, "Filters of the first convolution")
    reach = float(np.abs(kernels).max()) or 1.0
    for place, response in enumerate(responses):
        row, column = divmod(place, columns)
        x, top = 0.15 + column * (side + gap), height - 0.72 - row * each
        weights = figure.add_axes((x / width, (top - side) / height, side / width, side / height))
        weights.imshow(0.5 + 0.5 * kernels[..., place] / reach, interpolation="nearest")
        weights.set_axis_off()
        weights.set_title(str(place + 1), loc="left", fontsize=8, color=QUIET_INK, pad=2)
        below = figure.add_axes((x / width, (top - 2 * side - 0.05) / height, side / width, side / height))
        _show(below, response, "magma", 0.0, float(response.max()) or 1.0)
    figure.text(
        0.15 / width, 0.12 / height, FILTERS_CAPTION, fontsize=8.5, color=QUIET_INK, va="bottom", linespacing=1.4
    )
    return figure


def _show(axes: Axes, picture: NDArray[np.float64], colours: str, least: float, most: float) -> AxesImage:
    shown = axes.imshow(picture, cmap=colours, vmin=least, vmax=most, interpolation="nearest")
    axes.set_axis_off()
    if np.isnan(picture).all():
        axes.text(
            0.5, 0.5, "no images", transform=axes.transAxes, ha="center", va="center", fontsize=9, color=QUIET_INK
        )
    return shown


def _limits(spectra: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.nanquantile(spectra, [CLIPPED_SHARE, 1 - CLIPPED_SHARE])
    return float(low), float(max(high, low + 1e-9))


def _draw_profiles(axes: Axes, lower: NDArray[np.float64], labels: Sequence[str]) -> None:
    axes.set_title("less the mean, over all directions", loc="left", fontsize=10, color=INK, pad=6)
    axes.axhline(0, color=FAINT_INK, linewidth=0.9)
    ends = []
    for place, (picture, label) in enumerate(zip(lower, labels, strict=True)):
        if np.isnan(picture).all():
            continue
        frequencies, means = radial_profile(picture)
        colour = CLASS_COLOURS[place % len(CLASS_COLOURS)]
        style = STYLES[place // len(CLASS_COLOURS) % len(STYLES)]
        axes.plot(frequencies, means, style, color=colour, linewidth=1.6)
        ends.append((float(means[-1]), shorten(label, 14), colour))
    axes.set_xlim(0, 0.5)
    axes.set_xlabel("cycles per pixel", fontsize=9.5, color=QUIET_INK)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(FAINT_INK)
    axes.tick_params(length=0, labelsize=9, labelcolor=QUIET_INK)
    name_ends(axes, sorted(ends))


def name_ends(axes: Axes, ends: Sequence[tuple[float, str, str]]) -> None:
    """Write each curve's label beside its end, in order, at least a line of text apart."""
    low, high = axes.get_ylim()
    line = min(0.11, 1.2 / max(len(ends), 1)) * (high - low)  # 10 points of 1.95 inches, less where there are many
    points = min(10.0, 10 * line / (0.11 * (high - low)))
    heights: list[float] = []
    for value, _, _ in ends:
        heights.append(max(value, heights[-1] + line) if heights else value)
    shift = (sum(heights) - sum(value for value, _, _ in ends)) / max(len(ends), 1)
    for at, (_, label, colour) in zip(heights, ends, strict=True):
        axes.annotate(
            label, (0.5, at - shift), xytext=(6, 0), textcoords="offset points", va="center", fontsize=points,
            color=colour, annotation_clip=False, parse_math=False,
        )  # fmt: skip

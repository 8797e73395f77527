"""Lays a heat map over its image, and draws both beside the answer that they explain."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from reports.figures import FAINT_INK, INK, QUIET_INK, VALIDATION_COLOUR, start_figure

# Perceptually uniform and not red against green (Smith and van der Walt, "A Better Default Colormap for Matplotlib",
# SciPy 2015). From a quarter on: darker colours could not be told from shadows of the picture.
HEAT_COLOURS = colormaps["inferno"].resampled(256)
COLDEST = 0.25
MOST_OPAQUE = 0.75  # so that what the picture shows can be made out in the hottest places too
GREY_SHARE = 0.7  # of the picture's own colours that give way, so that colour means heat
# ITU-R BT.601, as Pillow's mode "L".
LUMA = np.array([0.299, 0.587, 0.114])

LABEL_LETTERS = 14


def overlay(image: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return uint8 (H, W, 3): the image (H, W, 3), paler in colour, under its heat (H, W), float32 in [0, 1].

    Where the heat is 0 the picture shows alone. Raises ValueError for shapes that do not fit and values outside.
    """
    if image.ndim != 3 or image.shape[2] != 3 or heat.shape != image.shape[:2]:
        raise ValueError(f"Expected an image (H, W, 3) and heat (H, W). Received: {image.shape} and {heat.shape}.")
    if not (heat.min() >= 0 and heat.max() <= 1):
        raise ValueError(f"Expected heat from 0 to 1. Received: from {heat.min()} to {heat.max()}.")
    grey = (image @ LUMA)[..., None]
    under = GREY_SHARE * grey + (1 - GREY_SHARE) * image
    colours = 255 * HEAT_COLOURS(COLDEST + (1 - COLDEST) * heat)[..., :3]
    opacity = MOST_OPAQUE * heat[..., None].astype(np.float64)
    mixed: NDArray[np.uint8] = np.rint((1 - opacity) * under + opacity * colours).astype(np.uint8)
    return mixed


def draw_explanation(
    image: NDArray[np.uint8],
    heat: NDArray[np.float32],
    probabilities: NDArray[np.float64],
    labels: Sequence[str],
    title: str,
    caption: str,
) -> Figure:
    """Return a picture of an image (H, W, 3), the heat (H, W) of the likeliest class, and all K probabilities.

    `caption` is one line on how the heat was found. Raises ValueError for shapes that do not fit.
    """
    if probabilities.shape != (len(labels),):
        raise ValueError(f"Expected {len(labels)} probabilities. Received: shape {probabilities.shape}.")
    given = int(probabilities.argmax())
    width, height = 9.6, 3.75  # inches
    figure = start_figure(width, height, title)
    side = 2.75
    for left, pixels, name in (
        (0.15, image, "image"),
        (3.05, overlay(image, heat), f"what speaks for {shorten(labels[given], LABEL_LETTERS)}"),
    ):
        axes = figure.add_axes((left / width, 0.4 / height, side / width, side / height))
        axes.imshow(pixels, interpolation="nearest")
        axes.set_axis_off()
        axes.set_title(name, loc="left", fontsize=10, color=QUIET_INK, pad=4, parse_math=False)
    names = [shorten(label, LABEL_LETTERS) for label in labels]
    bars_left = 6.05 + 0.1 * max(map(len, names))
    bars = figure.add_axes((bars_left / width, 0.4 / height, (width - 0.75 - bars_left) / width, side / height))
    _draw_bars(bars, probabilities, names, given)
    figure.text(0.15 / width, 0.12 / height, caption, fontsize=8.5, color=QUIET_INK, va="bottom", parse_math=False)
    return figure


def _draw_bars(axes: Axes, probabilities: NDArray[np.float64], labels: Sequence[str], given: int) -> None:
    axes.set_title("probability", loc="left", fontsize=10, color=QUIET_INK, pad=4)
    places = np.arange(len(labels))
    colours = [VALIDATION_COLOUR if place == given else FAINT_INK for place in places]
    axes.barh(places, probabilities, height=0.62, color=colours)
    for place, probability in enumerate(probabilities):
        axes.text(
            probability + 0.03, place, _percentage(probability), va="center", fontsize=9.5,
            color=INK if place == given else QUIET_INK, fontweight="bold" if place == given else "normal",
        )  # fmt: skip
    axes.set_yticks(places, labels, parse_math=False)
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.set_xticks([])
    axes.spines[["top", "right", "bottom"]].set_visible(False)
    axes.spines["left"].set_color(FAINT_INK)
    axes.tick_params(length=0, labelsize=10, labelcolor=INK)


def shorten(text: str, most: int) -> str:
    """Return `text`, or its beginning and its end with … between, in `most` characters."""
    if len(text) <= most:
        return text
    kept = most - 1
    return f"{text[: kept - kept // 2]}…{text[len(text) - kept // 2 :]}"


def _percentage(probability: float) -> str:
    """Return a percentage that says 0 and 100 only of what is."""
    if 0 < probability < 0.001:
        return "<0.1 %"
    if 0.999 < probability < 1:
        return ">99.9 %"
    return f"{100 * probability:.1f} %"

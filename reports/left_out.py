"""Whether a class that was left out of training is told from the known ones: the error of an AUROC, and a picture."""

import math
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from reports.figures import FAINT_INK, GRID, INK, QUIET_INK, TRAIN_COLOUR, VALIDATION_COLOUR, start_figure

BINS = 40


def auroc_standard_error(auroc: float, known: int, unknown: int) -> float:
    """Return the standard error of an area under the ROC curve of `known` and `unknown` images.

    Hanley and McNeil, "The Meaning and Use of the Area under a Receiver Operating Characteristic (ROC) Curve",
    Radiology 143, 29-36, 1982, equations 1 and 2, with their Q1 and Q2 for scores of exponential distribution. It is 0
    for an area of 0 or 1, where it says too little. Raises ValueError for an area that is none, or without images.
    """
    if not (0 <= auroc <= 1 and known > 0 and unknown > 0):
        raise ValueError(f"Expected an area from 0 to 1 and images. Received: {auroc}, {known} and {unknown}.")
    both_above = auroc / (2 - auroc)  # two unknown images score above one known one
    above_both = 2 * auroc**2 / (1 + auroc)  # an unknown image scores above two known ones
    spread = (auroc * (1 - auroc) + (unknown - 1) * (both_above - auroc**2) + (known - 1) * (above_both - auroc**2)) / (
        known * unknown
    )
    return math.sqrt(max(spread, 0.0))


def draw_energies(known: NDArray[np.floating[Any]], unknown: NDArray[np.floating[Any]], title: str) -> Figure:
    """Return a picture of how the energies (N,) of known and (M,) of unknown images are spread, as shares of each."""
    figure = start_figure(7.0, 4.0, title)
    axes = figure.add_axes((0.1, 0.16, 0.86, 0.66))
    edges = np.histogram_bin_edges(np.concatenate([known, unknown]), BINS)
    for scores, name, colour in ((known, "known", VALIDATION_COLOUR), (unknown, "left out", TRAIN_COLOUR)):
        weights = np.full(len(scores), 1 / len(scores))
        label = f"{name}: {len(scores):,} images"
        axes.hist(scores, edges.tolist(), weights=weights, color=colour, alpha=0.55, label=label)
    axes.set_xlabel("energy: the higher, the less like the images of training", fontsize=10, color=QUIET_INK)
    axes.set_ylabel("share of images", fontsize=10, color=QUIET_INK)
    axes.grid(color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(FAINT_INK)
    axes.tick_params(length=0, labelsize=9.5, labelcolor=QUIET_INK)
    axes.legend(frameon=False, fontsize=10, labelcolor=INK)
    return figure

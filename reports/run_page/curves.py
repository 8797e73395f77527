"""Draws how a run's loss and accuracy went over its epochs."""

import math
from collections.abc import Mapping, Sequence

from reports.page import Html, element, section, table
from reports.run_page.charts import Line, draw_lines
from reports.run_page.content import RunFacts

MOST_MARKS = 12  # beyond this a schedule changes the rate nearly every epoch
VALIDATION, TRAIN = 0, 1  # colours


def finite_points(history: Sequence[Mapping[str, float]], column: str) -> list[tuple[float, float]]:
    """Return (epoch, value) of the column's finite values."""
    return [(row["epoch"], row[column]) for row in history if math.isfinite(row[column])]


def draw_learning(facts: RunFacts, has_files: bool) -> Html:
    """Return the section of learning curves; with `has_files` it names the pictures beside the page."""
    history = facts.history
    changes = _changes(history)
    marks = changes if len(changes) <= MOST_MARKS else []
    panels = [
        draw_lines(
            quantity,
            [
                Line("train", finite_points(history, f"train_{quantity}"), TRAIN, thin=True),
                Line("validation", finite_points(history, f"validation_{quantity}"), VALIDATION),
            ],
            marks=marks,
            **limits,
        )
        for quantity, limits in (("loss", {"bottom": 0.0}), ("accuracy", {}))
    ]
    dotted = " Dotted: the learning rate drops." if marks else ""
    settled = (
        " Statistics of whole images, which are settled after the last epoch, are not in the curves yet."
        if facts.recipe["training"].get("statistics_images")
        else ""
    )
    note = (
        "Train is the mean over the epoch's batches, with augmentation and dropout, while the weights move; validation "
        f"comes after the epoch, without either. The last epoch is judged, never the best.{dotted}{settled}"
    )
    files = (
        element(
            "p",
            "As pictures: ",
            element("a", "curves.png", href="curves.png"),
            ", ",
            element("a", "curves.svg", href="curves.svg"),
            class_="quiet",
        )
        if has_files
        else ""
    )
    columns = ["epoch", "train loss", "train accuracy", "validation loss", "validation accuracy", "learning rate"]
    rows = [
        (
            f"{row['epoch']:g}",
            *[f"{row[name.replace(' ', '_')]:.4f}" for name in columns[1:5]],
            f"{row['learning_rate']:.3g}",
        )
        for row in history
    ]
    whole = element("details", element("summary", f"The {len(rows)} epochs as a table"), table(columns, rows))
    return section("How it learned", element("div", *panels, class_="pair"), whole, files, lead=note, name="curves")


def _changes(history: Sequence[Mapping[str, float]]) -> list[float]:
    """Return where the rate changes: half an epoch before the first at the new one; float32 keeps it to 1e-7."""
    return [
        row["epoch"] - 0.5
        for before, row in zip(history, history[1:], strict=False)
        if not math.isclose(before["learning_rate"], row["learning_rate"], rel_tol=1e-6)
    ]

"""All recipes beside each other: on validation, on images kept for the end, saved as JPEG; a table and a picture."""

from collections.abc import Mapping
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from reports.error_bars import share_error
from reports.figures import FAINT_INK, INK, QUIET_INK, TRAIN_COLOUR, VALIDATION_COLOUR, start_figure
from reports.image_figures import quieten, write_caption

TITLES = ["recipe", "what it is", "networks", "validation", "kept for the end"]
CAPTION = (
    "Means over the networks of a recipe; bars: ± one standard error of a share of {images}.\nPublished: what the "
    "original reached on the competition's validation images, flipped and turned at random."
)


def overview_rows(content: Mapping[str, Any]) -> list[list[str]]:
    """Return a row for each recipe, the titles first, for a document."""
    rows = [[*TITLES, f"as JPEG, quality {content['quality']}", "minutes"]]
    for row in content["recipes"]:
        published = "" if row["published"] is None else f" (published: {100 * row['published']:.2f} %)"
        least, most = (f"{minutes:.0f}" for minutes in row["minutes"])
        rows.append(
            [
                row["recipe"],
                row["what"] + published,
                str(row["validation"]["networks"]),
                *(_cell(row[part]) for part in ("validation", "kept", "jpeg")),
                least if least == most else f"{least} to {most}",
            ]
        )
    return rows


def overview_conditions(content: Mapping[str, Any]) -> str:
    """Return what the figures of the table are of, and on which machines the minutes were taken."""
    hardware = "; ".join(sorted({each for row in content["recipes"] for each in row["hardware"]}))
    return (
        f"Means over a recipe's networks, ± one standard error of a share of {_name_images(content)} for the end; as "
        "JPEG, one network judged validation. Minutes are of whole trainings on two cores, in part "
        f"used by other work too, and not all of one machine ({hardware}): so they tell the order of magnitude."
    )


def draw_overview(content: Mapping[str, Any]) -> Figure:
    """Return a picture with a line for each recipe and a mark for each of its accuracies."""
    recipes = content["recipes"]
    height = 1.75 + 0.42 * len(recipes)
    figure = start_figure(9.0, height, "What each recipe reaches")
    axes = figure.add_axes((0.1, 1.15 / height, 0.87, 1 - 1.85 / height))
    looks: dict[str, tuple[str, dict[str, Any]]] = {
        "validation": ("validation", {"color": VALIDATION_COLOUR, "marker": "o"}),
        "kept": ("kept for the end", {"color": VALIDATION_COLOUR, "marker": "D", "markerfacecolor": "white"}),
        "jpeg": (f"validation, as JPEG of quality {content['quality']}", {"color": TRAIN_COLOUR, "marker": "s"}),
    }
    for place, row in enumerate(recipes):
        there = [row[part]["accuracy"] for part in looks if row[part]]
        axes.plot([min(there), max(there)], [place, place], color=FAINT_INK, linewidth=1.0, zorder=1)
        if row["published"] is not None:
            axes.axvline(row["published"], color=QUIET_INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=1)
            axes.text(row["published"], -0.7, f"{row['recipe']}, published", fontsize=9.5, color=QUIET_INK, ha="center")
    for order, (part, (name, look)) in enumerate(looks.items()):
        found = [(place, row[part]) for place, row in enumerate(recipes) if row[part]]
        axes.errorbar(
            [share["accuracy"] for _, share in found], [place for place, _ in found],
            xerr=[_error(share) for _, share in found],
            linestyle="none", markersize=6.5, elinewidth=1.5, label=name, zorder=4 - order, **look,
        )  # fmt: skip
    axes.set_ylim(len(recipes) - 0.4, -0.6)
    axes.set_yticks(range(len(recipes)), [row["recipe"] for row in recipes])
    axes.set_xlim(0.2, 1.0)
    axes.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0, symbol=" %"))
    quieten(axes, "accuracy; chance is 20 %", "")
    axes.tick_params(axis="y", labelsize=10.5, labelcolor=INK)
    figure.legend(
        loc="upper right", ncols=3, bbox_to_anchor=(0.985, 1 - 0.08 / height), frameon=False, fontsize=9.5,
        labelcolor=INK,
    )  # fmt: skip
    write_caption(figure, CAPTION.format(images=_name_images(content)))
    return figure


def _name_images(content: Mapping[str, Any]) -> str:
    validation, kept = (
        {row[part]["images"] for row in content["recipes"] if row[part]} for part in ("validation", "kept")
    )
    return f"{max(validation):,} validation images or of the {max(kept):,} kept"


def _error(share: Mapping[str, Any]) -> float:
    return share_error(round(share["accuracy"] * share["images"]), share["images"])


def _cell(share: Mapping[str, Any] | None) -> str:
    return "–" if share is None else f"{100 * share['accuracy']:.1f} ± {100 * _error(share):.1f} %"

"""Draws where a run is right and wrong, class by class: the confusion matrix and the table of classes."""

import math

import numpy as np

from reports.drawings import draw_share
from reports.error_bars import share_interval
from reports.page import Html, element, section, table
from reports.run_page.content import RunFacts
from reports.run_page.headline import per_cent

DEEP_SHADE = 0.6  # from here on the ground is nearer to the colour than to the page, and text is the page's


def draw_confusion_table(facts: RunFacts) -> Html:
    """Return the section with counts and shares of each true and given label."""
    counts = np.array(facts.metrics["confusion"], np.int64)
    labels, names = range(len(counts)), facts.data_labels
    head = element(
        "tr",
        element("td", element("span", "given →", Html("<br>"), "true ↓", class_="corner"), class_="sum"),
        *[element("th", name, scope="col") for name in names],
        element("th", "images", scope="col"),
    )
    rows = [
        element(
            "tr",
            element("th", names[label], scope="row"),
            *[_cell(int(counts[label, given]), int(counts[label].sum()), label == given) for given in labels],
            element("td", f"{counts[label].sum():,}", class_="sum"),
        )
        for label in labels
    ]
    given = [element("td", f"{counts[:, label].sum():,}", class_="sum") for label in labels]
    foot = element("tr", element("th", "given", scope="row"), *given, element("td", f"{counts.sum():,}", class_="sum"))
    whole = element(
        "table",
        element("thead", head),
        element("tbody", *rows),
        element("tfoot", foot),
        class_="confusion",
        id="confusion-matrix",
    )
    return section(
        "Which it takes for which",
        element("div", whole, class_="scroll", tabindex="0", role="region", aria_label="Confusion matrix"),
        lead="Images, and their share of the images of their true class. Blue is right; the stronger the orange, the "
        "more often it is mistaken so.",
        name="confusion",
    )


def _cell(count: int, of: int, is_right: bool) -> Html:
    share = count / of if of else 0.0
    # The square root lets a mistake of a few per cent be seen beside one of forty.
    shade = share if is_right else math.sqrt(share)
    classes = ("right" if is_right else "mistake") + (" deep" if shade > DEEP_SHADE else "")
    return element(
        "td",
        element("b", f"{count:,}"),
        element("span", _share(count, of)),
        class_=classes,
        style=f"--shade:{100 * shade:.0f}%",
    )


def _share(count: int, of: int) -> str:
    return f"{100 * count / of:.1f} %" if of else "–"


def draw_classes(facts: RunFacts) -> Html:
    """Return the section with recall, precision and F1 of each class."""
    chance = 1 / facts.classes
    rows = []
    for row in facts.metrics["per_class"]:
        counts = np.array(facts.metrics["confusion"], np.int64)
        label, given = row["label"], int(counts[:, row["label"]].sum())
        right = int(counts[label, label])
        rows.append(
            (
                Html(f"<b>{facts.data_labels[label]}</b>"),
                f"{row['support']:,}",
                _with_interval(right, row["support"]),
                draw_share(row["recall"], chance, "recall", "chance"),
                _with_interval(right, given),
                f"{row['f1']:.4f}",
            )
        )
    return section(
        "Class by class",
        table(["class", "images", "recall", "recall, 0 to 1", "precision", "F1"], rows),
        element("p", "In brackets, 95 % intervals (Wilson). The mark in the bar is chance.", class_="quiet"),
        lead="Recall: of the images of a class, the share that it named so. Precision: of the images that it named so, "
        "the share that are.",
        name="classes",
    )


def _with_interval(count: int, of: int) -> Html | str:
    if not of:
        return "–"
    low, high = share_interval(count, of)
    return element("span", f"{per_cent(count / of)} ({100 * low:.1f} to {100 * high:.1f})", class_="with-interval")

"""The page of one run."""

from collections.abc import Mapping, Sequence
from typing import Any

from reports.page import Html, element, escape, image, join, page, section
from reports.run_page.answers import draw_answers
from reports.run_page.calibration import draw_calibration
from reports.run_page.content import Choice, Pictures, Plate, RunFacts
from reports.run_page.curves import draw_learning
from reports.run_page.headline import draw_headline
from reports.run_page.origin import draw_data, draw_origin
from reports.run_page.scores import draw_classes, draw_confusion_table
from reports.run_page.script import SCRIPT
from reports.run_page.style import RUN_STYLE

CONTENTS = (
    ("curves", "learning"),
    ("confusion", "confusion"),
    ("classes", "classes"),
    ("calibration", "calibration"),
    ("mistakes", "mistakes"),
    ("doubts", "doubts"),
    ("fingerprints", "fingerprints"),
    ("data", "data"),
    ("recipe", "recipe"),
    ("versions", "versions"),
)


def draw_report(
    facts: RunFacts,
    choice: Choice,
    pictures: Pictures,
    plates: Sequence[Plate] = (),
    audit: Mapping[str, Any] | None = None,
    has_files: bool = False,
) -> str:
    """Return the page of a run as text to be written in UTF-8.

    `audit` is what `run.py check` wrote of the run's data; `has_files` says that curves.png and curves.svg lie beside
    the page.
    """
    sections = [
        draw_learning(facts, has_files),
        draw_confusion_table(facts),
        draw_classes(facts),
        draw_calibration(facts),
        *draw_answers(facts, choice, pictures),
        *([draw_plates(plates)] if plates else []),
        draw_data(facts, audit),
        *draw_origin(facts),
    ]
    links = [
        element("a", word, href=f"#{name}")
        for name, word in CONTENTS
        if any(one.startswith(f'<section id="{name}"') for one in sections)
    ]
    contents = element("nav", *links, aria_label="Contents")
    footer = join(["Written by ", element("code", f"python run.py report {facts.name}"), " from the files of the run."])
    return page(facts.title, facts.name, [draw_headline(facts), contents, *sections], footer, RUN_STYLE, SCRIPT)


def draw_plates(plates: Sequence[Plate]) -> Html:
    """Return the section of pictures that belong to the classes or to the network."""
    figures = [
        element(
            "figure",
            element("h3", plate.title),
            element("p", plate.text, class_="quiet") if plate.text else "",
            element(
                "div",
                image(plate.content, plate.alt, plate.media_type),
                class_="scroll",
                tabindex="0",
                role="region",
                aria_label=plate.title,
            ),
        )
        for plate in plates
    ]
    return section(
        "Fingerprints",
        element("div", *figures, class_="plates"),
        lead=escape("What the generators leave in the frequencies, and what the network answers to."),
        name="fingerprints",
    )

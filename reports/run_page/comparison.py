"""The page of several runs side by side, the most accurate first, and whether the differences are more than noise."""

from collections.abc import Sequence

from reports.differences import Difference, adjust, compare_paired, compare_samples
from reports.page import Html, element, join, page, section, table
from reports.run_page.charts import Line, draw_lines
from reports.run_page.content import RunFacts
from reports.run_page.curves import finite_points
from reports.run_page.headline import per_cent
from reports.run_page.origin import flatten, show
from reports.run_page.ranking import draw_ranks, summarise
from reports.run_page.script import SCRIPT
from reports.run_page.style import RUN_STYLE

# Of a recipe: what stands in the first table, and its claim, which changes nothing in a run.
LEFT_OUT = ("name", "seed", "expected.")
BACKEND_COLOURS = {"tensorflow": 0, "torch": 1, "jax": 2}  # blue, vermilion, green: reports/comparison_figures.py


def draw_comparison(runs: Sequence[RunFacts]) -> str:
    """Return the page that compares runs, as text to be written in UTF-8. Raises ValueError for fewer than two."""
    if len(runs) < 2:
        raise ValueError(f"Expected two runs or more. Received: {len(runs)}.")
    # Stable for equal accuracy: then the lower loss, then the name.
    ordered = sorted(runs, key=lambda one: (-one.metrics["accuracy"], one.metrics["loss"], one.name))
    names = _name_shortly(ordered)
    found = [compare_with_best(ordered[0], other) for other in ordered[1:]]
    adjusted = iter(adjust([one.p for one in found if one]))
    chances = [next(adjusted) if one else None for one in found]
    sections = [
        draw_ranks(ordered, names, found, chances),
        _draw_curves(ordered, names),
        _draw_recipes(ordered, names),
        _draw_classes(ordered, names),
        _draw_surroundings(ordered, names),
    ]
    footer = join(["Written by ", element("code", "python run.py report RUN..."), " from the files of the runs."])
    return page(
        f"{len(runs)} runs compared",
        "The most accurate first",
        [summarise(ordered, names, chances), *sections],
        footer,
        RUN_STYLE,
        SCRIPT,
    )


def compare_with_best(best: RunFacts, other: RunFacts) -> Difference | None:
    """Compare two runs image by image if they judged the same ones (equal ids and labels, in any order).

    None if they tell other classes apart: then their accuracies are of two tasks.
    """
    if best.data_labels != other.data_labels:
        return None
    places = {image_id: place for place, image_id in enumerate(best.ids)}
    if set(places) == set(other.ids) and len(best.ids) == len(other.ids) == len(places):
        order = [places[image_id] for image_id in other.ids]
        if (best.labels[order] == other.labels).all():
            return compare_paired(best.is_right[order], other.is_right)
    return compare_samples(best.is_right, other.is_right)


def _name_shortly(runs: Sequence[RunFacts]) -> list[str]:
    """Return the folders' names, numbered where two are the same."""
    names = [run.name for run in runs]
    return [
        f"{name} ({names[: place + 1].count(name)})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    ]


def _draw_curves(runs: Sequence[RunFacts], names: Sequence[str]) -> Html:
    panels = [
        draw_lines(
            f"validation {quantity}",
            [
                Line(name, finite_points(run.history, f"validation_{quantity}"), colour)
                for colour, run, name in zip(_colours(runs), runs, names, strict=True)
            ],
        )
        for quantity in ("accuracy", "loss")
    ]
    return section("How they learned", element("div", *panels, class_="pair"), name="curves")


def _colours(runs: Sequence[RunFacts]) -> list[int]:
    """Return each run's colour: of one run a backend the backend's, as in the pictures of `compare`; else by rank."""
    found = [run.manifest["backend"] for run in runs]
    is_one_each = len(set(found)) == len(found) and set(found) <= set(BACKEND_COLOURS)
    return [BACKEND_COLOURS[backend] for backend in found] if is_one_each else list(range(len(runs)))


def _draw_recipes(runs: Sequence[RunFacts], names: Sequence[str]) -> Html:
    flat = [{key: value for key, value in flatten(run.recipe).items() if not key.startswith(LEFT_OUT)} for run in runs]
    # What one run was told and another was not, such as a newer field, is a difference too.
    keys = list(dict.fromkeys(key for values in flat for key in values))
    differing = [key for key in keys if len({show(values.get(key, "–")) for values in flat}) > 1]
    if not differing:
        return section("Their recipes", element("p", f"All {len(keys)} values are the same."), name="recipes")
    rows = []
    for key in differing:
        shown = [show(values.get(key, "–")) for values in flat]
        cells = [element("span", one, class_="mark" if one != shown[0] else None) for one in shown]
        rows.append((element("code", key), *cells))
    lead = (
        f"The {len(differing)} of {len(keys)} values that are not the same everywhere; "
        f"marked: other than in {names[0]}."
    )
    return section(
        "Their recipes", element("div", table(["key", *names], rows), class_="keys"), lead=lead, name="recipes"
    )


def _draw_classes(runs: Sequence[RunFacts], names: Sequence[str]) -> Html:
    labels = sorted({label for run in runs for label in run.data_labels})
    recalls = [{run.data_labels[row["label"]]: row["recall"] for row in run.metrics["per_class"]} for run in runs]
    rows = []
    for label in labels:
        found = [values.get(label) for values in recalls]
        best = max((value for value in found if value is not None), default=None)
        cells = [
            "–" if value is None else element("b" if value == best else "span", per_cent(value), class_="number")
            for value in found
        ]
        rows.append((Html(f"<b>{label}</b>"), *cells))
    lead = "Recall: of the images of a class, the share that was named so. The best of each class in bold."
    return section("Class by class", table(["class", *names], rows), lead=lead, name="classes")


def _draw_surroundings(runs: Sequence[RunFacts], names: Sequence[str]) -> Html:
    rows = []
    for what in ("command", "device", "hardware", "loader", "commit", "data_digests", "versions"):
        values = [run.manifest.get(what, "–") for run in runs]
        words = [
            ", ".join(f"{key} {str(one)[:12]}" for key, one in value.items()) if isinstance(value, dict) else value
            for value in values
        ]
        if len(set(map(str, words))) == 1:
            rows.append((what.replace("_", " "), "all", element("span", words[0], class_="wrap")))
            continue
        for place, (name, word) in enumerate(zip(names, words, strict=True)):
            rows.append(("" if place else what.replace("_", " "), name, element("span", word, class_="wrap")))
    return section("Made with", table(["what", "run", "value"], rows), name="versions")

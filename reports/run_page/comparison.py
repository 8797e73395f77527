"""The page of several runs side by side, the most accurate first, and whether the differences are more than noise."""

from collections.abc import Sequence

from reports.differences import SIGNIFICANCE, Difference, adjust, compare_paired, compare_samples
from reports.error_bars import macro_f1, share_interval
from reports.page import Html, element, escape, join, page, section, table
from reports.reliability import calibration_error
from reports.run_page.charts import Line, draw_lines
from reports.run_page.content import RunFacts
from reports.run_page.curves import finite_points
from reports.run_page.headline import per_cent
from reports.run_page.origin import flatten, show
from reports.run_page.script import SCRIPT
from reports.run_page.style import RUN_STYLE

# Of a recipe: what stands in the first table, and its claim, which changes nothing in a run.
LEFT_OUT = ("name", "seed", "expected.")
UNCOMPARED = "Nothing is compared: no other run tells the classes of the first apart."


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
        _draw_ranks(ordered, names, found, chances),
        _draw_curves(ordered, names),
        _draw_recipes(ordered, names),
        _draw_classes(ordered, names),
        _draw_surroundings(ordered, names),
    ]
    footer = join(["Written by ", element("code", "python run.py report RUN..."), " from the files of the runs."])
    return page(
        f"{len(runs)} runs compared",
        "The most accurate first",
        [_summarise(ordered, names, chances), *sections],
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


def _summarise(runs: Sequence[RunFacts], names: Sequence[str], chances: Sequence[float | None]) -> Html:
    best = runs[0].metrics
    text = (
        f"{names[0]} is the most accurate: {100 * best['accuracy']:.2f} ± "
        f"{100 * best['accuracy_standard_error']:.2f} % of {best['images']:,} images. "
    )
    tied = [name for name, p in zip(names[1:], chances, strict=True) if p is not None and p >= SIGNIFICANCE]
    apart = [name for name, p in zip(names[1:], chances, strict=True) if p is None]
    if len(apart) == len(chances):
        text += "No other tells the same classes apart."
    elif not tied:
        text += "Its lead on every other is more than the luck of which images were judged."
    elif len(tied) + len(apart) == len(chances):
        text += "No other is worse by more than the luck of which images were judged."
    else:
        text += f"Not worse by more than the luck of which images were judged: {', '.join(tied)}."
    if apart:
        text += f" Of other classes, so not compared: {', '.join(apart)}."
    return element("p", text, class_="summary")


def _draw_ranks(
    runs: Sequence[RunFacts],
    names: Sequence[str],
    found: Sequence[Difference | None],
    chances: Sequence[float | None],
) -> Html:
    rows: list[tuple[object, ...]] = []
    for place, (run, name) in enumerate(zip(runs, names, strict=True)):
        metrics, manifest = run.metrics, run.manifest
        start = (
            place + 1,
            element("span", element("b", name), element("small", run.title), class_="who"),
            f"{per_cent(metrics['accuracy'])} ± {100 * metrics['accuracy_standard_error']:.2f}",
            f"{metrics['loss']:.4f}",
            f"{float(macro_f1(metrics['confusion'])):.4f}",
            f"{calibration_error(run.confidences, run.is_right):.4f}",
        )
        minutes = manifest.get("minutes")
        end = f"{minutes:.1f}" if isinstance(minutes, int | float) else "–"
        if place == 0:
            rows.append((*start, "–", element("span", "best", class_="tag good"), end))
            continue
        one, p = found[place - 1], chances[place - 1]
        if one is None or p is None:
            rows.append((*start, "–", element("span", "other classes", class_="tag plain"), end))
            continue
        between = f"{-100 * one.value:.2f} [{-100 * one.high:+.2f}, {0.0 - 100 * one.low:+.2f}]".replace("-", "−")
        tag = ("worse", "warning") if p < SIGNIFICANCE else ("may be noise", "plain")
        verdict = [element("span", tag[0], class_=f"tag {tag[1]}"), element("small", f"p {_write_p(p)}")]
        rows.append(
            (*start, element("span", between, class_="number"), element("span", *verdict, class_="verdict"), end)
        )
    columns = ["", "run", "accuracy", "loss", "macro F1", "calibr. error", "points from the best", "", "minutes"]
    compared = [one for one in found if one]
    tests = sorted({one.test for one in compared})
    how = {
        "McNemar": "McNemar's exact test on the images that one of the two alone has right",
        "two-sample": "a two-sample test of proportions where the images judged are not the same",
    }
    note = (
        f"p: {' or '.join(how[test] for test in tests)}, after Holm for {len(compared)} "
        f"comparison{'s' * (len(compared) > 1)}. In brackets: 95 % of bootstrap drawings of the images. Both speak "
        "of these trained networks on other images, not of their recipes: another seed gives another network, and the "
        "first of many is a little flattered."
    )
    counts = [
        (names[place + 1], f"{one.only_first:,}", f"{one.only_other:,}")
        for place, one in enumerate(found)
        if one and one.only_first is not None and one.only_other is not None
    ]
    discordant = (
        element(
            "details",
            element("summary", "What the test is made from"),
            table(["run", f"right in {names[0]} alone", "right in this run alone"], counts),
        )
        if counts
        else ""
    )
    return section(
        "Which is better",
        _draw_intervals(runs, names),
        table(columns, rows),
        element("p", note if compared else UNCOMPARED, class_="quiet"),
        discordant,
        name="ranks",
    )


def _write_p(p: float) -> str:
    return "< 0.0001" if p < 0.0001 else f"= {p:.4f}"


def _draw_intervals(runs: Sequence[RunFacts], names: Sequence[str]) -> Html:
    """Return a row per run: its name, its accuracy as a point, and Wilson's 95 % interval as a line."""
    spans = [share_interval(int(run.is_right.sum()), len(run.ids)) for run in runs]
    low, high = min(span[0] for span in spans), max(span[1] for span in spans)
    margin = 0.04 * (high - low)
    low, high = max(0.0, low - margin), min(1.0, high + margin)
    parts = []
    for run, name, span in zip(runs, names, spans, strict=True):
        start, end, at = (100 * (value - low) / (high - low) for value in (*span, run.metrics["accuracy"]))
        alt = f"{name}: {per_cent(run.metrics['accuracy'])}, 95 %: {per_cent(span[0])} to {per_cent(span[1])}"
        bar = Html(
            f'<span class="span" role="img" aria-label="{escape(alt)}" title="{escape(alt)}">'
            f'<i style="left:{start:.2f}%;width:{end - start:.2f}%"></i><b style="left:{at:.2f}%"></b></span>'
        )
        parts += [element("span", name, class_="name"), bar, element("span", per_cent(run.metrics["accuracy"]))]
    note = f"Accuracy with its 95 % interval, on an axis from {per_cent(low, 1)} to {per_cent(high, 1)}."
    return join([element("div", *parts, class_="intervals"), element("p", note, class_="quiet")])


def _draw_curves(runs: Sequence[RunFacts], names: Sequence[str]) -> Html:
    panels = [
        draw_lines(
            f"validation {quantity}",
            [
                Line(name, finite_points(run.history, f"validation_{quantity}"), colour)
                for colour, (run, name) in enumerate(zip(runs, names, strict=True))
            ],
        )
        for quantity in ("accuracy", "loss")
    ]
    return section("How they learned", element("div", *panels, class_="pair"), name="curves")


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

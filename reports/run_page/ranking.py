"""Which of several runs is the most accurate, and by more than the luck of which images were judged?"""

from collections.abc import Sequence

from reports.differences import SIGNIFICANCE, Difference
from reports.error_bars import macro_f1, share_interval
from reports.page import Html, element, escape, join, section, table
from reports.reliability import calibration_error
from reports.run_page.content import RunFacts
from reports.run_page.headline import per_cent

UNCOMPARED = "Nothing is compared: no other run tells the classes of the first apart."


def summarise(runs: Sequence[RunFacts], names: Sequence[str], chances: Sequence[float | None]) -> Html:
    """Return in a sentence or two which run is the most accurate, and which are not worse by more than luck.

    `chances` are the p values of all but the first, None for those that are not compared with it.
    """
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


def draw_ranks(
    runs: Sequence[RunFacts],
    names: Sequence[str],
    found: Sequence[Difference | None],
    chances: Sequence[float | None],
) -> Html:
    """Return the section with scores, what `found` says of all but the first, and its p values, `chances`."""
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

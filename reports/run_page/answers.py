"""Draws single answers as thumbnails: the mistakes it was surest of, and what it was least sure of."""

from collections.abc import Sequence

from reports.page import Html, element, image, join, section
from reports.run_page.content import Choice, Pictures, RunFacts
from reports.run_page.headline import per_cent

SHOWN_CLASSES = 5  # of the probabilities of one answer; the true and the given one are always among them
FIRST = 8  # answers before the fold


def draw_answers(facts: RunFacts, choice: Choice, pictures: Pictures) -> list[Html]:
    """Return the two sections of answers."""
    remarks = [element("p", line, class_="quiet") for line in (pictures.missing, pictures.unexplained) if line]
    if pictures.heat_maps:
        remarks.append(element("p", pictures.method, class_="quiet"))
    wrong = int((~facts.is_right).sum())
    if choice.mistakes:
        shown = min(len(choice.mistakes), wrong)
        lead = (
            f"The {shown:,} of {wrong:,} mistakes that it was surest of: what it has learned wrongly, or a wrong label."
        )
        if shown == wrong:
            lead = f"All its mistakes: {wrong:,}, the surest first."
        body = [*remarks, *_grid(facts, choice.mistakes, pictures)]
    else:
        lead, body = "Every image was named rightly.", []
    sure = section("The most confident mistakes", *body, lead=lead, name="mistakes")
    doubtful = section(
        "The least sure answers",
        *([] if choice.mistakes else remarks),
        *_grid(facts, choice.doubts, pictures),
        lead="Where the probability of its answer was lowest, right or wrong.",
        name="doubts",
    )
    return [sure, doubtful]


def _grid(facts: RunFacts, places: Sequence[int], pictures: Pictures) -> list[Html]:
    style = "answers explained" if pictures.heat_maps else "answers"
    drawn = [_answer(facts, place, pictures) for place in places]
    shown = [element("div", *drawn[:FIRST], class_=style)]
    if rest := drawn[FIRST:]:
        summary = element("summary", f"{len(rest)} more")
        shown.append(element("details", summary, element("div", *rest, class_=style)))
    return shown


def _answer(facts: RunFacts, place: int, pictures: Pictures) -> Html:
    image_id, true, given = facts.ids[place], int(facts.labels[place]), int(facts.given[place])
    share, names = per_cent(float(facts.probabilities[place][given]), 1), facts.data_labels
    words = f"image {image_id}, true label {names[true]}, given label {names[given]} with {share}"
    views = []
    if place in pictures.thumbnails:
        media_type, content = pictures.thumbnails[place]
        views.append(image(content, words, media_type))
    if place in pictures.heat_maps:
        media_type, content = pictures.heat_maps[place]
        views.append(image(content, f"heat map of {words}: what spoke for {names[given]}", media_type))
    verdict = "false" if true != given else "true"
    line = join(["given ", Html(f"<b>{names[given]}</b>"), ", true ", Html(f"<b>{names[true]}</b>")])
    if true == given:
        line = join([line, " ✓"])
    return element(
        "article",
        element("div", *views, class_="views") if views else "",
        element("p", line),
        _odds(facts, place, verdict),
        element("p", image_id, class_="id", title=image_id),
        class_="answer",
    )


def _odds(facts: RunFacts, place: int, verdict: str) -> Html:
    """Return bars of the likeliest classes, in the order of the labels."""
    chances, true, given = facts.probabilities[place], int(facts.labels[place]), int(facts.given[place])
    others = [int(label) for label in (-chances).argsort(kind="stable") if label not in (true, given)]
    kept = sorted([*dict.fromkeys((true, given)), *others[: SHOWN_CLASSES - len({true, given})]])
    parts = []
    for label in kept:
        style = "true" if label == true else verdict if label == given else None
        share = float(chances[label])
        bar = element("i", Html(f'<u style="width:{100 * share:.1f}%"></u>'), class_=style)
        parts += [
            element("span", facts.data_labels[label], class_=style),
            bar,
            element("span", _odds_text(share), class_=style),
        ]
    return element("div", *parts, class_="odds")


def _odds_text(share: float) -> str:
    """Return a probability of a per cent's tenth, but never 0 or 100 for what is not quite that."""
    if 0 < share < 0.0005:
        return "<0.1 %"
    return ">99.9 %" if 0.9995 <= share < 1 else per_cent(share, 1)

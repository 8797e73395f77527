"""Draws accuracy against confidence, and how often a network was how confident."""

from collections.abc import Sequence

from reports.page import Html, element, escape, join
from reports.reliability import Bin, Reliability
from reports.run_page.charts import choose_ticks

FEW = 10  # images, of which an accuracy says little
SIZE, LEFT, RIGHT, TOP, BOTTOM = 300, 44, 10, 10, 38


def _x(share: float) -> float:
    return LEFT + (SIZE - LEFT - RIGHT) * share


def draw_reliability(found: Reliability, heading: str) -> Html:
    """Return the plot of accuracy against confidence, with bars for bins and whiskers for what chance allows."""

    def y(share: float) -> float:
        return SIZE - BOTTOM - (SIZE - TOP - BOTTOM) * share

    parts = [*_axis([(share, y(share)) for share in (0, 0.2, 0.4, 0.6, 0.8, 1)], SIZE, "confidence")]
    for one in found.bins:
        if one.accuracy is None or one.confidence is None or one.low is None or one.high is None:
            continue
        left, width = _x(one.lower) + 1, _x(one.upper) - _x(one.lower) - 2
        title = (
            f"confidence {one.lower:.2f} to {one.upper:.2f}: {one.right:,} of {one.images:,} right, {one.accuracy:.3f}"
        )
        few = " few" if one.images < FEW else ""
        parts.append(_bar(f"bar{few}", left, y(one.accuracy), width, y(0) - y(one.accuracy), title))
        gap_top, gap_bottom = sorted((y(one.accuracy), y(one.confidence)))
        parts.append(
            _bar(f"gap{few}", left, gap_top, width, gap_bottom - gap_top, f"{title}, expected {one.confidence:.3f}")
        )
        middle = left + width / 2
        parts.append(Html(f'<path class="band" d="M{middle:.1f} {y(one.low):.1f}V{y(one.high):.1f}"/>'))
    parts.append(Html(f'<path class="ideal" d="M{_x(0):.1f} {y(0):.1f}L{_x(1):.1f} {y(1):.1f}"/>'))
    error = found.expected_calibration_error
    label = f"Reliability plot, {heading}: accuracy against confidence, expected calibration error {error:.4f}"
    caption = (
        f"Bars: accuracy of the answers of a confidence, pale for fewer than {FEW}; shaded: how far that "
        "is from their mean confidence; "
        "whiskers: where 95 % would lie if it were calibrated; dashed: accuracy equals confidence."
    )
    return _figure(heading, parts, SIZE, label, caption)


def draw_histogram(bins: Sequence[Bin]) -> Html:
    """Return how many answers there are of each confidence, right and wrong."""
    total = sum(one.images for one in bins)
    shares = choose_ticks(0.0, max(one.images for one in bins) / total)
    most = total * shares[-1]

    def y(count: float) -> float:
        return SIZE - BOTTOM - (SIZE - TOP - BOTTOM) * count / most

    ticks = [(share, y(share * total)) for share in shares]
    parts = [*_axis(ticks, SIZE, "confidence", [f"{100 * share:g} %" for share in shares])]
    for one in bins:
        if not one.images:
            continue
        left, width = _x(one.lower) + 1, _x(one.upper) - _x(one.lower) - 2
        wrong = one.images - one.right
        title = f"confidence {one.lower:.2f} to {one.upper:.2f}: {one.right:,} right, {wrong:,} wrong"
        parts.append(_bar("bar", left, y(one.right), width, y(0) - y(one.right), title))
        parts.append(_bar("wrong", left, y(one.images), width, y(one.right) - y(one.images), title))
    surest = bins[-1]
    label = f"Histogram of confidence: {surest.images:,} of {total:,} answers above {surest.lower:.2f}"
    caption = Html(
        'Share of all answers: <span class="swatch bar"></span>right, <span class="swatch wrong"></span>wrong.'
    )
    return _figure("How often how sure", parts, SIZE, label, caption)


def _figure(title: str, parts: Sequence[Html], height: int, label: str, caption: object) -> Html:
    svg = Html(
        f'<svg class="plot" viewBox="0 0 {SIZE} {height}" role="img" aria-label="{escape(label)}">{join(parts)}</svg>'
    )
    return element(
        "figure",
        element("figcaption", element("strong", title)),
        svg,
        element("p", caption, class_="note"),
        class_="chart",
    )


def _axis(ticks: Sequence[tuple[float, float]], height: int, name: str, words: Sequence[str] = ()) -> list[Html]:
    parts = []
    for place, (share, y) in enumerate(ticks):
        word = words[place] if words else f"{share:g}"
        parts.append(Html(f'<line class="grid" x1="{LEFT}" x2="{SIZE - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'))
        parts.append(Html(f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{word}</text>'))
    for share in (0, 0.2, 0.4, 0.6, 0.8, 1):
        at = f'x="{_x(share):.1f}" y="{height - BOTTOM + 15}" text-anchor="middle"'
        parts.append(Html(f"<text {at}>{share:g}</text>"))
    middle = f'x="{_x(0.5):.1f}" y="{height - 4}" text-anchor="middle"'
    return [*parts, Html(f"<text {middle}>{escape(name)}</text>")]


def _bar(style: str, x: float, y: float, width: float, height: float, title: str) -> Html:
    return Html(
        f'<rect class="{style}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">'
        f"<title>{escape(title)}</title></rect>"
    )

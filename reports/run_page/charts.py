"""Lines over epochs as SVG that follows the page's colours, with the values that a pointer reads from them."""

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from reports.page import Html, element, escape, join

# In units of the drawing, which is stretched to the column: 440 wide are 470 pixels on a desk and 300 on a phone, so
# that 12 is readable on both.
WIDTH, HEIGHT = 440, 250
LEFT, RIGHT, TOP, BOTTOM = 46, 12, 12, 34
COLOURS = 8  # of STYLE's --c0 to --c7; further lines begin again with other dashes
DASHES = ("", "7 3", "2 3", "9 3 2 3")


@dataclass(frozen=True)
class Line:
    """One curve: (epoch, value) of its finite values; `colour` counts from 0."""

    name: str
    points: Sequence[tuple[float, float]]
    colour: int
    thin: bool = False


def draw_lines(
    title: str,
    lines: Sequence[Line],
    bottom: float | None = None,
    top: float | None = None,
    marks: Sequence[float] = (),
) -> Html:
    """Return a figure of lines over epochs, with a legend of their last values and a line that reads out one epoch.

    `bottom` and `top` bound the axis where the values need not; `marks` are epochs where the learning rate changes.
    """
    drawn = [line for line in lines if line.points]
    if not drawn:
        return element(
            "figure",
            element("figcaption", element("strong", title)),
            element("p", "No finite values.", class_="quiet"),
            class_="chart",
        )
    values = [value for line in drawn for _, value in line.points]
    epochs = sorted({epoch for line in drawn for epoch, _ in line.points})
    ticks = choose_ticks(min(values) if bottom is None else bottom, max(values) if top is None else top)
    low, high = ticks[0], ticks[-1]

    def x(epoch: float) -> float:
        first, last = epochs[0], epochs[-1]
        return LEFT + (WIDTH - LEFT - RIGHT) * (0.5 if first == last else (epoch - first) / (last - first))

    def y(value: float) -> float:
        share = min(max((value - low) / (high - low), 0.0), 1.0)
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * share

    digits = next(digits for digits in range(16) if digits == 15 or _is_whole((ticks[1] - ticks[0]) * 10**digits))
    parts = [
        *[_text(LEFT - 7, y(tick) + 4, f"{tick:.{digits}f}", "end") for tick in ticks],
        *[_rule("grid", LEFT, y(tick), WIDTH - RIGHT, y(tick)) for tick in ticks],
        *[_rule("change", x(mark), TOP, x(mark), HEIGHT - BOTTOM) for mark in marks],
        *[_text(x(epoch), HEIGHT - BOTTOM + 17, f"{epoch:g}", "middle") for epoch in _choose_epochs(epochs)],
        *[_curve(line, [(x(epoch), y(value)) for epoch, value in line.points]) for line in drawn],
        Html('<g class="cursor"></g>'),
    ]
    readings = [_reading(epoch, drawn, x(epoch), y) for epoch in epochs]
    name = f"{title} over {len(epochs)} epochs: " + "; ".join(
        f"{line.name} from {line.points[0][1]:.4f} to {line.points[-1][1]:.4f}" for line in drawn
    )
    svg = Html(
        f'<svg class="lines" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" tabindex="0" aria-label="{escape(name)}" '
        f'data-readings="{escape(json.dumps(readings, separators=(",", ":")))}">{join(parts)}</svg>'
    )
    return element(
        "figure",
        element("figcaption", element("strong", title), *[_key(line) for line in drawn]),
        svg,
        element(
            "p",
            "Point at the chart, or go to it and press ← or →, to read an epoch.",
            class_="readout",
            aria_live="polite",
        ),
        class_="chart",
    )


def choose_ticks(low: float, high: float) -> list[float]:
    """Return four to eight round numbers, evenly apart, from at or below `low` to at or above `high`."""
    if not high > low:
        low, high = low - 0.5 * (abs(low) or 1), high + 0.5 * (abs(high) or 1)
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= rough * 0.999)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [step * place for place in range(first, last + 1)]


def _is_whole(value: float) -> bool:
    return abs(value - round(value)) < 1e-6


def _choose_epochs(epochs: Sequence[float]) -> list[float]:
    """Return at most eight of the epochs, round ones, the first among them."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 10**9) if len(epochs) / step <= 7)
    return [epoch for epoch in epochs if epoch == epochs[0] or (epoch % step == 0 and epoch - epochs[0] >= 0.6 * step)]


def _reading(epoch: float, lines: Sequence[Line], at: float, y: Callable[[float], float]) -> list[object]:
    found = [(line.name, dict(line.points).get(epoch), line.colour % COLOURS) for line in lines]
    return [
        f"{epoch:g}",
        round(at, 1),
        [[name, f"{value:.4f}", round(y(value), 1), colour] for name, value, colour in found if value is not None],
    ]


def _key(line: Line) -> Html:
    dash = DASHES[line.colour // COLOURS % len(DASHES)]
    sample = Html(
        f'<svg class="key" viewBox="0 0 22 6" aria-hidden="true"><path class="c{line.colour % COLOURS}" '
        f'd="M0 3H22" stroke-dasharray="{dash}"/></svg>'
    )
    return element("span", sample, f"{line.name} ", element("b", f"{line.points[-1][1]:.4f}"), class_="legend")


def _curve(line: Line, points: Sequence[tuple[float, float]]) -> Html:
    colour = f"c{line.colour % COLOURS}"
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    dash = DASHES[line.colour // COLOURS % len(DASHES)]
    end_x, end_y = points[-1]
    return Html(
        f'<path class="{colour}{" thin" if line.thin else ""}" d="{path}" stroke-dasharray="{dash}"/>'
        f'<circle class="{colour}" cx="{end_x:.1f}" cy="{end_y:.1f}" r="3.2"/>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> Html:
    return Html(f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>')


def _rule(style: str, x1: float, y1: float, x2: float, y2: float) -> Html:
    return Html(f'<line class="{style}" x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"/>')

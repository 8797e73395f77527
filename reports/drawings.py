"""Small drawings within a table's cell, as SVG that stretches with it and follows the page's colours."""

from collections.abc import Sequence

from reports.page import Html, escape, join

# Drawn 1000 wide and 20 high, then stretched to the cell: so nothing round, and no text.
WIDTH, HEIGHT = 1000, 20


def draw_share(share: float, mark: float, share_name: str, mark_name: str) -> Html:
    """Return a bar of `share`, 0 to 1, with a mark to compare it with."""
    parts = [
        _rectangle("track", 0, 1, 7, 6),
        _rectangle("bar", 0, share, 7, 6),
        _line("mark", mark, 3, 17),
    ]
    return _drawing(parts, f"{share_name} {share:.3f}, {mark_name} {mark:.3f}")


def draw_spread(file_bytes: Sequence[float], largest: float) -> Html:
    """Return a box for file sizes at 5, 25, 50, 75 and 95 % on an axis from 0 to `largest`."""
    low, quarter, median, three_quarters, high = [size / largest for size in file_bytes]
    parts = [
        _line("thin", low, 6, 14),
        _line("thin", high, 6, 14),
        _rectangle("track", low, high, 9, 2),
        _rectangle("bar", quarter, three_quarters, 5, 10),
        _line("mark", median, 3, 17),
    ]
    sizes = ", ".join(f"{size / 1000:.1f}" for size in file_bytes)
    return _drawing(parts, f"kB at 5, 25, 50, 75 and 95 %: {sizes}")


def _drawing(parts: Sequence[Html], alt: str) -> Html:
    attributes = f'class="drawing" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img"'
    return Html(f'<svg {attributes} aria-label="{escape(alt)}">{join(parts)}</svg>')


def _rectangle(style: str, start: float, end: float, top: int, height: int) -> Html:
    x, width = WIDTH * start, WIDTH * max(end - start, 0.0)
    return Html(f'<rect class="{style}" x="{x:.1f}" y="{top}" width="{width:.1f}" height="{height}"/>')


def _line(style: str, at: float, top: int, bottom: int) -> Html:
    x = WIDTH * at
    return Html(f'<line class="{style}" x1="{x:.1f}" x2="{x:.1f}" y1="{top}" y2="{bottom}"/>')

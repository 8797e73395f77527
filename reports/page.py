"""The shell of every HTML page: one file that needs no network, and escapes what it is given."""

import base64
import hashlib
import html
from collections.abc import Sequence

from reports.page_style import STYLE


class Html(str):
    """Text that is markup already. Everything else is escaped where it enters a page."""

    __slots__ = ()


# Nothing is loaded from anywhere and nothing runs, even if some text were not escaped (W3C, Content Security Policy 3).
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
NUMBER_CHARACTERS = frozenset("0123456789.,±−-+% –")


def escape(value: object) -> Html:
    """Return `value` as markup: Html as it is, everything else escaped, for text and for attributes."""
    return value if isinstance(value, Html) else Html(html.escape(str(value), quote=True))


def element(name: str, *parts: object, **attributes: object) -> Html:
    """Return `<name attributes>parts</name>`; `class_` is the attribute class, None leaves an attribute out."""
    words = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return Html(f"<{name}{words}>{join(parts)}</{name}>")


def join(parts: Sequence[object], between: str = "") -> Html:
    """Return the parts, escaped, one after the other."""
    return Html(escape(between).join(escape(part) for part in parts))


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], caption: str | None = None) -> Html:
    """Return a table that scrolls sideways on a small screen; columns of numbers stand to the right.

    Raises ValueError for a row of another length than `columns`.
    """
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(f"Expected rows of {len(columns)} cells. Received: {len(row)}: {row!r}.")
    numeric = [bool(rows) and all(_is_number(row[column]) for row in rows) for column in range(len(columns))]
    styles = ["number" if is_numeric else None for is_numeric in numeric]
    head = join([element("th", name, scope="col", class_=style) for name, style in zip(columns, styles, strict=True)])
    body = join(
        [
            element("tr", *[element("td", cell, class_=style) for cell, style in zip(row, styles, strict=True)])
            for row in rows
        ]
    )
    above = element("caption", caption) if caption else ""
    whole = element("table", above, element("thead", element("tr", head)), element("tbody", body))
    # tabindex: a region that scrolls has to be reachable with the keyboard.
    return element("div", whole, class_="scroll", tabindex="0", role="region", aria_label=caption or ", ".join(columns))


def _is_number(cell: object) -> bool:
    if isinstance(cell, Html):
        return False
    return isinstance(cell, (int, float)) or (bool(cell) and set(str(cell)) <= NUMBER_CHARACTERS)


def image(content: bytes, alt: str, media_type: str = "image/png", class_: str | None = None) -> Html:
    """Return an image held in the page itself. Raises ValueError without an alternative text."""
    if not alt:
        raise ValueError("Expected an alternative text for the image. Received: none.")
    style = f' class="{escape(class_)}"' if class_ else ""
    data = base64.b64encode(content).decode()
    return Html(f'<img{style} alt="{escape(alt)}" src="data:{escape(media_type)};base64,{data}">')


def section(title: str, *parts: object, lead: object = "", name: str | None = None) -> Html:
    """Return a section with a heading, and a paragraph below it if there is a `lead`; `name` is its anchor."""
    below = element("p", lead, class_="lead") if lead else ""
    return element("section", element("h2", title), below, *parts, id=name)


def cards(values: Sequence[tuple[str, object, str]]) -> Html:
    """Return a row of (what, value, tone) to be seen at once; tones: "good", "warning", "error", "plain"."""
    return element(
        "dl",
        *[
            element("div", element("dt", what), element("dd", value), class_=f"card {tone}")
            for what, value, tone in values
        ],
        class_="cards",
    )


def page(
    title: str, subtitle: object, parts: Sequence[object], footer: object = "", style: str = "", script: str = ""
) -> str:
    """Return the whole page as text to be written in UTF-8; `style` and `script` are our own, and go in as they are.

    No other script than this one runs, even if some text were not escaped: the policy names it by its digest.
    """
    policy, code = POLICY, ""
    if script:
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        policy, code = f"{POLICY}; script-src 'sha256-{digest}'", f"<script>{script}</script>"
    head = (
        '<meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        f"<title>{escape(title)}</title><style>{STYLE}{style}</style>"
    )
    header = element("header", element("h1", title), element("p", subtitle, class_="subtitle") if subtitle else "")
    end = element("footer", footer) if footer else ""
    return (
        f'<!doctype html>\n<html lang="en"><head>{head}</head>'
        f"<body>{header}{element('main', *parts)}{end}{code}</body></html>\n"
    )

import re
from html.parser import HTMLParser

import pytest

from reports.page import Html, cards, element, escape, image, join, page, section, table

VOID = {"meta", "img", "br"}


class Balance(HTMLParser):
    """Collects the tags that are open at the end, or closed without having been opened."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.seen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def parse(text: str) -> Balance:
    parser = Balance()
    parser.feed(text)
    return parser


def whole() -> str:
    parts = [
        cards([("images", "12", "plain")]),
        section("Title", table(["a", "b"], [("x", 1.5)]), image(b"png", "a picture"), lead="Lead.", name="top"),
    ]
    return page("A page", "below", parts, "the end")


def test_text_is_escaped_wherever_it_enters() -> None:
    bad = "<script>alert('\"&')</script>"
    safe = "&lt;script&gt;alert(&#x27;&quot;&amp;&#x27;)&lt;/script&gt;"
    assert escape(bad) == safe
    assert element("p", bad, title=bad) == f'<p title="{safe}">{safe}</p>'
    everywhere = page(
        bad, bad, [section(bad, table([bad], [(bad,)], bad), cards([(bad, bad, bad)]), lead=bad, name=bad)], bad
    )
    assert "<script" not in everywhere
    assert bad not in image(b"", bad, bad)


def test_markup_stays_markup() -> None:
    assert element("p", Html("<b>x</b>"), " & ") == "<p><b>x</b> &amp; </p>"
    assert join(["a", Html("<br>")], "<") == "a&lt;<br>"


def test_every_tag_is_closed() -> None:
    parsed = parse(whole())
    assert parsed.wrong == [] and parsed.open == []
    assert {"h1", "h2", "table", "img", "footer"} <= set(parsed.seen)


def test_a_page_needs_no_network_and_no_script() -> None:
    text = whole()
    assert "script" not in text and "link" not in parse(text).seen
    assert re.findall(r"https?:|url\(|@import", text) == []
    assert re.findall(r'src="(.{5})', text) == ["data:"]
    assert "default-src &#x27;none&#x27;" in text or "default-src 'none'" in text


def test_a_page_is_for_phones_and_dark_rooms_and_paper() -> None:
    text = whole()
    assert 'name="viewport" content="width=device-width' in text
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text


def test_columns_of_numbers_stand_to_the_right_and_others_to_the_left() -> None:
    drawn = table(["name", "value", "mixed"], [("a", "1,250", "3"), ("b", "0.378 ± 0.005", "x")])
    assert drawn.count('<td class="number">') == 2
    assert '<td class="number">1,250</td>' in drawn


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="rows of 2 cells"):
        table(["a", "b"], [("x",)])


def test_an_image_is_inside_the_page_and_has_words() -> None:
    assert image(b"\x00\x01\x02", "three bytes") == '<img alt="three bytes" src="data:image/png;base64,AAEC">'
    with pytest.raises(ValueError, match="alternative text"):
        image(b"\x00", "")


def test_a_script_of_the_page_is_allowed_by_its_digest_and_no_other() -> None:
    # echo -n 'x()' | openssl dgst -sha256 -binary | base64
    text = page("t", "", [], script="x()", style="b{}")
    assert "script-src 'sha256-D6IGS8VMvCoyaR/l0h9tERrBTATY01CoPS7l6xDv0kI='" in text
    assert text.count("<script") == 1 and "<script>x()</script></body>" in text and "b{}</style>" in text

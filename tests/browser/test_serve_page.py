"""The page of `serve` in a real browser: its answers, its keyboard, its words for who cannot see it."""

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

import run
from tests.browser.colours import contrast, read_colours
from tests.browser.conftest import PHONE, Complaints, OpenPage
from tests.data_io.corpus import draw_images, encode, noise
from tests.onnx_files import write_onnx
from tests.serving import Server, serving

REFUSED = "Failed to load resource"  # what Chromium says of every 4xx
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serving(write_onnx(tmp_path_factory.mktemp("model") / "model.onnx")) as server:
        yield server


@pytest.fixture
def allowed_origin(server: Server) -> str:
    return server.url


@pytest.fixture
def page(page: Page, server: Server) -> Page:
    return show(page, server)


@pytest.fixture
def pictures(tmp_path: Path) -> list[Path]:
    """Three images, of three formats and sizes."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(encode(noise()))
    (folder / "b, c.jpg").write_bytes(encode(noise("RGB", 40, 30), "JPEG"))
    (folder / "d <b>é.webp").write_bytes(encode(noise("RGB", 16, 16), "WEBP", lossless=True))
    return sorted(folder.iterdir())


def show(page: Page, server: Server) -> Page:
    page.goto(server.url)
    expect(page.locator("#limits")).to_contain_text("megapixels")  # the model has been asked what it is
    return page


def choose(page: Page, paths: list[Path]) -> Locator:
    """Give the files to the page, wait for all answers, and return the cards."""
    page.set_input_files("#files", paths)
    cards = page.locator(".answer")
    expect(page.locator("[role=status]").first).to_contain_text("image")
    expect(page.locator("[aria-busy]")).to_have_count(0)
    return cards


def predict(paths: list[Path], out: Path, *words: str) -> tuple[str, list[dict[str, str]]]:
    """Return the CSV of `predict` for files named as a browser names them, and its rows."""
    model = out.parent / "model.onnx"
    if not model.exists():
        write_onnx(model)
    assert run.main(["predict", str(model), *(path.name for path in paths), "--out", str(out), *words]) == 0
    text = out.read_text(encoding="utf-8")
    return text, list(csv.DictReader(io.StringIO(text)))


def test_the_page_says_in_words_what_model_answers(page: Page) -> None:
    expect(page.locator("#model-line")).to_contain_text("a CNN with 2 labels")


def test_the_page_shows_the_probabilities_of_predict_and_its_csv(
    page: Page, pictures: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(pictures[0].parent)
    text, rows = predict(pictures, tmp_path / "answers.csv")
    cards = choose(page, pictures)
    assert cards.count() == 3
    for place, row in enumerate(rows):
        card = cards.nth(place)
        assert card.get_by_role("heading").inner_text() == row["image_id"]
        assert card.locator(".verdict").inner_text().startswith(f"Label {row['label']} ")
        for label in "01":
            line = card.locator(f"tr[data-label='{label}']")
            shown = float(line.get_attribute("data-probability") or "nan")
            assert shown == pytest.approx(float(row[f"probability_{label}"]), abs=1e-6)
            assert line.locator(".number").inner_text() in (f"{100 * shown:.2f} %", "< 0.01 %", "> 99.99 %")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download CSV").click()
    assert download.value.suggested_filename == "answers.csv"
    assert Path(download.value.path()).read_text(encoding="utf-8") == text


def test_images_that_cannot_be_read_say_why_and_the_others_are_answered(
    page: Page, pictures: list[Path], tmp_path: Path, complaints: Complaints
) -> None:
    complaints.expected.append(REFUSED)
    contents = {
        "bomb.png": draw_images()["I12 100 megapixels"],
        "corrupt.png": draw_images()["I4 flipped in IDAT"],
        "large.png": bytes(50_000_000),
        "text.png": b"hello, world",
    }
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    cards = choose(page, [*(tmp_path / name for name in contents), *pictures])
    said = [cards.nth(place).inner_text() for place in range(7)]
    for text, words in zip(
        said, ["10000 x 10000 pixels", "cannot|checksum|damaged|CRC", "50 MB", "not an image"], strict=False
    ):
        assert re.search(words, text), text
    assert all("Label" in text for text in said[4:])
    expect(page.get_by_role("status").first).to_have_text("7 images: 3 answered, 4 could not be read.")
    page.get_by_role("button", name="Clear").click()
    assert cards.count() == 0
    assert page.evaluate("document.activeElement.id") == "files"


def test_the_heat_map_is_drawn_on_request_and_put_away_again(page: Page, pictures: list[Path]) -> None:
    card = choose(page, pictures).first
    button = card.get_by_role("button", name="Show heat map of a.png")
    assert button.get_attribute("aria-expanded") == "false"
    button.click()
    picture = card.get_by_role("img", name=re.compile("Heat map of a.png for label [01]"))
    expect(picture).to_be_visible()
    assert picture.evaluate("picture => [picture.naturalWidth, picture.naturalHeight]") == [16, 16]
    hide = card.get_by_role("button", name="Hide heat map of a.png")
    assert hide.get_attribute("aria-expanded") == "true"
    hide.click()
    expect(picture).to_have_count(0)


def test_clearing_ends_the_requests_whose_answers_nobody_will_see(page: Page, pictures: list[Path]) -> None:
    page.route("**/api/heat-map", lambda route: None)  # never answered
    choose(page, pictures[:1]).get_by_role("button", name="Show heat map").click()
    with page.expect_event("requestfailed", lambda request: request.url.endswith("/api/heat-map")):
        page.get_by_role("button", name="Clear").click()


def test_images_can_be_dropped_and_pasted(page: Page) -> None:
    give = """({name, kind, pixels}) => {
        const given = new DataTransfer();
        given.items.add(new File([new Uint8Array(pixels)], name, {type: "image/png"}));
        const event = kind === "drop"
            ? new DragEvent("drop", {dataTransfer: given, bubbles: true, cancelable: true})
            : new ClipboardEvent("paste", {clipboardData: given, bubbles: true});
        document.getElementById("drop").dispatchEvent(event);
    }"""
    pixels = list(encode(noise()))
    for kind, name in (("drop", "dropped.png"), ("paste", "image.png"), ("paste", "image.png")):
        page.evaluate(give, {"name": name, "kind": kind, "pixels": pixels})
    expect(page.locator(".verdict")).to_have_count(3)
    headings = page.locator(".answer h3").all_inner_texts()
    assert headings == ["dropped.png", "pasted-1.png", "pasted-2.png"]


def test_everything_can_be_done_with_the_keyboard(open_page: OpenPage, server: Server, pictures: list[Path]) -> None:
    page = open_page()
    # Before the page is there: the browser is told in the background to hand the dialogue over.
    page.on("filechooser", lambda chooser: chooser.set_files(pictures[:1]))
    show(page, server)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".verdict")).to_have_count(1)
    reached = []
    for _ in range(4):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        reached.append(focused.inner_text().split("\n")[0])
        outline = focused.evaluate("one => getComputedStyle(one).outlineStyle + getComputedStyle(one).outlineWidth")
        assert outline == "solid3px"
    assert [words.split(" of ")[0] for words in reached] == [
        "Download CSV", "Clear", "Show heat map", "About the model, and answers for scripts",
    ]  # fmt: skip
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    expect(page.locator("figure.heat img")).to_be_visible()
    assert page.locator(":focus").inner_text().startswith("Hide heat map")


def test_the_focus_is_seen_on_the_drop_zone(page: Page) -> None:
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "files"
    assert page.locator("label[for=files]").evaluate("one => getComputedStyle(one).outlineStyle") == "solid"


def test_what_is_seen_is_also_said(page: Page, pictures: list[Path]) -> None:
    cards = choose(page, pictures)
    assert page.get_by_role("status").first.inner_text() == "3 images: 3 answered."
    expect(page.get_by_label(re.compile("Drop images here"))).to_have_attribute("type", "file")
    assert page.get_by_role("list", name="Answers").get_by_role("listitem").count() == 3
    table = cards.first.get_by_role("table", name="Probability of each label for a.png")
    assert table.get_by_role("rowheader").count() == 2
    assert table.get_by_role("rowheader", name="(given)").count() == 1  # not by colour alone
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.locator("button").evaluate_all("all => all.every(one => one.innerText.trim())")
    levels = page.locator("h1, h2, h3").evaluate_all("all => all.map(one => one.tagName)")
    assert levels == ["H1", "H2", "H3", "H3", "H3"]
    assert page.evaluate("document.documentElement.lang") == "en"
    ids = page.locator("[id]").evaluate_all("all => all.map(one => one.id)")
    assert len(ids) == len(set(ids))


def test_a_name_is_text_whatever_it_says(page: Page, pictures: list[Path]) -> None:
    cards = choose(page, pictures)
    assert cards.nth(2).get_by_role("heading").inner_text() == "d <b>é.webp"
    assert page.locator(".answer b").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_on_a_phone_nothing_is_wider_than_the_screen_and_all_text_can_be_read(
    scheme: Any, open_page: OpenPage, server: Server, tmp_path: Path, complaints: Complaints
) -> None:
    complaints.expected.append(REFUSED)
    name = f"{'averylongname' * 12}.png"
    (tmp_path / name).write_bytes(encode(noise()))
    (tmp_path / "text.png").write_bytes(b"hello")
    page = show(open_page(PHONE, scheme), server)
    choose(page, [tmp_path / name, tmp_path / "text.png"])
    page.get_by_role("button", name="Show heat map").click()
    page.locator("summary").click()
    expect(page.locator("figure.heat img")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    low = [text for text, ink, ground in read_colours(page) if contrast(ink, ground) < LEAST_CONTRAST]
    assert low == []
    small = page.locator("button, summary, label").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 24).map(one => one.innerText)"
    )
    assert small == []  # WCAG 2.2, 2.5.8


def test_a_server_that_is_gone_is_said(open_page: OpenPage, tmp_path: Path, complaints: Complaints) -> None:
    complaints.expected.append(REFUSED)
    Image.new("RGB", (20, 20)).save(tmp_path / "a.png")
    with serving(write_onnx(tmp_path / "model.onnx")) as server:
        complaints.origin = server.url
        page = show(open_page(), server)
        server.end()
    card = choose(page, [tmp_path / "a.png"]).first
    expect(card).to_contain_text("is the server still running?")
    expect(page.get_by_role("status").first).to_have_text("1 image: 0 answered, 1 could not be read.")

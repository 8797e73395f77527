"""The pages of runs in a real browser: they open alone, say what metrics.json says, and fit a phone."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize

import run
from tests.browser.conftest import OpenPage
from tests.conftest import DrawDataFolder
from tests.report.fake_runs import make_run

NARROW = ViewportSize(width=360, height=780)
GIVEN = (0, 1, 2, 3, 4, 0, 1, 2, 3, 0)
WRONG = (1, 1, 1, 3, 3, 1, 1, 1, 3, 3)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory, draw_data_folder: DrawDataFolder) -> Path:
    root = tmp_path_factory.mktemp("report")
    data = draw_data_folder(root / "data", images_per_split=10, size_pixels=32)
    folder = make_run(root / "runs" / "quick-torch-seed0", data, GIVEN)
    assert run.main(["report", str(folder), "--no-explain"]) == 0
    return folder


@pytest.fixture(scope="module")
def compared(finished: Path) -> Path:
    other = make_run(finished.parent / "other", finished.parents[1] / "data", WRONG, settings=["training.epochs=3"])
    out = finished.parent / "report.html"
    assert run.main(["report", str(finished), str(other), "--out", str(out)]) == 0
    return out


def open_report(page: Page, path: Path) -> None:
    page.goto(path.as_uri())
    page.wait_for_load_state("networkidle")


def overflow_pixels(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def test_the_confusion_matrix_is_that_of_metrics_json(page: Page, finished: Path) -> None:
    open_report(page, finished / "report.html")
    metrics = json.loads((finished / "metrics.json").read_text())
    rows = page.locator("#confusion-matrix tbody tr").all()
    counts = [[int(cell.inner_text()) for cell in row.locator("td b").all()] for row in rows]
    assert counts == metrics["confusion"]
    assert f"{100 * metrics['accuracy']:.2f} %" in page.locator(".card").first.inner_text()


def test_the_table_of_classes_is_that_of_metrics_json(page: Page, finished: Path) -> None:
    open_report(page, finished / "report.html")
    for row, wanted in zip(
        page.locator("#classes tbody tr").all(),
        json.loads((finished / "metrics.json").read_text())["per_class"],
        strict=True,
    ):
        cells = [cell.inner_text() for cell in row.locator("td").all()]
        assert cells[:2] == [str(wanted["label"]), str(wanted["support"])]
        assert cells[2].startswith(f"{100 * wanted['recall']:.2f} %")
        assert cells[4].startswith(f"{100 * wanted['precision']:.2f} %")
        assert cells[5] == f"{wanted['f1']:.4f}"


def test_every_picture_is_decoded_and_has_words(page: Page, finished: Path) -> None:
    open_report(page, finished / "report.html")
    pictures = page.locator("img").all()
    assert len(pictures) == 9  # a mistake and eight doubts
    for picture in pictures:
        assert len(picture.get_attribute("alt") or "") > 10
        assert picture.evaluate("one => one.complete && one.naturalWidth > 0")
    for drawing in page.locator("svg:not([aria-hidden])").all():
        assert drawing.get_attribute("aria-label")


def test_pointing_at_a_chart_reads_an_epoch(page: Page, finished: Path) -> None:
    open_report(page, finished / "report.html")
    chart = page.locator("svg.lines").first
    readout = chart.locator("xpath=..").locator(".readout")
    box = chart.bounding_box()
    assert box is not None
    chart.hover(position={"x": box["width"] - 15, "y": box["height"] / 2})
    assert readout.inner_text() == "epoch 3: train 0.5000, validation 0.4000"
    assert chart.locator(".cursor circle").count() == 2
    chart.hover(position={"x": 50, "y": box["height"] / 2})
    assert readout.inner_text() == "epoch 1: train 1.5000, validation 1.2000"


def test_arrow_keys_step_through_the_epochs(page: Page, finished: Path) -> None:
    open_report(page, finished / "report.html")
    chart = page.locator("svg.lines").nth(1)
    readout = chart.locator("xpath=..").locator(".readout")
    chart.focus()
    for key, wanted in (("Home", "epoch 1"), ("ArrowRight", "epoch 2"), ("End", "epoch 3"), ("ArrowLeft", "epoch 2")):
        page.keyboard.press(key)
        assert readout.inner_text().startswith(wanted)
    chart.blur()
    assert chart.locator(".cursor *").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_of_a_narrow_phone(open_page: OpenPage, finished: Path, compared: Path, scheme: str) -> None:
    page = open_page(NARROW, scheme)
    for path in (finished / "report.html", compared):
        open_report(page, path)
        for fold in page.locator("details").all():
            fold.evaluate("one => { one.open = true; }")
        assert overflow_pixels(page) == 0


def test_a_dark_page_is_dark_and_a_light_one_light(page: Page, dark_page: Page, finished: Path) -> None:
    brightness = []
    for one in (page, dark_page):
        open_report(one, finished / "report.html")
        colour = one.evaluate("getComputedStyle(document.body).backgroundColor")
        brightness.append(sum(map(int, re.findall(r"\d+", colour)[:3])))
    assert brightness[0] > 600 and brightness[1] < 120


def test_the_comparison_shows_runs_in_order_with_marks(page: Page, compared: Path) -> None:
    open_report(page, compared)
    rows = [row.inner_text() for row in page.locator("#ranks table").first.locator("tbody tr").all()]
    assert [("quick-torch-seed0" in row, "other" in row) for row in rows] == [(True, False), (False, True)]
    assert page.locator("#recipes .mark").all_inner_texts() == ["3"]


def test_no_script_but_the_pages_own_runs(page: Page, finished: Path, tmp_path: Path) -> None:
    text = (finished / "report.html").read_text(encoding="utf-8")
    bad = "<script>document.title = 'taken'</script><img src=x onerror=\"document.title='taken'\" alt=''>"
    (tmp_path / "bad.html").write_text(text.replace("<main>", f"<main>{bad}"), encoding="utf-8")
    heard: list[str] = []
    other = page.context.new_page()  # its complaints are what is tested, so they are not the test's
    other.on("console", lambda message: heard.append(message.text))
    other.goto((tmp_path / "bad.html").as_uri())
    other.wait_for_load_state("networkidle")
    assert other.title() == "quick on torch, seed 0"
    assert any("Content Security Policy" in text for text in heard)

"""The ring hears what a page complains of: else a silent page would prove nothing."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Complaints


@pytest.mark.parametrize(
    ("body", "heard"),
    [
        ("<script>console.error('a word')</script>", "a word"),
        ("<script>throw new Error('a fault')</script>", "a fault"),
        ("<img src='absent.png' alt=''>", "ERR_FILE_NOT_FOUND"),
    ],
)
def test_errors_of_a_page_are_heard(body: str, heard: str, page: Page, complaints: Complaints, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(f"<!doctype html><title>t</title>{body}")
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_load_state("networkidle")
    assert len(complaints.unexpected()) == 1 and heard in complaints.messages[0]
    complaints.expected.append(heard)
    assert complaints.unexpected() == []


def test_a_request_to_the_outside_is_seen(page: Page, complaints: Complaints, tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<!doctype html><title>t</title><img src='http://localhost:9/a.png' alt=''>")
    page.goto((tmp_path / "page.html").as_uri())
    page.wait_for_load_state("networkidle")
    assert complaints.outside == ["http://localhost:9/a.png"]
    complaints.outside.clear()
    complaints.expected.append("ERR_")

"""A real Chromium for the tests of pages; a page that complains or asks for anything outside fails its test.

`python -m pytest tests/browser` runs them; the README's test command does not, since they need a browser: the one
that the environment variable CHROMIUM names, or `chromium` of the system.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

DESKTOP = ViewportSize(width=1280, height=800)
PHONE = ViewportSize(width=390, height=844)
INSIDE = ("file", "data", "blob", "about")
LIMIT_MILLISECONDS = 30_000.0  # a page that waits for ever must end; ours take less than one second


@dataclass
class Complaints:
    """What pages of one test said on their console, raised, and asked for outside of this machine.

    A test that provokes an error adds words of it to `expected`.
    """

    origin: str | None
    expected: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep an error or a warning of the console."""
        if message.type in ("error", "warning"):
            self.messages.append(message.text)

    def see(self, request: Request) -> None:
        """Keep a request to anything but this machine's files and the origin of the test."""
        parts = urlsplit(request.url)
        if parts.scheme not in INSIDE and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.outside.append(request.url)

    def unexpected(self) -> list[str]:
        """Return the messages without any of the expected words."""
        return [text for text in self.messages if not any(words in text for words in self.expected)]


OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    assert path, "expected chromium on the PATH or its path in CHROMIUM; on Debian: apt-get install chromium"
    is_root = os.geteuid() == 0  # Chromium's sandbox refuses to run as root
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if is_root else [])
        yield launched
        launched.close()


@pytest.fixture
def allowed_origin() -> str | None:
    """Where pages may ask besides files: `http://127.0.0.1:PORT` in a module that overrides this."""
    return None


@pytest.fixture
def complaints(allowed_origin: str | None) -> Iterator[Complaints]:
    """What the pages complained of; the test fails for what it did not expect."""
    heard = Complaints(allowed_origin)
    yield heard
    assert heard.unexpected() == []
    assert heard.outside == []


@pytest.fixture
def open_page(browser: Browser, complaints: Complaints) -> Iterator[OpenPage]:
    """`open_page(screen=DESKTOP, scheme="light")`: an empty page whose complaints are kept."""
    contexts = []

    def open(screen: ViewportSize = DESKTOP, scheme: Literal["light", "dark"] = "light") -> Page:
        context = browser.new_context(viewport=screen, color_scheme=scheme, accept_downloads=True)
        context.set_default_timeout(LIMIT_MILLISECONDS)
        contexts.append(context)
        page = context.new_page()
        page.on("console", complaints.hear)
        page.on("pageerror", lambda error: complaints.messages.append(str(error)))
        page.on("request", complaints.see)
        return page

    yield open
    for context in contexts:
        context.close()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A page at desktop width, light."""
    return open_page()


@pytest.fixture
def phone_page(open_page: OpenPage) -> Page:
    """A page at the width of a phone, light."""
    return open_page(PHONE)


@pytest.fixture
def dark_page(open_page: OpenPage) -> Page:
    """A page at desktop width, dark."""
    return open_page(scheme="dark")

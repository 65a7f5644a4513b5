"""A real browser, and pages in it that must not complain, ask anything or load anything."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import cnnspec

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK = {"viewport": {"width": 1280, "height": 860}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}

Open = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.fail("there is no Chromium; install your system's package `chromium`", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(QUIET))
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens the page of a model; at the end, no page may have complained or asked for anything."""
    complaints: list[str] = []
    requests: list[str] = []
    contexts = []

    def open_page(model: Any, *, context: dict[str, Any] = DESK, **how: Any) -> Page:
        text = model if isinstance(model, str) else cnnspec.draw(model, **how).html()
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(text, "utf-8")
        made = browser.new_context(**context)
        contexts.append(made)
        page = made.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: requests.append(request.url))
        page.goto(file.as_uri())
        requests.remove(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert (complaints, requests) == ([], [])

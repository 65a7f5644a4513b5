"""The documentation in a real browser, after `make docs`: on a desk, in the dark, and on a phone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import DESK, PHONE
from tests.support.paths import ROOT

BUILT = ROOT / "build/docs"
CONTEXTS: dict[str, dict[str, Any]] = {
    "light": {**DESK, "color_scheme": "light"},
    "dark": {**DESK, "color_scheme": "dark"},
    "phone": {**PHONE, "color_scheme": "light"},
}
PAGES = (
    "index",
    "gallery",
    "reference/layers/convolution-layers",
    "reference/operations/index",
    "reference/language/step",
    "reference/codes/shape-mismatch",
    "reference/commands/validate",
    "reference/python",
    "reference/data",
)
WIDER = """() => [...document.querySelectorAll('article *')]
    .filter(each => each.getBoundingClientRect().right > window.innerWidth + 1)
    .filter(each => !each.closest('.table-wrapper') && !each.closest('pre'))
    .map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture(params=CONTEXTS)
def opened(request: pytest.FixtureRequest, browser: Browser) -> Iterator[tuple[str, Page]]:
    """A page that may neither complain nor load anything from elsewhere."""
    context = browser.new_context(**CONTEXTS[request.param])
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda asked: (
            None if asked.url.startswith(("file:", "data:")) else complaints.append(asked.url)
        ),
    )
    yield request.param, page
    context.close()
    assert complaints == []


@pytest.mark.parametrize("name", PAGES)
def test_a_page_fits_and_has_the_colours_of_its_theme(name: str, opened: tuple[str, Page]) -> None:
    mode, page = opened
    page.goto((BUILT / f"{name}.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate(WIDER) == []
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, colour.removeprefix("rgb(").removesuffix(")").split(", "))) / 3
    assert (brightness < 100) == (mode == "dark")
    shown = page.locator("article img.network:visible")
    for place in range(min(shown.count(), 5)):
        theme = "only-dark" if mode == "dark" else "only-light"
        assert theme in str(shown.nth(place).get_attribute("class"))


def test_search_finds_a_layer_without_a_server(opened: tuple[str, Page]) -> None:
    _, page = opened
    page.goto(f"{(BUILT / 'search.html').as_uri()}?q=Conv2D")
    found = page.locator("ul.search li a")
    found.first.wait_for()
    assert "convolution-layers.html#" in str(found.first.get_attribute("href"))

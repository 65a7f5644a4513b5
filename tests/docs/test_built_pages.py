"""The pages that `make docs` has built: they load nothing from elsewhere, and have all commands with their options."""

import json
import re
from pathlib import Path

import click
import pytest

from cnnspec.cli.commands import COMMANDS, main
from tests.support.paths import ROOT

BUILT = ROOT / "build/docs"
LOADED = re.compile(
    r"""<(?:script|img|iframe|source|video|audio)\b[^>]*\bsrc="([^"]*)"|<link\b(?=[^>]*\brel="(?:stylesheet|preload|preconnect|icon)")[^>]*\bhref="([^"]*)\""""
)
IMPORTED = re.compile(r"""@import|url\(["']?(?:https?:)?//""")


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    found = {
        str(path.relative_to(BUILT)): path.read_text(encoding="utf-8")
        for path in BUILT.rglob("*.html")
        if "_static" not in path.parts
    }
    assert len(found) > 150, "run `make docs`, which builds the pages before this test"
    return found


def test_pages_load_nothing_from_elsewhere(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        loaded = [script or style for script, style in LOADED.findall(text)]
        assert [each for each in loaded if re.match(r"(?:\w+:)?//", each)] == [], name


def test_styles_load_nothing_from_elsewhere() -> None:
    styles = [*BUILT.glob("_static/**/*.css")]
    assert styles != []
    assert [path.name for path in styles if IMPORTED.search(path.read_text("utf-8"))] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_a_page_has_all_options_of_its_command(name: str, pages: dict[str, str]) -> None:
    command = main.get_command(click.Context(main), name)
    assert command is not None
    options = [
        word for each in command.params if isinstance(each, click.Option) for word in each.opts
    ]
    shown = re.sub(r"<[^>]+>", "", pages[f"reference/commands/{name}.html"])
    assert [word for word in options if word not in shown] == []


def test_every_picture_is_there(pages: dict[str, str]) -> None:
    for name, text in pages.items():
        folder = Path(BUILT / name).parent
        sources = re.findall(r'<img\b[^>]*\bsrc="([^"#?]+)', text)
        assert [each for each in sources if not (folder / each).is_file()] == [], name


def test_the_search_index_knows_kinds_codes_and_commands() -> None:
    text = (BUILT / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    titles = {title.lower() for title in index["alltitles"]}
    wanted = {"conv2d", "ops.mean", "binarycrossentropy", "adam", "unknown-kind", "cnnspec train"}
    assert wanted - titles == set()

"""The page as bytes: what data it holds, and that nothing in it can act or ask for anything."""

import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from typing import Any

import pytest

import cnnspec
from cnnspec.backends.diagram.colours import THEMES
from cnnspec.backends.diagram.figure import Box, Edge, Figure, Group
from cnnspec.backends.diagram.look import Look
from cnnspec.backends.diagram.page import ASSETS, to_page
from tests.support.paths import SPECS

HOSTILE = (
    '<img src=x onerror="alert(1)">',
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "</title></noscript></style>",
    'quote" and \\ backslash\\',
    "{a|b}<c> $name ${name}",
    "a & b &lt; c",
    "two\nlines\u2028and\u2029more",
    "חתול",
    "합성곱 층",
)


class Parts(HTMLParser):
    """What a browser without scripts makes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: dict[str, list[str]] = {}
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.texts.setdefault(tag, []).append("")
        self.inside: str | None = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = None

    def handle_data(self, data: str) -> None:
        if self.tags and self.inside:
            self.texts[self.inside][-1] += data


def page_of(name: str, **how: Any) -> str:
    return cnnspec.draw(cnnspec.load(SPECS / f"{name}.yaml"), **how).html()


def data_of(page: str) -> dict[str, Any]:
    (text,) = re.findall(r'<script type="application/json" id="figure">(.*?)</script>', page)
    found: dict[str, Any] = json.loads(text)
    return found


def states(elements: list[dict[str, Any]]) -> dict[str, int]:
    """How far each group is unfolded."""
    found = {}
    for element in elements:
        if "children" in element:
            found[element["name"]] = element["state"]
            found |= states(element["children"])
    return found


def test_the_page_holds_the_figure() -> None:
    image = Box(
        "a", "image", "image", "InputLayer", outputs=((None, 4),), details=(("Shape", "4"),)
    )
    dense = Box(
        "b", "part_dense", "dense", "Dense", ("2",), params=10, macs=8, frozen=True,
        details=(("Layer", "Dense"), ("units", "2")),
    )  # fmt: skip
    again = Box("c", "more", "more", "Dense", params=None, details=(("Layer", "Dense"),))
    group = Group("g", "part", "head", "block", (dense, again), frozen=True, calls=2)
    edges = (
        Edge("a", "b", (None, 4), "float32"),
        Edge("b", "c", (None, 2), "float16", call=1),
        Edge("b", "c", (None, 2), "float16", call=2),
    )
    data = data_of(to_page(Figure("small", "a small one", (image, group), edges), Look(), None))
    assert data == {
        "name": "small",
        "description": "a small one",
        "direction": "TB",
        "overview": [
            ["Input", "image 4"],
            ["Layers", "2"],
            ["Parameters", "unknown"],
            ["Multiply-accumulates", "unknown"],
        ],
        "families": [*THEMES["light"].families, "group", "frozen"],
        "facts": [
            ["Shape", "4"],
            ["Input shape", "4"],
            ["Layers", "2"],
            ["Parameters", "unknown"],
            ["Multiply-accumulates", "unknown"],
            ["Frozen", "weights do not change; runs in inference mode"],
            ["Calls", "2"],
            ["Layer", "Dense"],
            ["units", "2"],
        ],
        "children": [
            {
                "name": "image",
                "kind": "InputLayer",
                "family": "input",
                "lines": ["image", "InputLayer"],
                "facts": [0],
            },
            {
                "name": "part",
                "kind": "head",
                "family": "submodel",
                "lines": ["part", "head", "2 layers · ? params", "frozen · called 2×"],
                "frozen": True,
                "facts": [1, 2, 3, 4, 5, 6],
                "role": "block",
                "times": 1,
                "title": ["part", "head · frozen · called 2×"],
                "state": 1,
                "children": [
                    {
                        "name": "part_dense",
                        "kind": "Dense",
                        "family": "dense",
                        "lines": ["dense", "Dense · 2", "10 params", "frozen"],
                        "frozen": True,
                        "facts": [7, 8],
                    },
                    {
                        "name": "more",
                        "kind": "Dense",
                        "family": "dense",
                        "lines": ["more", "Dense", "? params"],
                        "facts": [7],
                    },
                ],
            },
        ],
        "edges": [
            [0, 1, "4", "4 · float32"],
            [1, 2, "call 1 · 2", "2 · float16"],
            [1, 2, "call 2 · 2", "2 · float16"],
        ],
    }


RUN, TURN, NEXT = "stage1_1 to stage1_2", "stage1_1", "stage1_2"
OTHERS = ("down1", "stage2_1", "down2", "stage3_1")


@pytest.mark.parametrize(
    ("depth", "wanted"),
    [
        (None, {RUN: 2, TURN: 1, NEXT: 1, **dict.fromkeys(OTHERS, 1)}),
        ("all", {RUN: 2, TURN: 1, NEXT: 1, **dict.fromkeys(OTHERS, 1)}),
        (1, {RUN: 1, TURN: 1, NEXT: 0, **dict.fromkeys(OTHERS, 1)}),
        (0, {RUN: 0, TURN: 1, NEXT: 0, **dict.fromkeys(OTHERS, 0)}),
    ],
)
def test_what_is_unfolded_at_first(depth: Any, wanted: dict[str, int]) -> None:
    assert states(data_of(page_of("mnist_residual", depth=depth))["children"]) == wanted


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_is_never_markup(name: str) -> None:
    group = Group("g", name, name, "block", (Box("b", name, name, name, details=((name, name),)),))
    figure = Figure(name, name, (Box("a", name, name, name), group), (Edge("a", "b", (), name),))
    page = to_page(figure, Look(), None)
    plain = Parts(to_page(Figure("m", "m", (Box("a", "m", "m", "m"), group), ()), Look(), None))
    found = Parts(page)
    assert [tag for tag, _ in found.tags] == [tag for tag, _ in plain.tags]
    assert (found.texts["title"], found.texts["h1"]) == ([name], [name])
    data = data_of(page)
    assert (data["name"], data["children"][1]["children"][0]["name"]) == (name, name)


def test_the_policy_allows_this_style_and_this_script_alone() -> None:
    page = page_of("mnist_simple")
    parts = Parts(page)
    hashes = {
        tag: "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for tag, text in (("style", parts.texts["style"][0]), ("script", parts.texts["script"][1]))
    }
    (policy,) = [each["content"] for _, each in parts.tags if each.get("http-equiv")]
    assert policy == (
        f"default-src 'none'; img-src data:; style-src '{hashes['style']}'; "
        f"script-src '{hashes['script']}'; base-uri 'none'; form-action 'none'"
    )
    names = {name for _, given in parts.tags for name in given}
    assert [
        name for name in sorted(names) if name.startswith("on") or name in ("style", "src")
    ] == []
    assert [each["href"] for _, each in parts.tags if "href" in each] == ["data:,"]


def test_the_page_asks_for_nothing() -> None:
    page = page_of("mnist_multi_output")
    assert re.findall(r"https?:|[\"'(]//|url\(|@import|\bimport\b", page) == []
    script = "".join(
        each.read_text("utf-8") for each in ASSETS.iterdir() if each.name.endswith(".js")
    )
    made_of_text = r"innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|Function\(|fetch|XMLHttp|WebSocket"
    assert re.findall(made_of_text, script) == []


def test_every_colour_is_that_of_a_theme() -> None:
    style = (ASSETS / "page.css").read_text("utf-8")
    script = "".join(
        each.read_text("utf-8") for each in ASSETS.iterdir() if each.name.endswith(".js")
    )
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", style + script) == []
    parts = Parts(page_of("mnist_simple"))
    whole = parts.texts["style"][0]
    own = {"hairline", "raised"}
    used = set(re.findall(r"var\(--([a-z-]+)\)", whole)) - own
    for theme, start in (
        ("light", ":root {"),
        ("dark", ":root[data-theme=dark] {"),
        ("print", ":root[data-theme=print] {"),
    ):
        block = whole[whole.index(start) :].partition("}")[0]
        said = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block))
        assert used <= set(said)
        assert said["background"] == THEMES[theme].background
        assert said["frozen-fill"] == THEMES[theme].frozen.fill
        assert said["convolution-line"] == THEMES[theme].families["convolution"].line


def test_the_head_says_what_the_page_is() -> None:
    parts = Parts(page_of("mnist_multi_output", theme="dark"))
    described = "mnist_multi_output: inputs 28×28×1 to digit_dense 10, odd_dense 1, 7 layers, 63,035 parameters"
    metas = {
        each["name"]: each["content"]
        for tag, each in parts.tags
        if tag == "meta" and "name" in each
    }
    assert metas == {"viewport": "width=device-width, initial-scale=1", "description": described}
    assert parts.texts["title"] == ["mnist_multi_output"]
    assert dict(parts.tags)["html"] == {"lang": "en", "data-theme": "dark"}


def test_without_scripts_every_layer_is_in_a_table() -> None:
    cells = Parts(page_of("mnist_simple")).texts["td"]
    rows = [[cell.strip() for cell in cells[at : at + 5]] for at in range(0, len(cells), 5)]
    assert rows[:2] == [
        ["image", "InputLayer", "", "28×28×1", "0"],
        ["conv", "Conv2D", "32 · 3×3 · relu", "26×26×32", "320"],
    ]


def test_a_page_is_small() -> None:
    page = page_of("zoo/resnet152v2").encode()
    assert len(page) < 400_000

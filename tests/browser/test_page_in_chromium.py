"""What a reader sees and does on the page, in a real browser."""

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from conftest import PHONE, Open
from playwright.sync_api import CDPSession, Locator, Page

import cnnspec
from cnnspec.backends.diagram.figure import Box, Edge, Figure
from cnnspec.backends.diagram.look import Look
from cnnspec.backends.diagram.page import to_page
from tests.support.paths import MODEL_FILES, SPECS, ZOO

RESNET = ZOO / "resnet152v2.yaml"
RESIDUAL = SPECS / "mnist_residual.yaml"
GEOMETRY = (Path(__file__).parent / "geometry.js").read_text("utf-8")
PAINTED = """new Promise((done) => new PerformanceObserver((list) => {
  for (const each of list.getEntriesByName("first-contentful-paint")) done(each.startTime);
}).observe({ type: "paint", buffered: true }))"""
DRAWN = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""The next picture is there, with all that was done before."""
TEN = (
    "cnnspec: 1\nname: ten\ninputs: {image: [8, 8, 1]}\nlayers:\n  - Flatten: {name: flat}\n"
    + "".join(f"  - Dense: {{name: d{at}, units: 2, from: flat}}\n" for at in range(10))
    + "outputs:\n"
    + "".join(f"  d{at}: {{loss: mse}}\n" for at in range(10))
)


def box(page: Page, name: str) -> Locator:
    return page.locator(f'.part[data-name="{name}"]').first


def count(page: Page) -> int:
    return page.locator(".box").count()


def is_in_view(page: Page, name: str) -> bool:
    rect = box(page, name).bounding_box()
    size = page.viewport_size
    assert rect is not None
    assert size is not None
    return (
        0 <= rect["x"] <= size["width"] - rect["width"]
        and 0 <= rect["y"] <= size["height"] - rect["height"]
    )


def details(page: Page) -> list[str]:
    return [line for line in page.locator("#panel").inner_text().split("\n") if line]


def colour(page: Page, selector: str, name: str) -> Any:
    return page.eval_on_selector(selector, f"each => getComputedStyle(each).{name}")


@pytest.mark.parametrize("spec", MODEL_FILES, ids=lambda spec: spec.stem)
def test_nothing_lies_on_anything_else(spec: Path, opened: Open) -> None:
    page = opened(cnnspec.load(spec))
    assert page.evaluate(GEOMETRY) == []
    for button in ("#unfold", "#fold"):
        page.click(button)
        assert page.evaluate(GEOMETRY) == []


@pytest.mark.parametrize("name", ["mnist_multi_output", "zoo/unet", "zoo/siamese", "zoo/resnet50"])
def test_nothing_lies_on_anything_else_from_left_to_right(name: str, opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / f"{name}.yaml"), direction="LR")
    assert page.evaluate(GEOMETRY) == []
    page.click("#unfold")
    assert page.evaluate(GEOMETRY) == []


def test_a_large_network_is_there_at_once(opened: Open) -> None:
    page = opened(cnnspec.load(RESNET))
    assert page.evaluate(PAINTED) < 2000
    assert count(page) == 26
    assert page.inner_text("#count") == "26 boxes for 567 layers"
    page.click("#unfold")
    assert (count(page), page.inner_text("#count")) == (567, "567 boxes")
    page.click("#fold")
    assert count(page) == 14


def test_ten_outputs(opened: Open) -> None:
    page = opened(cnnspec.loads(TEN))
    assert count(page) == 22
    assert page.locator(".edge").count() == 21
    assert page.evaluate(GEOMETRY) == []


def test_two_reads_of_one_layer_are_two_edges(opened: Open) -> None:
    text = "cnnspec: 1\ninputs: {a: [4]}\nlayers:\n  - Add: {name: twice, from: [a, a]}\n"
    page = opened(cnnspec.loads(text))
    edges = page.locator('.edge[data-from="0"][data-to="1"] .way')
    first, second = (edges.nth(at).get_attribute("d") for at in range(2))
    assert edges.count() == 2
    assert first != second


def test_search_unfolds_what_hides_a_layer_and_goes_there(opened: Open) -> None:
    page = opened(cnnspec.load(RESNET))
    wanted = "stage_3_identity_20_bottleneck_1_conv2d_2"
    assert box(page, wanted).count() == 0
    page.keyboard.press("/")
    page.keyboard.type("Conv2D identity_20")
    assert page.get_by_role("option").count() > 1
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(wanted)
    assert page.locator("[role=option][aria-selected=true] b").inner_text() == wanted
    page.keyboard.press("Enter")
    assert is_in_view(page, wanted)
    assert details(page)[:2] == [wanted, "Conv2D"]
    assert box(page, wanted).get_attribute("aria-pressed") == "true"
    assert page.evaluate("document.activeElement.dataset.name") == wanted


def test_search_by_arrow_keys_and_escape(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_multi_output.yaml"))
    page.keyboard.press("/")
    page.keyboard.type("softmax")
    assert page.get_by_role("option").all_inner_texts() == [
        "digit_dense\nDense · 10 · softmax · 61,930 params"
    ]
    page.keyboard.press("Escape")
    assert (page.input_value("#search"), page.locator("#found").is_visible()) == ("", False)
    page.keyboard.type("dense")
    assert [each.split("\n")[0] for each in page.get_by_role("option").all_inner_texts()] == [
        "digit_dense",
        "odd_dense",
        "digit_dense",
        "odd_dense",
    ]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert details(page)[:2] == ["odd_dense", "Dense"]
    page.keyboard.press("/")
    page.keyboard.type("nothing has this")
    assert page.inner_text("#found") == "no matching layers"


def test_a_run_unfolds_in_steps(opened: Open) -> None:
    page = opened(cnnspec.load(RESIDUAL), depth=0)
    run = box(page, "stage1_1 to stage1_2")
    assert count(page) == 13
    assert run.locator("text").all_text_contents()[0] == "residual × 2"
    run.locator(".knob").click()
    assert count(page) == 19
    assert run.locator("text").all_text_contents() == [
        "residual × 2",
        "stage1_1 to stage1_2",
        "show all 2",
    ]
    run.locator(".turns").click()
    assert count(page) == 20
    assert box(page, "stage1_2").get_attribute("aria-expanded") == "false"
    run.locator(".turns").click()
    assert count(page) == 19
    run.locator(".knob").click()
    assert count(page) == 13


def test_groups_fold_by_mouse(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_transfer.yaml"))
    assert count(page) == 7
    box(page, "base_model").locator(".knob").click()
    assert count(page) == 4
    box(page, "base_model").dblclick()
    assert count(page) == 7


def test_groups_fold_by_keyboard(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_transfer.yaml"))
    box(page, "image").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.dataset.name") == "base_model"
    assert box(page, "base_model").get_attribute("aria-expanded") == "true"
    page.keyboard.press("Enter")
    assert count(page) == 4
    assert page.evaluate("document.activeElement.dataset.name") == "base_model"
    assert box(page, "base_model").get_attribute("aria-expanded") == "false"
    page.keyboard.press(" ")
    assert count(page) == 7


def test_parts_come_in_reading_order(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_transfer.yaml"))
    box(page, "image").focus()
    order = []
    for _ in range(8):
        order.append(page.evaluate("document.activeElement.dataset.name"))
        page.keyboard.press("Tab")
    assert order == [
        "image", "base_model", "base_model/inputs", "base_model/conv2d_layer",
        "base_model/maxpool_layer", "base_model/flatten_layer", "digit_dense", "digit_dense",
    ] or order == [
        "image", "base_model", "inputs", "conv2d_layer", "maxpool_layer", "flatten_layer",
        "digit_dense", "digit_dense",
    ]  # fmt: skip


def test_arrow_keys_follow_the_edges(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_multi_output.yaml"))
    box(page, "inputs").focus()
    visited = []
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft", "ArrowDown", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        visited.append(page.evaluate("document.activeElement.dataset.name"))
    assert visited == [
        "flat_inputs", "flat_inputs", "conv2d_layer", "maxpool_layer", "conv2d_layer", "inputs",
    ]  # fmt: skip


KNOWN = [
    "conv2d_layer", "Conv2D",
    "filters", "32", "kernel_size", "3", "activation", "relu",
    "Input shape", "28×28×1", "Output shape", "26×26×32", "Data type", "float32",
    "Parameters", "320", "kernel", "3×3×1×32", "bias", "32",
    "Multiply-accumulates", "194,688", "Activation memory", "86,528 bytes",
    "Receptive field", "3×3", "In the spec", "mnist_multi_output.yaml:12",
]  # fmt: skip


def test_pointing_and_focus_show_what_is_known(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_multi_output.yaml"))
    overview = details(page)
    assert overview[0] == "mnist_multi_output"
    box(page, "conv2d_layer").hover()
    assert details(page) == KNOWN
    assert page.locator(".edge.marked").count() == 2
    page.mouse.move(10, 800)
    assert details(page) == overview
    box(page, "conv2d_layer").focus()
    assert details(page) == KNOWN
    page.keyboard.press("Enter")
    assert box(page, "conv2d_layer").get_attribute("aria-pressed") == "true"
    box(page, "inputs").hover()
    page.mouse.move(10, 800)
    assert details(page) == [*KNOWN, "×"]
    page.keyboard.press("Escape")
    assert page.locator(".part.pinned").count() == 0
    label = "conv2d_layer, Conv2D, input shape 28×28×1, output shape 26×26×32"
    assert box(page, "conv2d_layer").get_attribute("aria-label") == label


def test_outputs_and_groups_tell_of_themselves(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_transfer.yaml"))
    page.locator('.part[data-name="digit_dense"]').last.click()
    assert details(page) == [
        "digit_dense", "Output", "Shape", "10", "Data type", "float32",
        "Loss", "sparse_categorical_crossentropy", "Metrics", "accuracy", "×",
    ]  # fmt: skip
    box(page, "base_model").click()
    assert details(page) == [
        "base_model", "Functional · frozen", "Input shape", "28×28×1", "Output shape", "5408",
        "Layers", "3", "Parameters", "320", "Multiply-accumulates", "194,688",
        "Frozen", "weights do not change; runs in inference mode", "×",
    ]  # fmt: skip


def test_the_theme_follows_the_system_until_it_is_chosen(opened: Open) -> None:
    spec = cnnspec.load(SPECS / "mnist_simple.yaml")
    page = opened(spec)
    light, dark = "rgb(255, 255, 255)", "rgb(20, 24, 30)"
    button = page.locator("#theme")
    assert (colour(page, "#diagram", "backgroundColor"), button.get_attribute("aria-pressed")) == (
        light,
        "false",
    )
    page.emulate_media(color_scheme="dark")
    assert colour(page, "#diagram", "backgroundColor") == dark
    button.click()
    assert colour(page, "#diagram", "backgroundColor") == light
    button.click()
    assert (colour(page, "#diagram", "backgroundColor"), button.get_attribute("aria-pressed")) == (
        dark,
        "true",
    )
    chosen = opened(spec, theme="dark")
    assert colour(chosen, "#diagram", "backgroundColor") == dark


def scale(page: Page) -> float:
    found = re.search(r"scale\((.*)\)", page.locator("#world").get_attribute("transform") or "")
    assert found is not None
    return float(found[1])


def test_the_view_moves(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_multi_output.yaml"))
    start = scale(page)
    before = box(page, "concat").bounding_box()
    assert before is not None
    x, y = before["x"] + before["width"] / 2, before["y"] + before["height"] / 2
    page.mouse.move(x, y)
    page.mouse.wheel(0, -300)
    page.evaluate(DRAWN)
    after = box(page, "concat").bounding_box()
    assert after is not None
    assert scale(page) == pytest.approx(start * 2.718281828**0.45, rel=1e-3)
    middle = (after["x"] + after["width"] / 2, after["y"] + after["height"] / 2)
    assert middle == pytest.approx((x, y), abs=1)
    page.mouse.move(20, 700)
    page.mouse.down()
    page.mouse.move(120, 650, steps=4)
    page.mouse.up()
    moved = box(page, "concat").bounding_box()
    assert moved is not None
    assert (moved["x"] - after["x"], moved["y"] - after["y"]) == pytest.approx((100, -50), abs=1)
    for key, wanted in (("+", scale(page) * 1.25), ("-", scale(page)), ("0", start)):
        page.keyboard.press(key)
        assert scale(page) == pytest.approx(wanted, rel=1e-3)


def test_a_phone(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_multi_output.yaml"), context=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    panel = page.locator("#panel")
    assert not panel.is_visible()
    box(page, "maxpool_layer").tap()
    panel.evaluate("each => Promise.all(each.getAnimations().map((one) => one.finished))")
    assert details(page)[:2] == ["maxpool_layer", "MaxPooling2D"]
    sheet, part = panel.bounding_box(), box(page, "maxpool_layer").bounding_box()
    assert sheet is not None
    assert part is not None
    assert (sheet["x"], sheet["width"]) == (0, 390)
    assert part["y"] + part["height"] <= sheet["y"]
    page.locator(".close").tap()
    panel.wait_for(state="hidden")
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def touch(session: CDPSession, kind: str, *points: tuple[float, float]) -> None:
    said = [{"x": x, "y": y, "id": at} for at, (x, y) in enumerate(points)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": said})


def test_one_finger_moves(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_multi_output.yaml"), context=PHONE)
    session = page.context.new_cdp_session(page)
    before = box(page, "inputs").bounding_box()
    touch(session, "touchStart", (200, 400))
    touch(session, "touchMove", (210, 420))
    touch(session, "touchMove", (230, 480))
    touch(session, "touchEnd")
    page.evaluate(DRAWN)
    after = box(page, "inputs").bounding_box()
    assert before is not None
    assert after is not None
    assert (after["x"] - before["x"], after["y"] - before["y"]) == pytest.approx((30, 80), abs=1)
    assert not page.locator("#panel").is_visible()


def test_two_fingers_zoom(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_multi_output.yaml"), context=PHONE)
    start = scale(page)
    session = page.context.new_cdp_session(page)
    touch(session, "touchStart", (150, 400), (250, 400))
    touch(session, "touchMove", (140, 400), (260, 400))
    touch(session, "touchMove", (100, 400), (300, 400))
    touch(session, "touchEnd")
    page.evaluate(DRAWN)
    assert scale(page) == pytest.approx(start * 2, rel=0.05)


HOSTILE = (
    '<img src=x onerror="alert(1)">',
    "</script><script>alert(1)</script>",
    "</title></noscript><b>",
    "$name",
    'quote" and \\ backslash\\',
    "{a|b}<c>",
    "a & b &lt; c",
    "two\nlines",
    "חתול",
    "합성곱 층",
    "`code` #35; %%{init}%%",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_shown_as_they_are(name: str, opened: Open) -> None:
    boxes = tuple(Box(id, name, name, "Dense") for id in "ab")
    figure = Figure(name, name, boxes, (Edge("a", "b", (None, 4), "float32"),))
    page = opened(to_page(figure, Look(), None))
    assert page.locator(".box .name").all_text_contents() == [name, name]
    assert page.locator("h1").text_content() == name
    page.locator(".box").nth(1).hover()
    assert page.locator("#panel h2").text_content() == name


def test_on_paper_there_is_only_the_diagram(opened: Open) -> None:
    page = opened(cnnspec.load(RESIDUAL), context={"color_scheme": "dark"})
    page.emulate_media(media="print")
    page.wait_for_selector("#diagram[viewBox]")
    hidden = (".search", ".tools", "#panel", ".knob", ".turns", "#count")
    assert [page.locator(each).first.is_visible() for each in hidden] == [False] * len(hidden)
    assert page.locator("h1").is_visible()
    assert colour(page, "#diagram", "backgroundColor") == "rgb(255, 255, 255)"
    whole, last = page.locator("#diagram").bounding_box(), box(page, "digit").bounding_box()
    assert whole is not None
    assert last is not None
    assert whole["y"] <= last["y"] <= whole["y"] + whole["height"] - last["height"]
    page.emulate_media(media="screen")
    page.wait_for_selector("#diagram:not([viewBox])")


def test_the_picture_can_be_saved(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_simple.yaml"))
    with page.expect_download() as waiting:
        page.click("#download")
    download = waiting.value
    root = ElementTree.parse(download.path()).getroot()
    space = "{http://www.w3.org/2000/svg}"
    names = [each.text for each in root.iter(f"{space}text") if each.get("class") == "name"]
    assert (download.suggested_filename, root.tag) == ("mnist_simple.svg", f"{space}svg")
    assert names == page.locator(".box .name").all_text_contents()


def test_help(opened: Open) -> None:
    page = opened(cnnspec.load(SPECS / "mnist_simple.yaml"))
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()


def test_without_scripts_there_is_a_table(opened: Open) -> None:
    spec = cnnspec.load(SPECS / "mnist_simple.yaml")
    page = opened(spec, context={"java_script_enabled": False})
    rows = page.locator("noscript tr").all_inner_texts()
    assert rows[2].split("\t") == ["conv", "Conv2D", "32 · 3×3 · relu", "26×26×32", "320"]

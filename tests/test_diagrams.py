"""Diagrams: what they show, how they fold, and that nothing in a name is markup."""

import os
import re
import sys
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest

import cnnspec
from cnnspec.backends.diagram.briefs import brief
from cnnspec.backends.diagram.drawing import FORMATS, Drawing
from cnnspec.backends.diagram.figure import Box, Figure, Group, boxes, groups
from cnnspec.backends.diagram.folding import between, by_size, count, folded, unfolded
from cnnspec.backends.diagram.labels import box_lines, edge_label, group_title
from cnnspec.backends.diagram.look import DETAILS, USUAL, Look
from cnnspec.backends.diagram.reading import dims, read
from cnnspec.backends.diagram.render import NoRenderer, TooLarge
from cnnspec.backends.diagram.repeats import with_repeats
from cnnspec.diagnostics.problems import Problem
from cnnspec.ir.checked import CheckedGraph
from cnnspec.layers.base import LAYERS
from cnnspec.shapes import UNKNOWN
from tests.support.commands import python_output, run_command
from tests.support.paths import MODEL_FILES, SPECS, ZOO
from tests.support.specs import compiled_text

tiny = partial(compiled_text, name="tiny")
RESNET = ZOO / "resnet152v2.yaml"


def figure_of(name: str) -> Figure:
    return with_repeats(read(cnnspec.load(SPECS / name).compile()))


# What a figure holds

SHARED = """
inputs: {left: [8, 8, 1], right: [8, 8, 1]}
submodels:
  tower:
    frozen: true
    spec:
      cnnspec: 1
      inputs: {pixels: [8, 8, 1]}
      layers: [Flatten, {Dense: {name: code, units: 4}}]
blocks:
  head:
    layers: [{Dense: {units: 2}}, Softmax]
layers:
  - tower: {name: one, from: left}
  - tower: {name: two, from: right}
  - Add: {name: both, from: [one, one, two]}
  - head
outputs:
  answer: {from: head_1, loss: mse, loss_weight: 0.5, metrics: [mae, mse]}
"""


def test_a_figure_has_every_layer_once_and_every_connection() -> None:
    figure = read(tiny(SHARED))
    assert [
        (box.id, box.kind, box.brief, box.params, box.frozen) for box in boxes(figure.children)
    ] == [
        ("left", "InputLayer", (), 0, False),
        ("right", "InputLayer", (), 0, False),
        ("one-pixels", "InputLayer", (), 0, False),
        ("one-flatten_1", "Flatten", (), 0, True),
        ("one-code", "Dense", ("4",), 260, True),
        ("both", "Add", (), 0, False),
        ("head_1_dense_1", "Dense", ("2",), 10, False),
        ("head_1_softmax_1", "Softmax", (), 0, False),
        ("answer", "Identity", (), 0, False),
        ("output.answer", "Output", (), 0, False),
    ]
    assert [
        (group.id, group.name, group.kind, group.role, group.frozen, group.calls)
        for group in groups(figure.children)
    ] == [
        ("one", "one", "Functional", "submodel", True, 2),
        ("block.head_1", "head_1", "head", "block", False, 1),
    ]
    assert [(edge.source, edge.target, edge_label(edge, Look())) for edge in figure.edges] == [
        ("one-pixels", "one-flatten_1", "8×8×1"),
        ("one-flatten_1", "one-code", "64"),
        ("left", "one-pixels", "call 1 · 8×8×1"),
        ("right", "one-pixels", "call 2 · 8×8×1"),
        ("one-code", "both", "of call 1 · 4"),
        ("one-code", "both", "of call 1 · 4"),
        ("one-code", "both", "of call 2 · 4"),
        ("both", "head_1_dense_1", "4"),
        ("head_1_dense_1", "head_1_softmax_1", "2"),
        ("head_1_softmax_1", "answer", "2"),
        ("answer", "output.answer", "2"),
    ]
    assert figure.description == (
        "tiny: left 8×8×1, right 8×8×1 to answer 2, 5 layers, 270 parameters"
    )


def test_a_box_knows_all_about_its_layer() -> None:
    text = "inputs: {image: [8, 8, 3]}\nlayers:\n  - Conv2D: {filters: 4, kernel_size: 3}\n"
    conv = list(boxes(read(tiny(text), details=True).children))[1]
    assert conv.details == (
        ("Layer", "Conv2D"),
        ("filters", "4"),
        ("kernel_size", "3"),
        ("Input shape", "8×8×3"),
        ("Output shape", "6×6×4"),
        ("Data type", "float32"),
        ("Parameters", "112"),
        ("kernel", "3×3×3×4"),
        ("bias", "4"),
        ("Multiply-accumulates", "3,888"),
        ("Activation memory", "576 bytes"),
        ("Receptive field", "3×3"),
        ("In the spec", "<text>:5"),
    )
    assert conv.said_in == ("<text>", 5)


BRIEFS = [
    ("Conv2D", {"filters": 8, "kernel_size": 3}, "8 · 3×3"),
    (
        "Conv2D",
        {
            "filters": 8,
            "kernel_size": [1, 3],
            "strides": 2,
            "padding": "same",
            "activation": "relu",
        },
        "8 · 1×3 · /2 · same · relu",
    ),
    ("Conv1D", {"filters": 8, "kernel_size": 3, "dilation_rate": 4}, "8 · 3 · dilation 4"),
    (
        "Conv2D",
        {"filters": 8, "kernel_size": 3, "groups": 2, "strides": [1, 2]},
        "8 · 3×3 · /1×2 · 2 groups",
    ),
    ("MaxPooling2D", {"pool_size": 2}, "2×2"),
    ("MaxPooling2D", {"pool_size": 3, "strides": 1}, "3×3"),
    ("Dense", {"units": 10, "activation": "linear"}, "10"),
    ("Dropout", {"rate": 0.5}, "rate 0.5"),
    ("Reshape", {"target_shape": [-1, 4]}, "?×4"),
    ("Permute", {"dims": [2, 1]}, "2, 1"),
    ("UpSampling2D", {"size": 2}, "up 2×2"),
    ("ZeroPadding2D", {"padding": [[0, 1], [0, 1]]}, "[[0, 1], [0, 1]]"),
    ("LSTM", {"units": 4, "return_sequences": True}, "4 · tanh · sequences"),
    ("MultiHeadAttention", {"num_heads": 2, "key_dim": 8}, "2 heads · key 8"),
    ("BatchNormalization", {}, ""),
    ("ReLU", {"max_value": 6.0}, "up to 6.0"),
]


@pytest.mark.parametrize(("kind", "arguments", "said"), BRIEFS)
def test_a_layer_is_said_in_a_few_letters(
    kind: str, arguments: dict[str, object], said: str
) -> None:
    assert " · ".join(brief(LAYERS.find(kind).of(arguments))) == said  # type: ignore[arg-type]


def test_shapes_are_said_without_the_batch() -> None:
    said = [dims(shape) for shape in ((None, 4, None, 3), (None,), UNKNOWN)]
    assert said == ["4×?×3", "scalar", "unknown"]


# Folding


def shape_of(figure: Figure) -> list[object]:
    """The tree of a figure in names."""

    def tree(element: Box | Group) -> object:
        if isinstance(element, Box):
            return f"{element.local} ×{element.times}" if element.times > 1 else element.local
        return (element.kind, element.times, [tree(child) for child in element.children])

    return [tree(element) for element in figure.children]


CHAIN = """
inputs: {image: [8, 8, 4]}
blocks:
  step:
    layers:
      - Add:
          branches:
            main: [{Conv2D: {filters: 4, kernel_size: 3, padding: same}}, BatchNormalization]
            shortcut: []
layers:
  - step: {repeat: 3}
  - Flatten
"""


def test_what_repeats_is_found_and_folds_to_one_box() -> None:
    figure = with_repeats(read(tiny(CHAIN)))
    inner = ["conv2d_1", "batch_normalization_1", "add_1"]
    assert shape_of(figure) == [
        "image",
        ("step", 3, [("step", 1, inner), ("step", 1, inner), ("step", 1, inner)]),
        "flatten_1",
        "flatten_1",
    ]
    once = folded(figure, 0)
    assert shape_of(once) == ["image", "step_1 to step_3 ×3", "flatten_1", "flatten_1"]
    box = once.children[1]
    assert isinstance(box, Box)
    assert (box.kind, box.times, box.layers, box.params) == ("step", 3, 9, 492)
    assert [(edge.source, edge.target, dims(edge.shape)) for edge in once.edges] == [
        ("image", "block.step_1.times", "8×8×4"),
        ("block.step_1.times", "flatten_1", "8×8×4"),
        ("flatten_1", "output.flatten_1", "256"),
    ]


def test_a_run_is_drawn_as_its_first_turn() -> None:
    plate = folded(with_repeats(read(tiny(CHAIN))), 1)
    assert shape_of(plate) == [
        "image",
        ("step", 3, ["conv2d_1", "batch_normalization_1", "add_1"]),
        "flatten_1",
        "flatten_1",
    ]
    assert [(edge.source, edge.target) for edge in plate.edges] == [
        ("image", "step_1_conv2d_1"),
        ("step_1_conv2d_1", "step_1_batch_normalization_1"),
        ("step_1_batch_normalization_1", "step_1_add_1"),
        ("image", "step_1_add_1"),
        ("step_1_add_1", "flatten_1"),
        ("flatten_1", "output.flatten_1"),
    ]


FLAT = """
inputs: {image: [8, 8, 4]}
layers:
  - Conv2D: {filters: 4, kernel_size: 1}
  - ReLU
  - BatchNormalization
  - Conv2D: {filters: 4, kernel_size: 1}
  - ReLU
  - BatchNormalization
  - Conv2D: {filters: 4, kernel_size: 1}
  - ReLU
"""


def test_layers_without_blocks_repeat_too() -> None:
    part = ["conv2d_1", "re_lu_1", "batch_normalization_1"]
    assert shape_of(with_repeats(read(tiny(FLAT))))[1] == (
        "part",
        2,
        [("part", 1, part), ("part", 1, [f"{name[:-1]}2" for name in part])],
    )


def test_parts_that_others_read_are_no_run() -> None:
    text = """
inputs: {image: [8, 8, 4]}
blocks:
  step: {layers: [{Conv2D: {filters: 4, kernel_size: 1}}, ReLU, BatchNormalization]}
layers:
  - step: {name: one}
  - step: {name: two}
  - Add: {from: [one, two]}
"""
    assert [group.times for group in groups(with_repeats(read(tiny(text))).children)] == [1, 1]
    wired = text.replace("  - Add: {from: [one, two]}", "  - Flatten")
    assert [group.times for group in groups(with_repeats(read(tiny(wired))).children)] == [
        2,
        1,
        1,
    ]


@pytest.mark.parametrize("spec", MODEL_FILES, ids=lambda spec: spec.stem)
def test_folding_loses_no_layer(spec: Path) -> None:
    whole = read(cnnspec.load(spec).compile())
    figure = with_repeats(whole)
    ids = sorted(box.id for box in boxes(whole.children))
    assert sorted(box.id for box in boxes(unfolded(figure).children)) == ids
    for depth in range(4):
        smaller = folded(figure, depth)
        drawn = {box.id for box in boxes(smaller.children)}
        ends = {end for edge in smaller.edges for end in (edge.source, edge.target)}
        assert ends == drawn
        times = [box.times for box in boxes(smaller.children)]
        assert len(times) == count(smaller) <= len(ids)


def test_a_large_network_is_folded_and_that_is_said() -> None:
    drawing = cnnspec.draw(cnnspec.load(RESNET))
    assert count(drawing.figure) == 26
    assert drawing.note == (
        "567 layers are drawn as 26 boxes (depth 1); use --depth all to draw every layer"
    )
    everything = cnnspec.draw(cnnspec.load(RESNET), depth="all")
    assert (count(everything.figure), everything.note) == (567, None)
    assert cnnspec.draw(cnnspec.load(SPECS / "mnist_simple.yaml")).note is None


def long_chain(layers: int) -> CheckedGraph:
    steps = "".join(f"  - Dense: {{units: {8 + number % 89}}}\n" for number in range(layers))
    return tiny(f"inputs: {{values: [8]}}\nlayers:\n{steps}")


def test_a_network_without_blocks_is_folded_by_the_size_of_its_images() -> None:
    figure = Drawing(long_chain(300)).figure
    assert shape_of(figure) == ["values", "dense_1 to dense_300", "dense_300"]
    pooled = read(tiny(FLAT.replace("  - ReLU\n  - Batch", "  - MaxPooling2D\n  - Batch")))
    assert [
        kind for kind, *_ in [each for each in shape_of(by_size(pooled)) if isinstance(each, tuple)]
    ] == [
        "stage",
        "stage",
    ]


def test_more_boxes_than_can_be_laid_out_are_refused() -> None:
    drawing = Drawing(long_chain(1600), depth="all")
    with pytest.raises(TooLarge, match="1602 boxes would take too long to lay out"):
        drawing.svg()
    assert drawing._repr_svg_() is None
    assert drawing.dot().count(" -> ") == 1601


def test_a_part_of_a_network_is_what_lies_between() -> None:
    figure = figure_of("mnist_multi_output.yaml")
    part = between(figure, "conv2d_layer", "concat")
    assert shape_of(part) == ["conv2d_layer", "maxpool_layer", "flatten_layer", "concat"]
    assert [(edge.source, edge.target) for edge in part.edges] == [
        ("conv2d_layer", "maxpool_layer"),
        ("maxpool_layer", "flatten_layer"),
        ("flatten_layer", "concat"),
    ]
    with pytest.raises(Problem, match="unknown layer 'concatt'") as refused:
        between(figure, None, "concatt")
    assert refused.value.suggestion == "did you mean 'concat'?"
    with pytest.raises(Problem, match="there is no path from 'concat' to 'conv2d_layer'"):
        between(figure, "concat", "conv2d_layer")


# What stands in boxes and on edges


def test_what_a_box_says() -> None:
    figure = read(tiny(SHARED), cost=True)
    look = Look(shown=USUAL | {"cost", "dtypes"})
    said = {box.id: box_lines(box, look) for box in boxes(figure.children)}
    assert said["one-code"] == ["code", "Dense · 4", "260 params · 512 MACs", "frozen"]
    assert said["output.answer"] == ["answer", "Output", "mean_squared_error × 0.5", "mae, mse"]
    assert [group_title(group) for group in groups(figure.children)] == [
        "one · Functional · frozen · called 2×",
        "head_1 · head",
    ]
    assert edge_label(figure.edges[2], look) == "call 1 · 8×8×1 · float32"


@pytest.mark.parametrize("hidden", DETAILS)
def test_each_kind_of_detail_can_be_hidden(hidden: str) -> None:
    graph = tiny(SHARED)
    with_it = cnnspec.draw(graph, show=[hidden])
    without = cnnspec.draw(graph, hide=[hidden])
    assert with_it.dot() != without.dot()
    assert hidden not in without.look.shown


def test_frozen_parts_have_a_mark_and_a_word() -> None:
    dot = cnnspec.draw(tiny(SHARED)).dot()
    assert re.findall(
        r'"one-code" \[label="\xa0code\xa0\\nDense · 4\\n260 params\\nfrozen".*style="(.*)"', dot
    ) == ["rounded,filled,dashed"]


# Formats

HOSTILE = (
    '<img src=x onerror="alert(1)">',
    "<script>alert(1)",
    'quote" and \\ backslash\\',
    "{a|b}<c>",
    "a & b &lt; c",
    "חתול",
    "합성곱 층",
    "`code` #35; %%{init}%%",
)


def hostile(name: str) -> CheckedGraph:
    step = cnnspec.language.document.Step(kind="Dense", name=name, arguments={"units": 2})
    given = cnnspec.language.document.Input(shape=[4])
    document = cnnspec.Document(inputs={"values": given}, layers=[step])
    return cnnspec.Spec.of(document).compile()


def texts(svg: str) -> list[str]:
    return [text for text in ElementTree.fromstring(svg).itertext() if text.strip()]


@pytest.mark.parametrize("style", ["rich", "keras"])
@pytest.mark.parametrize("name", HOSTILE)
def test_names_are_drawn_as_they_are(name: str, style: str) -> None:
    svg = cnnspec.draw(hostile(name), style=style).svg()
    shown = " ".join(name.split())
    wanted = shown if style == "rich" else f"{shown}: Dense"
    assert wanted in texts(svg)
    tags = {element.tag.rpartition("}")[2] for element in ElementTree.fromstring(svg).iter()}
    known = {"svg", "title", "desc", "style", "g", "path", "polygon", "polyline", "text"}
    assert tags <= known


@pytest.mark.parametrize("name", HOSTILE)
def test_names_in_mermaid_are_no_markup(name: str) -> None:
    text = cnnspec.draw(hostile(name)).mermaid()
    (label,) = re.findall(r'\["(.*?)<br/>Dense · 2', text)
    back = re.sub(r"#(\d+);", lambda found: chr(int(found[1])), label)
    assert back == " ".join(name.split())
    assert not set('"<>`&{}|[]%') & set(label)


def test_an_svg_says_what_it_shows() -> None:
    svg = cnnspec.draw(cnnspec.load(SPECS / "mnist_multi_output.yaml")).svg()
    root = ElementTree.fromstring(svg)
    space = "{http://www.w3.org/2000/svg}"
    described = (
        "mnist_multi_output: inputs 28×28×1 to digit_dense 10, odd_dense 1, "
        "7 layers, 63,035 parameters"
    )
    assert [root.findtext(f"{space}title"), root.findtext(f"{space}desc")] == [
        "mnist_multi_output",
        described,
    ]
    assert (root.get("role"), root.get("aria-label")) == ("img", described)
    ids = {
        element.get("id") for element in root.iter(f"{space}g") if element.get("class") == "node"
    }
    assert ids == {
        "inputs", "conv2d_layer", "maxpool_layer", "flatten_layer", "flat_inputs", "concat",
        "digit_dense", "odd_dense", "output.digit_dense", "output.odd_dense",
    }  # fmt: skip
    edges = [element for element in root.iter(f"{space}g") if element.get("class") == "edge"]
    assert edges[0].get("id") == "inputs..conv2d_layer"
    assert edges[0].findtext(f"{space}title") == "inputs to conv2d_layer: 28×28×1"


def test_boxes_link_to_their_lines(tmp_path: Path) -> None:
    spec = tmp_path / "a spec.yaml"
    spec.write_text("cnnspec: 1\ninputs: {image: [4]}\nlayers:\n  - Dense: {units: 2}\n")
    (tmp_path / "figures").mkdir()
    out = tmp_path / "figures/a.svg"
    assert run_command("diagram", spec, "-o", out) == (0, "", "")
    assert re.findall(r'href="([^"]*)"', out.read_text()) == ["../a%20spec.yaml#L4"]
    assert run_command("diagram", spec, "-o", out, "--force", "--no-links") == (0, "", "")
    assert re.findall(r'href="([^"]*)"', out.read_text()) == []


SCRIPT = """
import sys
import cnnspec
for spec in sys.argv[1:]:
    checked = cnnspec.load(spec).compile()
    for style in ("rich", "keras"):
        print(cnnspec.draw(checked, style=style, depth="all").dot())
    print(cnnspec.draw(checked).mermaid(), cnnspec.draw(checked).html())
"""


def test_the_bytes_are_the_same_with_any_hash_seed() -> None:
    names = ("mnist_transfer", "mnist_residual", "zoo/siamese", "zoo/resnet50")
    files = [SPECS / f"{name}.yaml" for name in names]
    written = [
        python_output("-c", SCRIPT, *files, env={**os.environ, "PYTHONHASHSEED": seed})
        for seed in ("1", "2")
    ]
    assert written[0] == written[1]
    assert len(written[0]) > 100_000


# The command


def test_the_ending_of_the_file_says_the_format(tmp_path: Path) -> None:
    spec = SPECS / "mnist_simple.yaml"
    starts = {
        "a.dot": b"digraph",
        "a.gv": b"digraph",
        "a.mmd": b"---\ntitle",
        "a.HTML": b"<!doctype html>",
        "a.svg": b"<?xml",
    }
    for name, start in starts.items():
        assert run_command("diagram", spec, "-o", tmp_path / name) == (0, "", "")
        assert (tmp_path / name).read_bytes().lower().startswith(start.lower())
    said = "has no known suffix (.svg, .png, .pdf, .dot, .gv, .mmd, .mermaid, .html); use --format"
    out = tmp_path / "a.gif"
    assert run_command("diagram", spec, "-o", out) == (2, "", f"cnnspec: '{out}' {said}\n")
    assert not out.exists()
    assert run_command("diagram", spec, "-o", out, "--format", "dot") == (0, "", "")


def test_what_was_folded_is_told_unless_quiet() -> None:
    said = "567 layers are drawn as 26 boxes (depth 1); use --depth all to draw every layer\n"
    code, dot, told = run_command("diagram", RESNET, "--format", "dot")
    assert (code, told) == (0, said)
    assert run_command("diagram", RESNET, "--format", "dot", "--quiet") == (0, dot, "")
    assert run_command("diagram", RESNET, "--format", "dot", "--depth", 1) == (0, dot, "")


def test_names_that_are_none_are_refused() -> None:
    spec = SPECS / "mnist_simple.yaml"
    said = "cnnspec: unknown layer 'covn'; did you mean 'conv'?\n"
    assert run_command("diagram", spec, "--from", "covn") == (2, "", said)
    code, _, told = run_command("diagram", spec, "--depth", "-1")
    assert (code, "neither a number of levels nor 'all'" in told) == (2, True)


@pytest.fixture
def no_dot(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without the program `dot`."""
    monkeypatch.setattr("shutil.which", lambda name: None)


@pytest.mark.usefixtures("no_dot")
@pytest.mark.parametrize("form", ["png", "pdf"])
def test_without_dot_png_and_pdf_say_what_to_install(form: str, tmp_path: Path) -> None:
    out = tmp_path / f"a.{form}"
    said = (
        f"{form} needs the program `dot` of Graphviz; install the package `graphviz` of your system"
    )
    spec = SPECS / "mnist_simple.yaml"
    assert run_command("diagram", spec, "-o", out) == (2, "", f"cnnspec: {said}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_dot")
def test_without_dot_every_other_format_is_drawn(tmp_path: Path) -> None:
    spec = SPECS / "mnist_simple.yaml"
    for form in set(FORMATS) - {"png", "pdf"}:
        assert run_command("diagram", spec, "--format", form, "-o", tmp_path / form) == (0, "", "")


FAKE_DOT = """#!{python}
import sys
sys.stdin.read()
if "-Tpng" in sys.argv and "-Gdpi=2400" in sys.argv:
    sys.stderr.write("dot: graph is too large for cairo-renderer bitmaps. Scaling by 0.2 to fit\\n")
if "-Tpdf" in sys.argv:
    sys.stderr.write("Error: something\\n")
    sys.exit(1)
sys.stdout.write("picture " + " ".join(sys.argv[1:]))
"""


def test_a_picture_is_never_shrunk_in_silence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "dot"
    program.write_text(FAKE_DOT.format(python=sys.executable))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    drawing = cnnspec.draw(cnnspec.load(SPECS / "mnist_simple.yaml"))
    assert drawing.rendered("png", dpi=300) == b"picture -Tpng -Gdpi=300"
    with pytest.raises(TooLarge, match="at 2400 dots per inch the png is too large for Graphviz"):
        drawing.rendered("png", dpi=2400)
    with pytest.raises(NoRenderer, match="Graphviz failed: Error: something"):
        drawing.rendered("pdf")


# Models of Keras, and notebooks


def test_a_model_of_keras_is_drawn(tmp_path: Path) -> None:
    import keras

    spec = cnnspec.load(SPECS / "mnist_multi_output.yaml")
    model = spec.build()
    by_spec, by_model = (cnnspec.draw(each).figure for each in (spec, model))
    ids = [box.id for box in boxes(by_spec.children)]
    assert [box.id for box in boxes(by_model.children)] == ids
    assert [(edge.source, edge.target, edge.shape) for edge in by_model.edges] == [
        (edge.source, edge.target, edge.shape) for edge in by_spec.edges
    ]
    model.save(tmp_path / "model.keras")
    code, dot, told = run_command("diagram", tmp_path / "model.keras", "--format", "dot")
    assert (code, dot, told) == (0, cnnspec.draw(model).dot(), "")

    class Odd(keras.Model):
        pass

    with pytest.raises(cnnspec.SpecError, match="Odd is neither Functional nor Sequential"):
        cnnspec.draw(Odd())


def test_a_broken_archive_is_one_error(tmp_path: Path) -> None:
    broken = tmp_path / "model.keras"
    assert run_command("diagram", broken) == (
        2,
        "",
        f"cnnspec: '{broken}' cannot be read: No such file or directory\n",
    )
    broken.write_bytes(b"no archive")
    code, out, told = run_command("diagram", broken)
    assert (code, out) == (1, "")
    assert "error[unreadable-model]" in told
    assert "it is not a .keras, .h5 or JSON file of a Keras model" in told

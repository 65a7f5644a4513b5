"""Nulls that arrive through a parameter: an error where a value is needed, and a value elsewhere."""

from pathlib import Path
from random import Random
from textwrap import dedent
from typing import Any

import pytest

from cnnspec.compiler import Compilation, compile_document, compile_text
from cnnspec.diagnostics.report import Note, Span
from cnnspec.ir.graph import Graph
from cnnspec.language.document import Document, Step
from cnnspec.language.dump import dump_data
from conformance.documents import Drafter
from tests.support.marked_blocks import marked
from tests.support.moved_specs import OUTER
from tests.support.nested_data import Keys, changed, keys_of
from tests.support.paths import BAD

HEAD = "cnnspec: 1\ninputs: {image: [28, 28, 1]}\n"
PARAMETER = "params:\n  x: null  # 1: the parameter 'x' is null: x\n"


def compiled(text: str, **options: Any) -> Compilation:
    return compile_text(text.encode(), OUTER, folder=BAD, **options)


IN_A_STEP = {
    "from": ("- ReLU: {from: $x}  # E[wrong-type]: $x", "'from' must contain names, not null"),
    "from in a list": (
        "- Add:\n    from:\n      - image\n      - $x  # E[wrong-type]: $x",
        "'from' must contain names, not null",
    ),
    "from in a branch": (
        "- Add:\n    branches:\n      - []\n      - [ReLU: {from: $x}]  # E[wrong-type]: $x",
        "'from' must contain names, not null",
    ),
    "repeat": (
        "- ReLU: {repeat: $x}  # E[wrong-type]: $x",
        "'repeat' must be a whole number of at least 0, not null",
    ),
    "name": ("- ReLU: {name: $x}  # E[wrong-type]: $x", "a name must be text, not null"),
    "part of a name": (
        "- ReLU: {name: a$(x)}  # E[wrong-type]: a$(x)",
        "a name can contain whole numbers and text, not null",
    ),
    "frozen": (
        "- ReLU: {frozen: $x}  # E[wrong-type]: $x",
        "'frozen' must be true or false, not null",
    ),
    "shared": (
        "- ReLU\n- shared: {layer: $x}  # E[wrong-type]: $x",
        "'shared' needs 'layer', the name of an earlier layer",
    ),
    "argument": (
        "- Dense: {units: $x}  # E[wrong-type]: $x",
        "'units' of Dense must be a whole number of at least 1, not null",
    ),
    "argument in a list": (
        "- Conv2D: {filters: 1, kernel_size: [$x, 3]}  # E[wrong-type]: $x",
        "'kernel_size' of Conv2D must be a whole number of at least 1, or a list of 2 of them,"
        " not [null, 3]",
    ),
    "argument of an argument": (
        "- Dense: {units: 1, kernel_initializer: {Constant: {value: $x}}}  # E[wrong-type]: $x",
        "'value' of Constant must be a number, not null",
    ),
    "calculation": (
        "- Dense: {units: $(2 * x)}  # E[bad-expression]: $(2 * x)",
        "'x' is not a number, so it cannot be used in a calculation",
    ),
}
"""Steps that need a value, and what is wrong with them."""


def found_in(text: str, **options: Any) -> list[Any]:
    return [
        (each.code, each.span, each.notes, each.message)
        for each in compiled(text, **options).report
    ]


def indented(text: str, by: int) -> str:
    return "".join(f"{' ' * by}{line}\n" for line in text.splitlines())


@pytest.mark.parametrize("name", IN_A_STEP)
def test_a_step_needs_a_value(name: str) -> None:
    step, message = IN_A_STEP[name]
    text = f"{HEAD}{PARAMETER}layers:\n{indented(step, 2)}"
    assert found_in(text) == [(*marked(text), message)]


@pytest.mark.parametrize("name", IN_A_STEP)
def test_a_step_of_a_block_that_is_called_with_null_needs_a_value(name: str) -> None:
    step, message = IN_A_STEP[name]
    call = "  - it:  # 2: called from here: it\n      x: null  # 1: the parameter 'x' is null: x\n"
    block = f"blocks:\n  it:\n    params: {{x: 3}}\n    layers:\n{indented(step, 6)}"
    text = f"{HEAD}{block}layers:\n{call}"
    assert found_in(text) == [(*marked(text), message)]


@pytest.mark.parametrize("name", IN_A_STEP)
def test_a_null_that_goes_through_two_blocks(name: str) -> None:
    step, message = IN_A_STEP[name]
    text = (
        f"{HEAD}params: {{y: null}}\nblocks:\n  it:\n    params: {{x: null}}\n    layers:\n"
        f"{indented(step, 6)}  outer:\n    params: {{z: $y}}\n    layers:\n"
        "      - it:  # 2: called from here: it\n"
        "          x: $z  # 1: the parameter 'x' is null: x\n"
        "layers:\n  - outer  # 3: called from here: outer\n"
    )
    assert found_in(text) == [(*marked(text), message)]


@pytest.mark.parametrize("name", IN_A_STEP)
def test_a_null_that_stands_in_the_defaults_of_a_block(name: str) -> None:
    step, message = IN_A_STEP[name]
    text = (
        f"{HEAD}params: {{y: null}}\nblocks:\n  it:\n    params:\n"
        f"      x: $y  # 1: the parameter 'x' is null: x\n    layers:\n{indented(step, 6)}"
        "layers:\n  - it  # 2: called from here: it\n"
    )
    assert found_in(text) == [(*marked(text), message)]


@pytest.mark.parametrize("name", IN_A_STEP)
def test_a_null_of_the_command_line(name: str) -> None:
    step, message = IN_A_STEP[name]
    parameter = PARAMETER.replace("null  #", "3  #")
    text = f"{HEAD}{parameter}layers:\n{indented(step, 2)}"
    assert found_in(text, overrides={"x": None}) == [(*marked(text), message)]


@pytest.mark.parametrize("name", IN_A_STEP)
def test_a_null_in_a_submodel(name: str) -> None:
    step, message = IN_A_STEP[name]
    inner = f"{HEAD}{PARAMETER}layers:\n{indented(step, 2)}"
    head = f"{HEAD}layers: [base]\nsubmodels:\n"
    text = f"{head}  base:  # 2: called from here: base\n    spec:\n{indented(inner, 6)}"
    assert found_in(text) == [(*marked(text), message)]


@pytest.mark.parametrize("name", IN_A_STEP)
def test_a_null_in_an_imported_block(name: str, tmp_path: Path) -> None:
    step, message = IN_A_STEP[name]
    block = f"cnnspec: 1\n{PARAMETER}blocks:\n  it:\n    layers:\n{indented(step, 6)}"
    (tmp_path / "it.yaml").write_text(block)
    text = f"{HEAD}imports: [it.yaml]\nlayers:\n  - it  # 2: called from here: it\n"
    report = compile_text(text.encode(), OUTER, folder=tmp_path).report
    code, span, (parameter,) = marked(block)
    file = next(iter(report.texts.keys() - {OUTER}))
    assert parameter.span is not None
    here = Note(parameter.message, _in_file(parameter.span, file))
    call = Note("called from here", Span(OUTER, 5, 5, 5, 7))
    assert [(each.code, each.span, each.notes, each.message) for each in report] == [
        (code, _in_file(span, file), (here, call), message)
    ]


def _in_file(span: Span, file: str) -> Span:
    return Span(file, span.line, span.column, span.end_line, span.end_column)


TRAIN = """
    layers: [Flatten, Dense: {name: y, units: 3}]
    outputs: {y: {loss: mse}}
    train:
      data: {npz: {path: data.npz}}
      inputs: {image: z}
      targets: {y: z}
"""
ELSEWHERE = {
    "default": (
        "defaults: {Dense: {units: $x}}  # E[wrong-type]: $x\nlayers: [Dense]",
        "'units' of Dense must be a whole number of at least 1, not null",
    ),
    "default of a part": (
        "defaults: {Dense: {bias_initializer: {Constant: {value: $x}}}}  # E[wrong-type]: $x\n"
        "layers: [Dense: {units: 3}]",
        "'value' of Constant must be a number, not null",
    ),
    "parameter": (
        "blocks: {it: {params: {y: $(x + 1)}, layers: []}}  # E[bad-expression]: $(x + 1)\n"
        "layers:\n  - it  # 2: called from here: it\n  - ReLU",
        "'x' is not a number, so it cannot be used in a calculation",
    ),
    "submodel": (
        "submodels: {it: {spec: $x}}  # E[wrong-type]: $x\nlayers: [it]",
        "'spec' cannot be null",
    ),
    "submodel of Keras": (
        "submodels: {it: {keras: $x}}  # E[wrong-type]: $x\nlayers: [it]",
        "'keras' cannot be null",
    ),
    "application": (
        "submodels:\n  it: {application: {MobileNetV2: {alpha: $x}}}  # E[wrong-type]: $x\n"
        "layers: [it]",
        "'alpha' of MobileNetV2 must be a number above 0, not null",
    ),
    "loss": (
        "layers: [Dense: {name: y, units: 3}]\n"
        "outputs: {y: {loss: {Huber: {delta: $x}}}}  # E[wrong-type]: $x",
        "'delta' of Huber must be a number above 0, not null",
    ),
    "metric": (
        "layers: [Dense: {name: y, units: 3}]\n"
        "outputs: {y: {loss: mse, metrics: [{TopKCategoricalAccuracy: {k: $x}}]}}"
        "  # E[wrong-type]: $x",
        "'k' of TopKCategoricalAccuracy must be a whole number of at least 1, not null",
    ),
    "optimizer": (
        "layers: [Flatten]\ntrain: {optimizer: {SGD: {momentum: $x}}}  # E[wrong-type]: $x",
        "'momentum' of SGD must be a number from 0 to 1, not null",
    ),
    "batch size": (
        f"{dedent(TRAIN)}  batch_size: $x  # E[wrong-type]: $x",
        "'batch_size' must be a whole number, not null",
    ),
    "epochs": (
        f"{dedent(TRAIN)}  epochs: $x  # E[wrong-type]: $x",
        "'epochs' must be a whole number, not null",
    ),
    "seed": (
        f"{dedent(TRAIN)}  seed: $x  # E[wrong-type]: $x",
        "'seed' must be a whole number, not null",
    ),
    "validation": (
        f"{dedent(TRAIN)}  validation: $x  # E[wrong-type]: $x",
        "'validation' must be a number, not null",
    ),
    "class weight": (
        f"{dedent(TRAIN)}  class_weight: {{y: {{0: $x}}}}  # E[wrong-type]: $x",
        "the weight of a class must be a number of at least 0, not null",
    ),
    "epochs of a phase": (
        f"{dedent(TRAIN)}  phases: [{{epochs: $x}}]  # E[wrong-type]: $x",
        "'epochs' must be a whole number, not null",
    ),
    "callback": (
        f"{dedent(TRAIN)}  callbacks: [{{EarlyStopping: {{patience: $x}}}}]  # E[wrong-type]: $x",
        "'patience' of EarlyStopping must be a whole number of at least 0, not null",
    ),
}
"""Other parts of a spec that need a value, and what is wrong with them."""


@pytest.mark.parametrize("name", ELSEWHERE)
def test_other_parts_need_a_value(name: str) -> None:
    part, message = ELSEWHERE[name]
    text = f"{HEAD}{PARAMETER}{part.lstrip()}\n"
    assert found_in(text) == [(*marked(text), message)]


def test_an_expression_over_columns_needs_numbers() -> None:
    text = (
        HEAD
        + """params:
  scale: null  # 1: the parameter 'scale' is null: scale
layers: [Flatten, Dense: {name: digit, units: 10, activation: softmax}]
outputs: {digit: {loss: sparse_categorical_crossentropy}}
train:
  data: {keras: mnist}
  inputs: {image: x / scale}  # E[bad-expression]: x / scale
  targets: {digit: y}
"""
    )
    message = "'scale' is not a number, so it cannot be used in a calculation"
    assert found_in(text) == [(*marked(text), message)]


@pytest.mark.parametrize("key", ["shape", "dtype"])
def test_an_input_needs_a_value(key: str) -> None:
    others = {"shape": "dtype: float32", "dtype": "shape: [3]"}[key]
    said = {
        "shape": ("wrong-type", "a shape must be a list of sizes, not null"),
        "dtype": ("unknown-value", "unknown data type null"),
    }[key]
    text = (
        f"cnnspec: 1\n{PARAMETER}inputs:\n  image: {{{others}, {key}: $x}}  # E[{said[0]}]: $x\n"
        "layers: [ReLU]\n"
    )
    assert found_in(text) == [(*marked(text), said[1])]


def test_where_null_is_a_value_it_is_one() -> None:
    text = f"""{HEAD}
params: {{x: null}}
weights: $x
submodels:
  base:
    spec: parts/branch.yaml
    weights: $x
    until: $x
    frozen: $x
blocks:
  it: {{params: {{act: relu}}, layers: [Dense: {{units: 3, activation: $act, seed: $x}}]}}
layers:
  - it: {{act: $x}}
  - Flatten
  - Dense: {{name: y, units: 3, kernel_regularizer: $x}}
  - base: {{from: image}}
outputs: {{y: {{loss: mse, loss_weight: $x}}}}
"""
    report = compiled(text.replace(", seed: $x", "")).report
    assert [each.message for each in report if each.severity == "error"] == []


# whatever is null, every step becomes nodes or an error


def steps_in(steps: list[Step], at: Keys) -> list[tuple[Keys, Step]]:
    """The steps of a list and of their branches, with their paths."""
    found: list[tuple[Keys, Step]] = []
    for position, step in enumerate(steps):
        here = (*at, position)
        found.append((here, step))
        branches = step.branches.steps.items() if step.branches else ()
        for key, inner in branches:
            found += steps_in(inner, (*here, "branches", key))
    return found


def lost(document: Document, graph: Graph) -> list[Keys]:
    """The steps of a document that became nothing, although nothing says so."""
    calls = [call for node in graph.nodes for call in node.blocks]
    became = {node.place.path for node in graph.nodes} | {call.place.path for call in calls}
    called = {call.kind for call in calls}
    wanted = steps_in(document.layers, ("layers",))
    for name, block in document.blocks.items():
        wanted += steps_in(block.layers, ("blocks", name, "layers")) if name in called else []
    return [path for path, step in wanted if path not in became and step.repeat != 0]


@pytest.mark.usefixtures("newest_keras")
@pytest.mark.parametrize("seed", range(60))
def test_no_step_vanishes(seed: int) -> None:
    rng = Random(seed)
    data = Drafter(rng).document()
    whole = compile_document(Document.model_validate(data))
    assert whole.checked is not None
    assert lost(Document.model_validate(data), whole.checked.graph) == []
    steps = [at for at in keys_of(data) if {"layers", "defaults", "params"} & {*at}]
    for _ in range(6):
        at = rng.choice(steps)
        nulled = changed(data, at, None, "$nothing" if at[0] != "params" else None)
        nulled = {**nulled, "params": {"nothing": None, **(nulled.get("params") or {})}}
        text = compile_text(dump_data(nulled).encode(), OUTER)
        if text.report.has_errors:
            continue
        assert text.checked is not None
        assert text.document is not None
        assert lost(text.document, text.checked.graph) == []

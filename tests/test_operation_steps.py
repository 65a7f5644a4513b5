"""Steps that are operations, in every command: errors, scripts, diagrams, differences, explanations."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import numpy
import pytest
from yaml import safe_load

from cnnspec.backends.diagram.briefs import brief
from cnnspec.backends.keras.building import build
from cnnspec.backends.python.script import script
from cnnspec.compiler import compile_text
from cnnspec.declarations.keras_versions import NEWEST
from cnnspec.language.schema import language_schema
from cnnspec.operations.base import OPERATIONS, Operation
from cnnspec.vocabulary.lookup import meanings
from tests.support.commands import run_command
from tests.support.scripts import built_by
from tests.support.specs import compiled_text

HEAD = "cnnspec: 1\nname: tried\n"
SPEC = """\
inputs: {image: [8, 8, 4]}
layers:
  - Conv2D: {name: conv, filters: 4, kernel_size: 3}
  - ops.multiply: {x2: 0.5}
  - ops.subtract: {x1: 1.0}
  - ops.add: {name: sum, from: [previous, conv]}
  - ops.split: {name: parts, indices_or_sections: 2, axis: -1}
  - ops.add: {from: [parts/0, parts/1]}
  - ops.multiply: {x2: [0.5, 1]}
  - ops.mean: {name: averaged, axis: [1, 2]}
"""

ERRORS = {
    "- ops.men": "unknown-kind: unknown operation 'ops.men'; did you mean 'ops.mean'?",
    "- ops.Mean": "unknown-kind: unknown operation 'ops.Mean'; did you mean 'ops.mean'?",
    "- ops.Dense": "unknown-kind: unknown operation 'ops.Dense'; "
    "ops.Dense is a layer; it is a step under `layers`: `- Dense: {units: ...}`",
    "- mean": "unknown-kind: unknown layer, block or submodel 'mean'; "
    "mean is an operation; it is a step under `layers`: `- ops.mean`",
    "- ops.map": "refused-kind: ops.map cannot be used in a spec: it runs a Python function",
    "- ops.mean: {axes: 1}": "unknown-argument: ops.mean has no argument 'axes'; did you mean 'axis'?",
    "- ops.mean(axis=1)": "wrong-structure: ops.mean is called as in Python; in a spec its arguments are a mapping; "
    "write `- ops.mean: {axis: 1}`",
    "- ops.add: {from: [parts, conv]}": "unknown-output: this refers to 2 tensors (parts/0, parts/1), but a single one is needed",
    "- ops.add: {from: [parts/2, conv]}": "unknown-name: unknown name 'parts/2'; its results are parts/0, parts/1",
    "- shared: {layer: sum}": "conflicting-arguments: 'sum' is an operation, which has no weights to share; call it again",
    "- ops.add: {from: sum, branches: [[], []]}": "conflicting-arguments: "
    "ops.add is not a merging layer; 'branches' requires one, such as Add or Concatenate",
}


def told(text: str) -> list[str]:
    return [
        "; ".join(filter(None, (f"{each.code}: {each.message}", each.suggestion)))
        for each in compile_text(f"{HEAD}{text}".encode()).report
    ]


@pytest.mark.parametrize("step", ERRORS)
def test_what_is_wrong_is_one_error(step: str) -> None:
    assert told(f"{SPEC}  {step}\n") == [ERRORS[step]]


def test_the_step_below_several_results_must_name_one() -> None:
    below = SPEC.replace("ops.add: {from: [parts/0, parts/1]}", "Flatten")
    assert told(below)[0] == (
        "needs-from: the step above has 2 results (parts/0, parts/1); 'from' must name one"
    )


def inputs_of(shape: Any, dtype: str) -> Any:
    values = numpy.random.default_rng(0).random(
        [size or (2 if at == 0 else 3) for at, size in enumerate(shape)]
    )
    return values.astype(dtype)


def test_a_script_has_them_as_one_would_write_them() -> None:
    assert (
        "\n".join(script(compiled_text(SPEC, name="tried")).splitlines()[2:19])
        == '''\
import keras
import numpy
from keras import layers, ops


def tried() -> keras.Model:
    """Build the model."""
    image = keras.Input((8, 8, 4), name="image")
    conv = layers.Conv2D(4, 3, name="conv")(image)
    x = ops.multiply(conv, 0.5)
    x = ops.subtract(1.0, x)
    x = ops.add(x, conv)
    parts_0, parts_1 = ops.split(x, indices_or_sections=2, axis=-1)
    x = ops.add(parts_0, parts_1)
    x = ops.multiply(x, numpy.array((0.5, 1), "float32"))
    x = ops.mean(x, axis=(1, 2))
    averaged = layers.Identity(name="averaged")(x)'''
    )


BLOCKS = """\
inputs: {image: [8, 8, 4]}
blocks:
  scaled:
    params: {scale: 0.5, by: [1.0, 2.0, 3.0, 4.0]}
    layers:
      - Conv2D: {filters: 4, kernel_size: 1}
      - ops.multiply: {x2: $scale}
      - ops.add: {x2: $by}
layers:
  - scaled: {}
  - scaled: {scale: 2.0}
  - scaled: {by: [4.0, 3.0, 2.0, 1.0]}
  - ops.multiply: {x2: $(index + 2), repeat: 3}
  - Add: {name: add, from: [scaled_1, previous]}
"""


def test_constants_of_blocks_and_repetitions_are_expressions_in_scripts() -> None:
    checked = compiled_text(BLOCKS)
    text = script(checked)
    assert text.count("ops.multiply(") == 2
    model, other = build(checked).model, built_by(text)
    other.set_weights(model.get_weights())
    given = inputs_of((None, 8, 8, 4), "float32")
    assert numpy.array_equal(model(given), other(given))
    assert other.layers[-1].name == "add"


BRIEFS: list[tuple[str, dict[str, Any], str]] = [
    ("ops.mean", {"axis": [1, 2]}, "axis 1, 2"),
    ("ops.mean", {"axis": -1, "keepdims": True}, "axis -1 · keepdims"),
    ("ops.multiply", {"x2": 0.5}, "0.5"),
    ("ops.subtract", {"x1": 1.0}, "x1 1"),
    ("ops.add", {"x2": [1, 2, 3, 4, 5]}, "5 values"),
    ("ops.exp", {}, ""),
]


@pytest.mark.parametrize(("kind", "arguments", "said"), BRIEFS)
def test_boxes_show_constants_and_arguments(
    kind: str, arguments: dict[str, Any], said: str
) -> None:
    assert " · ".join(brief(OPERATIONS.find(kind).of(arguments))) == said


def test_a_diagram_has_them_in_boxes_of_their_own_family(tmp_path: Path) -> None:
    spec, figure = tmp_path / "spec.yaml", tmp_path / "spec.mmd"
    spec.write_text(f"{HEAD}{SPEC}", encoding="utf-8")
    assert run_command("diagram", spec, "-o", figure).exit_code == 0
    shown = [line.strip() for line in figure.read_text(encoding="utf-8").splitlines()]
    assert [line for line in shown if line.startswith(("n_m", "n_s", "n_p", "n_av"))][:6] == [
        'n_multiply_5f_1["multiply · 0.5"]',
        'n_subtract_5f_1["subtract · x1 1"]',
        'n_sum["sum<br/>add"]',
        'n_parts["parts<br/>split · indices_or_sections 2 · axis -1"]',
        'n_multiply_5f_2["multiply · 0.5, 1"]',
        'n_averaged_5f_call["averaged_call<br/>mean · axis 1, 2"]',
    ]
    assert [line for line in shown if line.endswith("operation")] == [
        "class n_multiply_5f_1,n_subtract_5f_1,n_sum,n_parts,n_add_5f_1,n_multiply_5f_2,"
        "n_averaged_5f_call operation"
    ]


def test_differences_of_operands_are_told(tmp_path: Path) -> None:
    old, new = tmp_path / "old.yaml", tmp_path / "new.yaml"
    old.write_text(f"{HEAD}{SPEC}", encoding="utf-8")
    new.write_text(HEAD + SPEC.replace("x2: 0.5", "x2: 0.25"), encoding="utf-8")
    assert run_command("diff", old, new).stdout.splitlines()[:2] == [
        "tried",
        "~ multiply_1: x2 0.5 -> 0.25",
    ]


@pytest.mark.parametrize("step", ["ops.mean: {axis: 1}", "ops.exp", "ops.add: {x2: [[1, 2]]}"])
def test_the_schema_has_them(step: str) -> None:
    spec = safe_load(f"{HEAD}{SPEC}  - {step}\n")
    jsonschema.validate(spec, language_schema())


def test_the_schema_rejects_unknown_arguments() -> None:
    spec = safe_load(f"{HEAD}{SPEC}  - ops.mean: {{axes: 1}}\n")
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spec, language_schema())


def test_every_operation_is_explained() -> None:
    for kind in OPERATIONS.kinds:
        first, *_ = meanings(kind)
        assert (first.name, first.what) == (kind, "an operation")
        assert first.example is not None
        assert list(compile_text(first.example.text.encode(), keras=NEWEST).report) == []


def test_layers_lists_and_describes_them() -> None:
    assert "ops.mean" in run_command("layers").stdout.split()
    described = run_command("layers", "ops.mean")
    assert described.exit_code == 0
    assert described.stdout.splitlines()[0] == "ops.mean"
    assert json.dumps("axis")[1:-1] in described.stdout


@pytest.mark.parametrize(
    ("kind", "operand"),
    [
        (kind, operand)
        for kind, declaration in OPERATIONS.kinds.items()
        for operand in declaration.tensors
        if operand in declaration.arguments()
        and operand not in (*declaration.optional, *declaration.required())
    ],
)
def test_null_for_a_needed_operand_says_nothing(kind: str, operand: str) -> None:
    """The operand is awaited as if the call did not name it."""
    declaration = OPERATIONS.kinds[kind]
    arguments = dict(declaration.examples[0].arguments)
    arguments.pop(operand, None)
    plain, nulled = (declaration.of(each) for each in (arguments, {**arguments, operand: None}))
    assert isinstance(plain, Operation)
    assert isinstance(nulled, Operation)
    assert operand in nulled.open_operands()
    assert nulled.open_operands() == plain.open_operands()
    names = nulled.open_operands()
    assert nulled.arranged(names) == plain.arranged(names)

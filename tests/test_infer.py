"""Shapes, weights and counts of parameters, from the spec to the checked graph."""

from pathlib import Path
from typing import Any

import pytest

from cnnspec.compiler import checked_or_raise, compile_text
from cnnspec.diagnostics.report import Diagnostic, SpecError
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document, Input, Output, Step
from cnnspec.layers.base import LAYERS, Example
from cnnspec.shapes import Shape
from cnnspec.spec import Spec
from tests.support.paths import BAD

pytestmark = pytest.mark.usefixtures("newest_keras")

PARTS = BAD / "parts"


def compiled(text: str) -> CheckedGraph:
    if "inputs:" not in text:
        text = f"inputs: {{image: [28, 28, 1]}}\n{text}"
    return checked_or_raise(compile_text(f"cnnspec: 1\n{text}".encode(), folder=PARTS))


def shapes(text: str) -> dict[str, list[Shape]]:
    """The output shapes of every layer."""
    return {
        node.name: [tensor.shape for tensor in node.outputs.values()]
        for node in compiled(text).nodes
    }


@pytest.mark.parametrize(
    ("kind", "example"),
    [
        pytest.param(kind, example, id=f"{kind}-{position}")
        for kind, declaration in LAYERS.kinds.items()
        for position, example in enumerate(declaration.examples)
    ],
)
def test_examples_run_as_they_are_declared(kind: str, example: Example) -> None:
    names = [f"input_{position}" for position, _ in enumerate(example.shapes)]
    inputs = {
        name: Input(shape=list(shape[1:]), dtype=dtype)
        for name, shape, dtype in zip(names, example.shapes, example.types, strict=True)
    }
    step = Step(kind=kind, name="it", from_=names, arguments=example.arguments)
    declared = LAYERS.kinds[kind].of(example.arguments)
    outputs = {name: Output(from_=f"it/{name}") for name in declared.outputs()}
    document = Document(inputs=inputs, layers=[step], outputs=outputs)
    node, *_ = Spec.of(document).compile().nodes
    shapes = example.output if isinstance(example.output, list) else [example.output]
    weights = declared.weights(*example.shapes)
    assert [tensor.shape for tensor in node.outputs.values()] == shapes
    assert (node.weights, node.params) == (weights, sum(weight.size for weight in weights))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "inputs: {image: [null, null, 3]}\n"
            "layers: [Conv2D: {filters: 8, kernel_size: 3, strides: 2}, MaxPooling2D, Flatten]",
            {
                "conv2d_1": [(None, None, None, 8)],
                "max_pooling2d_1": [(None, None, None, 8)],
                "flatten_1": [(None, None)],
            },
            id="unknown-sizes-stay-unknown",
        ),
        pytest.param(
            "inputs: {image: [null, 30, 3]}\n"
            "layers: [Conv2D: {filters: 8, kernel_size: 3, padding: same, strides: [2, 4]}, "
            "GlobalAveragePooling2D, Dense: {units: 2}]",
            {
                "conv2d_1": [(None, None, 8, 8)],
                "global_average_pooling2d_1": [(None, 8)],
                "dense_1": [(None, 2)],
            },
            id="until-they-are-gone",
        ),
        pytest.param(
            "inputs: {a: [null, 8], b: [4, null]}\nlayers: [Add: {from: [a, b]}]",
            {"add_1": [(None, None, None)]},
            id="unknown-against-known",
        ),
        pytest.param(
            "inputs: {a: []}\nlayers: [ReLU]", {"re_lu_1": [(None,)]}, id="nothing-but-a-batch"
        ),
        pytest.param(
            "submodels: {base: {spec: two_outputs.yaml}}\nlayers: [base, Concatenate]",
            {"base_1": [(None, 1352), (None, 784)], "concatenate_1": [(None, 2136)]},
            id="a-submodel-of-two-outputs",
        ),
    ],
)
def test_shapes(text: str, expected: dict[str, list[Shape]]) -> None:
    assert shapes(text) == expected


OPEN = """
submodels:
  base:
    spec:
      inputs: {x: [null, null, 3]}
      layers: [Conv2D: {filters: 3, kernel_size: 3}, MaxPooling2D]
"""


def test_a_submodel_is_checked_for_the_shapes_of_each_call() -> None:
    text = f"""
inputs: {{small: [12, 14, 3], large: [null, 32, 3]}}
{OPEN}
layers: [base: {{from: small}}, base: {{from: large}}, Add: {{from: [base_1, base_1]}}]
outputs: {{add_1: , base_2: }}
"""
    first, second = (node for node in compiled(text).nodes if node.kind == "Functional")
    assert [tensor.shape for tensor in (*first.inputs, *first.outputs.values())] == [
        (None, 12, 14, 3),
        (None, 5, 6, 3),
    ]
    assert [tensor.shape for tensor in (*second.inputs, *second.outputs.values())] == [
        (None, None, 32, 3),
        (None, None, 15, 3),
    ]
    assert first.submodel == second.submodel
    assert first.submodel is not None
    assert first.submodel.outputs["max_pooling2d_1"].shape == (None, None, None, 3)
    assert (first.params, second.params) == (84, 0)


def findings(text: str) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as found:
        compiled(text)
    return [(each.code, each.message) for each in found.value.report]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "inputs: {x: [4, 4, 3]}\n" + OPEN + "layers: [base, base]",
            [
                (
                    "kernel-too-large",
                    "Conv2D needs at least 3 x 3 values, but its input has only 1 x 1",
                )
            ],
            id="the-second-call-of-a-submodel",
        ),
        pytest.param(
            "inputs: {x: [3, 3, 3]}\n" + OPEN + "layers: [base]",
            [
                (
                    "kernel-too-large",
                    "MaxPooling2D needs at least 2 x 2 values, but its input has only 1 x 1",
                )
            ],
            id="inside-a-submodel",
        ),
        pytest.param(
            "inputs: {a: [4], b: [5]}\n"
            "layers: [Dense: {name: d, units: 2, from: a}, shared: {layer: d, from: b}]",
            [
                (
                    "shape-mismatch",
                    "'d' has a kernel of (4, 2); this call of it would need one of (5, 2)",
                )
            ],
            id="shared-with-other-weights",
        ),
        pytest.param(
            "inputs: {a: [4], b: [5]}\n"
            "layers: [Dense: {units: 2, from: a}, Dense: {units: 0}, ReLU, Add: {from: [previous, b]}]",
            [
                (
                    "out-of-range",
                    "'units' of Dense must be a whole number of at least 1, not 0",
                )
            ],
            id="what-depends-on-an-error-is-silent",
        ),
        pytest.param(
            "inputs: {a: [4], b: [5]}\n"
            "layers: [Add: {from: [a, b]}, Dense: {units: 2}, Conv2D: {filters: 1, kernel_size: 1, from: a}]",
            [
                (
                    "shape-mismatch",
                    "Add cannot merge (None, 4) and (None, 5): axis 1 is 4 in one and 5 in another",
                ),
                (
                    "wrong-rank",
                    "Conv2D takes an input with 4 axes (batch, height, width, channels), not (None, 4)",
                ),
            ],
            id="all-errors-at-once",
        ),
    ],
)
def test_what_does_not_fit(text: str, expected: list[tuple[str, str]]) -> None:
    assert findings(text) == expected


def test_a_shared_layer_of_unknown_sizes_takes_other_shapes() -> None:
    text = """
inputs: {a: [8, 8, 3], b: [9, 9, 3]}
layers:
  - Conv2D: {name: conv, filters: 2, kernel_size: 3, from: a}
  - shared: {layer: conv, from: b, name: again}
outputs: {conv: , again: }
"""
    assert shapes(text) == {
        "conv": [(None, 6, 6, 2)],
        "again_call": [(None, 7, 7, 2)],
        "again": [(None, 7, 7, 2)],
    }


@pytest.mark.parametrize(
    ("outputs", "kept"),
    [
        ("outputs: {b: }", ["a", "b"]),
        ("outputs: {c: }", ["c"]),
        ("outputs: {d: }", ["d_call", "d"]),
        ("outputs: {b: , c: }", ["a", "b", "c"]),
        ("", ["d_call", "d"]),
    ],
)
def test_only_what_an_output_needs_is_kept(outputs: str, kept: list[str]) -> None:
    text = f"""
layers:
  - Dense: {{name: a, units: 2}}
  - ReLU: {{name: b}}
  - ReLU: {{name: c, from: image}}
  - shared: {{layer: a, name: d, from: image}}
{outputs}
"""
    checked = compiled(text)
    assert ([node.name for node in checked.nodes], list(checked.outputs)) == (
        kept,
        [name for name in kept if name in outputs] or ["d"],
    )


def test_what_no_output_needs_is_checked_all_the_same() -> None:
    text = "layers: [Dense: {units: 1}, Conv2D: {filters: 1, kernel_size: 99, from: image}]\n"
    assert findings(f"{text}outputs: {{dense_1: }}") == [
        ("kernel-too-large", "Conv2D needs at least 99 x 99 values, but its input has only 28 x 28")
    ]


COUNTED: dict[str, tuple[str, list[tuple[int, int]], tuple[int, int]]] = {
    "plain": (
        "layers: [Dense: {units: 3}, BatchNormalization, Dropout: {rate: 0.5}]",
        [(6, 6), (12, 6), (0, 0)],
        (18, 12),
    ),
    "without-bias": ("layers: [Dense: {units: 3, use_bias: false}]", [(3, 3)], (3, 3)),
    "not-trainable": (
        "layers: [Dense: {units: 3, trainable: false}, BatchNormalization: {trainable: false}]",
        [(6, 0), (12, 0)],
        (18, 0),
    ),
    "frozen": (
        "layers: [Dense: {units: 3, frozen: true}, BatchNormalization: {frozen: true}]",
        [(6, 0), (12, 0)],
        (18, 0),
    ),
    "shared": (
        "layers: [Dense: {units: 3, name: d}, shared: {layer: d, from: image}, "
        "Add: {from: [d, shared_1]}]",
        [(6, 6), (0, 0), (0, 0)],
        (6, 6),
    ),
    "a-submodel": (
        "submodels: {base: {spec: branch.yaml}}\n"
        "layers: [base: {name: a}, base: {name: b, from: image}, Add: {from: [a, b]}]",
        [(4079, 4079), (0, 0), (0, 0)],
        (4079, 4079),
    ),
    "a-frozen-submodel": (
        "submodels: {base: {spec: branch.yaml, frozen: true}}\nlayers: [base, Dense: {units: 2}]",
        [(4079, 0), (8, 8)],
        (4087, 8),
    ),
    "a-cut-submodel": (
        "submodels: {base: {spec: branch.yaml, until: conv}}\nlayers: [base]",
        [(20, 20)],
        (20, 20),
    ),
}


@pytest.mark.parametrize(("text", "each", "total"), COUNTED.values(), ids=COUNTED)
def test_parameters_are_counted(
    text: str, each: list[tuple[int, int]], total: tuple[int, int]
) -> None:
    checked = compiled(text)
    assert [(node.params, node.trainable_params) for node in checked.nodes] == each
    assert (checked.params, checked.trainable_params) == total


@pytest.mark.parametrize(
    ("steps", "dtypes"),
    [
        ("Rescaling: {scale: 2}", ["float32"]),
        ("Flatten, Identity", ["uint8", "uint8"]),
        ("Flatten, Dense: {units: 1, dtype: mixed_float16}, ReLU", ["uint8", "float16", "float32"]),
        ("ReLU: {dtype: float64}", ["uint8"]),
        ("LeakyReLU, Softmax", ["float32", "float32"]),
        ("RepeatVector: {n: 2}, MaxPooling1D, Masking", ["uint8", "uint8", "uint8"]),
        ("Add: {from: [x, x]}, Activation: {activation: tanh}", ["uint8", "float32"]),
    ],
)
def test_data_types(steps: str, dtypes: list[str]) -> None:
    checked = compiled(f"inputs: {{x: {{shape: [4], dtype: uint8}}}}\nlayers: [{steps}]")
    assert [node.outputs[None].dtype for node in checked.nodes] == dtypes


def test_a_document_of_python_has_findings_without_places() -> None:
    wrong = Step(kind="Dense", name="d", arguments={"unit": 3})
    document = Document(inputs={"x": Input(shape=[4])}, layers=[wrong, Step(kind="Relu")])
    assert list(Spec.of(document).report) == [
        Diagnostic(
            "error",
            "unknown-argument",
            "Dense has no argument 'unit'",
            suggestion="did you mean 'units'?",
        ),
        Diagnostic(
            "error",
            "unknown-kind",
            "unknown layer, block or submodel 'Relu'",
            suggestion="did you mean 'ReLU'?",
        ),
    ]


def test_frozen_layers_act_as_in_inference() -> None:
    text = (
        "layers: [Dropout: {rate: 0.5, frozen: true}, Dropout: {rate: 0.5}, ReLU: {frozen: true}]"
    )
    found: list[Any] = [type(node.layer).__name__ for node in compiled(text).nodes]
    assert found == ["Identity", "Dropout", "ReLU"]


@pytest.mark.parametrize(
    "output", ["", "outputs: {a: {from: whole}}\n", "outputs: {a: , whole: }\n"]
)
@pytest.mark.parametrize("more", ["[base]", "[base, Flatten, Dense: {units: 2}]", "[base, base]"])
def test_a_submodel_with_an_error_in_its_structure_is_that_error(
    output: str, more: str, folder: Path
) -> None:
    steps = "Flatten: {name: whole}, {name: a, Dense: {units: 2}, Flatten: {}}"
    inner = f"cnnspec: 1\nname: inner\ninputs: {{x: [4]}}\nlayers: [{steps}]\n{output}"
    (folder / "inner.yaml").write_text(inner, "utf-8")
    text = f"submodels: {{base: {{spec: inner.yaml}}}}\nlayers: {more}\n"
    spec = f"cnnspec: 1\nname: outer\ninputs: {{x: [4]}}\n{text}"
    report = compile_text(spec.encode(), folder=folder).report
    assert [(each.code, each.span and each.span.file) for each in report] == [
        ("wrong-structure", "inner.yaml")
    ]

"""Operations on values: each mistake is one error that says what is wrong."""

import json
from typing import Any

import pytest

from cnnspec.compiler import compile_text
from cnnspec.diagnostics.codes import WARNINGS
from cnnspec.layers.base import LAYERS

REFUSED = [
    ("ops.mean: {axis: 3}", "float32", "out-of-range"),
    ("ops.sum: {axis: [1, -2]}", "float32", "conflicting-arguments"),
    ("ops.argmax: {axis: -4}", "float32", "out-of-range"),
    ("ops.cumsum: {axis: 3}", "float32", "out-of-range"),
    ("ops.add: {x2: [1, 2, 3]}", "float32", "shape-mismatch"),
    ("ops.add: {x2: true}", "bool", "wrong-dtype"),
    ("ops.add: {x2: 300}", "uint8", "out-of-range"),
    ("ops.hypot: {x2: 1}", "float32", "wrong-type"),
    ("ops.erf", "int32", "wrong-dtype"),
    ("ops.bitwise_not", "float32", "wrong-dtype"),
    ("ops.clip: {x_min: 0.5, x_max: 2}", "int32", "wrong-dtype"),
    ("ops.max: {axis: 1, initial: 0.5}", "int32", "wrong-dtype"),
    ("ops.full_like: {fill_value: -1}", "uint8", "out-of-range"),
    ("ops.top_k: {name: top, k: 6}\n  - ops.abs: {from: top/0}", "float32", "out-of-range"),
    ("ops.quantile: {q: 1.5, axis: 1}", "float32", "out-of-range"),
    ("ops.norm", "float32", "conflicting-arguments"),
    ("ops.digitize: {bins: [1, 0]}", "float32", "out-of-range"),
    ("ops.trapezoid: {x: [1, 2]}", "float32", "shape-mismatch"),
    ("ops.ldexp: {x2: 0.5}", "float32", "wrong-dtype"),
    ("ops.average: {axis: 1, weights: [1, 2]}", "float32", "shape-mismatch"),
    ("ops.extract_sequences: {sequence_length: 9, sequence_stride: 1}", "float32", "out-of-range"),
    ("ops.argpartition: {kth: 1}", "float32", "refused-kind"),
    ("ops.diff: {n: 5}", "float32", "no-output-shape"),
    ("ops.tril: {k: 6}", "float32", "out-of-range"),
    ("ops.triu: {k: -5}", "float32", "out-of-range"),
    ("ops.glu: {axis: 0}", "float32", "unknown-size"),
    ("ops.bincount", "int32", "wrong-rank"),
    ("ops.normalize: {epsilon: 0}", "float32", "conflicting-arguments"),
    (
        "ops.reshape: {newshape: [-1, 5, 1, 1]}\n  - ops.image.sobel_edges",
        "float32",
        "shape-mismatch",
    ),
    (
        "ops.reshape: {newshape: [-1, 1, 5, 1]}\n  - ops.image.sobel_edges",
        "float32",
        "shape-mismatch",
    ),
]


def codes(text: str) -> list[str]:
    """Return the codes of the errors of a spec."""
    report = compile_text(text.encode()).report
    return [each.code for each in report if each.code not in WARNINGS]


@pytest.mark.parametrize(("step", "dtype", "code"), REFUSED)
def test_a_mistake_is_one_error(step: str, dtype: str, code: str) -> None:
    spec = f"cnnspec: 1\ninputs: {{x: {{shape: [4, 5], dtype: {dtype}}}}}\nlayers:\n  - {step}\n"
    assert codes(spec) == [code]


ON_SINGLE_VALUES = [
    (kind, declaration.examples[0])
    for kind, declaration in LAYERS.kinds.items()
    if declaration.examples and not declaration.passes_values_on
]


def test_layers_refuse_single_values() -> None:
    wrong = {}
    for kind, example in ON_SINGLE_VALUES:
        inputs = ["m"] * len(example.shapes)
        call: dict[str, Any] = {**example.arguments, "name": "l", "from": inputs}
        layers = [{"ops.mean": {"name": "m"}}, {kind: call}]
        found = codes(json.dumps({"cnnspec": 1, "inputs": {"x": [5]}, "layers": layers}))
        if found != ["wrong-rank"]:
            wrong[kind] = found
    assert wrong == {}

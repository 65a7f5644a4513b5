"""Warnings about operations: masks that they drop, outputs without a batch, activations before a loss."""

import inspect
from typing import Any

import keras
import pytest

from cnnspec.analysis.lint.masks import MERGES, READERS
from cnnspec.backends.keras.building import build
from cnnspec.compiler import compile_text
from cnnspec.layers.base import LAYERS
from cnnspec.operations.base import OPERATIONS
from tests.support.keras_versions import examples_of, layer_kinds
from tests.support.layers import compiled_example

pytestmark = pytest.mark.usefixtures("newest_keras")


def codes(text: str) -> list[str]:
    compilation = compile_text(f"cnnspec: 1\n{text}".encode(), "spec.yaml")
    assert not compilation.report.has_errors, list(compilation.report)
    return [found.code for found in compilation.report]


WORDS = "inputs: {a: {shape: [6], dtype: int32}, b: {shape: [6], dtype: int32}, f: [6, 4]}\n"
EMBED = "Embedding: {name: e, input_dim: 9, output_dim: 4, mask_zero: true, from: a}"
LSTM = "LSTM: {name: y, units: 3}"
LOST = ["lost-mask"]
SCALE = "ops.multiply: {x2: 0.5}"
MASKS: dict[str, tuple[str, list[str]]] = {
    "none": (f"{EMBED}, {LSTM}", []),
    "multiplied": (f"{EMBED}, {SCALE}, {LSTM}", LOST),
    "multiplied by a layer": (f"{EMBED}, Rescaling: {{scale: 0.5}}, {LSTM}", []),
    "two operations are one loss": (f"{EMBED}, {SCALE}, ops.tanh, {LSTM}", LOST),
    "through layers": (f"{EMBED}, {SCALE}, Dense: {{units: 4}}, ReLU, {LSTM}", LOST),
    "through a layer that drops masks": (
        f"{EMBED}, {SCALE}, Conv1D: {{filters: 4, kernel_size: 3}}, {LSTM}",
        [],
    ),
    "no reader": (f"{EMBED}, {SCALE}, Flatten: {{name: y}}", []),
    "no mask": (f"{EMBED.replace('true', 'false')}, {SCALE}, {LSTM}", []),
    "no steps left": (f"{EMBED}, ops.mean: {{axis: 1}}, Dense: {{name: y, units: 3}}", []),
    "other steps": (f"{EMBED}, 'ops.get_item': {{key: ':, 1:'}}, {LSTM}", []),
    "a new mask": (f"{EMBED}, {SCALE}, Masking, {LSTM}", []),
    "masking layer": ("Masking: {from: f}, ops.exp, GRU: {name: y, units: 2}", LOST),
    "attention": (
        f"{EMBED}, {SCALE}, MultiHeadAttention: {{name: y, num_heads: 2, key_dim: 2, from: [previous, previous]}}",
        LOST,
    ),
    "pooling": (f"{EMBED}, {SCALE}, GlobalAveragePooling1D: {{name: y}}", LOST),
    "bidirectional": (f"{EMBED}, {SCALE}, Bidirectional: {{name: y, layer: {{GRU: {{units: 2}}}}}}", LOST),
    "after a sequence": (
        f"{EMBED}, LSTM: {{units: 4, return_sequences: true}}, ops.relu, {LSTM}",
        LOST,
    ),
    "after the last step": (
        f"{EMBED}, LSTM: {{units: 4}}, ops.relu, RepeatVector: {{n: 3}}, {LSTM}",
        [],
    ),
    "sum of two": (f"{EMBED}, {SCALE}, Add: {{from: [previous, e]}}, {LSTM}", LOST),
    "sum with an unmasked one": (f"{EMBED}, Add: {{from: [e, f]}}, {LSTM}", []),
    "beside": (f"{EMBED}, {SCALE}, Concatenate: {{from: [previous, e]}}, {LSTM}", []),
    "two masks added": (
        f"{EMBED}, Embedding: {{name: g, input_dim: 9, output_dim: 4, mask_zero: true, from: b}}, "
        f"ops.add: {{from: [e, g]}}, {LSTM}",
        LOST,
    ),
    "two readers are one loss": (
        f"{EMBED}, {SCALE}, LSTM: {{name: p, units: 3, return_sequences: true}}, LSTM: {{name: y, units: 3}}",
        LOST,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MASKS)
def test_masks_that_operations_drop(case: str) -> None:
    layers, found = MASKS[case]
    steps = "\n".join(f"  - {step}" for step in split_steps(layers))
    ignored = "ignore: [unused-input]\n"
    assert codes(f"{ignored}{WORDS}layers:\n{steps}\noutputs: {{y: }}\n") == found


def split_steps(layers: str) -> list[str]:
    """The steps of a list in one line: cut at commas outside of brackets."""
    steps, depth = [""], 0
    for sign in layers:
        depth += (sign in "{[") - (sign in "}]")
        if sign == "," and not depth:
            steps.append("")
        else:
            steps[-1] += sign
    return [each.strip() for each in steps]


INSIDE = """\
submodels:
  tower:
    spec:
      inputs: {x: [6, 4]}
      layers: [%s]
inputs: {a: {shape: [6], dtype: int32}}
layers:
  - Embedding: {input_dim: 9, output_dim: 4, mask_zero: true}
  - %s
  - LSTM: {name: y, units: 3}
"""


@pytest.mark.parametrize(
    ("inner", "around", "found"),
    [
        (SCALE, "tower", LOST),
        ("Rescaling: {scale: 0.5}", "tower", []),
        ("ReLU", "ops.exp\n  - tower", LOST),
        ("ops.exp, LSTM: {units: 2, return_sequences: true}", "tower", LOST),
    ],
)
def test_masks_go_through_submodels(inner: str, around: str, found: list[str]) -> None:
    assert codes(INSIDE % (inner, around)) == found


def test_the_layers_that_pass_and_read_masks_are_those_of_keras() -> None:
    """Two layers that support masks return none, and three read it without computing something else."""
    passing, reading, declared = set(), set(), set()
    for kind in layer_kinds():
        if LAYERS.find(kind).hands_masks_on:
            declared.add(kind)
        layer_class = getattr(keras.layers, kind, None)
        if layer_class is None:
            continue
        if any("mask" in name for name in inspect.signature(layer_class.call).parameters):
            reading.add(kind)
        example = next(iter(examples_of(kind).values()))
        if build(compiled_example(kind, example)).model.get_layer("it").supports_masking:
            passing.add(kind)
    assert passing - {"Dot", "GlobalAveragePooling1D"} == declared
    assert reading - {"BatchNormalization", "Pipeline", "Softmax", "TimeDistributed"} == READERS
    assert declared > MERGES


IMAGE = "inputs: {image: [8, 8, 3]}\n"
LOOSE = "inputs: {image: [null, null, 3]}\n"
GONE = ["output-without-batch"]
OUTPUTS: dict[str, tuple[str, list[str]]] = {
    "ops.mean: {axis: [1, 2]}": (IMAGE, []),
    "ops.mean: {axis: 0}": (IMAGE, GONE),
    "ops.mean: {axis: 0, keepdims: true}": (IMAGE, GONE),
    "ops.mean": (IMAGE, GONE),
    "ops.sum: {axis: [0, 1]}": (IMAGE, GONE),
    "ops.max: {axis: -4}": (IMAGE, GONE),
    "ops.get_item: {key: 0}": (IMAGE, GONE),
    "ops.get_item: {key: ':, 0'}": (IMAGE, []),
    "ops.get_item: {key: ':2'}": (IMAGE, GONE),
    "ops.squeeze: {axis: 1}": ("inputs: {row: [1, 4]}\n", []),
    "ops.transpose": (LOOSE, GONE),
    "ops.transpose: {axes: [1, 0, 2, 3]}": (LOOSE, GONE),
    "ops.transpose: {axes: [0, 2, 1, 3]}": (LOOSE, []),
    "ops.swapaxes: {axis1: 0, axis2: 1}": (LOOSE, GONE),
    "ops.reshape: {newshape: [-1, 3]}": (IMAGE, GONE),
    "ops.reshape: {newshape: [-1, 192]}": (IMAGE, []),
    "ops.expand_dims: {axis: 0}": (IMAGE, GONE),
    "ops.concatenate: {axis: 0, from: [image, image]}": (IMAGE, GONE),
    "ops.stack: {axis: 0, from: [image, image]}": (IMAGE, GONE),
    "ops.stack: {axis: 1, from: [image, image]}": (IMAGE, []),
    "ops.flip: {axis: 0}": (IMAGE, []),
    "ops.transpose\n  - ops.transpose": (IMAGE, []),
    "ops.reshape: {newshape: [-1, 3]}\n  - ops.reshape: {newshape: [-1, 8, 8, 3]}": (IMAGE, []),
    "ops.mean: {name: m, axis: 0}\n  - ops.subtract: {from: [image, m]}": (IMAGE, []),
}


@pytest.mark.parametrize("step", OUTPUTS)
def test_outputs_without_a_batch(step: str) -> None:
    inputs, found = OUTPUTS[step]
    assert codes(f"{inputs}layers:\n  - {step}\n") == found


def test_an_output_of_a_submodel_may_lack_the_batch() -> None:
    inner = "submodels: {m: {spec: {inputs: {x: [4]}, layers: [ops.sum: {name: s, axis: 0}]}}}\n"
    found = compile_text(f"cnnspec: 1\n{inner}inputs: {{x: [4]}}\nlayers: [m]\n".encode()).report
    assert "output-without-batch" in {each.code for each in found}


ROW = "inputs: {row: [8]}\n"
BCE, CE = "bce", "categorical_crossentropy"
FROM_LOGITS = "{CategoricalCrossentropy: {from_logits: true}}"
ENDS: list[tuple[str, str, list[str]]] = [
    ("ops.softmax", CE, []),
    ("ops.softmax", "mse", ["loss-activation"]),
    ("ops.softmax", FROM_LOGITS, ["from-logits-after-activation"]),
    ("ops.softmax: {axis: -1}", CE, []),
    ("ops.softmax: {axis: 1}", CE, []),
    ("ops.log_softmax", CE, ["loss-activation"]),
    ("ops.sparsemax", CE, []),
    ("ops.sigmoid", BCE, []),
    ("ops.sigmoid", CE, ["loss-activation"]),
    ("ops.hard_sigmoid", BCE, []),
    ("ops.relu", BCE, ["loss-activation"]),
    ("ops.tanh", BCE, ["loss-activation"]),
    ("ops.softmax\n  - Identity", "mse", ["loss-activation"]),
    ("ops.softmax\n  - Reshape: {target_shape: [1, 10]}", "mse", ["loss-activation"]),
    ("ops.softmax\n  - ops.reshape: {newshape: [-1, 1, 10]}", "mse", ["loss-activation"]),
    ("ops.softmax\n  - ops.expand_dims: {axis: 1}", "mse", ["loss-activation"]),
    ("ops.softmax\n  - ops.reshape: {newshape: [-1, 5, 2]}", "mse", []),
    ("ops.softmax\n  - ops.multiply: {x2: 2.0}", "mse", []),
    ("ops.softmax\n  - ops.copy", "mse", ["loss-activation"]),
    ("ops.softmax\n  - ops.stop_gradient", "mse", ["loss-activation"]),
    ("ops.exp", BCE, ["loss-activation"]),
    ("ops.softmax\n  - Dropout: {rate: 0.1}", "mse", ["loss-activation"]),
    ("ops.relu\n  - ops.softmax", CE, []),
    ("ops.sigmoid\n  - ops.softmax", CE, ["activation-twice"]),
    ("Softmax\n  - ops.softmax", CE, ["activation-twice"]),
]


@pytest.mark.parametrize(("steps", "loss", "found"), ENDS)
def test_activations_before_a_loss(steps: str, loss: str, found: list[str]) -> None:
    layers = f"layers:\n  - Dense: {{units: 10}}\n  - {steps}\n  - Identity: {{name: y}}\n"
    assert codes(f"{ROW}{layers}outputs: {{y: {{loss: {loss}}}}}\n") == found


def test_softmax_of_one_is_an_operation_too() -> None:
    assert codes(f"{ROW}layers: [Dense: {{units: 1}}, ops.softmax]\n") == ["softmax-of-one"]


ALONE = sorted(
    kind
    for kind, declaration in OPERATIONS.kinds.items()
    if declaration.is_activation and not declaration.required()
)


def last_layer(step: Any) -> list[str]:
    """What is warned about a layer or operation before a loss."""
    text = f"{ROW}layers:\n  - Dense: {{units: 10}}\n  - {step}\n  - Identity: {{name: y}}\n"
    return codes(f"{text}outputs: {{y: {{loss: {BCE}}}}}\n")


@pytest.mark.parametrize("kind", ALONE)
def test_an_activation_counts_as_the_layer_that_computes_it(kind: str) -> None:
    function = kind.removeprefix("ops.")
    known = {"elu", "celu", "glu", "leaky_relu"}
    names = {"hard_swish": "hard_silu", "swish": "silu"}
    if function in known:
        return
    activation = names.get(function, function)
    assert last_layer(kind) == last_layer(f"Activation: {{activation: {activation}}}")

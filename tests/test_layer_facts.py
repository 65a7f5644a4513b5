"""What layers do to values, which lints read: pass them on, move them, end with an activation."""

from typing import Any

import pytest

from cnnspec.compiler import compile_text
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import LAYERS, Layer

UNCHANGED = ("Identity", "ActivityRegularization")
"""Kinds that do not change their input in training either."""
CONVOLUTIONS = [kind for kind in LAYERS.kinds if "Conv" in kind and "LSTM" not in kind]


def call(kind: str, **arguments: Any) -> Layer:
    """A call of a kind: that of its first example, with other arguments."""
    declaration = LAYERS.kinds[kind]
    assert issubclass(declaration, Layer)
    return declaration.of(declaration.examples[0].arguments | arguments)


def in_inference(kind: str) -> str:
    """The kind that does what a kind does in inference."""
    try:
        return call(kind).in_inference().kind()
    except Problem:
        return kind


def test_what_does_nothing_in_inference_passes_its_values_on() -> None:
    idle = {kind for kind in LAYERS.kinds if in_inference(kind) == "Identity" or kind in UNCHANGED}
    assert {kind for kind in LAYERS.kinds if call(kind).passes_on()} == idle


@pytest.mark.parametrize(
    ("kind", "arguments", "activation"),
    [
        *[(kind, {}, "linear") for kind in ("Dense", "EinsumDense", *CONVOLUTIONS)],
        *[(kind, {"activation": "softmax"}, "softmax") for kind in CONVOLUTIONS],
        ("Dense", {"activation": "swish"}, "silu"),
        ("Conv2D", {"activation": "softmax", "data_format": "channels_first"}, None),
        ("Conv2D", {"activation": "relu", "data_format": "channels_first"}, "relu"),
        ("Activation", {"activation": "sigmoid"}, "sigmoid"),
        ("Softmax", {}, "softmax"),
        ("Softmax", {"axis": [-1]}, "softmax"),
        ("Softmax", {"axis": 1}, None),
        ("Softmax", {"axis": [1, -1]}, None),
        ("ReLU", {}, "relu"),
        ("LeakyReLU", {}, "leaky_relu"),
        ("ELU", {}, "elu"),
        ("PReLU", {}, None),
        ("LSTM", {}, None),  # its output is a product of two activations
        ("Dropout", {}, None),
    ],
)
def test_the_activation_that_a_layer_ends_with(
    kind: str, arguments: dict[str, Any], activation: str | None
) -> None:
    assert call(kind, **arguments).last_activation() == activation


@pytest.mark.parametrize(
    ("layer", "warned"),
    [
        ("MixUp", True),
        ("AugMix", True),
        ("{RandomFlip: {mode: horizontal}}", True),
        ("{CenterCrop: {height: 224, width: 224}}", True),
        ("{Rescaling: {scale: 0.1}}", False),
        ("{Conv2D: {filters: 3, kernel_size: 1}}", False),
    ],
)
def test_pixels_that_only_pass_a_layer_that_keeps_them_are_not_scaled(
    layer: str, warned: bool
) -> None:
    text = f"""
cnnspec: 1
inputs: {{image: [224, 224, 3]}}
submodels: {{base: {{application: {{ResNet50: {{weights: null}}}}}}}}
layers: [{layer}, base]
"""
    compilation = compile_text(text.encode())
    assert not compilation.report.has_errors
    assert ("unscaled-input" in [found.code for found in compilation.report]) is warned


def test_a_loss_sees_the_activation_through_what_drops_samples() -> None:
    text = """
cnnspec: 1
inputs: {row: [8]}
layers:
  - Dense: {units: 4, activation: relu}
  - StochasticDepth: {name: y, drop_path_rate: 0.1}
outputs: {y: {loss: categorical_crossentropy}}
"""
    assert [found.code for found in compile_text(text.encode()).report] == ["loss-activation"]

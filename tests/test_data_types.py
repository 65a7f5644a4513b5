"""Data types: which inputs layers take, what they return, and what works on weights and outputs."""

from itertools import combinations_with_replacement

import keras
import pytest

from cnnspec.compiler import compile_text
from cnnspec.declarations.fields import DATA_TYPES, FLOAT_TYPES
from cnnspec.layers.dtype_rules import NUMBERS, common
from tests.support.keras_versions import is_since

IMAGE = "inputs: {x: {shape: [8, 8, 2], dtype: %s}}\n"
DECLARE = "declare the input 'x' as float32, or convert it with `Rescaling: {scale: 1}`"


def test_types_are_promoted_as_in_keras() -> None:
    pairs = list(combinations_with_replacement(NUMBERS, 2))
    triples = list(
        combinations_with_replacement(("bool", "int8", "uint16", "uint64", "float16"), 3)
    )
    several = [each for each in (*pairs, *triples) if is_since("3.12.0") or "uint64" not in each]
    ours = {each: common(set(each)) for each in several}
    assert ours == {each: keras.backend.result_type(*each) for each in several}


def found(text: str) -> list[tuple[str, str, str | None]]:
    report = compile_text(f"cnnspec: 1\n{text}".encode()).report
    return [(each.code, each.message, each.suggestion) for each in report]


FLOATS_ONLY = {
    "Conv2D": "{filters: 2, kernel_size: 3}",
    "DepthwiseConv2D": "{kernel_size: 3}",
    "SeparableConv2D": "{filters: 2, kernel_size: 3}",
    "Conv2DTranspose": "{filters: 2, kernel_size: 3}",
    "Dropout": "{rate: 0.5}",
    "SpatialDropout2D": "{rate: 0.5}",
    "AlphaDropout": "{rate: 0.5}",
    "GaussianNoise": "{stddev: 0.1}",
    "Softmax": "{}",
    "ELU": "{}",
    "PReLU": "{}",
    "UnitNormalization": "{}",
    "RMSNormalization": "{}",
    "AveragePooling2D": "{pool_size: 2}",
    "StochasticDepth": "{drop_path_rate: 0.5}",
}


@pytest.mark.parametrize("dtype", sorted(set(NUMBERS) - set(FLOAT_TYPES)))
@pytest.mark.parametrize("kind", FLOATS_ONLY)
def test_a_layer_for_floats_names_the_type_and_the_way_out(kind: str, dtype: str) -> None:
    takes = "float32" if kind == "StochasticDepth" else "floats"
    message = f"{kind} takes {takes}, not {dtype}"
    step = f"{kind}: {FLOATS_ONLY[kind]}"
    assert found(IMAGE % dtype + f"layers: [{step}]") == [("wrong-dtype", message, DECLARE)]
    for converted in (f"Rescaling: {{scale: 1}}, {step}", f"BatchNormalization, {step}"):
        assert found(IMAGE % dtype + f"layers: [{converted}]") == []
    assert found(IMAGE % "float16" + f"layers: [{step}]") == []


POOLED = "MaxPooling2D takes floats, int8, int16, int32, int64, uint8 and uint16, not"
SOME = [
    ("MaxPooling2D", "bool", f"{POOLED} bool"),
    ("MaxPooling2D", "uint64", f"{POOLED} uint64"),
    ("ReLU", "bool", "ReLU takes floats and whole numbers, not bool"),
    ("ReLU: {negative_slope: 0.1, max_value: 6}", "int8", "ReLU takes floats, not int8"),
    ("Activation: {activation: gelu}", "int32", "Activation takes floats, not int32"),
    ("UpSampling2D: {interpolation: bilinear}", "bool", POOLED.replace("MaxPooling2D", "UpSampling2D") + " bool"),
    ("Add: {from: [x, x]}", "bool", "Add takes floats and whole numbers, not bool"),
    ("TimeDistributed: {layer: {Conv1D: {filters: 2, kernel_size: 3}}}", "uint8", "Conv1D takes floats, not uint8"),
    ("ActivityRegularization: {l1: 0.1}", "int8", "ActivityRegularization takes floats, int32, int64, uint32 and uint64, not int8"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "dtype", "message"), SOME)
def test_other_layers_take_some_types(step: str, dtype: str, message: str) -> None:
    assert found(IMAGE % dtype + f"layers: [{step}]") == [("wrong-dtype", message, DECLARE)]


TEXT = "declare the input 'x' as float32, or turn the text into numbers with StringLookup or TextVectorization"
OTHERS = [
    ("Dense: {from: x, units: 2}", "string", "Dense takes numbers, not text", TEXT),
    ("StringLookup: {from: x, vocabulary: [a]}", "int64", "StringLookup takes text, not int64", "declare the input 'x' as string"),
    ("HashedCrossing: {from: [x, x], num_bins: 3}", "float32", "HashedCrossing takes whole numbers and text, not float32", "declare the input 'x' as int32"),
    ("ZeroPadding1D: {from: y}, Conv1D: {filters: 2, kernel_size: 3}", "uint8", "Conv1D takes floats, not uint8", "convert it with `Rescaling: {scale: 1}`"),
]  # fmt: skip


@pytest.mark.parametrize(("step", "dtype", "message", "suggestion"), OTHERS)
def test_the_suggestion_is_what_works(step: str, dtype: str, message: str, suggestion: str) -> None:
    inputs = f"inputs: {{x: {{shape: [1], dtype: {dtype}}}, y: {{shape: [8, 2], dtype: uint8}}}}\n"
    errors = [each for each in found(f"{inputs}layers: [{step}]") if each[0] != "unused-input"]
    assert errors == [("wrong-dtype", message, suggestion)]


@pytest.mark.parametrize("dtype", DATA_TYPES)
def test_layers_that_only_move_values_keep_their_type(dtype: str) -> None:
    steps = "Reshape: {target_shape: [64, 2]}, Permute: {dims: [2, 1]}, Flatten, Identity"
    compiled = compile_text(f"cnnspec: 1\n{IMAGE % dtype}layers: [{steps}]".encode())
    assert compiled.checked is not None
    types = [node.outputs[None].dtype for node in compiled.checked.nodes]
    assert types == ["float32" if dtype in FLOAT_TYPES else dtype] * 4


VALUES = [
    ("Dense: {units: 2, activity_regularizer: orthogonal_regularizer}",
     ("unknown-size", "OrthogonalRegularizer needs to know the number of rows of the output of Dense")),
    ("Dense: {units: 2, activity_regularizer: {OrthogonalRegularizer: {mode: columns}}}", None),
    ("Dense: {units: 1, kernel_regularizer: {OrthogonalRegularizer: {mode: columns}}}",
     ("shape-mismatch", "OrthogonalRegularizer compares columns, but the kernel of Dense has only one of them")),
    ("Dense: {units: 2, bias_regularizer: orthogonal_regularizer}",
     ("wrong-rank", "OrthogonalRegularizer takes a matrix, but the bias of Dense has 1 axis")),
    ("Dense: {units: 2, dtype: float64, kernel_regularizer: orthogonal_regularizer}",
     ("wrong-dtype", "OrthogonalRegularizer works only in float32, but the kernel of Dense is float64")),
    ("Reshape: {target_shape: [4, 1], activity_regularizer: orthogonal_regularizer}",
     ("wrong-rank", "OrthogonalRegularizer takes a matrix, but the output of Reshape has 3 axes")),
    ("Dense: {units: 2, activity_regularizer: L1L2}", None),
    ("Dense: {units: 2, bias_constraint: {UnitNorm: {axis: 1}}}",
     ("out-of-range", "UnitNorm works on axis 1, but the bias of Dense has 1 axis")),
    ("Dense: {units: 2, kernel_constraint: {MinMaxNorm: {axis: [0, -2]}}}",
     ("conflicting-arguments", "MinMaxNorm names an axis of the kernel of Dense twice")),
    ("Dense: {units: 2, kernel_constraint: {MaxNorm: {axis: [0, 1]}}}", None),
    ("Dense: {units: 2, kernel_initializer: {HeNormal: {input_axes: [0]}}}",
     ("conflicting-arguments", "HeNormal uses 'input_axes' only together with 'output_axes'")),
    ("Dense: {units: 2, kernel_initializer: {HeNormal: {input_axes: [0], output_axes: [2]}}}",
     ("out-of-range", "HeNormal names axis 2, but the kernel of Dense has 2 axes")),
    ("Dense: {units: 2, kernel_initializer: {HeNormal: {input_axes: [0], output_axes: [1]}}}", None),
    ("Dense: {units: 2, dtype: bfloat16, kernel_initializer: orthogonal}",
     ("wrong-dtype", "Orthogonal cannot make the kernel of Dense in bfloat16; a mixed_bfloat16 layer has float32 weights")),
    ("Dense: {units: 2, bias_initializer: identity}",
     ("shape-mismatch", "Identity cannot make the bias of Dense, which has 1 axis")),
]  # fmt: skip


@pytest.mark.usefixtures("newest_keras")
@pytest.mark.parametrize(("step", "error"), VALUES)
def test_what_is_applied_to_values_works_on_them(step: str, error: tuple[str, str] | None) -> None:
    expected = [] if error is None else [(*error, None)]
    assert found(f"inputs: {{x: [4]}}\nlayers: [{step}]") == expected


@pytest.mark.parametrize("penalty", ["L1", "L2", "L1L2", "{L1L2: {l1: 0.1}}"])
def test_no_penalty_is_computed_of_text(penalty: str) -> None:
    """Keras makes a 0 of the data type of the output, also for factors of 0."""
    kind = "L1L2" if "L1L2" in penalty else penalty
    message = f"{kind} cannot penalize the output of Flatten, which is string"
    spec = f"inputs: {{x: {{shape: [4], dtype: string}}}}\nlayers: [Flatten: {{activity_regularizer: {penalty}}}]"
    assert found(spec) == [("wrong-dtype", message, None)]

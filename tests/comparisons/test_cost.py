"""What models cost, against published figures, TensorFlow's own count, and what values depend on."""

import json
from math import prod
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework import ops
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

from cnnspec.analysis.cost import NOTHING, Cost, Costs, costs
from cnnspec.analysis.receptive_field import ReceptiveField
from cnnspec.backends.keras.building import build
from cnnspec.compiler import checked_or_raise, compile_file
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Ref
from cnnspec.layers.base import LAYERS, no_macs, unknown_reach
from tests.support.commands import run_command
from tests.support.paths import SPECS, ZOO
from tests.support.specs import compiled_file, compiled_text


def shipped(name: str) -> Costs:
    return costs(compiled_file(SPECS / f"{name}.yaml"))


# published figures

PUBLISHED = [
    # Krizhevsky, "One weird trick for parallelizing convolutional neural networks", 2014, without
    # groups; as counted by Bianco et al., 2018, arXiv:1810.00736: 0.7 billion multiply-adds.
    ("zoo/alexnet", 8, 0.7e9),
    # Simonyan and Zisserman's network; Canziani et al., 2016, arXiv:1605.07678: 15.5 billion.
    ("zoo/vgg16", 8, 15.5e9),
    # He et al., 2015, arXiv:1512.03385, table 1: 3.8 billion, for strides in the 1 x 1 convolutions,
    # as Keras has them. Their own count leaves the shortcuts' convolutions out; with them 3.86.
    ("zoo/resnet50", 7, 3.86e9),
    # Sandler et al., 2018, arXiv:1801.04381, table 4: 300 million.
    ("zoo/mobilenetv2", 6, 301e6),
    # Tan and Le, 2019, arXiv:1905.11946, table 2: 0.39 billion.
    ("zoo/efficientnetb0", 7, 0.39e9),
    # Szegedy et al., 2015, arXiv:1512.00567, section 6: 5 billion; Bianco et al.: 5.7.
    ("zoo/inceptionv3", 8, 5.7e9),
    # Chollet's network; Bianco et al.: 8.4 billion.
    ("zoo/xception", 8, 8.4e9),
    # Liu et al., 2022, arXiv:2201.03545, table 1: 4.5 billion.
    ("zoo/convnext_tiny", 8, 4.5e9),
]


@pytest.mark.parametrize(
    ("name", "digits", "macs"), PUBLISHED, ids=[name for name, _, _ in PUBLISHED]
)
def test_multiply_accumulates_are_those_published(name: str, digits: int, macs: float) -> None:
    found = shipped(name).total.macs
    assert found is not None
    assert round(found, -digits) == macs


FIELDS = [
    # Araujo, Norris and Sim, 2019, "Computing Receptive Fields of Convolutional Neural Networks",
    # table 1, and for VGG-16 and AlexNet the same at the last pooling.
    ("zoo/alexnet", "max_pooling2d_3", 195, 32),
    ("zoo/vgg16", "stage_5_pool", 212, 32),
    ("zoo/resnet50", "stage_4_identity_2_activation_1", 483, 32),
    ("zoo/resnet152v2", "preactivation_1_activation_1", 1507, 32),
    ("zoo/inceptionv3", "coarse_2_concatenate_1", 1311, 32),
]


@pytest.mark.parametrize(
    ("name", "layer", "size", "stride"), FIELDS, ids=[name for name, *_ in FIELDS]
)
def test_receptive_fields_are_those_published(
    name: str, layer: str, size: int, stride: int
) -> None:
    found = shipped(name).nodes[layer].receptive_field
    assert found == (ReceptiveField(size, stride),) * 2


# TensorFlow's count

PRODUCTS = (
    "Conv2D",
    "Conv2DBackpropInput",
    "Conv3D",
    "DepthwiseConv2dNative",
    "MatMul",
    "BatchMatMulV2",
)


def tensorflow_macs(model: Any) -> int:
    """Half the floating-point operations that TensorFlow's profiler counts for the products.

    It knows no number for Einsum; that is a product for every combination of the letters.
    """
    shapes = [tf.TensorSpec((1, *each.shape[1:]), each.dtype) for each in model.inputs]
    call = tf.function(lambda *inputs: model(inputs if len(inputs) > 1 else inputs[0]))
    graph = convert_variables_to_constants_v2(call.get_concrete_function(*shapes)).graph
    total = 0.0
    for op in graph.get_operations():
        if op.type in PRODUCTS:
            total += ops.get_stats_for_node_def(graph, op.node_def, "flops").value / 2
        if op.type == "Einsum":
            letters = op.get_attr("equation").decode().partition("->")[0].split(",")
            sizes: dict[str, int] = {}
            for said, tensor in zip(letters, op.inputs, strict=True):
                more = "ABCD"[: tensor.shape.rank - len(said.replace("...", ""))]
                sizes |= zip(said.replace("...", more), tensor.shape, strict=True)
            total += prod(sizes.values())
    return int(total)


IMAGE = "inputs: {image: [20, 19, 4]}\n"
EVEN = "inputs: {image: [20, 18, 4]}\n"  # TensorFlow pads what a dilation does not divide
SERIES = "inputs: {series: [20, 4]}\n"
VOLUME = "inputs: {volume: [9, 8, 7, 4]}\n"
TWO = "inputs: {a: [7, 8], b: [5, 8]}\n"


@pytest.mark.parametrize(
    "text",
    [
        IMAGE + "layers: [Conv2D: {filters: 6, kernel_size: [3, 5]}]",
        IMAGE + "layers: [Conv2D: {filters: 6, kernel_size: 3, strides: [2, 1], padding: same}]",
        EVEN + "layers: [Conv2D: {filters: 6, kernel_size: 3, dilation_rate: 2, use_bias: false}]",
        IMAGE + "layers: [Conv2DTranspose: {filters: 6, kernel_size: 3, strides: 2, padding: same}]",
        IMAGE + "layers: [Conv2DTranspose: {filters: 6, kernel_size: 3, padding: same}]",
        IMAGE + "layers: [DepthwiseConv2D: {kernel_size: 3, strides: 2, depth_multiplier: 2}]",
        IMAGE + "layers: [SeparableConv2D: {filters: 6, kernel_size: 3, depth_multiplier: 2, padding: same}]",
        IMAGE + "layers: [Dense: {units: 6}]",
        IMAGE + "layers: [Flatten, Dense: {units: 6, activation: relu}]",
        IMAGE + "layers: [EinsumDense: {equation: 'abcd,de->abce', output_shape: [20, 19, 6]}]",
        SERIES + "layers: [EinsumDense: {equation: '...x,xyz->...yz', output_shape: [6, 5]}]",
        IMAGE + "layers: [EinsumDense: {equation: 'abcd,d->abcd', output_shape: [20, 19, 4]}]",
        IMAGE + "layers: [MaxPooling2D, BatchNormalization, ReLU, UpSampling2D, GlobalAveragePooling2D]",
        SERIES + "layers: [Conv1D: {filters: 6, kernel_size: 3, strides: 2}]",
        SERIES + "layers: [Conv1D: {filters: 6, kernel_size: 3, padding: causal}]",
        SERIES + "layers: [Conv1DTranspose: {filters: 6, kernel_size: 3, strides: 2, padding: same}]",
        SERIES + "layers: [DepthwiseConv1D: {kernel_size: 3}]",
        SERIES + "layers: [SeparableConv1D: {filters: 6, kernel_size: 3}]",
        SERIES + "layers: [SimpleRNN: {units: 6, unroll: true}]",
        SERIES + "layers: [LSTM: {units: 6, unroll: true, return_sequences: true}]",
        SERIES + "layers: [GRU: {units: 6, unroll: true}]",
        SERIES + "layers: [RNN: {cell: [{GRUCell: {units: 5}}, {LSTMCell: {units: 6}}], unroll: true}]",
        SERIES + "layers: [Bidirectional: {layer: {LSTM: {units: 6, unroll: true}}}]",
        SERIES + "layers: [TimeDistributed: {layer: {Dense: {units: 6}}}]",
        VOLUME + "layers: [Conv3D: {filters: 6, kernel_size: 3}]",
        "inputs: {x: [4], h: [6], c: [6]}\nlayers: [LSTMCell: {units: 6, from: [x, h, c]}]",
        TWO + "layers: [Dot: {axes: 2, from: [a, b]}]",
        TWO + "layers: [Attention: {from: [a, b]}]",
        TWO + "layers: [MultiHeadAttention: {num_heads: 2, key_dim: 3, value_dim: 4, output_shape: 5, from: [a, b]}]",
        TWO + "layers: [GroupQueryAttention: {head_dim: 3, num_query_heads: 4, num_key_value_heads: 2, from: [a, b]}]",
        "inputs: {movie: [5, 20, 19, 4]}\nlayers: [TimeDistributed: {layer: {Conv2D: {filters: 6, kernel_size: 3}}}]",
    ],
)  # fmt: skip
def test_multiply_accumulates_are_those_that_tensorflow_counts(text: str) -> None:
    checked = compiled_text(text)
    assert costs(checked).total.macs == tensorflow_macs(build(checked).model)


def macs(kind: str, arguments: dict[str, Any], *shapes: tuple[int | None, ...]) -> Any:
    return LAYERS.find(kind).of(arguments).macs(*shapes)


@pytest.mark.parametrize(
    ("kind", "arguments", "shapes", "expected"),
    [
        # what TensorFlow's profiler has no number for
        ("Conv2D", {"filters": 6, "kernel_size": 3, "groups": 2}, [(None, 9, 9, 4)], 7 * 7 * 9 * 2 * 6),
        (
            "Conv2D",
            {"filters": 6, "kernel_size": 3, "data_format": "channels_first"},
            [(None, 4, 9, 8)],
            7 * 6 * 9 * 4 * 6,
        ),
        ("Conv2DTranspose", {"filters": 6, "kernel_size": 3, "strides": 2}, [(None, 9, 9, 4)], 9 * 9 * 9 * 4 * 6),
        ("Conv3DTranspose", {"filters": 6, "kernel_size": 2}, [(None, 3, 4, 5, 4)], 60 * 8 * 4 * 6),
        ("ConvLSTM2D", {"filters": 3, "kernel_size": 3}, [(None, 5, 9, 9, 2)], 5 * 49 * 9 * (2 + 3) * 12),
        ("AdditiveAttention", {}, [(None, 7, 8), (None, 5, 8)], 2 * 7 * 5 * 8),
        ("AdditiveAttention", {"use_scale": False}, [(None, 7, 8), (None, 5, 4)], 7 * 5 * 4),
        ("Embedding", {"input_dim": 100, "output_dim": 8}, [(None, 7)], 0),
        ("SpectralNormalization", {"layer": {"Dense": {"units": 3}}}, [(None, 8)], 24),
        ("STFTSpectrogram", {"frame_length": 16, "fft_length": 16}, [(None, 64, 2)], 7 * 2 * 2 * 16 * 9),
        # sizes that are not known
        ("Conv2D", {"filters": 6, "kernel_size": 3}, [(None, None, 9, 4)], None),
        ("Conv2DTranspose", {"filters": 6, "kernel_size": 3}, [(None, None, 9, 4)], None),
        ("Dense", {"units": 6}, [(None, None, 4)], None),
        ("LSTM", {"units": 6}, [(None, None, 4)], None),
        ("MultiHeadAttention", {"num_heads": 2, "key_dim": 3}, [(None, None, 8), (None, 5, 8)], None),
        ("ReLU", {}, [(None, None, 4)], 0),
    ],
)  # fmt: skip
def test_multiply_accumulates_by_hand(
    kind: str, arguments: dict[str, Any], shapes: list[tuple[int | None, ...]], expected: Any
) -> None:
    assert macs(kind, arguments, *shapes) == expected


def test_a_transposed_convolution_costs_what_the_one_that_it_reverses_costs() -> None:
    arguments = {"kernel_size": 3, "strides": 2, "padding": "same"}
    back = macs("Conv3DTranspose", {**arguments, "filters": 4}, (None, 4, 5, 6, 7))
    assert back == macs("Conv3D", {**arguments, "filters": 7}, (None, 8, 10, 12, 4))


def test_the_rules_take_every_example() -> None:
    found = [
        (kind, cost)
        for kind, declaration in LAYERS.kinds.items()
        for example in declaration.examples
        for layer in [declaration.of(example.arguments)]
        for cost in [layer.macs(*example.shapes)]
        if not isinstance(cost, int | None)
        or not isinstance(layer.reach(*example.shapes), tuple | None)
    ]
    assert found == []


def test_every_layer_with_a_kernel_has_a_rule() -> None:
    without = {
        kind
        for kind, declaration in LAYERS.kinds.items()
        for example in declaration.examples
        for weight in declaration.of(example.arguments).weights(*example.shapes)
        if "kernel" in weight.name and declaration.macs is no_macs
    }
    assert without == set()


# receptive fields


def influences(checked: CheckedGraph) -> np.ndarray[Any, Any]:
    """Which values along axis 1 of the input each place along axis 1 of the output depends on.

    Kernels are 1 and biases 0, so that nothing cancels out.
    """
    model = build(checked).model
    kernels = [weight.ndim > 1 for weight in model.get_weights()]
    weights = zip(model.get_weights(), kernels, strict=True)
    model.set_weights([np.full_like(weight, is_kernel) for weight, is_kernel in weights])
    shape = model.input_shape[1:]
    probes = np.zeros((shape[0], *shape), "float32")
    for place in range(shape[0]):
        probes[place, place] = 1
    changed = np.asarray(model.predict_on_batch(probes)) > 0
    return changed.any(axis=tuple(range(2, changed.ndim)))


def seen(checked: CheckedGraph) -> tuple[int, float]:
    """The largest field of a place of the output, and how far apart fields are in the middle."""
    depends = influences(checked)
    fields = [np.flatnonzero(column) for column in depends.T]
    size = max(int(field[-1] - field[0]) + 1 for field in fields if field.size)
    middle = len(fields) // 2
    around = range(middle - 2, middle + 3)
    starts = [(fields[place][0] + fields[place][-1]) / 2 for place in around]
    return size, float(starts[-1] - starts[0]) / 4


LINE = "inputs: {line: [65, 1]}\n"
PLANE = "inputs: {plane: [48, 6, 1]}\n"
C3 = "Conv1D: {filters: 1, kernel_size: 3}"
SAME = "Conv1D: {filters: 1, kernel_size: %d, strides: %d, padding: same}"
UP = "Conv1DTranspose: {filters: 1, kernel_size: %d, strides: %d, padding: same}"


@pytest.mark.parametrize(
    ("text", "size", "stride"),
    [
        (LINE + f"layers: [{C3}, {C3}]", 5, 1),
        (LINE + "layers: [Conv1D: {filters: 2, kernel_size: 3, dilation_rate: 4}]", 9, 1),
        (LINE + f"layers: [AveragePooling1D: {{pool_size: 2}}, {C3}]", 6, 2),
        (LINE + f"layers: [AveragePooling1D: {{pool_size: 3, strides: 2, padding: same}}, {C3}]", 7, 2),
        (LINE + f"layers: [{SAME % (7, 2)}, {SAME % (3, 2)}, {C3}]", 19, 4),
        (LINE + "layers: [Conv1D: {filters: 1, kernel_size: 4, padding: causal}]", 4, 1),
        (LINE + "layers: [SeparableConv1D: {filters: 2, kernel_size: 5}, Dense: {units: 3}]", 5, 1),
        (LINE + "layers: [ZeroPadding1D: {padding: [3, 1]}, Cropping1D: {cropping: [1, 2]}, ReLU]", 1, 1),
        # ways of different lengths, in step and out of step
        (LINE + f"layers: [Add: {{branches: [[{SAME % (5, 1)}], [{SAME % (3, 1)}], []]}}]", 5, 1),
        (LINE + f"layers: [Add: {{branches: [[{SAME % (3, 2)}], [{SAME % (1, 2)}]]}}]", 3, 2),
        (LINE + f"layers: [Add: {{branches: [[{C3}], [Cropping1D: {{cropping: [2, 0]}}]]}}]", 3, 1),
        (LINE + f"layers: [Add: {{branches: [[{C3}], [Cropping1D: {{cropping: [0, 2]}}]]}}]", 3, 1),
        (LINE + "layers: [Add: {branches: [[Cropping1D: {cropping: [0, 9]}], [Cropping1D: {cropping: [9, 0]}]]}]", 10, 1),
        (LINE + f"layers: [Concatenate: {{branches: [[{SAME % (9, 1)}], []]}}, {C3}]", 11, 1),
        # and up again
        (LINE + "layers: [UpSampling1D: {size: 2}]", 1, 0.5),
        (LINE + f"layers: [UpSampling1D: {{size: 4}}, {C3}]", 2, 0.25),
        (LINE + f"layers: [{UP % (3, 2)}]", 2, 0.5),
        (LINE + f"layers: [{UP % (2, 2)}, {C3}]", 2, 0.5),
        (LINE + f"layers: [{UP % (3, 2)}, {C3}, {SAME % (3, 2)}]", 4, 1),
        (PLANE + "layers: [UpSampling2D: {size: 2, interpolation: bilinear}]", 2, 0.5),
        (PLANE + "layers: [AveragePooling2D: {pool_size: 2}, Conv2D: {filters: 1, kernel_size: 3, padding: same}, UpSampling2D]", 6, 1),
        (LINE + f"layers: [{C3}, {C3}, Concatenate: {{branches: [[Cropping1D: {{cropping: [3, 4]}}],"
         f" [AveragePooling1D: {{pool_size: 2}}, {C3}, {UP % (2, 2)}, Cropping1D: {{cropping: [1, 1]}}]]}}, {C3}]", 12, 1),
        # layers that look along one axis
        (PLANE + "layers: [Conv2D: {filters: 1, kernel_size: [5, 1], strides: [3, 1]}]", 5, 3),
        (PLANE + "layers: [TimeDistributed: {layer: {Conv1D: {filters: 1, kernel_size: 3}}}]", 1, 1),
        (PLANE + "layers: [Reshape: {target_shape: [48, 6]}, Conv1D: {filters: 1, kernel_size: 3}]", 3, 1),
    ],
)  # fmt: skip
def test_receptive_fields_are_what_values_depend_on(text: str, size: int, stride: float) -> None:
    checked = compiled_text(text)
    found = list(costs(checked).nodes.values())[-1].receptive_field
    assert found is not None
    assert (found[0], seen(checked)) == (ReceptiveField(size, stride), (size, stride))


EXCITE = "[GlobalAveragePooling2D, Dense: {units: 4, activation: sigmoid}, Reshape: {target_shape: [1, 1, 4]}]"


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        # everything
        (f"layers: [Conv2D: {{filters: 4, kernel_size: 3}}, Multiply: {{branches: [[], {EXCITE}]}}]", (None, None)),
        ("layers: [GlobalAveragePooling2D: {keepdims: true}]", (None, None)),
        ("layers: [GroupNormalization: {groups: 1}]", (None, None)),
        ("layers: [LayerNormalization: {axis: [2, 3]}]", (1, None)),
        ("layers: [TimeDistributed: {layer: {LSTM: {units: 3, return_sequences: true}}}]", (1, None)),
        # one place
        ("layers: [LayerNormalization, Softmax, BatchNormalization, Dropout: {rate: 0.5}]", (1, 1)),
        ("layers: [Reshape: {target_shape: [600, 3]}]", ()),
    ],
)  # fmt: skip
def test_fields_of_everything_and_of_one_place(text: str, sizes: tuple[int | None, ...]) -> None:
    found = list(costs(compiled_text(f"inputs: {{image: [30, 20, 3]}}\n{text}")).nodes.values())[-1]
    assert [field.size for field in found.receptive_field or ()] == list(sizes)


@pytest.mark.usefixtures("newest_keras")
@pytest.mark.parametrize(
    "layers",
    [
        "Flatten",
        "GlobalAveragePooling2D",
        "Permute: {dims: [2, 1, 3]}",
        "Reshape: {target_shape: [10, 60, 3]}",
        "Concatenate: {axis: 1, branches: [[], []]}",
        "Add: {branches: [[MaxPooling2D], [Cropping2D: {cropping: [[0, 15], [0, 10]]}]]}",  # two strides
        "Add: {branches: [[], [Cropping2D: {cropping: [[14, 15], [0, 0]]}]]}",
        "AdaptiveAveragePooling2D: {output_size: 4}",
        "'my_package:Mine', Conv2D: {filters: 4, kernel_size: 3}",
        "UpSampling2D: {size: 2000000}",
    ],
)
def test_fields_that_are_not_there_or_not_known(layers: str) -> None:
    found = costs(compiled_text(f"inputs: {{image: [30, 20, 3]}}\nlayers: [{layers}]"))
    assert list(found.nodes.values())[-1].receptive_field is None


def test_fields_of_huge_windows_take_no_time() -> None:
    text = "inputs: {line: [null, 1]}\nlayers: [UpSampling1D: {size: 64}, MaxPooling1D: {pool_size: %d}]"
    found = list(costs(compiled_text(text % (64 * 10**12))).nodes.values())[-1]
    assert found.receptive_field == (ReceptiveField(10**12, 10**12),)


def test_fields_do_not_need_the_size_of_the_image() -> None:
    known = shipped("zoo/resnet50")
    path = ZOO / "resnet50.yaml"
    unknown = costs(checked_or_raise(compile_file(path, overrides={"size": None})))
    assert {name: cost.receptive_field for name, cost in unknown.nodes.items()} == {
        name: cost.receptive_field for name, cost in known.nodes.items()
    }
    assert (unknown.total.macs, unknown.total.activation_bytes) == (None, None)


def test_which_layers_say_nothing_of_where_they_look() -> None:
    silent = sorted(kind for kind, each in LAYERS.kinds.items() if each.reach is unknown_reach)
    spatial = [kind for kind in silent if kind.startswith(("Conv", "Depth", "Sep", "Max", "Ave"))]
    assert spatial == []


# memory, calls, submodels


def test_memory_is_that_of_the_outputs_in_their_data_types() -> None:
    text = (
        "inputs: {image: {shape: [4, 4, 2], dtype: uint8}}\n"
        "layers: [Flatten: {name: bytes}, Rescaling: {scale: 2, name: floats},"
        " Dense: {units: 8, dtype: mixed_float16, name: half}, Dense: {units: 8, dtype: float64, name: double}]"
    )
    found = {name: cost.activation_bytes for name, cost in costs(compiled_text(text)).nodes.items()}
    assert found == {"bytes": 32, "floats": 128, "half": 16, "double": 64}


def test_every_call_of_a_shared_layer_costs() -> None:
    text = (
        "inputs: {a: [8], b: [8]}\nlayers: [Dense: {name: one, units: 4, from: a},"
        " shared: {layer: one, name: two, from: b}, Add: {name: sum, from: [one, two]}]"
    )
    found = costs(compiled_text(text))
    assert found.nodes == {
        "one": Cost(36, 32, 16),
        "two": Cost(0, 32, 16),
        "sum": Cost(0, 0, 16),
    }
    assert found.total == Cost(36, 64, 48)


INNER = (
    "spec: {inputs: {image: [9, 9, 1]}, layers: [Conv2D: {name: c, filters: 2, kernel_size: 3}]}"
)


def test_a_submodel_costs_what_its_layers_cost_and_looks_through_them() -> None:
    text = (
        f"submodels: {{m: {{{INNER}}}}}\ninputs: {{image: [10, 10, 1]}}\n"
        "layers: [Conv2D: {name: first, filters: 1, kernel_size: 2}, m]"
    )
    found = costs(compiled_text(text))
    inner = Cost(20, 49 * 18, 49 * 8, (ReceptiveField(4, 1),) * 2)
    assert found.nodes == {
        "first": Cost(5, 81 * 4, 81 * 4, (ReceptiveField(2, 1),) * 2),
        "m_1": inner,
    }
    seen = {Ref("image"): (ReceptiveField(2, 1),) * 2, Ref("c"): (ReceptiveField(4, 1),) * 2}
    assert found.submodels == {"m_1": Costs({"c": inner}, {}, seen)}


def test_code_of_the_user_costs_what_nobody_knows() -> None:
    found = costs(
        compiled_text("inputs: {row: [8]}\nlayers: ['my_package:Mine', Dense: {units: 4}]")
    )
    assert found.total == Cost(None, None, None)


@pytest.mark.usefixtures("newest_keras")
def test_a_model_without_layers_costs_nothing() -> None:
    found = costs(
        compiled_text("inputs: {row: [8]}\nlayers: [ReLU: {repeat: 0}]\noutputs: {row: }")
    )
    assert found.total in (NOTHING, Cost(0, 0, 32))


# the command


def printed_summary(*arguments: object) -> str:
    exit_code, stdout, stderr = run_command("summary", *arguments)
    assert (exit_code, stderr) == (0, "")
    return stdout


def test_the_summary_shows_costs_where_they_are_asked_for() -> None:
    name = SPECS / "mnist_simple.yaml"
    lines = printed_summary("--cost", name).splitlines()
    rows = [[cell.strip() for cell in line.split("│")[3:7]] for line in lines if "│" in line]
    assert rows == [
        ["0", "0", "0.00 B", "-"],
        ["320", "194,688", "84.50 KB", "3 / 1"],
        ["0", "0", "21.12 KB", "4 / 2"],
        ["0", "0", "21.12 KB", "-"],
        ["54,090", "54,080", "40.00 B", "-"],
    ]
    assert lines[-2:] == [" Multiply-accumulates: 248,768", " Activations: 126.79 KB"]
    assert printed_summary(name).splitlines()[-1] == lines[-3]


def test_the_data_of_the_summary_hold_costs_where_they_are_asked_for() -> None:
    name = SPECS / "mnist_simple.yaml"
    with_costs = json.loads(printed_summary("--cost", "--format", "json", name))
    without = json.loads(printed_summary("--format", "json", name))
    assert (with_costs.pop("total_macs"), with_costs.pop("total_activation_bytes")) == (
        248768,
        129832,
    )
    found = [
        (layer.pop("macs"), layer.pop("activation_bytes"), layer.pop("receptive_field"))
        for layer in with_costs["layers"]
    ]
    assert (with_costs, found) == (
        without,
        [
            (0, 0, None),
            (194688, 86528, {"size": [3, 3], "stride": [1, 1]}),
            (0, 21632, {"size": [4, 4], "stride": [2, 2]}),
            (0, 21632, None),
            (54080, 40, None),
        ],
    )


def test_costs_of_a_submodel_are_shown_inside_of_it() -> None:
    lines = printed_summary("--cost", "--expand", ZOO / "siamese.yaml").splitlines()
    shown = {
        line.split("│")[1].strip(): line.split("│")[4].strip() for line in lines if "│" in line
    }
    assert shown["one (Functional)"] == "1,817,247,744"
    assert shown["└ conv2d_1 (Conv2D)"] == "117,964,800"

"""What layers of images, volumes and sequences refuse, and that Keras refuses it too."""

from typing import Any

import keras
import pytest

from cnnspec.diagnostics.problems import At, Problem, Problems
from cnnspec.layers.base import LAYERS
from cnnspec.shapes import Shape
from tests.support.keras_versions import is_since, takes

Refused = tuple[str, At, str]
"""The code, the argument that is meant, and the message."""
Case = tuple[str, dict[str, Any], Shape | list[Shape], Refused]


def refusals(kind: str, arguments: dict[str, Any], inputs: Shape | list[Shape]) -> list[Refused]:
    """Everything that is said against a call."""
    shapes = inputs if isinstance(inputs, list) else [inputs]
    try:
        layer = LAYERS.find(kind).of(arguments)
        layer.shape(*shapes)
        layer.weights(*shapes)
    except Problem as problem:
        return [(problem.code, problem.at, problem.message)]
    except Problems as refused:
        return [(problem.code, problem.at, problem.message) for problem in refused.problems]
    return []


def static(kind: str, arguments: dict[str, Any], inputs: Shape | list[Shape]) -> dict[str, Any]:
    """The output and the weights by the declaration."""
    shapes = inputs if isinstance(inputs, list) else [inputs]
    layer = LAYERS.find(kind).of(arguments)
    weights = [(each.name, each.shape, each.trainable) for each in layer.weights(*shapes)]
    return {"output": layer.shape(*shapes), "weights": weights}


def of_keras(kind: str, arguments: dict[str, Any], inputs: Shape | list[Shape]) -> dict[str, Any]:
    """The output and the weights by Keras."""
    shapes = inputs if isinstance(inputs, list) else [inputs]
    tensors = [keras.Input(shape[1:]) for shape in shapes]
    layer = getattr(keras.layers, kind)(**arguments)
    output = layer(tensors if LAYERS.kinds[kind].merges else tensors[0])
    weights = [(each.name, tuple(each.shape), each.trainable) for each in layer.weights]
    return {"output": tuple(output.shape), "weights": weights}


def named(cases: list[Any]) -> list[Any]:
    """The cases as parameters of a test, named by their kinds."""
    return [pytest.param(*case, id=f"{case[0]}-{position}") for position, case in enumerate(cases)]


def here(cases: list[Any]) -> list[Any]:
    """The cases in which nothing is new in a later Keras than the installed one."""
    return [
        case
        for case in cases
        if takes(case[0], case[1], *(case[2] if isinstance(case[2], list) else [case[2]]))
    ]


CONV = {"filters": 4, "kernel_size": 3}
SEQUENCE = "(batch, steps, channels)"
IMAGE = "(batch, height, width, channels)"
VOLUME = "(batch, depth, height, width, channels)"

# fmt: off
WRONG_RANK: list[Case] = [
    (kind, arguments, (None, *(4,) * wrong),
     ("wrong-rank", (), f"{kind} takes an input with {rank + 2} axes {form}, not {shape}"))
    for rank, form, wrong, shape, kinds in [
        (1, SEQUENCE, 3, "(None, 4, 4, 4)", [
            ("Conv1D", CONV), ("Conv1DTranspose", CONV), ("SeparableConv1D", CONV),
            ("DepthwiseConv1D", {"kernel_size": 3}), ("MaxPooling1D", {}),
            ("AveragePooling1D", {"pool_size": 2}), ("GlobalMaxPooling1D", {}),
            ("GlobalAveragePooling1D", {}), ("AdaptiveMaxPooling1D", {"output_size": 2}),
            ("AdaptiveAveragePooling1D", {"output_size": 2}), ("ZeroPadding1D", {}),
            ("Cropping1D", {}), ("UpSampling1D", {}), ("SpatialDropout1D", {"rate": 0.5}),
        ]),
        (2, IMAGE, 2, "(None, 4, 4)", [
            ("Conv2D", CONV), ("Conv2DTranspose", CONV), ("SeparableConv2D", CONV),
            ("DepthwiseConv2D", {"kernel_size": 3}), ("MaxPooling2D", {}),
            ("AveragePooling2D", {"pool_size": 2}), ("GlobalMaxPooling2D", {}),
            ("GlobalAveragePooling2D", {}), ("AdaptiveMaxPooling2D", {"output_size": 2}),
            ("AdaptiveAveragePooling2D", {"output_size": 2}), ("ZeroPadding2D", {}),
            ("Cropping2D", {}), ("UpSampling2D", {}), ("SpatialDropout2D", {"rate": 0.5}),
        ]),
        (3, VOLUME, 3, "(None, 4, 4, 4)", [
            ("Conv3D", CONV), ("Conv3DTranspose", CONV), ("MaxPooling3D", {}),
            ("AveragePooling3D", {"pool_size": 2}), ("GlobalMaxPooling3D", {}),
            ("GlobalAveragePooling3D", {}), ("AdaptiveMaxPooling3D", {"output_size": 2}),
            ("AdaptiveAveragePooling3D", {"output_size": 2}), ("ZeroPadding3D", {}),
            ("Cropping3D", {}), ("UpSampling3D", {}), ("SpatialDropout3D", {"rate": 0.5}),
        ]),
    ]
    for kind, arguments in kinds
]
UNCHECKED_BY_KERAS = ("Adaptive", "SpatialDropout", "Conv2DTranspose", "Conv3DTranspose")
"""Kinds of which Keras accepts an input of another rank, and fails when it is run."""

REFUSED: list[Case] = [
    # kernels and pools against the size of the input
    ("Conv1D", {"filters": 4, "kernel_size": 5}, (None, 4, 2),
     ("kernel-too-large", ("kernel_size",), "Conv1D needs at least 5 values, but its input has only 4")),
    ("Conv1D", {"filters": 4, "kernel_size": 3, "dilation_rate": 4}, (None, 8, 2),
     ("kernel-too-large", ("kernel_size",), "Conv1D needs at least 9 values, but its input has only 8")),
    ("Conv2D", {"filters": 4, "kernel_size": [3, 2], "dilation_rate": [1, 3]}, (None, None, 3, 2),
     ("kernel-too-large", ("kernel_size",), "Conv2D needs at least 3 x 4 values, but its input has only None x 3")),
    ("Conv3D", CONV | {"data_format": "channels_first"}, (None, 8, 8, 8, 2),
     ("kernel-too-large", ("kernel_size",), "Conv3D needs at least 3 x 3 x 3 values, but its input has only 8 x 8 x 2")),
    ("DepthwiseConv1D", {"kernel_size": 2, "strides": 2, "dilation_rate": 2}, (None, 2, 4),
     ("kernel-too-large", ("kernel_size",), "DepthwiseConv1D needs at least 3 values, but its input has only 2")),
    ("SeparableConv2D", {"filters": 4, "kernel_size": 4}, (None, 8, 3, 4),
     ("kernel-too-large", ("kernel_size",), "SeparableConv2D needs at least 4 x 4 values, but its input has only 8 x 3")),
    ("MaxPooling2D", {}, (None, 1, 8, 4),
     ("kernel-too-large", ("pool_size",), "MaxPooling2D needs at least 2 x 2 values, but its input has only 1 x 8")),
    ("AveragePooling3D", {"pool_size": 3, "strides": 1}, (None, 4, None, 2, 4),
     ("kernel-too-large", ("pool_size",), "AveragePooling3D needs at least 3 x 3 x 3 values, but its input has only 4 x None x 2")),
    # strides, dilation, groups, paddings
    ("Conv2D", CONV | {"strides": 2, "dilation_rate": [1, 2]}, (None, 8, 8, 2),
     ("conflicting-arguments", ("dilation_rate",), "Conv2D cannot have both 'strides' and 'dilation_rate' above 1")),
    ("Conv1DTranspose", CONV | {"strides": 2, "dilation_rate": 2}, (None, 8, 2),
     ("conflicting-arguments", ("dilation_rate",), "Conv1DTranspose cannot have both 'strides' and 'dilation_rate' above 1")),
    ("Conv2D", CONV | {"groups": 3}, (None, 8, 8, 3),
     ("conflicting-arguments", ("groups",), "Conv2D cannot split 4 filters into 3 groups")),
    ("Conv1D", CONV | {"groups": 2}, (None, 8, 3),
     ("shape-mismatch", ("groups",), "Conv1D cannot split 3 input channels into 2 groups")),
    ("Conv3D", CONV | {"groups": 4, "data_format": "channels_first"}, (None, 6, 8, 8, 8),
     ("shape-mismatch", ("groups",), "Conv3D cannot split 6 input channels into 4 groups")),
    ("Conv2DTranspose", CONV | {"strides": [2, 3], "output_padding": [1, 3]}, (None, 8, 8, 2),
     ("conflicting-arguments", ("output_padding",), "'output_padding' of Conv2DTranspose must be smaller than its 'strides'")),
    ("Conv3DTranspose", CONV | {"output_padding": 1}, (None, 8, 8, 8, 2),
     ("conflicting-arguments", ("output_padding",), "'output_padding' of Conv3DTranspose must be smaller than its 'strides'")),
    ("Conv2D", CONV | {"padding": "causal"}, (None, 8, 8, 2),
     ("unknown-value", ("padding",), "'padding' of Conv2D must be 'valid' or 'same', not 'causal'")),
    ("MaxPooling1D", {"padding": "SAME"}, (None, 8, 2),
     ("unknown-value", ("padding",), "'padding' of MaxPooling1D must be 'valid' or 'same', not 'SAME'")),
    ("Conv2D", CONV | {"strides": 0}, (None, 8, 8, 2),
     ("out-of-range", ("strides",), "'strides' of Conv2D must be a whole number of at least 1, or a list of 2 of them, not 0")),
    ("SeparableConv1D", CONV | {"kernel_size": [3, 3]}, (None, 8, 2),
     ("wrong-type", ("kernel_size",), "'kernel_size' of SeparableConv1D must be a whole number of at least 1, not [3, 3]")),
    ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 0}, (None, 8, 8, 2),
     ("out-of-range", ("depth_multiplier",), "'depth_multiplier' of DepthwiseConv2D must be a whole number of at least 1, not 0")),
    # sizes that weights need
    ("Conv2D", CONV, (None, 8, 8, None),
     ("unknown-size", (), "Conv2D needs to know the size of axis 3 of its input (None, 8, 8, None)")),
    ("Conv1DTranspose", CONV | {"data_format": "channels_first"}, (None, None, 8),
     ("unknown-size", (), "Conv1DTranspose needs to know the size of axis 1 of its input (None, None, 8)")),
    ("DepthwiseConv1D", {"kernel_size": 3}, (None, 8, None),
     ("unknown-size", (), "DepthwiseConv1D needs to know the size of axis 2 of its input (None, 8, None)")),
    ("Dense", {"units": 2}, (None, 4, None),
     ("unknown-size", (), "Dense needs to know the size of axis 2 of its input (None, 4, None)")),
    ("BatchNormalization", {"scale": False, "center": False}, (None, 4, None),
     ("unknown-size", (), "BatchNormalization needs to know the size of axis 2 of its input (None, 4, None)")),
    ("LayerNormalization", {"axis": [1, 2], "scale": False}, (None, None, 4),
     ("unknown-size", (), "LayerNormalization needs to know the size of axis 1 of its input (None, None, 4)")),
    ("GroupNormalization", {"groups": 2, "scale": False, "center": False}, (None, 4, None),
     ("unknown-size", (), "GroupNormalization needs to know the size of axis 2 of its input (None, 4, None)")),
    ("RMSNormalization", {}, (None,),
     ("unknown-size", (), "RMSNormalization needs to know the size of axis 0 of its input (None,)")),
    ("PReLU", {"shared_axes": [1]}, (None, None, None),
     ("unknown-size", (), "PReLU needs to know the size of axis 2 of its input (None, None, None)")),
    # axes
    ("GroupNormalization", {"groups": 3}, (None, 4, 8),
     ("shape-mismatch", ("groups",), "GroupNormalization cannot split 8 channels into 3 groups")),
    ("GroupNormalization", {}, (None, 4, 8),
     ("shape-mismatch", ("groups",), "GroupNormalization cannot split 8 channels into 32 groups")),
    ("GroupNormalization", {"groups": 0}, (None, 8),
     ("out-of-range", ("groups",), "'groups' of GroupNormalization must be a whole number of at least 1, or -1 for a group of each channel, not 0")),
    ("BatchNormalization", {"axis": 3}, (None, 4, 8),
     ("out-of-range", ("axis",), "BatchNormalization works on axis 3, but its input (None, 4, 8) has 3 axes")),
    ("LayerNormalization", {"axis": [1, -4]}, (None, 4, 8),
     ("out-of-range", ("axis",), "LayerNormalization works on axis -4, but its input (None, 4, 8) has 3 axes")),
    ("UnitNormalization", {"axis": 2}, (None, 8),
     ("out-of-range", ("axis",), "UnitNormalization works on axis 2, but its input (None, 8) has 2 axes")),
    ("BatchNormalization", {"renorm": True, "renorm_clipping": {"rmax": 1, "rmin": 2}}, (None, 8),
     ("conflicting-arguments", ("renorm_clipping", "rmax"), "'rmax' of BatchNormalization must be at least its 'rmin'")),
    ("BatchNormalization", {"renorm": True, "renorm_clipping": {"dmax": -1}}, (None, 8),
     ("out-of-range", ("renorm_clipping", "dmax"), "'dmax' of BatchNormalization must be a number of at least 0, not -1")),
    ("BatchNormalization", {"renorm": True, "renorm_clipping": {"rmean": 1}}, (None, 8),
     ("unknown-argument", ("renorm_clipping", "rmean"), "'renorm_clipping' has no bound 'rmean'")),
    # reshaping
    ("Cropping1D", {"cropping": [2, 2]}, (None, 4, 2),
     ("no-output-shape", ("cropping",), "Cropping1D crops away its whole input, which is 4")),
    ("Cropping2D", {"cropping": [[0, 0], [3, 1]]}, (None, None, 4, 2),
     ("no-output-shape", ("cropping",), "Cropping2D crops away its whole input, which is None x 4")),
    ("Cropping3D", {"data_format": "channels_first"}, (None, 4, 8, 2, 8),
     ("no-output-shape", ("cropping",), "Cropping3D crops away its whole input, which is 8 x 2 x 8")),
    ("Cropping1D", {"cropping": [1]}, (None, 4, 2),
     ("wrong-type", ("cropping",), "'cropping' of Cropping1D must be a whole number of at least 0, or a pair of them, not [1]")),
    ("ZeroPadding1D", {"padding": [1, -1]}, (None, 4, 2),
     ("out-of-range", ("padding", 1), "'padding' of ZeroPadding1D must be a whole number of at least 0, or a pair of them, not [1, -1]")),
    ("ZeroPadding3D", {"padding": [1, 1]}, (None, 4, 4, 4, 2),
     ("wrong-type", ("padding",), "'padding' of ZeroPadding3D must be a whole number of at least 0, one per axis, or a pair per axis, not [1, 1]")),
    ("UpSampling1D", {"size": [2]}, (None, 4, 2),
     ("wrong-type", ("size",), "'size' of UpSampling1D must be a whole number of at least 1, not [2]")),
    ("UpSampling3D", {"size": [1, 0, 1]}, (None, 4, 4, 4, 2),
     ("out-of-range", ("size", 1), "'size' of UpSampling3D must be a whole number of at least 1, or a list of 3 of them, not [1, 0, 1]")),
    ("RepeatVector", {"n": 0}, (None, 4),
     ("out-of-range", ("n",), "'n' of RepeatVector must be a whole number of at least 1, not 0")),
    ("RepeatVector", {"n": 3}, (None, 4, 2),
     ("wrong-rank", (), "RepeatVector takes an input with 2 axes (batch, values), not (None, 4, 2)")),
    ("Reshape", {"target_shape": [3, -1]}, (None, 4, 2),
     ("shape-mismatch", ("target_shape",), "Reshape cannot reshape (4, 2), which has 8 values, to (3, -1)")),
    ("Reshape", {"target_shape": [3]}, (None, 4),
     ("shape-mismatch", ("target_shape",), "Reshape cannot reshape (4,), which has 4 values, to (3,)")),
    ("Permute", {"dims": [2, 1]}, (None, 4, 2, 3),
     ("wrong-rank", ("dims",), "Permute permutes 2 axes, but its input is (None, 4, 2, 3)")),
    ("Permute", {"dims": [0, 1]}, (None, 4, 2),
     ("conflicting-arguments", ("dims",), "'dims' of Permute must contain each of 1 to 2 once")),
    # merging
    ("Add", {}, [(None, 4, 2), (None, 3, 2)],
     ("shape-mismatch", (), "Add cannot merge (None, 4, 2) and (None, 3, 2): axis 1 is 4 in one and 3 in another")),
    ("Multiply", {}, [(None, 4, 2), (None, 3)],
     ("shape-mismatch", (), "Multiply cannot merge (None, 4, 2) and (None, 3): axis 2 is 2 in one and 3 in another")),
    ("Concatenate", {}, [(None, None, 2), (None, 4, 2), (None, 5, 2)],
     ("shape-mismatch", (), "Concatenate cannot concatenate (None, None, 2) and (None, 4, 2) and (None, 5, 2): axis 1 is 4 in one and 5 in another")),
    ("Concatenate", {}, [(None, 2), (None, 4, 2)],
     ("shape-mismatch", (), "Concatenate cannot concatenate (None, 2) and (None, 4, 2): they have 2 and 3 axes")),
    ("Concatenate", {"axis": 3}, [(None, 4, 2), (None, 4, 2)],
     ("out-of-range", ("axis",), "Concatenate works on axis 3, but its input (None, 4, 2) has 3 axes")),
    ("Dot", {"axes": 1}, [(None, 4), (None, 3)],
     ("shape-mismatch", ("axes",), "Dot needs axes of the same size: axis 1 of (None, 4) is 4, axis 1 of (None, 3) is 3")),
    # the rest
    ("Dropout", {"rate": 1.5}, (None, 4),
     ("out-of-range", ("rate",), "'rate' of Dropout must be a number from 0 to 1, not 1.5")),
    ("Dropout", {"rate": 0.5, "noise_shape": [None, 0]}, (None, 4),
     ("out-of-range", ("noise_shape", 1), "'noise_shape' of Dropout must be a list of sizes and nulls, or null, not [null, 0]")),
    ("SpatialDropout3D", {"rate": 0.5, "trainable": False}, (None, 4, 4, 4, 2),
     ("unknown-argument", ("trainable",), "SpatialDropout3D has no argument 'trainable'")),
    ("ActivityRegularization", {"l1": -1.0}, (None, 4),
     ("out-of-range", ("l1",), "'l1' of ActivityRegularization must be a number of at least 0, not -1.0")),
    ("ActivityRegularization", {"activity_regularizer": "l2"}, (None, 4),
     ("unknown-argument", ("activity_regularizer",), "ActivityRegularization has no argument 'activity_regularizer'")),
    ("Embedding", {"input_dim": 0, "output_dim": 4}, (None, 4),
     ("out-of-range", ("input_dim",), "'input_dim' of Embedding must be a whole number of at least 1, not 0")),
    ("Activation", {"activation": "rilu"}, (None, 4),
     ("unknown-value", ("activation",), "unknown activation 'rilu'")),
    ("Dense", {"units": 4, "dtype": "bool"}, (None, 4),
     ("unknown-value", ("dtype",), "'dtype' of Dense must be 'float16', 'bfloat16', 'float32', 'float64', 'mixed_float16', 'mixed_bfloat16' or null, not 'bool'")),
    # equations
    ("EinsumDense", {"equation": "ab, bc -> ac", "output_shape": 4}, (None, 8),
     ("unknown-value", ("equation",), "'equation' of EinsumDense must be an equation such as 'abc,cd->abd', '...x,xy->...y' or 'ab...,bc->ac...', not 'ab, bc -> ac'")),
    ("EinsumDense", {"equation": "ab,bc->ad", "output_shape": 4}, (None, 8),
     ("conflicting-arguments", ("equation",), "'d' of the output is in neither the input nor the kernel in 'ab,bc->ad'")),
    ("EinsumDense", {"equation": "ab,bcd->ac", "output_shape": 4}, (None, 8),
     ("conflicting-arguments", ("equation",), "'d' of the kernel is in neither the input nor the output in 'ab,bcd->ac'")),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 4, "bias_axes": "b"}, (None, 8),
     ("conflicting-arguments", ("bias_axes",), "'bias_axes' of EinsumDense must be letters of the output 'ac', not 'b'")),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 4, "bias_axes": ""}, (None, 8),
     ("conflicting-arguments", ("bias_axes",), "'bias_axes' of EinsumDense must be letters of the output 'ac', not ''")),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [3, 4]}, (None, 2, 8),
     ("shape-mismatch", ("output_shape",), "'output_shape' of EinsumDense has 3 for 'b', but it is 2 in its input (None, 2, 8)")),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [3, 4]}, (None, None, 8),
     ("shape-mismatch", ("output_shape",), "'output_shape' of EinsumDense has 3 for 'b', but it is None in its input (None, None, 8)")),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, None]}, (None, 2, 8),
     ("unknown-size", ("output_shape",), "EinsumDense needs to know the size of 'd' from 'output_shape'")),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 4]}, (None, 2, None),
     ("unknown-size", (), "EinsumDense needs to know the size of 'c' from its input (None, 2, None)")),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 4], "bias_axes": "b"}, (None, 2, 8),
     ("unknown-size", ("output_shape",), "EinsumDense needs to know the size of 'b' from 'output_shape'")),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [4]}, (None, 2, 8),
     ("shape-mismatch", ("output_shape",), "'output_shape' of EinsumDense must have 2 sizes for 'abc,cd->abd', not 1")),
    ("EinsumDense", {"equation": "abc,cd->abd", "output_shape": [None, 4]}, (None, 8),
     ("wrong-rank", (), "'abc,cd->abd' takes an input with 3 axes, not (None, 8)")),
]

ALSO_REFUSED: list[Case] = [
    # what Keras accepts, and TensorFlow then fails on
    ("Conv2DTranspose", {"filters": 4, "kernel_size": 2, "padding": "same", "output_padding": 0}, (None, 8, 8, 2),
     ("conflicting-arguments", ("output_padding",), "'output_padding' of Conv2DTranspose must be above 0 if the kernel size is even and the padding is 'same'")),
    ("AdaptiveMaxPooling1D", {"output_size": 1}, (None, None, 4),
     ("no-output-shape", ("output_size",), "AdaptiveMaxPooling1D cannot pool an axis of size 1, or to size 1, because TensorFlow fails")),
    ("AdaptiveAveragePooling2D", {"output_size": 3}, (None, 8, 1, 4),
     ("no-output-shape", ("output_size",), "AdaptiveAveragePooling2D cannot pool an axis of size 1, or to size 1, because TensorFlow fails")),
    ("AlphaDropout", {"rate": 1}, (None, 4),
     ("out-of-range", ("rate",), "'rate' of AlphaDropout must be a number from 0 to below 1, not 1")),
    ("GaussianDropout", {"rate": 1.0}, (None, 4),
     ("out-of-range", ("rate",), "'rate' of GaussianDropout must be a number from 0 to below 1, not 1.0")),
    ("Dropout", {"rate": 0.5, "noise_shape": [None, 3]}, (None, 4),
     ("shape-mismatch", ("noise_shape",), "'noise_shape' of Dropout has 3 for axis 1, but its input is (None, 4)")),
    ("AlphaDropout", {"rate": 0.5, "noise_shape": [None, 1, 1, 4]}, (None, 3, 4),
     ("wrong-rank", ("noise_shape",), "'noise_shape' of AlphaDropout has 4 axes, but its input is (None, 3, 4)")),
    ("LayerNormalization", {"axis": [1, -2]}, (None, 4, 8),
     ("conflicting-arguments", ("axis",), "'axis' of LayerNormalization names an axis of (None, 4, 8) twice")),
    ("Reshape", {"target_shape": [3, 5]}, (None, None, 2),
     ("shape-mismatch", ("target_shape",), "Reshape cannot reshape (None, 2), which has a multiple of 2 values, to (3, 5)")),
    ("Rescaling", {"scale": [1.0, 2.0]}, (None, 4, 3),
     ("shape-mismatch", ("scale",), "'scale' of Rescaling has 2 numbers, but its input (None, 4, 3) has 3 channels")),
    ("Maximum", {}, [(None, 4), (None, None), (None, 3)],
     ("shape-mismatch", (), "Maximum cannot merge (None, 4) and (None, None) and (None, 3): axis 1 is 4 in one and 3 in another")),
    ("Dense", {"units": 4, "activation": "threshold"}, (None, 4),
     ("unknown-value", ("activation",), "'threshold' needs arguments that a layer cannot give it")),
    # what then has another shape, or does something else, than Keras says
    ("Conv1D", CONV | {"activation": "glu"}, (None, 8, 4),
     ("unknown-value", ("activation",), "'glu' halves the last axis, which Keras does not reflect in its shapes")),
    ("Rescaling", {"scale": 0.5, "offset": [1.0, 2.0, 3.0]}, (None, 4, 1),
     ("shape-mismatch", ("offset",), "'offset' of Rescaling has 3 numbers, but its input (None, 4, 1) has 1 channel")),
    ("RMSNormalization", {"axis": 1}, (None, 4, 4),
     ("out-of-range", ("axis",), "RMSNormalization works only on the last axes of its input (None, 4, 4), because Keras would scale the wrong ones")),
    ("EinsumDense", {"equation": "...x,xy->...y", "output_shape": 4}, (None, 5, 6, 8),
     ("conflicting-arguments", ("equation",), "EinsumDense cannot have '...' for the axes (5, 6): Keras would reverse their order")),
    ("EinsumDense", {"equation": "abc,cd->bad", "output_shape": [None, 4]}, (None, 2, 8),
     ("conflicting-arguments", ("equation",), "the first axis in 'abc,cd->bad' is the batch, which must stay first")),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": [4, 3]}, (None, 8),
     ("shape-mismatch", ("output_shape",), "'output_shape' of EinsumDense must have 1 size for 'ab,bc->ac', not 2")),
    ("EinsumDense", {"equation": "ab,bc->ac", "output_shape": 4}, (None, 8, 8),
     ("wrong-rank", (), "'ab,bc->ac' takes an input with 2 axes, not (None, 8, 8)")),
    # what works but cannot be meant
    ("PReLU", {"shared_axes": [-1]}, (None, 4, 8),
     ("out-of-range", ("shared_axes",), "PReLU shares axis -1, but its input has axes 1 to 2")),
    ("UnitNormalization", {"axis": []}, (None, 4),
     ("out-of-range", ("axis",), "'axis' of UnitNormalization must name an axis")),
    ("EinsumDense", {"equation": "abb,bc->abc", "output_shape": [8, 4]}, (None, 8, 8),
     ("conflicting-arguments", ("equation",), "'abb' names an axis twice in 'abb,bc->abc'")),
    ("BatchNormalization", {"dtype": "int32"}, (None, 4),
     ("unknown-value", ("dtype",), "'dtype' of BatchNormalization must be 'float16', 'bfloat16', 'float32', 'float64', 'mixed_float16', 'mixed_bfloat16' or null, not 'int32'")),
]
"""What Keras accepts and no model can have, or can mean."""

TAKEN: list[tuple[str, dict[str, Any], Shape | list[Shape]]] = [
    ("Conv1D", CONV | {"padding": "CAUSAL", "dilation_rate": 2}, (None, None, 2)),
    ("Conv2D", CONV | {"padding": "Same", "strides": [3, 2]}, (None, 7, None, 2)),
    ("DepthwiseConv2D", {"kernel_size": 2, "strides": 2, "dilation_rate": [2, 3]}, (None, 9, 9, 2)),
    ("SeparableConv1D", CONV | {"strides": 2, "dilation_rate": 2}, (None, 9, 2)),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 2, "strides": 2, "padding": "same", "output_padding": 1}, (None, 4, 4, 2)),
    ("Conv2DTranspose", {"filters": 2, "kernel_size": 2, "dilation_rate": 2, "padding": "same", "output_padding": 0}, (None, 4, 4, 2)),
    ("AveragePooling2D", {"pool_size": 5, "padding": "same"}, (None, 3, 3, None)),
    ("AdaptiveMaxPooling3D", {"output_size": [2, 3, 4]}, (None, 2, None, 3, None)),
    ("ZeroPadding2D", {"padding": [1, [0, 2]]}, (None, None, 4, None)),
    ("UpSampling2D", {"interpolation": "BILINEAR"}, (None, None, 4, 2)),
    ("LayerNormalization", {"axis": [1, -1]}, (None, 4, 5, 8)),
    ("LayerNormalization", {"axis": [2, 1], "scale": False}, (None, 4, 5, 8)),
    ("LayerNormalization", {"axis": 0, "scale": False, "center": False}, (None, 4)),
    ("GroupNormalization", {"groups": 2, "axis": -2}, (None, None, 4, None)),
    ("BatchNormalization", {"renorm": True, "renorm_clipping": {"rmax": 3.0, "dmax": None}}, (None, None, 4)),
    ("RMSNormalization", {"axis": [-1, -2]}, (None, 4, 5, 8)),
    ("Dropout", {"rate": 1.0, "noise_shape": [1, None, 4]}, (None, None, 4)),
    ("PReLU", {"shared_axes": 1}, (None, None, 8)),
    ("Softmax", {"axis": [1, -1]}, (None, 4, None)),
    ("Reshape", {"target_shape": [-1, 3]}, (None, None, 2)),
    ("Reshape", {"target_shape": []}, (None, 1)),
    ("Flatten", {}, (None,)),
    ("Embedding", {"input_dim": 3, "output_dim": 2}, (None,)),
    ("Concatenate", {"axis": 0}, [(None, 4), (None, 4)]),
    ("Concatenate", {"axis": -2}, [(None, None, 2), (None, 4, None), (None, 3, 2)]),
    ("Maximum", {}, [(None, 1), (None, 5, 1, 3), (None, None, 4, 1)]),
    ("Average", {}, [(None,), (None, 4)]),
    ("Dot", {"axes": [-1, 1]}, [(None, 3, 4, 5), (None, 5, 6)]),
    ("EinsumDense", {"equation": "...ab,bcd->...acd", "output_shape": [None, 4, 3], "bias_axes": "d"}, (None, 5, 7, 5, 2, 8)),
    ("EinsumDense", {"equation": "...ab,bc->...ac", "output_shape": 4, "bias_axes": "c"}, (None, 8)),
    ("EinsumDense", {"equation": "abc...,cde->abde...", "output_shape": [None, 4, 3], "bias_axes": "e"}, (None, 5, 8, 7, None)),
    ("EinsumDense", {"equation": "abc,bcd->ad", "output_shape": 4, "bias_axes": "d"}, (None, 5, 8)),
    ("EinsumDense", {"equation": "abc,bcd->adb", "output_shape": [4, 5], "bias_axes": "db"}, (None, 5, 8)),
]
"""What is easily refused by mistake, or given other weights."""
# fmt: on


@pytest.mark.parametrize(
    ("kind", "arguments", "inputs", "refused"), named(WRONG_RANK + REFUSED + ALSO_REFUSED)
)
def test_it_is_refused(kind: str, arguments: dict[str, Any], inputs: Any, refused: Refused) -> None:
    assert refusals(kind, arguments, inputs) == [refused]


POOLS = ("MaxPooling2D", "AveragePooling3D")
CHECKED_SINCE = {
    "3.13.0": [("Dropout", "noise_shape")],
    "3.14.0": [
        *((kind, "kernel_size") for kind in ("Conv1D", "Conv2D", "Conv3D", "SeparableConv2D")),
        *((kind, "output_padding") for kind in ("Conv2DTranspose", "Conv3DTranspose")),
    ],
    "3.15.0": [
        *((kind, "pool_size") for kind in POOLS),
        ("GroupNormalization", "groups"),
        ("RepeatVector", "n"),
        ("Embedding", "input_dim"),
    ],
}
"""For versions of Keras: the kinds and arguments of which older ones build what fails."""


ACCEPTED_SINCE = {"3.11.0": [("Conv2DTranspose", "output_padding")]}
"""For versions of Keras: those of which older ones refuse what fails."""


def has_come(case: Case, table: dict[str, list[tuple[str, str]]]) -> bool:
    """Whether the installed Keras is not older than what a table says of a case."""
    kind, _, _, (_, at, _) = case
    return all(is_since(release) for release, what in table.items() if (kind, *at[:1]) in what)


def is_checked_by_keras(case: Case) -> bool:
    """Whether the installed Keras refuses what is wrong in a case."""
    kind, _, _, (code, _, _) = case
    if code == "wrong-rank":
        return not kind.startswith(UNCHECKED_BY_KERAS)
    return has_come(case, CHECKED_SINCE)


@pytest.mark.parametrize(
    ("kind", "arguments", "inputs", "refused"),
    named([*filter(is_checked_by_keras, WRONG_RANK + REFUSED)]),
)
def test_keras_refuses_it_too(
    kind: str, arguments: dict[str, Any], inputs: Any, refused: Refused
) -> None:
    with pytest.raises((ValueError, TypeError, IndexError)):
        of_keras(kind, arguments, inputs)


@pytest.mark.parametrize(
    ("kind", "arguments", "inputs", "refused"),
    named([case for case in here(ALSO_REFUSED) if has_come(case, ACCEPTED_SINCE)]),
)
def test_keras_still_accepts_it(
    kind: str, arguments: dict[str, Any], inputs: Any, refused: Refused
) -> None:
    first = inputs[0] if isinstance(inputs, list) else inputs
    assert len(of_keras(kind, arguments, inputs)["output"]) >= len(first) - 1


@pytest.mark.parametrize(("kind", "arguments", "inputs"), named(here(TAKEN)))
def test_what_keras_takes_is_taken(kind: str, arguments: dict[str, Any], inputs: Any) -> None:
    assert static(kind, arguments, inputs) == of_keras(kind, arguments, inputs)


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [
        ("Dropout", {"rate": 0.5}),
        ("AlphaDropout", {"rate": 0.5}),
        ("GaussianDropout", {"rate": 0.5}),
        ("GaussianNoise", {"stddev": 0.5}),
        ("SpatialDropout1D", {"rate": 0.5}),
        ("SpatialDropout2D", {"rate": 0.5}),
        ("SpatialDropout3D", {"rate": 0.5}),
    ],
)
def test_what_acts_in_training_alone_is_nothing_in_inference(
    kind: str, arguments: dict[str, Any]
) -> None:
    layer = LAYERS.find(kind).of(arguments | {"dtype": "mixed_float16"})
    inactive = layer.in_inference()
    assert (inactive.kind(), inactive.given) == ("Identity", {"dtype": "mixed_float16"})


def test_all_public_layers_of_these_families_are_declared() -> None:
    families = ("activations", "convolutional", "merging", "normalization", "pooling",
                "regularization", "reshaping")  # fmt: skip
    core = {"Dense", "EinsumDense", "Embedding", "Identity", "Masking", "ReversibleEmbedding"}
    public = {
        layer.__name__
        for layer in vars(keras.layers).values()
        if isinstance(layer, type) and layer.__module__.split(".")[3:4] in [[f] for f in families]
    }
    assert (public - {"SpectralNormalization"} | core) - LAYERS.kinds.keys() == set()

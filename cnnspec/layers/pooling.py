"""Pooling layers: maximum or average over windows, or over all positions."""

from cnnspec.declarations.declaration import default
from cnnspec.declarations.fields import FLOAT_TYPES, Flag
from cnnspec.layers import dtype_rules, reach_rules, shape_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.fields import DataFormat, PoolingPadding, PoolingStrides, Size

NO_DOUBLES: tuple[str, ...] = ("float16", "bfloat16", "float32")
"""The data types of volumes that TensorFlow pools; it pools float16 only on GPUs."""


class Pooling(Layer):
    """Base class of pooling layers."""

    pool_size: Size
    """Size of the window along each spatial axis."""
    strides: PoolingStrides = None
    """Stride of the window; null means the pool size."""
    padding: PoolingPadding = "valid"
    """`valid` ignores incomplete windows; `same` includes them."""
    data_format: DataFormat = None

    takes = FLOAT_TYPES
    output_dtype = dtype_rules.kept
    shape = shape_rules.pool
    reach = reach_rules.pooling


class Pooling1D(Pooling):
    """Pooling along a sequence."""

    rank = 1
    examples = (
        Example({"pool_size": 2}, (None, 20, 4), (None, 10, 4)),
        Example({"pool_size": 3, "strides": 1, "padding": "same"}, (None, 20, 4), (None, 20, 4)),
    )


class Pooling2D(Pooling):
    """Pooling over images."""

    rank = 2
    examples = (
        Example({"pool_size": 2}, (None, 26, 26, 32), (None, 13, 13, 32)),
        Example({"pool_size": [3, 2], "strides": 2}, (None, 26, None, 4), (None, 12, None, 4)),
        Example(
            {"pool_size": 2, "data_format": "channels_first"}, (None, 4, 26, 26), (None, 4, 13, 13)
        ),
    )


class Pooling3D(Pooling):
    """Pooling over volumes."""

    rank = 3
    takes = NO_DOUBLES
    examples = (Example({"pool_size": 2}, (None, 8, 26, 26, 4), (None, 4, 13, 13, 4)),)


@kind
class MaxPooling1D(Pooling1D):
    """Maximum over each window of a sequence."""

    aliases = ("MaxPool1D",)
    takes = dtype_rules.NO_WIDE_UNSIGNED
    pool_size: Size = default(2)


@kind
class MaxPooling2D(Pooling2D):
    """Maximum over each window of an image."""

    aliases = ("MaxPool2D",)
    takes = dtype_rules.NO_WIDE_UNSIGNED
    pool_size: Size = default(2)


@kind
class MaxPooling3D(Pooling3D):
    """Maximum over each window of a volume."""

    aliases = ("MaxPool3D",)
    pool_size: Size = default(2)


@kind
class AveragePooling1D(Pooling1D):
    """Average over each window of a sequence."""

    aliases = ("AvgPool1D",)


@kind
class AveragePooling2D(Pooling2D):
    """Average over each window of an image."""

    aliases = ("AvgPool2D",)


@kind
class AveragePooling3D(Pooling3D):
    """Average over each window of a volume."""

    aliases = ("AvgPool3D",)


class AdaptivePooling(Layer):
    """Base class of pooling layers with a fixed output size."""

    output_size: Size
    """Number of windows along each spatial axis."""
    data_format: DataFormat = None

    takes = FLOAT_TYPES
    output_dtype = dtype_rules.kept
    shape = shape_rules.adapt


class AdaptivePooling1D(AdaptivePooling):
    """Pooling of a sequence into a fixed number of windows."""

    rank = 1
    examples = (
        Example({"output_size": 5}, (None, 20, 4), (None, 5, 4)),
        Example({"output_size": 5, "data_format": "channels_first"}, (None, 4, 9), (None, 4, 5)),
    )


class AdaptivePooling2D(AdaptivePooling):
    """Pooling of an image into a fixed number of windows."""

    rank = 2
    examples = (
        Example({"output_size": 7}, (None, 26, 30, 4), (None, 7, 7, 4)),
        Example(
            {"output_size": [7, 2], "data_format": "channels_first"},
            (None, 4, 26, 9),
            (None, 4, 7, 2),
        ),
    )


class AdaptivePooling3D(AdaptivePooling):
    """Pooling of a volume into a fixed number of windows."""

    rank = 3
    takes = NO_DOUBLES
    examples = (
        Example({"output_size": [2, 3, 3]}, (None, 4, 7, 7, 8), (None, 2, 3, 3, 8)),
        Example({"output_size": 2}, (None, 4, 7, 7, None), (None, 2, 2, 2, None)),
    )


@kind
class AdaptiveMaxPooling1D(AdaptivePooling1D):
    """Maximum over windows that give the output length."""

    takes = dtype_rules.NO_WIDE_UNSIGNED


@kind
class AdaptiveMaxPooling2D(AdaptivePooling2D):
    """Maximum over windows that give the output size."""

    takes = dtype_rules.NO_WIDE_UNSIGNED


@kind
class AdaptiveMaxPooling3D(AdaptivePooling3D):
    """Maximum over windows that give the output size."""


@kind
class AdaptiveAveragePooling1D(AdaptivePooling1D):
    """Average over windows that give the output length."""


@kind
class AdaptiveAveragePooling2D(AdaptivePooling2D):
    """Average over windows that give the output size."""


@kind
class AdaptiveAveragePooling3D(AdaptivePooling3D):
    """Average over windows that give the output size."""


class GlobalPooling(Layer):
    """Base class of global pooling layers."""

    data_format: DataFormat = None
    keepdims: Flag = False
    """Whether to keep the spatial axes with size 1."""

    shape = shape_rules.pool_globally
    reach = reach_rules.everything


class GlobalPooling1D(GlobalPooling):
    """Pooling over a whole sequence."""

    rank = 1
    examples = (
        Example({}, (None, 20, 4), (None, 4)),
        Example({"keepdims": True}, (None, None, 4), (None, 1, 4)),
    )


class GlobalPooling2D(GlobalPooling):
    """Pooling over a whole image."""

    rank = 2
    examples = (
        Example({}, (None, 7, 7, 512), (None, 512)),
        Example(
            {"data_format": "channels_first", "keepdims": True}, (None, 4, 7, 7), (None, 4, 1, 1)
        ),
    )


class GlobalPooling3D(GlobalPooling):
    """Pooling over a whole volume."""

    rank = 3
    examples = (Example({}, (None, 4, 7, 7, 8), (None, 8)),)


@kind
class GlobalMaxPooling1D(GlobalPooling1D):
    """Maximum of each channel over a sequence."""

    output_dtype = dtype_rules.kept
    aliases = ("GlobalMaxPool1D",)


@kind
class GlobalMaxPooling2D(GlobalPooling2D):
    """Maximum of each channel over an image."""

    output_dtype = dtype_rules.kept
    aliases = ("GlobalMaxPool2D",)


@kind
class GlobalMaxPooling3D(GlobalPooling3D):
    """Maximum of each channel over a volume."""

    output_dtype = dtype_rules.kept
    aliases = ("GlobalMaxPool3D",)


@kind
class GlobalAveragePooling1D(GlobalPooling1D):
    """Average of each channel over a sequence."""

    aliases = ("GlobalAvgPool1D",)
    output_dtype = dtype_rules.as_float


@kind
class GlobalAveragePooling2D(GlobalPooling2D):
    """Average of each channel over an image."""

    aliases = ("GlobalAvgPool2D",)
    output_dtype = dtype_rules.as_float


@kind
class GlobalAveragePooling3D(GlobalPooling3D):
    """Average of each channel over a volume."""

    aliases = ("GlobalAvgPool3D",)
    output_dtype = dtype_rules.as_float

"""Pooling: the largest or the mean value of a window, or of all places."""

from cnnspec.declarations import default
from cnnspec.fields import Flag
from cnnspec.layers import shape_rules
from cnnspec.layers.base import Example, Layer, kind
from cnnspec.layers.fields import DataFormat, OptionalStrides, Padding, Size


class Pooling(Layer):
    """What the pooling layers share."""

    pool_size: Size
    """Extent of the window along every spatial axis."""
    strides: OptionalStrides = None
    """Step of the window; null takes the pool size."""
    padding: Padding = "valid"
    """`valid` leaves out windows that do not fit; `same` keeps them."""
    data_format: DataFormat = None

    shape = shape_rules.pool


class Pooling1D(Pooling):
    """Pooling along a sequence."""

    rank = 1
    pool_size: Size = default(2)
    examples = (
        Example({}, (None, 20, 4), (None, 10, 4)),
        Example({"pool_size": 3, "strides": 1, "padding": "same"}, (None, 20, 4), (None, 20, 4)),
    )


class Pooling2D(Pooling):
    """Pooling over images."""

    rank = 2
    pool_size: Size = default(2)
    examples = (
        Example({"pool_size": 2}, (None, 26, 26, 32), (None, 13, 13, 32)),
        Example({"pool_size": [3, 2], "strides": 2}, (None, 26, None, 4), (None, 12, None, 4)),
        Example({"data_format": "channels_first"}, (None, 4, 26, 26), (None, 4, 13, 13)),
    )


class Pooling3D(Pooling):
    """Pooling over volumes."""

    rank = 3
    pool_size: Size = default(2)
    examples = (Example({}, (None, 8, 26, 26, 4), (None, 4, 13, 13, 4)),)


@kind
class MaxPooling1D(Pooling1D):
    """The largest value of every window along a sequence."""

    aliases = ("MaxPool1D",)


@kind
class MaxPooling2D(Pooling2D):
    """The largest value of every window of an image."""

    aliases = ("MaxPool2D",)


@kind
class MaxPooling3D(Pooling3D):
    """The largest value of every window of a volume."""

    aliases = ("MaxPool3D",)


@kind
class AveragePooling1D(Pooling1D):
    """The mean value of every window along a sequence."""

    aliases = ("AvgPool1D",)


@kind
class AveragePooling2D(Pooling2D):
    """The mean value of every window of an image."""

    aliases = ("AvgPool2D",)


@kind
class AveragePooling3D(Pooling3D):
    """The mean value of every window of a volume."""

    aliases = ("AvgPool3D",)


class GlobalPooling(Layer):
    """What the global pooling layers share."""

    data_format: DataFormat = None
    keepdims: Flag = False
    """Whether the spatial axes stay, each of size 1."""

    shape = shape_rules.pool_globally


class GlobalPooling1D(GlobalPooling):
    """Pooling of a whole sequence."""

    rank = 1
    examples = (
        Example({}, (None, 20, 4), (None, 4)),
        Example({"keepdims": True}, (None, None, 4), (None, 1, 4)),
    )


class GlobalPooling2D(GlobalPooling):
    """Pooling of a whole image."""

    rank = 2
    examples = (
        Example({}, (None, 7, 7, 512), (None, 512)),
        Example(
            {"data_format": "channels_first", "keepdims": True}, (None, 4, 7, 7), (None, 4, 1, 1)
        ),
    )


class GlobalPooling3D(GlobalPooling):
    """Pooling of a whole volume."""

    rank = 3
    examples = (Example({}, (None, 4, 7, 7, 8), (None, 8)),)


@kind
class GlobalMaxPooling1D(GlobalPooling1D):
    """The largest value of every channel of a sequence."""

    aliases = ("GlobalMaxPool1D",)


@kind
class GlobalMaxPooling2D(GlobalPooling2D):
    """The largest value of every channel of an image."""

    aliases = ("GlobalMaxPool2D",)


@kind
class GlobalMaxPooling3D(GlobalPooling3D):
    """The largest value of every channel of a volume."""

    aliases = ("GlobalMaxPool3D",)


@kind
class GlobalAveragePooling1D(GlobalPooling1D):
    """The mean value of every channel of a sequence."""

    aliases = ("GlobalAvgPool1D",)


@kind
class GlobalAveragePooling2D(GlobalPooling2D):
    """The mean value of every channel of an image."""

    aliases = ("GlobalAvgPool2D",)


@kind
class GlobalAveragePooling3D(GlobalPooling3D):
    """The mean value of every channel of a volume."""

    aliases = ("GlobalAvgPool3D",)

"""Pooling."""

from typing import Any, ClassVar

from cnnspec.declarations.fields import FLOAT_TYPES
from cnnspec.layers import reach_rules, shape_rules
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import NO_WIDE_UNSIGNED
from cnnspec.layers.fields import DataFormat, PoolingPadding
from cnnspec.operations import dtypes
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.fields import Counts, OptionalCounts
from cnnspec.operations.windows import window_of
from cnnspec.shapes import Shape


class Pool(Operation):
    """Base class of pooling over windows of images, sequences or volumes."""

    tensors = ("inputs",)
    pool_size: Counts
    """Size of the window: one number, or one per spatial axis."""
    strides: OptionalCounts = None
    """Stride of the window; null means the pool size."""
    padding: PoolingPadding = "valid"
    """`valid` ignores incomplete windows; `same` includes them."""
    data_format: DataFormat = None

    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"pool_size": 2}, (None, 26, 26, 8), (None, 13, 13, 8)),
        Example(
            {"pool_size": [3, 2], "strides": 2, "padding": "same"},
            (None, 26, None, 4),
            (None, 13, None, 4),
        ),
        Example(
            {"pool_size": 2, "data_format": "channels_first"}, (None, 4, 26, 26), (None, 4, 13, 13)
        ),
        Example({"pool_size": 2}, (None, 20, 4), (None, 10, 4)),
    )

    def result(self, shape: Shape) -> Shape:
        """Move the window over the input."""
        return shape_rules.pool(window_of(self, shape), shape)

    def reach(self, shape: Shape) -> Any:
        """Return what a window covers."""
        return reach_rules.pooling(window_of(self, shape), shape)


@operation
class MaxPool(Pool):
    """Maximum over each window."""

    takes = NO_WIDE_UNSIGNED


@operation
class AveragePool(Pool):
    """Average over each window."""

    takes = FLOAT_TYPES

"""Functions that combine the values along some axes."""

from typing import ClassVar

from cnnspec.declarations.fields import Flag, OptionalAxes
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation


class Reduction(Operation):
    """Base class of functions along some axes."""

    axis: OptionalAxes = None
    """The axis or axes to combine; null for all, the batch axis as well."""
    keepdims: Flag = False
    """Whether the axes stay, with a size of 1."""

    result = rules.reduced
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": [1, 2]}, (None, 26, 26, 8), (None, 8)),
        Example({"axis": -1, "keepdims": True}, (None, 26, 26, 8), (None, 26, 26, 1)),
    )


@operation
class Mean(Reduction):
    """The mean along some axes."""

    result_type = dtypes.as_float


@operation
class Sum(Reduction):
    """The sum along some axes."""

    result_type = dtypes.summed


@operation
class Max(Reduction):
    """The largest value along some axes."""

    result_type = dtypes.kept


@operation
class Min(Reduction):
    """The smallest value along some axes."""

    result_type = dtypes.kept

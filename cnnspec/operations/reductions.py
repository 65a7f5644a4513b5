"""Functions that combine the values along some axes."""

from collections.abc import Callable
from typing import Any, ClassVar

from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import FLOAT_TYPES, Dtype, Flag, OptionalAxes
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import NUMBERS, WHOLE
from cnnspec.operations import dtypes, reach, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.conversions import check_bound
from cnnspec.operations.number_fields import OptionalNumber


class Reduction(Operation):
    """Base class of functions along some axes."""

    axis: OptionalAxes = None
    """The axis or axes to combine; null for all, the batch axis as well."""
    keepdims: Flag = False
    """Whether the axes stay, with a size of 1."""

    result: ClassVar[Callable[..., Any]] = rules.reduced
    result_type = dtypes.as_float
    reach = reach.reduced
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": [1, 2]}, (None, 26, 26, 8), (None, 8)),
        Example({"axis": -1, "keepdims": True}, (None, 26, 26, 8), (None, 26, 26, 1)),
    )


_FLOATS = {
    "Mean": "The mean along some axes.",
    "Median": "The median along some axes.",
    "Nanmean": "The mean along some axes, of what is not NaN.",
    "Nanstd": "The standard deviation along some axes, of what is not NaN.",
    "Nanvar": "The variance along some axes, of what is not NaN.",
    "Std": "The standard deviation along some axes.",
    "Var": "The variance along some axes.",
}
_KEPT = {
    "Amax": "The largest value along some axes.",
    "Amin": "The smallest value along some axes.",
    "Nanmax": "The largest value along some axes, of what is not NaN.",
    "Nanmin": "The smallest value along some axes, of what is not NaN.",
}
_SUMS = {
    "Nansum": "The sum along some axes, of what is not NaN.",
    "Sum": "The sum along some axes.",
}
_TRUTH = {
    "All": "Whether all values along some axes are true, as all numbers but 0 are.",
    "Any": "Whether a value along some axes is true, as all numbers but 0 are.",
}

for _words, _rule in (
    (_FLOATS, dtypes.as_float),
    (_KEPT, dtypes.kept),
    (_SUMS, dtypes.summed),
    (_TRUTH, dtypes.truth),
):
    for _name, _said in _words.items():
        _facts = {"__doc__": _said, "__module__": __name__, "result_type": _rule}
        operation(type(_name, (Reduction,), _facts))


@operation
class Nanprod(Reduction):
    """The product along some axes, of what is not NaN."""

    result_type = dtypes.product_type


@operation
class Prod(Nanprod):
    """The product along some axes."""

    absent = ("trainable", "activity_regularizer")
    dtype: Dtype = None
    """The data type of the result; null for one that holds products."""


@operation
class Logsumexp(Reduction):
    """`log(sum(exp(x)))` along some axes."""

    recent = (
        Recent(
            "3.11.0",
            "axis",
            "ops.logsumexp along one axis",
            lambda call: call.axis is not None and len(call.canonical("axis")) == 1,
        ),
    )

    takes = FLOAT_TYPES
    result_type = dtypes.kept


@operation
class Ptp(Reduction):
    """The largest value minus the smallest along some axes."""

    takes = WHOLE
    result_type = dtypes.kept


@operation
class CountNonzero(Reduction):
    """How many values along some axes are not 0."""

    absent = (*Reduction.absent, "keepdims")
    result_type = dtypes.positions
    examples: ClassVar[tuple[Example, ...]] = Reduction.examples[:1]


class Extreme(Reduction):
    """Base class of functions that return the largest or smallest value."""

    initial: OptionalNumber = None
    """A number to which the values are compared, too; null for none."""

    takes = NUMBERS
    result_type = dtypes.kept

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data type of the tensor.

        Raises:
            Problem: it cannot hold `initial`.

        """
        super().check_dtypes(*inputs)
        if self.initial is not None:
            check_bound(self.initial, inputs[0], "initial")


@operation
class Max(Extreme):
    """The largest value along some axes."""


@operation
class Min(Extreme):
    """The smallest value along some axes."""

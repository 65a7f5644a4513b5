"""Functions of two tensors, value by value, of which one may be a constant."""

from typing import ClassVar

from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operand, Operation, operation


class OfTwo(Operation):
    """Base class of functions of two tensors."""

    tensors = ("x1", "x2")
    min_inputs = 1
    max_inputs = 2
    x1: Operand = None
    """The first operand, if it is a constant."""
    x2: Operand = None
    """The second operand, if it is a constant."""

    result = rules.broadcast
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"x2": 0.5}, (None, 26, 26, 8), (None, 26, 26, 8)),
        Example({}, [(None, 26, 26, 8), (None, 1, 1, 8)], (None, 26, 26, 8)),
        Example({"x1": [1, 2]}, (None, 4, 2), (None, 4, 2)),
    )


_SAME = {
    "Add": "`x1 + x2`.",
    "Multiply": "`x1 * x2`.",
    "Subtract": "`x1 - x2`.",
    "Maximum": "The larger of two values.",
    "Minimum": "The smaller of two values.",
}
_TRUTH = {
    "Equal": "Whether two values are equal.",
    "Greater": "Whether `x1 > x2`.",
    "GreaterEqual": "Whether `x1 >= x2`.",
    "Less": "Whether `x1 < x2`.",
    "LessEqual": "Whether `x1 <= x2`.",
    "NotEqual": "Whether two values differ.",
}
_FLOATS = {
    "Divide": "`x1 / x2`, as a float.",
    "TrueDivide": "`x1 / x2`, as a float; the same as `ops.divide`.",
}

for _words, _rule in (
    (_SAME, dtypes.common_type),
    (_TRUTH, dtypes.truth),
    (_FLOATS, dtypes.as_float),
):
    for _name, _said in _words.items():
        operation(
            type(_name, (OfTwo,), {"__doc__": _said, "__module__": __name__, "result_type": _rule})
        )

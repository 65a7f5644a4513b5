"""Functions that compare two tensors, value by value."""

from typing import ClassVar

from cnnspec.declarations.fields import Flag, NonNegativeNumber
from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import NUMBERS, WHOLE
from cnnspec.operations import dtypes, rules
from cnnspec.operations.arithmetic import OfTwo
from cnnspec.operations.base import operation
from cnnspec.shapes import Shape

_OF_NUMBERS = {
    "Greater": "Whether `x1 > x2`.",
    "GreaterEqual": "Whether `x1 >= x2`.",
    "Less": "Whether `x1 < x2`.",
    "LessEqual": "Whether `x1 <= x2`.",
}
_OF_ALL = {
    "Equal": "Whether two values are equal.",
    "LogicalAnd": "Whether both values are true, as all numbers but 0 are.",
    "LogicalOr": "Whether one of two values is true, as all numbers but 0 are.",
    "LogicalXor": "Whether just one of two values is true, as all numbers but 0 are.",
    "NotEqual": "Whether two values differ.",
}

for _words, _takes in ((_OF_NUMBERS, WHOLE), (_OF_ALL, NUMBERS)):
    for _name, _said in _words.items():
        _facts = {"result_type": dtypes.truth, "takes": _takes}
        operation(type(_name, (OfTwo,), {"__doc__": _said, "__module__": __name__, **_facts}))


@operation
class Isclose(OfTwo):
    """Whether two values differ by no more than `atol + rtol * abs(x2)`."""

    rtol: NonNegativeNumber = 1e-5
    """The allowed difference in proportion to `x2`."""
    atol: NonNegativeNumber = 1e-8
    """The allowed difference."""
    equal_nan: Flag = False
    """Whether NaN equals NaN."""

    takes = NUMBERS
    result_type = dtypes.truth


@operation
class Allclose(Isclose):
    """Whether all values of two tensors differ by no more than `atol + rtol * abs(x2)`."""

    reach = reach_rules.everything
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"x2": 0.5}, (None, 26, 26, 8), ()),
        Example({}, [(None, 26, 26, 8), (None, 1, 1, 8)], ()),
    )

    def result(self, *shapes: Shape) -> Shape:
        """A single value, if the operands can be aligned."""
        rules.broadcast(self, *shapes)
        return ()

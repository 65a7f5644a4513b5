"""Functions of the bits of whole numbers."""

from typing import ClassVar

from cnnspec.declarations.fields import INT_TYPES
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes
from cnnspec.operations.arithmetic import OfTwo
from cnnspec.operations.base import ListOperand, Operand, operation
from cnnspec.operations.elementwise import Elementwise


class OfBits(Elementwise):
    """Base class of functions of the bits of one number."""

    takes = INT_TYPES
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26, 26, 8), (None, 26, 26, 8), "int32"),
    )


class OfBitsOfTwo(OfTwo):
    """Base class of functions of the bits of two numbers."""

    absent = (*OfTwo.absent, "x1", "x2")
    tensors = ("x", "y")
    takes = INT_TYPES
    x: ListOperand = None
    """The first operand, if it is a constant."""
    y: ListOperand = None
    """The second operand, if it is a constant."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"y": [3]}, (None, 26, 26, 8), (None, 26, 26, 8), "int32"),
        Example({}, [(None, 26, 26, 8), (None, 1, 1, 8)], (None, 26, 26, 8), "int32"),
    )


def _shifted(operation: object, x: str, y: str) -> str:
    """The type of the numbers that are shifted, if it is by a single number."""
    return x if y in (dtypes.WEAK_INT, "bool") else dtypes.promoted(x, y)


class Shift(OfBitsOfTwo):
    """Base class of functions that shift bits."""

    result_type = _shifted
    operand_type = _shifted

    x: Operand = None
    """The numbers to shift, if they are a constant."""
    y: Operand = None
    """By how many bits, if that is a constant."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"y": 3}, (None, 26, 26, 8), (None, 26, 26, 8), "int32"),
        *OfBitsOfTwo.examples,
    )


_ONE = {
    "BitwiseInvert": "Every bit the other way round.",
    "BitwiseNot": "Every bit the other way round; the same as `ops.bitwise_invert`.",
}
_TWO = {
    "BitwiseAnd": "The bits that are set in both numbers.",
    "BitwiseOr": "The bits that are set in one of two numbers.",
    "BitwiseXor": "The bits that are set in just one of two numbers.",
}
_SHIFTS = {
    "BitwiseLeftShift": "The bits of `x`, moved up by `y` bits.",
    "BitwiseRightShift": "The bits of `x`, moved down by `y` bits.",
    "LeftShift": "The same as `ops.bitwise_left_shift`.",
    "RightShift": "The same as `ops.bitwise_right_shift`.",
}

for _words, _base in ((_ONE, OfBits), (_TWO, OfBitsOfTwo), (_SHIFTS, Shift)):
    for _name, _said in _words.items():
        operation(type(_name, (_base,), {"__doc__": _said, "__module__": __name__}))

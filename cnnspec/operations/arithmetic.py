"""Functions of two tensors, value by value, of which one may be a constant."""

from collections.abc import Callable
from typing import Any, ClassVar

from cnnspec.declarations.fields import INT_TYPES
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import WHOLE
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import ListOperand, Operand, Operation, constant_type, operation

NOT_NEGATED = ("uint8", "uint16")
"""The data types of which TensorFlow replaces `0 - x` by a negative that it does not have."""


class OfTwo(Operation):
    """Base class of functions of two tensors."""

    tensors = ("x1", "x2")
    min_inputs = 1
    max_inputs = 2
    x1: Operand = None
    """The first operand, if it is a constant."""
    x2: Operand = None
    """The second operand, if it is a constant."""

    result: ClassVar[Callable[..., Any]] = rules.broadcast
    operand_type: ClassVar[Callable[..., str] | None] = dtypes.common_type
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"x2": 0.5}, (None, 26, 26, 8), (None, 26, 26, 8)),
        Example({}, [(None, 26, 26, 8), (None, 1, 1, 8)], (None, 26, 26, 8)),
        Example({"x1": [1, 2]}, (None, 4, 2), (None, 4, 2)),
    )


class OfTwoTensors(OfTwo):
    """Base class of functions of two tensors that take no single number."""

    x1: ListOperand = None
    """The first operand, if it is a constant."""
    x2: ListOperand = None
    """The second operand, if it is a constant."""

    examples: ClassVar[tuple[Example, ...]] = OfTwo.examples[1:]


_COMMON = {
    "Add": "`x1 + x2`.",
    "FloorDivide": "`x1 / x2`, rounded down.",
    "Fmax": "The larger of two values; the other one if one is NaN.",
    "Fmin": "The smaller of two values; the other one if one is NaN.",
    "Maximum": "The larger of two values.",
    "Minimum": "The smaller of two values.",
    "Multiply": "`x1 * x2`.",
    "Power": "`x1` to the power of `x2`.",
}
_FLOATS = {
    "Divide": "`x1 / x2`, as a float.",
    "DivideNoNan": "`x1 / x2`, as a float; 0 where `x2` is 0.",
    "TrueDivide": "`x1 / x2`, as a float; the same as `ops.divide`.",
}
_FLOATS_OF_TENSORS = {
    "Arctan2": "The angle of the point (`x2`, `x1`) in radians.",
    "Logaddexp": "`log(exp(x1) + exp(x2))`.",
    "Logaddexp2": "`log2(2 ** x1 + 2 ** x2)`.",
    "Nextafter": "The next float after `x1` in the direction of `x2`.",
}
_REMAINDERS = {
    "Fmod": "The remainder of `x1 / x2`, with the sign of `x1`.",
    "Mod": "The remainder of `x1 / x2`, with the sign of `x2`.",
}
_LISTS = {
    "Heaviside": "0 where `x1` is below 0, `x2` where it is 0, and 1 where it is above.",
    "Hypot": "The hypotenuse `sqrt(x1 ** 2 + x2 ** 2)`.",
}


def _declare(
    words: dict[str, str], base: type[OfTwo], rule: Callable[..., str], **facts: Any
) -> None:
    for name, said in words.items():
        own = {"__doc__": said, "__module__": __name__, "result_type": rule, **facts}
        operation(type(name, (base,), own))


_declare(_COMMON, OfTwo, dtypes.common_type, takes=WHOLE)
_declare(_FLOATS, OfTwo, dtypes.as_float, operand_type=dtypes.as_float)
_declare(_FLOATS_OF_TENSORS, OfTwo, dtypes.float_of_tensors, operand_type=dtypes.float_of_tensors)
_declare(_REMAINDERS, OfTwo, dtypes.number_of_tensors, operand_type=dtypes.number_of_tensors)
_declare(_LISTS, OfTwoTensors, dtypes.wide_float, takes=WHOLE)


@operation
class Subtract(OfTwo):
    """`x1 - x2`."""

    takes = WHOLE
    result_type = dtypes.common_type

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of the tensors.

        Raises:
            Problem: they are no numbers, or are subtracted from zeros, and TensorFlow has no negative of them.

        """
        super().check_dtypes(*inputs)
        dtype = dtypes.common_type(*self.ordered(inputs, constant_type).values())
        if dtype in NOT_NEGATED and self.x1 is not None and not any(dtypes.flat(self.x1)):
            message = f"{self.kind()} cannot subtract {dtype} from zeros: TensorFlow computes the negative, which {dtype} does not have"
            raise Problem("wrong-dtype", message, "x1")


@operation
class Ldexp(OfTwo):
    """`x1` times 2 to the power of `x2`, a whole number."""

    operand_type = None
    result_type = dtypes.float_kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"x2": 3}, (None, 26, 26, 8), (None, 26, 26, 8)),
        Example(
            {},
            [(None, 26, 26, 8), (None, 1, 1, 8)],
            (None, 26, 26, 8),
            dtypes=("float32", "int32"),
        ),
    )

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of the tensors.

        Raises:
            Problem: the exponent is not a whole number, or the other one is no number.

        """
        super().check_dtypes(*inputs)
        exponent = self.ordered(inputs, constant_type).get("x2")
        if exponent not in (*INT_TYPES, dtypes.WEAK_INT):
            message = f"'x2' of {self.kind()} must be whole numbers, not {exponent}"
            raise Problem("wrong-dtype", message)

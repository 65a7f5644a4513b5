"""Functions that choose between the values of tensors."""

from typing import ClassVar

from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operand, Operation, constant_type, operation

_SHAPE = (None, 26, 26, 8)


@operation
class Where(Operation):
    """The value of `x1` where the condition is true, and that of `x2` elsewhere."""

    tensors = ("condition", "x1", "x2")
    min_inputs = 1
    max_inputs = 3
    condition: Operand = None
    """The condition, if it is a constant."""
    x1: Operand = None
    """The values where the condition is true, if they are a constant."""
    x2: Operand = None
    """The values elsewhere, if they are a constant."""

    result = rules.broadcast
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"x1": 1.0, "x2": 0.0}, _SHAPE, _SHAPE, "bool"),
        Example({"x2": 0.0}, [_SHAPE, _SHAPE], _SHAPE, dtypes=("bool", "float32")),
        Example({}, [(None, 26, 26, 1), _SHAPE, _SHAPE], _SHAPE),
    )

    def result_type(self, condition: str, *values: str) -> str:
        """The common type of the values."""
        return dtypes.promoted(*values)

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of the tensors.

        Raises:
            Problem: a constant is not in the range of the result.

        """
        super().check_dtypes(*inputs)
        dtype = self.result_type(*self.ordered(inputs, constant_type).values())
        for name, constant in self.constants().items():
            if name != "condition":
                dtypes.check_fits(constant, dtype, name)

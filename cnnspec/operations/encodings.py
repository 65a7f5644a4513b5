"""Codes of whole numbers."""

from typing import Annotated, ClassVar

from cnnspec.declarations.fields import FLOAT_TYPES, INT_TYPES, Axis, Choice, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.operations import rules
from cnnspec.operations.base import Operation, operation
from cnnspec.shapes import Shape, text


class Code(Operation):
    """Base class of codes with a value for each class."""

    num_classes: PositiveInt
    """The number of classes."""
    axis: Axis = -1
    """Where the axis of the classes is in the code."""
    dtype: Annotated[str | None, Choice(*FLOAT_TYPES, *INT_TYPES, "bool", None, null="float32")] = (
        None
    )
    """The data type of the code; null for float32."""

    absent = ("trainable", "activity_regularizer")

    def result_type(self, *inputs: str) -> str:
        """Return the data type that is asked for."""
        return self.dtype or "float32"

    def coded(self, shape: Shape) -> Shape:
        """Put the classes between the sizes."""
        if self.axis == -1:
            return (*shape, self.num_classes)
        if not 0 <= self.axis < len(shape):
            message = f"'axis' of {self.kind()} must be -1 or from 0 to {len(shape) - 1} for an input {text(shape)}, not {self.axis}"
            raise Problem("out-of-range", message, "axis")
        return (*shape[: self.axis], self.num_classes, *shape[self.axis :])


@operation
class OneHot(Code):
    """Writes a whole number as zeros with a 1 at its position."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"num_classes": 10}, (None,), (None, 10), "int32"),
        Example({"num_classes": 4, "axis": 1}, (None, 26), (None, 4, 26), "int32"),
    )

    def result(self, shape: Shape) -> Shape:
        """Put the classes between the sizes."""
        return self.coded(shape)


@operation
class MultiHot(Code):
    """Writes several whole numbers as zeros with a 1 at each of their positions."""

    tensors = ("inputs",)
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"num_classes": 10}, (None, 3), (None, 10), "int32"),
        Example({"num_classes": 10}, (None, 4, 3), (None, 3, 10), "int32"),
    )

    def result(self, shape: Shape) -> Shape:
        """Put the classes between the sizes, without axis 1."""
        rules.check_rank(self, shape, 1)
        coded = self.coded(shape)
        return (coded[-1],) if len(coded) == 2 else (coded[0], *coded[2:])

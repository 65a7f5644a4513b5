"""Functions that put values into a tensor."""

from types import MappingProxyType
from typing import Annotated, ClassVar

from cnnspec.declarations.fields import Choice
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import ANYTHING, WHOLE
from cnnspec.operations import dtypes, operand_rules, rules
from cnnspec.operations.base import Operand, Operation, operation
from cnnspec.operations.fields import Sizes
from cnnspec.shapes import Shape, text


@operation
class SliceUpdate(Operation):
    """Replaces a part of a tensor that starts at some indices."""

    tensors = ("inputs", "start_indices", "updates")
    min_inputs = 1
    max_inputs = 3
    inputs: Operand = None
    """The tensor, if it is a constant."""
    start_indices: Operand = None
    """The first index along each axis, if they are constants."""
    updates: Operand = None
    """The new values, if they are constants."""

    lacks_gradient = True
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"start_indices": [0, 1, 2]}, [(None, 5, 8), (None, 2, 3)], (None, 5, 8)),
        Example({"start_indices": [1, 2], "updates": [[1.0, 2.0]]}, (4, 8), (4, 8)),
    )

    def check_dtypes(self, *inputs: str) -> None:
        """Check that indices are whole numbers, and that the new values have the same type."""
        super().check_dtypes(*inputs)
        operand_rules.check_indices(self, "start_indices", inputs)
        operand_rules.check_same_type(self, ("inputs", "updates"), inputs)

    def result(self, shape: Shape, starts: Shape, updates: Shape) -> Shape:
        """Check that the part lies in the tensor."""
        rank = len(shape)
        if starts != (rank,):
            message = f"{self.kind()} needs a start index for each of {rules.axes_in_words(rank)}, not {text(starts)}"
            raise Problem("shape-mismatch", message)
        firsts = self.start_indices or (0,) * rank
        fits = len(updates) == rank and all(
            None in (size, part) or first + part <= size
            for size, part, first in zip(shape, updates, firsts, strict=True)
        )
        if not fits or any(first < 0 for first in firsts):
            message = (
                f"{self.kind()} cannot put {text(updates)} into {text(shape)} at {text(firsts)}"
            )
            raise Problem("shape-mismatch", message)
        return shape


@operation
class Scatter(Operation):
    """Makes a tensor of zeros, and adds values to it at some indices."""

    tensors = ("indices", "values")
    held_in = MappingProxyType({"shape": "sizes"})
    min_inputs = 1
    max_inputs = 2
    indices: Operand = None
    """The positions, one row for each value, if they are constants."""
    values: Operand = None
    """The values, if they are constants."""
    sizes: Sizes
    """The sizes of the result."""

    takes = ANYTHING
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"indices": [[1], [3]], "shape": [8]}, (2,), (8,)),
        Example({"indices": [[0], [2]], "shape": [4, 3]}, (2, 3), (4, 3)),
    )

    def check_dtypes(self, *inputs: str) -> None:
        """Check that indices are whole numbers."""
        super().check_dtypes(*inputs)
        operand_rules.check_indices(self, "indices", inputs, operand_rules.WIDE_INDICES)

    def result_type(self, indices: str, values: str) -> str:
        """Return the type of the values."""
        return dtypes.kept(self, values)

    def result(self, indices: Shape, values: Shape) -> Shape:
        """Check that the positions are in the result, and that the values fit there."""
        operand_rules.check_positions(self, indices, values, self.sizes)
        operand_rules.check_indices_in(self, self.indices, self.sizes)
        return self.sizes


@operation
class ScatterUpdate(Operation):
    """Replaces the values at some indices, or combines them with others."""

    tensors = ("inputs", "indices", "updates")
    min_inputs = 1
    max_inputs = 3
    inputs: Operand = None
    """The tensor, if it is a constant."""
    indices: Operand = None
    """The positions, one row for each update, if they are constants."""
    updates: Operand = None
    """The new values, if they are constants."""
    reduction: Annotated[str | None, Choice("add", "max", "min", "mul", None)] = None
    """How a new value is combined with the old one; null replaces it."""

    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"indices": [[1], [3]], "updates": [0.5, 1.5]}, (8,), (8,)),
        Example({"indices": [[0, 1]], "reduction": "add"}, [(4, 5, 6), (1, 6)], (4, 5, 6)),
    )

    def computes_on(self) -> tuple[str, ...]:
        """Truth values can only be replaced."""
        return self.takes if self.reduction is None else WHOLE

    def check_dtypes(self, *inputs: str) -> None:
        """Check that indices are whole numbers, and that the new values have the same type."""
        super().check_dtypes(*inputs)
        operand_rules.check_indices(self, "indices", inputs, operand_rules.WIDE_INDICES)
        operand_rules.check_same_type(self, ("inputs", "updates"), inputs)

    def result(self, shape: Shape, indices: Shape, updates: Shape) -> Shape:
        """Check that the positions are in the tensor, and that the updates fit there."""
        operand_rules.check_positions(self, indices, updates, shape)
        operand_rules.check_indices_in(self, self.indices, shape)
        return shape

"""Functions that give a tensor another shape, with the same values."""

import math
from collections.abc import Iterator
from types import MappingProxyType
from typing import ClassVar

from cnnspec.declarations.fields import Axes, OptionalAxes
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import ANYTHING
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.fields import Sizes, SizesWithRest
from cnnspec.shapes import Shape, product, text


class Reshaping(Operation):
    """Base class of functions that change only the shape."""

    moves_values = True
    takes = ANYTHING
    result_type = dtypes.kept


@operation
class Reshape(Reshaping):
    """Reshapes a tensor, of which the batch is the first axis; the number of values stays."""

    newshape: SizesWithRest
    """The sizes of all axes, also of the batch; one of them may be -1, the remaining size."""

    reach = reach_rules.reshaped
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"newshape": [-1, 49]}, (None, 7, 7, 1), (None, 49)),
        Example({"newshape": [-1, 7, 14]}, (None, 49, 2), (None, 7, 14)),
        Example({"newshape": [2, -1]}, (4, 6), (2, 12)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that only one size is left open."""
        if self.newshape.count(-1) > 1:
            message = f"'newshape' of {self.kind()} may contain only one -1"
            yield Problem("conflicting-arguments", message, "newshape")
        elif 0 in self.newshape:
            message = f"'newshape' of {self.kind()} must contain sizes of at least 1, or -1"
            yield Problem("out-of-range", message, "newshape")

    def result(self, shape: Shape) -> Shape:
        """Compute the remaining size."""
        has = math.prod(size for size in shape if size is not None)
        wanted = math.prod(size for size in self.newshape if size != -1)
        is_known, is_open = None not in shape, -1 in self.newshape
        fits = has % wanted == 0 if is_open else has == wanted
        if not (fits if is_known else is_open or wanted % has == 0):
            values = f"{'' if is_known else 'a multiple of '}{has} values"
            message = f"{self.kind()} cannot reshape {text(shape)}, which has {values}, to {text(self.newshape)}"
            raise Problem("shape-mismatch", message, "newshape")
        rest = has // wanted if is_known else None
        return tuple(rest if size == -1 else size for size in self.newshape)


@operation
class ExpandDims(Reshaping):
    """Adds axes of size 1."""

    axis: Axes
    """Where the new axes are in the result."""

    reach = reach_rules.reshaped
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": -1}, (None, 28, 28), (None, 28, 28, 1)),
        Example({"axis": [1, 2]}, (None, 8), (None, 1, 1, 8)),
    )

    def result(self, shape: Shape) -> Shape:
        """Put sizes of 1 between the others."""
        axes = self.axis if isinstance(self.axis, tuple) else (self.axis,)
        places = rules.places_of(self, axes, len(shape) + len(axes))
        rest = iter(shape)
        return tuple(1 if axis in places else next(rest) for axis in range(len(shape) + len(axes)))


@operation
class Squeeze(Reshaping):
    """Removes axes of size 1."""

    axis: OptionalAxes = None
    """The axes to remove; null for all whose size is known to be 1."""

    reach = reach_rules.reshaped
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": [1, 2]}, (None, 1, 1, 8), (None, 8)),
        Example({"axis": -1}, (None, 26, 1), (None, 26)),
        Example({}, (2, 1, 8), (2, 8)),
    )

    def result(self, shape: Shape) -> Shape:
        """Leave out sizes of 1."""
        if self.axis is None:
            if None in shape:
                message = f"{self.kind()} needs 'axis', because a size of {text(shape)} is unknown and may be 1"
                raise Problem("missing-argument", message)
            return tuple(size for size in shape if size != 1)
        axes = rules.axes_of(self, self.axis, shape)
        for axis in axes:
            if shape[axis] != 1:
                message = (
                    f"{self.kind()} cannot remove axis {axis} of {text(shape)}, whose size is not 1"
                )
                raise Problem("shape-mismatch", message, "axis")
        return rules.without(axes, shape, keepdims=False)


@operation
class Ravel(Reshaping):
    """Puts all values in a row, also those of different samples."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 3), (None,)),
        Example({}, (4, 3), (12,)),
    )

    def result(self, shape: Shape) -> Shape:
        """Multiply all sizes."""
        return (product(shape),)


@operation
class BroadcastTo(Operation):
    """Repeats a tensor along axes of size 1 until it has a shape."""

    held_in = MappingProxyType({"shape": "target"})
    target: Sizes
    """The sizes of all axes; an unknown size such as the batch cannot be one of them."""

    takes = ANYTHING
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"shape": [4, 3, 8]}, (4, 1, 8), (4, 3, 8)),
        Example({"shape": [5, 4, 8]}, (1, 8), (5, 4, 8)),
    )

    def result(self, shape: Shape) -> Shape:
        """Check that every size is 1 or stays."""
        rank = len(self.target)
        aligned = (1,) * (rank - len(shape)) + shape
        if len(shape) > rank or any(
            size not in (1, wanted, None) for size, wanted in zip(aligned, self.target, strict=True)
        ):
            message = f"{self.kind()} cannot repeat {text(shape)} to {text(self.target)}"
            raise Problem("shape-mismatch", message, "shape")
        return self.target

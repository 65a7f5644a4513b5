"""Functions that reorder axes, or the values along them."""

from collections.abc import Iterator
from typing import ClassVar

from cnnspec.declarations.declaration import Recent, default
from cnnspec.declarations.fields import Axes, Axis, OptionalAxes
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import ANYTHING
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.fields import OptionalListOfAxes, PairOfAxes, Shifts
from cnnspec.shapes import Shape, text


class Moving(Operation):
    """Base class of functions that move values."""

    moves_values = True
    takes = ANYTHING
    result_type = dtypes.kept


@operation
class Transpose(Moving):
    """Reorders the axes, of which the batch is axis 0."""

    axes: OptionalListOfAxes = None
    """The old axes in their new order; null reverses them."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axes": [0, 3, 1, 2]}, (None, 26, 28, 8), (None, 8, 26, 28)),
        Example({}, (4, 26), (26, 4)),
    )

    def result(self, shape: Shape) -> Shape:
        """Reorder the sizes."""
        if self.axes is None:
            return shape[::-1]
        axes = rules.axes_of(self, self.axes, shape, "axes")
        if len(axes) != len(shape):
            message = f"'axes' of {self.kind()} must name all {len(shape)} axes of its input {text(shape)}, not {len(axes)}"
            raise Problem("wrong-rank", message, "axes")
        return tuple(shape[axis] for axis in axes)


@operation
class Swapaxes(Moving):
    """Exchanges two axes."""

    axis1: Axis
    axis2: Axis
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis1": 1, "axis2": -1}, (None, 26, 28, 8), (None, 8, 28, 26)),
    )

    def result(self, shape: Shape) -> Shape:
        """Exchange two sizes."""
        first = rules.axis_of(self, self.axis1, shape, "axis1")
        second = rules.axis_of(self, self.axis2, shape, "axis2")
        return rules.exchanged(shape, first, second)


@operation
class Moveaxis(Moving):
    """Moves axes to other positions; the others keep their order."""

    source: Axes
    """The axes to move."""
    destination: Axes
    """Where they are in the result."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"source": -1, "destination": 1}, (None, 26, 28, 8), (None, 8, 26, 28)),
        Example({"source": [1, 2], "destination": [2, 1]}, (None, 26, 28), (None, 28, 26)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that every axis has a destination."""
        if len(self.canonical("source")) != len(self.canonical("destination")):
            message = f"'source' and 'destination' of {self.kind()} must name as many axes"
            yield Problem("conflicting-arguments", message, "destination")

    def result(self, shape: Shape) -> Shape:
        """Move some sizes."""
        sources = rules.axes_of(self, self.source, shape, "source")
        targets = rules.axes_of(self, self.destination, shape, "destination")
        moved = dict(zip(targets, sources, strict=True))
        rest = (axis for axis in range(len(shape)) if axis not in sources)
        return tuple(
            shape[moved[axis] if axis in moved else next(rest)] for axis in range(len(shape))
        )


@operation
class Flip(Moving):
    """Reverses the order along some axes."""

    recent = (
        Recent(
            "3.14.0",
            "axis",
            "ops.flip along several axes",
            lambda call: isinstance(call.axis, tuple) and len(call.axis) > 1,
        ),
    )

    axis: OptionalAxes = None
    """The axes; null for all, the batch as well."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axis": [1, 2]}, (None, 26, 28, 8), (None, 26, 28, 8)),
        Example({}, (None, 26), (None, 26)),
    )

    def result(self, shape: Shape) -> Shape:
        """Check the axes."""
        rules.axes_of(self, self.axis, shape)
        return shape


class FlipOf(Moving):
    """Base class of functions that reverse the order along one axis."""

    along: ClassVar[int]
    examples: ClassVar[tuple[Example, ...]] = (Example({}, (None, 26, 8), (None, 26, 8)),)

    def result(self, shape: Shape) -> Shape:
        """Check that there is such an axis."""
        rules.axis_of(self, self.along, shape, argument=())
        return shape


@operation
class Fliplr(FlipOf):
    """Reverses the order along axis 1."""

    along = 1


@operation
class Flipud(FlipOf):
    """Reverses the order along axis 0, the batch."""

    along = 0


@operation
class Roll(Moving):
    """Shifts values along some axes; those that leave at one end enter at the other."""

    shift: Shifts
    """The number of positions, or one per axis."""
    axis: OptionalAxes = None
    """The axes; null shifts all values in a row, also from one sample to the next."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"shift": 2, "axis": 1}, (None, 26, 8), (None, 26, 8)),
        Example({"shift": [-1, 1], "axis": [1, 2]}, (None, 26, 28, 8), (None, 26, 28, 8)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that there is a shift for each axis."""
        shifts = len(self.canonical("shift"))
        axes = 1 if self.axis is None else len(self.canonical("axis"))
        if shifts != axes:
            message = f"'shift' of {self.kind()} has {shifts} values for {axes} axes"
            yield Problem("conflicting-arguments", message, "shift")

    def result(self, shape: Shape) -> Shape:
        """Check the axes."""
        rules.axes_of(self, self.axis, shape)
        return shape


@operation
class Rot90(Moving):
    """Rotates by 90 degrees, `k` times, in the plane of two axes."""

    tensors = ("array",)
    k: Axis = 1
    """The number of rotations; a negative one rotates the other way."""
    axes: PairOfAxes = default((0, 1))
    """The axes of the plane; the rotation goes from the first to the second."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axes": [1, 2]}, (None, 26, 28, 8), (None, 28, 26, 8)),
        Example({"axes": [2, 1], "k": 3}, (None, 26, 28, 8), (None, 28, 26, 8)),
    )

    def result(self, shape: Shape) -> Shape:
        """Exchange the sizes of the plane; Keras does so for an even number of rotations, too."""
        first, second = rules.axes_of(self, self.axes, shape, "axes")
        if self.k % 2 == 0 and shape[first] != shape[second]:
            message = f"Keras states a wrong shape for {self.k} rotations of {text(shape)}, whose axes {first} and {second} differ; use ops.flip"
            raise Problem("shape-mismatch", message, "k")
        return rules.exchanged(shape, first, second)

"""Functions that make a tensor larger: padding and repetition."""

import math
from collections.abc import Iterator
from typing import Annotated, Any, ClassVar

from cnnspec.counts import counted
from cnnspec.declarations.declaration import Checked, Declaration, Recent
from cnnspec.declarations.fields import FLOAT_TYPES, Choice, OptionalInt, bounded
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import ANYTHING, WHOLE
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.fields import Counts, whole_numbers
from cnnspec.shapes import Dim, Shape, product, text


def _widths(value: Any, declaration: type[Declaration]) -> tuple[tuple[int, int], ...]:
    if not isinstance(value, list | tuple) or not value:
        raise Problem("wrong-type", "")
    pairs = []
    for position, each in enumerate(value):
        try:
            before, after = whole_numbers(each, declaration)
        except (Problem, ValueError):
            raise Problem("wrong-type", "", (position,)) from None
        if min(before, after) < 0:
            raise Problem("out-of-range", "", (position,))
        pairs.append((before, after))
    return tuple(pairs)


def _fill(value: Any, _: type[Declaration]) -> float | bool | None:
    """Check a number, which may be infinite: maxima ignore edges that are `-.inf`."""
    if value is None or isinstance(value, bool) or value in (math.inf, -math.inf):
        return value  # type: ignore[no-any-return]
    return bounded(value, -1e308, 1e308)


PadWidth = Annotated[
    tuple[tuple[int, int], ...],
    Checked("a list of a pair of whole numbers for each axis", check=_widths),
]
Fill = Annotated[float | bool | None, Checked("a number, or null", check=_fill)]


@operation
class Pad(Operation):
    """Adds values at both ends of the axes, of which the batch is the first."""

    pad_width: PadWidth
    """How many values are added at both ends of each axis."""
    mode: Annotated[str, Choice("constant", "reflect", "symmetric")] = "constant"
    """`reflect` mirrors the values without those at the edge, and `symmetric` with them."""
    constant_values: Fill = None
    """The value for `constant`; null for 0."""

    takes = ANYTHING
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"pad_width": [[0, 0], [3, 3], [1, 2], [0, 0]]}, (None, 26, 26, 8), (None, 32, 29, 8)
        ),
        Example(
            {"pad_width": [[0, 0], [1, 1], [0, 0]], "mode": "reflect"}, (None, 26, 8), (None, 28, 8)
        ),
        Example({"pad_width": [[1, 0], [0, 2]], "constant_values": 2}, (4, 5), (5, 7)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that a value is only given for the mode that uses it."""
        if self.constant_values is not None and self.mode != "constant":
            message = f"'constant_values' of {self.kind()} needs 'mode: constant'"
            yield Problem("conflicting-arguments", message, "constant_values")

    def computes_on(self) -> tuple[str, ...]:
        """A value must be of the data type of the tensor."""
        if self.constant_values is None:
            return self.takes
        if isinstance(self.constant_values, bool):
            return ("bool",)
        return FLOAT_TYPES if isinstance(self.constant_values, float) else WHOLE

    def reach(self, shape: Shape) -> Any:
        """Positions move by the padding in front of them; mirrored values have no reach."""
        if self.mode != "constant":
            return None
        return tuple(rules.moved(-before) for before, _ in self.pad_width[1:-1])

    def result(self, shape: Shape) -> Shape:
        """Add the widths to the sizes."""
        widths = self.pad_width
        if len(widths) != len(shape):
            message = f"'pad_width' of {self.kind()} has {counted(len(widths), 'pair')}, but its input {text(shape)} has {counted(len(shape), 'axis')}"
            raise Problem("wrong-rank", message, "pad_width")
        for axis, (size, width) in enumerate(zip(shape, widths, strict=True)):
            limit = None if size is None else size - (self.mode == "reflect")
            if self.mode != "constant" and limit is not None and max(width) > limit:
                message = f"{self.kind()} cannot mirror {max(width)} values of axis {axis} of {text(shape)}; at most {limit}"
                raise Problem("out-of-range", message, "pad_width")
        return tuple(
            None if size is None else size + before + after
            for size, (before, after) in zip(shape, widths, strict=True)
        )


@operation
class Tile(Operation):
    """Repeats a whole tensor along its axes."""

    recent = (
        Recent(
            "3.13.0",
            "repeats",
            "ops.tile with a list of fewer numbers than axes",
            lambda call, shape: (
                isinstance(call.repeats, tuple) and 1 < len(call.repeats) < len(shape)
            ),
            by_inputs=True,
        ),
    )

    repeats: Counts
    """The number of copies along each axis; fewer numbers are for the last axes."""

    takes = tuple(dtype for dtype in ANYTHING if dtype != "uint16")
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"repeats": [1, 2, 1]}, (None, 26, 8), (None, 52, 8)),
        Example({"repeats": 3}, (None, 8), (None, 24)),
    )

    def result(self, shape: Shape) -> Shape:
        """Multiply the sizes."""
        repeats: tuple[int, ...] = self.canonical("repeats")
        rank = max(len(shape), len(repeats))
        sizes = (1,) * (rank - len(shape)) + shape
        counts = (1,) * (rank - len(repeats)) + repeats
        return tuple(product(each) for each in zip(sizes, counts, strict=True))


@operation
class Repeat(Operation):
    """Repeats every value along an axis."""

    repeats: Counts
    """The number of copies of every value, or a list of one for each position of the axis."""
    axis: OptionalInt = None
    """The axis; null puts all values in a row, also those of different samples."""

    takes = ANYTHING
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"repeats": 2, "axis": 1}, (None, 26, 8), (None, 52, 8)),
        Example({"repeats": [1, 2, 3], "axis": -1}, (None, 3), (None, 6)),
        Example({"repeats": 2}, (None, 3), (None,)),
    )

    def result(self, shape: Shape) -> Shape:
        """Multiply the size of the axis, or add its copies."""
        flat = self.axis is None
        axis = 0 if self.axis is None else rules.axis_of(self, self.axis, shape)
        sizes = (product(shape),) if flat else shape
        return (*sizes[:axis], self._copies(sizes[axis], shape), *sizes[axis + 1 :])

    def _copies(self, size: Dim, shape: Shape) -> Dim:
        repeats: tuple[int, ...] = self.canonical("repeats")
        if len(repeats) == 1:
            return product((size, repeats[0]))
        if size != len(repeats):
            has = "an unknown number of" if size is None else size
            message = f"'repeats' of {self.kind()} has {counted(len(repeats), 'number')}, but {has} values of {text(shape)} are repeated"
            code = "unknown-size" if size is None else "shape-mismatch"
            raise Problem(code, message, "repeats")
        return sum(repeats)

"""Functions that split a tensor; the parts are `name/0`, `name/1`, ..."""

from collections.abc import Iterator
from itertools import pairwise
from typing import ClassVar

from cnnspec.declarations.fields import Axis, OptionalPositiveInt, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import ANYTHING
from cnnspec.layers.reach_rules import POINT, Reach, Reaches, spatial
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.fields import Sections
from cnnspec.shapes import Dim, Shape, text


class Splitting(Operation):
    """Base class of functions that split a tensor along an axis."""

    moves_values = True
    takes = ANYTHING
    result_type = dtypes.kept_by_all

    def axis_to_split(self, shape: Shape) -> int:
        """Return the axis, counted from the front."""
        raise NotImplementedError

    def parts(self, shape: Shape, axis: int) -> list[Dim]:
        """Return the sizes of the parts along the axis."""
        raise NotImplementedError

    def result(self, shape: Shape) -> list[Shape]:
        """Compute the shapes of the parts."""
        axis = self.axis_to_split(shape)
        return [(*shape[:axis], size, *shape[axis + 1 :]) for size in self.parts(shape, axis)]

    def reach(self, shape: Shape) -> list[Reaches]:
        """Positions move by the parts in front of theirs."""
        axis, before = self.axis_to_split(shape), 0
        found: list[Reaches] = []
        for part in self.result(shape):
            points: list[Reach] = [POINT] * spatial(shape)
            is_spatial = axis < len(shape) - 1
            if is_spatial and axis:
                points[axis - 1] = rules.moved(max(before, 0))
            is_known = axis and len(part) == len(shape) and (before >= 0 or not is_spatial)
            found.append(tuple(points) if is_known else None)
            size = part[axis] if len(part) == len(shape) else None
            before = -1 if size is None or before < 0 else before + size
        return found


class BySections(Splitting):
    """Base class of functions that split into equal parts, or at some indices."""

    indices_or_sections: Sections
    """The number of equal parts, or a list of the indices at which to cut."""

    def conflicts(self) -> Iterator[Problem]:
        """Check that the indices are in order."""
        cuts = self.indices_or_sections
        if isinstance(cuts, int):
            yield from rules.too_many(self, cuts, "indices_or_sections")
        elif not cuts or any(later <= earlier for earlier, later in pairwise(cuts)):
            message = f"'indices_or_sections' of {self.kind()} must be indices in ascending order"
            yield Problem("out-of-range", message, "indices_or_sections")

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the parts."""
        cuts = self.indices_or_sections
        return rules.numbered(cuts if isinstance(cuts, int) else len(cuts) + 1)

    def parts(self, shape: Shape, axis: int) -> list[Dim]:
        """Divide the size."""
        cuts, size = self.indices_or_sections, shape[axis]
        if isinstance(cuts, int):
            if size is not None and size % cuts:
                message = f"{self.kind()} cannot split axis {axis} of {text(shape)} into {cuts} equal parts"
                suggestion = f"{cuts} must divide {size}; the parts of ops.array_split may differ"
                raise Problem(
                    "shape-mismatch", message, "indices_or_sections", suggestion=suggestion
                )
            return [None if size is None else size // cuts] * cuts
        if size is None:
            message = f"{self.kind()} cannot cut axis {axis} of {text(shape)} at indices, because its size is unknown"
            raise Problem("unknown-size", message, "indices_or_sections")
        if cuts[-1] >= size:
            message = f"{self.kind()} cannot cut axis {axis} of {text(shape)} at {cuts[-1]}; the last index is {size - 1}"
            raise Problem("out-of-range", message, ("indices_or_sections", len(cuts) - 1))
        return [end - start for start, end in pairwise((0, *cuts, size))]


@operation
class Split(BySections):
    """Splits a tensor along an axis; the parts are `name/0`, `name/1`, ..."""

    axis: Axis = 0
    """The axis to split."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"indices_or_sections": 2, "axis": -1},
            (None, 26, 26, 8),
            [(None, 26, 26, 4), (None, 26, 26, 4)],
        ),
        Example(
            {"indices_or_sections": [3, 5], "axis": 1},
            (None, 26, 8),
            [(None, 3, 8), (None, 2, 8), (None, 21, 8)],
        ),
        Example({"indices_or_sections": 3, "axis": 1}, (None, None, 8), [(None, None, 8)] * 3),
    )

    def axis_to_split(self, shape: Shape) -> int:
        """Return the axis, counted from the front."""
        return rules.axis_of(self, self.axis, shape)


@operation
class Hsplit(BySections):
    """Splits a tensor along axis 1; a tensor of one axis along that."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"indices_or_sections": 2}, (None, 26, 8), [(None, 13, 8), (None, 13, 8)]),
        Example({"indices_or_sections": [1]}, (4,), [(1,), (3,)]),
    )

    def axis_to_split(self, shape: Shape) -> int:
        """Return the axis, counted from the front."""
        return rules.axis_of(self, min(1, len(shape) - 1), shape, ())


@operation
class Vsplit(BySections):
    """Splits a tensor along axis 0, the batch."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"indices_or_sections": 2}, (None, 26), [(None, 26), (None, 26)]),
        Example({"indices_or_sections": [1, 2]}, (4, 26), [(1, 26), (1, 26), (2, 26)]),
    )

    def axis_to_split(self, shape: Shape) -> int:
        """Return axis 0 of a tensor with two axes at least."""
        rules.check_rank(self, shape, 2)
        return 0


@operation
class Dsplit(BySections):
    """Splits a tensor along axis 2."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"indices_or_sections": 2}, (None, 26, 8), [(None, 26, 4), (None, 26, 4)]),
    )

    def axis_to_split(self, shape: Shape) -> int:
        """Return axis 2 of a tensor with three axes at least."""
        rules.check_rank(self, shape, 3)
        return 2


@operation
class ArraySplit(Splitting):
    """Splits a tensor into parts that may differ by 1 in size, the larger ones first."""

    indices_or_sections: PositiveInt
    """The number of parts."""
    axis: Axis = 0
    """The axis to split."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"indices_or_sections": 3, "axis": 1},
            (None, 8, 2),
            [(None, 3, 2), (None, 3, 2), (None, 2, 2)],
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check the number of parts."""
        yield from rules.too_many(self, self.indices_or_sections, "indices_or_sections")

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the parts."""
        return rules.numbered(self.indices_or_sections)

    def axis_to_split(self, shape: Shape) -> int:
        """Return the axis, counted from the front."""
        return rules.axis_of(self, self.axis, shape)

    def parts(self, shape: Shape, axis: int) -> list[Dim]:
        """Divide the size, and give what is left over to the first parts."""
        count, size = self.indices_or_sections, shape[axis]
        if size is None:
            message = f"{self.kind()} cannot split axis {axis} of {text(shape)}, because its size is unknown"
            raise Problem("unknown-size", message, "axis")
        if count > size:
            message = f"{self.kind()} cannot split axis {axis} of {text(shape)} into {count} parts"
            raise Problem("shape-mismatch", message, "indices_or_sections")
        return [size // count + (part < size % count) for part in range(count)]


@operation
class Unstack(Splitting):
    """Takes a tensor apart along an axis, which the parts do not have."""

    num: OptionalPositiveInt = None
    """The size of the axis, which also names the parts."""
    axis: Axis = 0
    """The axis to remove."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"num": 3, "axis": 1}, (None, 3, 8), [(None, 8)] * 3),
        Example({"num": 3, "axis": -1}, (None, 8, None), [(None, 8)] * 3),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that the number of parts is known."""
        if self.num is None:
            message = f"{self.kind()} needs 'num', the number of its results"
            yield Problem("missing-argument", message)
        else:
            yield from rules.too_many(self, self.num, "num")

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the parts."""
        return rules.numbered(self.num or 0)

    def reach(self, shape: Shape) -> list[Reaches]:
        """Return nothing: the positions are no longer those of the tensor."""
        return [None] * len(self.outputs())

    def result(self, shape: Shape) -> list[Shape]:
        """Remove the axis."""
        axis = rules.axis_of(self, self.axis, shape)
        if shape[axis] not in (None, self.num):
            message = (
                f"{self.kind()} cannot take {self.num} parts from axis {axis} of {text(shape)}"
            )
            raise Problem("shape-mismatch", message, "num")
        return [(*shape[:axis], *shape[axis + 1 :])] * len(self.outputs())

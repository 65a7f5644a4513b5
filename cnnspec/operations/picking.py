"""Functions that pick values of a tensor."""

from types import MappingProxyType
from typing import Annotated, ClassVar

from cnnspec.counts import counted
from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import OptionalInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import ANYTHING, WHOLE
from cnnspec.operations import dtypes, operand_rules, rules
from cnnspec.operations.base import Operand, Operation, operation
from cnnspec.operations.fields import Sizes, WholeNumbers
from cnnspec.shapes import Dim, Shape, product, text


class OfIndices(Operation):
    """Base class of functions of a tensor and indices."""

    index_types: ClassVar[tuple[str, ...]] = operand_rules.INDICES

    tensors = ("x", "indices")
    min_inputs = 1
    max_inputs = 2
    x: Operand = None
    """The tensor, if it is a constant."""
    indices: Operand = None
    """The indices, if they are constants."""
    axis: OptionalInt = None
    """The axis of the indices; null puts all values in a row, also those of different samples."""

    takes = ANYTHING
    result_type = dtypes.kept

    def check_dtypes(self, *inputs: str) -> None:
        """Check that indices are whole numbers."""
        super().check_dtypes(*inputs)
        operand_rules.check_indices(self, "indices", inputs, self.index_types)

    def check_range(self, shape: Shape, axis: int | None) -> None:
        """Check constant indices against the size of the axis, if it is known."""
        if self.indices is None:
            return
        size = product(shape) if axis is None else shape[axis]
        for index in operand_rules.flat(self.indices):
            if size is not None and not -size <= index < size:
                where = "" if axis is None else f"axis {axis} of "
                message = f"the index {index} is out of range: {where}{text(shape)} has {counted(size, 'value')}"
                raise Problem("out-of-range", message, "indices")


@operation
class Take(OfIndices):
    """Picks the values at some indices of an axis."""

    index_types = ("int16", "int32", "int64")

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"indices": [0, 2], "axis": 1}, (None, 26, 8), (None, 2, 8)),
        Example({"indices": -1, "axis": 1}, (None, 26, 8), (None, 8)),
        Example({"x": [[1.5, 2.5], [3.0, 4.0]], "axis": 0}, (None, 5), (None, 5, 2), "int32"),
    )

    def result(self, shape: Shape, indices: Shape) -> Shape:
        """Put the axes of the indices in place of the axis."""
        axis = None if self.axis is None else rules.axis_of(self, self.axis, shape)
        self.check_range(shape, axis)
        return indices if axis is None else (*shape[:axis], *indices, *shape[axis + 1 :])


@operation
class TakeAlongAxis(OfIndices):
    """Picks a value for each index, at its own position of the other axes."""

    recent = (
        Recent(
            "3.15.0",
            "axis",
            "ops.take_along_axis without an axis",
            lambda call: call.axis is None,
        ),
    )

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"indices": [[0, 1]], "axis": 1}, (None, 26), (None, 2)),
        Example({"indices": [3, 0, 1]}, (4, 2), (3,)),
    )

    def result(self, shape: Shape, indices: Shape) -> Shape:
        """Replace the size of the axis by the number of indices."""
        axis = None if self.axis is None else rules.axis_of(self, self.axis, shape)
        self.check_range(shape, axis)
        sizes = (product(shape),) if axis is None else shape
        if len(sizes) != len(indices):
            message = f"{self.kind()} takes indices with {rules.axes_in_words(len(sizes))}, not {text(indices)}"
            raise Problem("wrong-rank", message)
        place = axis or 0
        return rules.broadcast(self, (*sizes[:place], indices[place], *sizes[place + 1 :]), indices)


@operation
class Slice(Operation):
    """Takes a part of a size that starts at some indices."""

    recent = (
        Recent(
            "3.14.0",
            "shape",
            "a size of -1 in ops.slice",
            lambda call: -1 in call.sizes,
        ),
    )
    tensors = ("inputs", "start_indices")
    held_in = MappingProxyType({"shape": "sizes"})
    min_inputs = 1
    max_inputs = 2
    start_indices: Operand = None
    """The first index along each axis, if they are constants."""
    sizes: Annotated[
        tuple[int, ...], WholeNumbers("a list of sizes, or -1 for the rest", minimum=-1)
    ]
    """The size along each axis; -1 for all that follows the index."""

    takes = ANYTHING
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"start_indices": [0, 1, 2], "shape": [-1, 4, -1]}, (None, 26, 8), (None, 4, 6)),
    )

    def check_dtypes(self, *inputs: str) -> None:
        """Check that indices are whole numbers."""
        super().check_dtypes(*inputs)
        operand_rules.check_indices(self, "start_indices", inputs)

    def result(self, shape: Shape, starts: Shape) -> Shape:
        """Return the sizes, or what follows the indices."""
        if len(self.sizes) != len(shape):
            message = f"'shape' of {self.kind()} has {len(self.sizes)} sizes, but its input {text(shape)} has {rules.axes_in_words(len(shape))}"
            raise Problem("wrong-rank", message, "shape")
        if starts != (len(shape),):
            message = f"{self.kind()} needs a start index for each of {rules.axes_in_words(len(shape))}, not {text(starts)}"
            raise Problem("shape-mismatch", message)
        known = self.start_indices or (None,) * len(shape)
        return tuple(
            self._size(axis, size, start, shape)
            for axis, (size, start) in enumerate(zip(self.sizes, known, strict=True))
        )

    def _size(self, axis: int, size: int, start: int | None, shape: Shape) -> Dim:
        has = shape[axis]
        if size == 0 or (start is not None and start < 0):
            message = f"{self.kind()} takes indices of at least 0 and sizes of at least 1, or -1"
            raise Problem(
                "out-of-range", message, ("shape", axis) if size == 0 else "start_indices"
            )
        if has is not None and (start or 0) + max(size, 1) > has:
            message = f"{self.kind()} takes {size} values from index {start or 0} of axis {axis} of {text(shape)}, which has {has}"
            if size == -1:
                message = f"the index {start} is out of range: axis {axis} of {text(shape)} has {has} values"
            raise Problem(
                "out-of-range", message, ("shape", axis) if size != -1 else "start_indices"
            )
        if size != -1:
            return size
        return None if has is None or start is None else has - start


@operation
class UnravelIndex(Operation):
    """The index along each axis for positions in a row; they are `name/0`, `name/1`, ..."""

    recent = (
        Recent(
            "3.11.0",
            None,
            "ops.unravel_index",
            lambda call: True,
        ),
    )
    tensors = ("indices",)
    held_in = MappingProxyType({"shape": "sizes"})
    sizes: Sizes
    """The sizes of the axes."""

    takes = WHOLE
    result_type = dtypes.kept_by_all
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"shape": [4, 5]}, (None,), [(None,), (None,)], "int32"),
        Example({"shape": [4, 5]}, (2, 3), [(2, 3), (2, 3)], "int32"),
    )

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the axes."""
        return rules.numbered(len(self.sizes))

    def result(self, shape: Shape) -> list[Shape]:
        """Return the shape of the positions for each axis."""
        if len(shape) != 1 and None in shape:
            message = (
                f"{self.kind()} takes indices of one axis, or of known sizes, not {text(shape)}"
            )
            raise Problem("unknown-size", message)
        return [shape] * len(self.sizes)

"""Indexing and slices."""

from typing import Any, ClassVar

from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import ANYTHING
from cnnspec.layers.reach_rules import POINT, Reach, Reaches
from cnnspec.operations import dtypes
from cnnspec.operations.base import Operation, operation
from cnnspec.operations.keys import Cut, Item, Key, in_python, items
from cnnspec.shapes import Dim, Shape, text


@operation
class GetItem(Operation):
    """Takes a part of a tensor by indices and slices, as `x[:, 0, 1:-1]` does in Python."""

    key: Key
    """The indices and slices, one per axis from the first: `:, 0, 1:-1`, `..., None`, `::-1`."""

    takes = ANYTHING
    moves_values = True
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"key": ":, 0"}, (None, 26, 8), (None, 8)),
        Example({"key": ":, 1:-1, ::2"}, (None, 26, None, 8), (None, 24, None, 8)),
        Example({"key": "..., None, ::-1"}, (None, 26, 8), (None, 26, 1, 8)),
        Example({"key": -1}, (4, 26), (26,)),
    )

    def keras_value(self, argument: str, value: Any) -> Any:
        """Return the key as Python has it."""
        return tuple(in_python(value))

    def result(self, shape: Shape) -> Shape:
        """Compute the shape of the part."""
        key = items(self.key)
        used = sum(item is not None and item is not ... for item in key)
        if used > len(shape):
            message = (
                f"'{self.key}' indexes {used} axes, but its input {text(shape)} has {len(shape)}"
            )
            raise Problem("wrong-rank", message, "key")
        if ... not in key:
            key = (*key, ...)
        left = list(shape)
        sizes: list[Dim] = []
        for item in key:
            if item is None:
                sizes.append(1)
            elif item is ...:
                whole = len(shape) - used
                sizes += left[:whole]
                del left[:whole]
            else:
                sizes += self._part(item, left.pop(0), len(shape) - len(left) - 1, shape)
        return tuple(sizes)

    def reach(self, shape: Shape) -> Reaches:
        """Positions move by the start of a slice, and its step is their stride.

        It is unknown if axes are added or removed, or if a slice starts at an unknown position.
        """
        key = items(self.key)
        if ... not in key:
            key = (*key, ...)
        at = key.index(...)
        left_out = (Cut(),) * (len(shape) - len(key) + 1)
        cuts = (*key[:at], *left_out, *key[at + 1 :])
        found = []
        for cut, size in zip(cuts, shape, strict=False):
            if not isinstance(cut, Cut) or (cut.step or 1) < 1:
                return None
            start = cut.start or 0
            if size is None and start < 0:
                return None
            first = start if size is None else cut.python.indices(size)[0]
            found.append(Reach(first, first, cut.step or 1))
        if len(cuts) != len(shape) or (found and found[0] != POINT):
            return None
        return tuple(found[1:-1])

    def _part(self, item: Item, size: Dim, axis: int, shape: Shape) -> list[Dim]:
        """Return what is left of an axis."""
        if not isinstance(item, Cut):
            assert isinstance(item, int)
            if size is not None and not -size <= item < size:
                message = f"the index {item} is out of range: axis {axis} of {text(shape)} has {size} values"
                suggestion = f"use an index from {-size} to {size - 1}" if size else None
                raise Problem("out-of-range", message, "key", suggestion=suggestion)
            return []
        if size is None:
            return [None]
        count = len(range(*item.python.indices(size)))
        if not count:
            message = f"the slice '{item}' leaves nothing of axis {axis} of {text(shape)}"
            raise Problem("no-output-shape", message, "key")
        return [count]

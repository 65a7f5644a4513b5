"""Counts of values."""

from typing import ClassVar

from cnnspec.declarations.fields import NonNegativeInt
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import Operation, operation
from cnnspec.shapes import Shape


@operation
class Bincount(Operation):
    """How often each whole number occurs along the last axis; the largest one decides how many counts there are."""

    absent = (*Operation.absent, "weights", "sparse")
    minlength: NonNegativeInt = 0
    """The least number of counts."""

    result_type = dtypes.positions
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"minlength": 10}, (None, 26), (None, None), "int32"),
        Example({}, (None,), (None,), "int32"),
    )

    def result(self, shape: Shape) -> Shape:
        """Replace the values by counts, whose number is unknown."""
        rules.check_rank(self, shape, 1, 2)
        return (*shape[:-1], None)

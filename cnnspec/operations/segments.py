"""Functions that combine the rows of a tensor by the segments to which they belong."""

from collections.abc import Iterator
from typing import Any, ClassVar

from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import Flag, OptionalPositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import WHOLE
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import ListOperand, Operation, constant_type, operation
from cnnspec.shapes import Shape, text


class Segments(Operation):
    """Base class of functions that combine rows."""

    tensors = ("data", "segment_ids")
    min_inputs = 1
    max_inputs = 2
    data: ListOperand = None
    """The rows, if they are a constant."""
    segment_ids: ListOperand = None
    """The segment of each row, if they are a constant."""
    num_segments: OptionalPositiveInt = None
    """How many segments there are; null if that depends on the values."""
    sorted: Flag = False
    """Whether the segments are in ascending order."""

    takes = WHOLE
    result_type = dtypes.kept
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"num_segments": 3}, [(None, 8), (None,)], (3, 8), dtypes=("float32", "int32")),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Yield a problem with arguments that TensorFlow does not take together."""
        if self.sorted and self.num_segments is not None:
            message = "sorted segments have no 'num_segments' on TensorFlow"
            yield Problem("conflicting-arguments", message, "num_segments")

    def result(self, data: Shape, segments: Shape) -> Shape:
        """One row for each segment."""
        if not data or len(segments) != 1 or not rules.match(data[:1], segments):
            message = (
                f"{self.kind()} needs a segment for each row, not {text(segments)} for {text(data)}"
            )
            raise Problem("shape-mismatch", message)
        return (self.num_segments, *data[1:])

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of the tensors.

        Raises:
            Problem: the segments are not whole numbers.

        """
        data, segments = self.ordered(inputs, constant_type).values()
        super().check_dtypes(data)
        if segments not in ("int32", "int64"):
            message = f"the segments of {self.kind()} must be int32 or int64, not {segments}"
            raise Problem("wrong-dtype", message)


_FUNCTIONS = {
    "SegmentMax": "The largest values of the rows of each segment.",
    "SegmentMin": "The smallest values of the rows of each segment.",
    "SegmentProd": "The products of the rows of each segment.",
    "SegmentSum": "The sums of the rows of each segment.",
}
for _name, _said in _FUNCTIONS.items():
    _facts: dict[str, Any] = {"__doc__": _said, "__module__": __name__}
    if _name == "SegmentMax":  # before, Keras leaves out all segments after a gap
        _facts["recent"] = (
            Recent(
                "3.15.0",
                "num_segments",
                "ops.segment_max without num_segments",
                lambda call: call.num_segments is None and not call.sorted,
            ),
        )
    operation(type(_name, (Segments,), _facts))

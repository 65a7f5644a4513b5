"""Functions that rank values, or find where they belong in an order."""

from collections.abc import Iterator
from typing import Annotated, ClassVar

from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import Choice, Flag, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import NUMBERS, WHOLE
from cnnspec.operations import dtypes, rules
from cnnspec.operations.base import (
    ListOperand,
    Operation,
    constant_shape,
    constant_type,
    operation,
)
from cnnspec.shapes import Shape, product, text


@operation
class TopK(Operation):
    """The `k` largest values along the last axis (`name/0`), and their positions (`name/1`)."""

    k: PositiveInt
    """How many values."""
    sorted: Flag = True
    """Whether they are in descending order."""

    takes = WHOLE
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"k": 3}, (None, 26, 8), [(None, 26, 3), (None, 26, 3)]),
    )

    def outputs(self) -> tuple[str, ...]:
        """Return the numbers of the results."""
        return ("0", "1")

    def result(self, shape: Shape) -> list[Shape]:
        """The shape with `k` values along the last axis, twice."""
        rules.check_rank(self, shape, 1)
        size = shape[-1]
        if size is not None and size < self.k:
            message = f"{self.kind()} needs {self.k} values along the last axis, but its input is {text(shape)}"
            raise Problem("out-of-range", message, "k")
        return [(*shape[:-1], self.k)] * 2

    def output_dtype(self, *inputs: str) -> list[str]:
        """The type of the tensor, and positions."""
        return [inputs[0], "int32"]


@operation
class InTopK(Operation):
    """Whether the score of each target is among the `k` largest of its sample."""

    tensors = ("targets", "predictions")
    min_inputs = 1
    max_inputs = 2
    targets: ListOperand = None
    """The targets, if they are a constant."""
    predictions: ListOperand = None
    """The scores, if they are a constant."""
    k: PositiveInt
    """How many scores count as the largest."""

    result_type = dtypes.truth
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"k": 2}, [(None,), (None, 10)], (None,), dtypes=("int32", "float32")),
    )

    def result(self, targets: Shape, predictions: Shape) -> Shape:
        """One truth value for each target."""
        if len(targets) != 1 or len(predictions) != 2 or not rules.match(targets, predictions[:1]):
            message = f"{self.kind()} needs a target for each row of scores, not {text(targets)} and {text(predictions)}"
            raise Problem("shape-mismatch", message)
        return targets

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of the tensors.

        Raises:
            Problem: the targets are not whole numbers, or the scores not float32.

        """
        targets, scores = self.ordered(inputs, constant_type).values()
        if targets not in ("int32", "int64") or scores != "float32":
            message = f"{self.kind()} takes targets of int32 or int64 and scores of float32, not {targets} and {scores}"
            raise Problem("wrong-dtype", message)


@operation
class Digitize(Operation):
    """The number of the bin of every value: how many edges do not exceed it."""

    tensors = ("x", "bins")
    bins: ListOperand
    """The edges between the bins, in ascending order."""

    takes = tuple(dtype for dtype in NUMBERS if dtype != "uint64")
    result = rules.same
    result_type = dtypes.positions
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"bins": [0.0, 1.0, 2.0]}, (None, 26, 8), (None, 26, 8)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Yield a problem with the order of the edges."""
        if len(constant_shape(self.bins)) != 1 or list(self.bins) != sorted(self.bins):
            message = f"'bins' of {self.kind()} must be a list of numbers in ascending order"
            yield Problem("out-of-range", message, "bins")


@operation
class Searchsorted(Operation):
    """Where values belong in an ascending sequence."""

    recent = (
        Recent(
            "3.12.0",
            None,
            "ops.searchsorted in a sequence of unknown length",
            lambda call, *shapes: call.sorted_sequence is None and None in shapes[0],
            by_inputs=True,
        ),
    )

    tensors = ("sorted_sequence", "values")
    min_inputs = 1
    max_inputs = 2
    sorted_sequence: ListOperand = None
    """The sequence, if it is a constant."""
    values: ListOperand = None
    """The values, if they are a constant."""
    side: Annotated[str, Choice("left", "right")] = "left"
    """Whether a value belongs in front of equal ones or behind them."""

    takes = WHOLE
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"sorted_sequence": [0.0, 1.0, 2.0]}, (None,), (None,)),
    )

    def result(self, sequence: Shape, values: Shape) -> Shape:
        """One position for each value."""
        if len(sequence) != 1:
            message = f"the sequence of {self.kind()} must have one axis, not {text(sequence)}"
            raise Problem("shape-mismatch", message)
        if product(values[:-1]) != 1:
            message = f"the values of {self.kind()} must have one axis, not {text(values)}"
            raise Problem("wrong-rank", message, "values" if "values" in self.given else ())
        return values

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types of the tensors.

        Raises:
            Problem: they differ, or TensorFlow does not search in them.

        """
        super().check_dtypes(*inputs)
        sequence, values = self.ordered(inputs, constant_type).values()
        if sequence != values:
            message = f"{self.kind()} takes a sequence and values of one data type, not {sequence} and {values}"
            raise Problem("wrong-dtype", message)

    def output_dtype(self, *inputs: str) -> str:
        """Positions, which Keras counts in int64 in a sequence of unknown length."""
        return "int32" if self.sorted_sequence is not None else "int64"

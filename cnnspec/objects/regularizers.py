"""Penalties on weights or outputs, added to the loss."""

from collections.abc import Sequence
from typing import Annotated

from cnnspec.declarations.fields import DATA_TYPES, PENALIZED_TYPES, Choice, NonNegativeNumber
from cnnspec.diagnostics.problems import Problem
from cnnspec.objects.families import REGULARIZERS
from cnnspec.objects.of_values import OfValues, counted

NUMBERS = tuple(dtype for dtype in DATA_TYPES if dtype != "string")
REGULARIZERS.base = OfValues


class Penalty(OfValues):
    """Base class of penalties that are sums over all values."""

    def penalizes(self) -> tuple[str, ...]:
        """Return the data types that TensorFlow computes the penalty of."""
        return (*PENALIZED_TYPES, "bool")

    def check(self, shape: Sequence[int | None], dtype: str, what: str) -> None:
        """Check the data type.

        Raises:
            Problem: TensorFlow does not compute the penalty of it.

        """
        if dtype not in self.penalizes():
            message = f"{self.kind()} cannot penalize the {what}, which is {dtype}"
            raise Problem("wrong-dtype", message)


@REGULARIZERS
class L1(Penalty):
    """`l1 * sum(|w|)`."""

    example = {"l1": 0.001}
    aliases = ("l1",)
    l1: NonNegativeNumber = 0.01


@REGULARIZERS
class L2(Penalty):
    """`l2 * sum(w ** 2)`."""

    example = {"l2": 0.0001}
    aliases = ("l2",)
    l2: NonNegativeNumber = 0.01


@REGULARIZERS
class L1L2(Penalty):
    """`l1 * sum(|w|) + l2 * sum(w ** 2)`."""

    example = {"l1": 0.001, "l2": 0.0001}
    aliases = ("l1l2",)
    l1: NonNegativeNumber = 0.0
    l2: NonNegativeNumber = 0.0

    def penalizes(self) -> tuple[str, ...]:
        """Two factors of 0 compute a 0 of the data type."""
        return PENALIZED_TYPES if self.l1 or self.l2 else NUMBERS


@REGULARIZERS
class OrthogonalRegularizer(OfValues):
    """Penalizes rows or columns of a matrix that are not orthogonal."""

    example = {"factor": 0.001}
    aliases = ("orthogonal_regularizer",)
    factor: NonNegativeNumber = 0.01
    mode: Annotated[str, Choice("rows", "columns")] = "rows"

    def check(self, shape: Sequence[int | None], dtype: str, what: str) -> None:
        """Check that there is a matrix with several known rows or columns, in float32.

        Raises:
            Problem: there is not.

        """
        kind, mode = self.kind(), self.mode
        if len(shape) != 2:
            message = f"{kind} takes a matrix, but the {what} has {counted(len(shape))}"
            raise Problem("wrong-rank", message)
        if dtype != "float32":
            raise Problem("wrong-dtype", f"{kind} works only in float32, but the {what} is {dtype}")
        count = shape[0] if mode == "rows" else shape[1]
        if count is None:
            message = f"{kind} needs to know the number of {mode} of the {what}"
            raise Problem("unknown-size", message)
        if count == 1:
            message = f"{kind} compares {mode}, but the {what} has only one of them"
            raise Problem("shape-mismatch", message)

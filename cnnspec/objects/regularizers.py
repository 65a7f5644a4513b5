"""Penalties on weights or outputs, added to the loss."""

from typing import Annotated

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.fields import Choice, NonNegativeNumber
from cnnspec.objects.families import REGULARIZERS


@REGULARIZERS
class L1(Declaration):
    """`l1 * sum(|w|)`."""

    example = {"l1": 0.001}
    aliases = ("l1",)
    l1: NonNegativeNumber = 0.01


@REGULARIZERS
class L2(Declaration):
    """`l2 * sum(w ** 2)`."""

    example = {"l2": 0.0001}
    aliases = ("l2",)
    l2: NonNegativeNumber = 0.01


@REGULARIZERS
class L1L2(Declaration):
    """`l1 * sum(|w|) + l2 * sum(w ** 2)`."""

    example = {"l1": 0.001, "l2": 0.0001}
    aliases = ("l1l2",)
    l1: NonNegativeNumber = 0.0
    l2: NonNegativeNumber = 0.0


@REGULARIZERS
class OrthogonalRegularizer(Declaration):
    """Penalizes rows or columns of a matrix that are not orthogonal."""

    example = {"factor": 0.001}
    aliases = ("orthogonal_regularizer",)
    factor: NonNegativeNumber = 0.01
    mode: Annotated[str, Choice("rows", "columns")] = "rows"

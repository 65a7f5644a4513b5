"""Rules for the shapes and the costs of products."""

from typing import Protocol

from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Named
from cnnspec.shapes import Dim, Shape, product, text


class HasInner(Named, Protocol):
    """A product that sums over one axis of each tensor."""

    def inner_axes(self, first: Shape, second: Shape) -> tuple[int, int]:
        """Return the axes that are summed over."""

    def result(self, first: Shape, second: Shape) -> Shape:
        """Return the shape of the product."""


def check_no_scalars(operation: Named, first: Shape, second: Shape) -> None:
    """Check that both tensors have axes.

    Raises:
        Problem: one is a single number.

    """
    if not first or not second:
        message = f"{operation.kind()} does not multiply by a single number; use ops.multiply"
        raise Problem("wrong-rank", message)


def check_inner(operation: Named, first: Shape, second: Shape, axis: int, other: int) -> None:
    """Check that the axes that are summed over have the same size.

    Raises:
        Problem: they differ.

    """
    sizes = first[axis], second[other]
    if None not in sizes and sizes[0] != sizes[1]:
        message = f"{operation.kind()} cannot multiply {text(first)} and {text(second)}: axis {axis} of one is {sizes[0]}, axis {other} of the other is {sizes[1]}"
        raise Problem("shape-mismatch", message)


def joined(operation: Named, first: Shape, second: Shape, inner: tuple[int, int]) -> Shape:
    """The axes of both tensors that are not summed over."""
    axis, other = inner
    check_inner(operation, first, second, axis, other)
    left = (*first[:axis], *first[axis + 1 :])
    return (*left, *second[:other], *second[other + 1 :])


def over_inner(operation: HasInner, first: Shape, second: Shape) -> Dim:
    """One product for each value of the result and each position that is summed over."""
    inner = operation.inner_axes(first, second)
    output = operation.result(first, second)
    sizes = first[inner[0]], second[inner[1]]
    return per_sample(output, (sizes[0] if sizes[1] is None else sizes[1],))


def per_sample(output: Shape, *others: Shape) -> Dim:
    """Multiply sizes without the batch, which is the first axis if its size is unknown."""
    own = output[1:] if output and output[0] is None else output
    return product((*own, *(size for shape in others for size in shape)))

"""Products of matrices and vectors."""

from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration, Recent
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.operations import dtypes, product_rules, rules
from cnnspec.operations.base import Operand, Operation, operation
from cnnspec.operations.fields import whole_numbers
from cnnspec.shapes import Dim, Shape, product, text


class Product(Operation):
    """Base class of products of two tensors."""

    tensors = ("x1", "x2")
    min_inputs = 1
    max_inputs = 2
    x1: Operand = None
    """The first operand, if it is a constant."""
    x2: Operand = None
    """The second operand, if it is a constant."""

    result_type = dtypes.common_type
    cost = product_rules.over_inner


@operation
class Matmul(Product):
    """The product of matrices, which are the last two axes; the others are broadcast."""

    result_type = dtypes.multiplied
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 26, 8), (None, 8, 4)], (None, 26, 4)),
        Example({}, [(None, 3, 26, 8), (8, 4)], (None, 3, 26, 4)),
        Example({"x2": [[0.5, 1.0, 2.0], [1.0, 0.0, 0.5]]}, (None, 2), (None, 3)),
    )

    def inner_axes(self, first: Shape, second: Shape) -> tuple[int, int]:
        """Return the axes that are summed over."""
        product_rules.check_no_scalars(self, first, second)
        return len(first) - 1, max(len(second) - 2, 0)

    def result(self, first: Shape, second: Shape) -> Shape:
        """Broadcast the axes before the matrices."""
        product_rules.check_inner(self, first, second, *self.inner_axes(first, second))
        before = rules.broadcast(self, first[:-2], second[:-2])
        return (*before, *first[-2:-1], *(second[-1:] if len(second) > 1 else ()))


@operation
class Dot(Product):
    """The product along the last axis of the first and the second-last axis of the other."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 26, 8), (8, 4)], (None, 26, 4)),
        Example({"x2": [1, 2, 3]}, (None, 3), (None,)),
    )

    def inner_axes(self, first: Shape, second: Shape) -> tuple[int, int]:
        """Return the axes that are summed over."""
        product_rules.check_no_scalars(self, first, second)
        return len(first) - 1, max(len(second) - 2, 0)

    def result(self, first: Shape, second: Shape) -> Shape:
        """Join the axes that are not summed over."""
        return product_rules.joined(self, first, second, self.inner_axes(first, second))


@operation
class Inner(Product):
    """The product along the last axes of both tensors, whose shapes must broadcast."""

    recent = (
        Recent(
            "3.15.0",
            None,
            "ops.inner with more than one value as its result",
            lambda call, *shapes: call.shape(*shapes) != (),
            by_inputs=True,
        ),
    )

    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 26, 8), (26, 8)], (None, 26, 26)),
        Example({"x2": [1, 2, 3]}, (None, 3), (None,)),
    )

    def inner_axes(self, first: Shape, second: Shape) -> tuple[int, int]:
        """Return the axes that are summed over."""
        product_rules.check_no_scalars(self, first, second)
        return len(first) - 1, len(second) - 1

    def result(self, first: Shape, second: Shape) -> Shape:
        """Join the axes that are not summed over."""
        rules.broadcast(self, first, second)
        return product_rules.joined(self, first, second, self.inner_axes(first, second))


def _axes(value: Any, declaration: type[Declaration]) -> int | tuple[tuple[int, ...], ...]:
    if isinstance(value, int) and not isinstance(value, bool):
        if value < 0:
            raise Problem("out-of-range", "")
        return value
    if not isinstance(value, list | tuple) or len(value) != 2:
        raise Problem("wrong-type", "")
    listed = [each if isinstance(each, list | tuple) else [each] for each in value]
    first, second = (whole_numbers(each, declaration) for each in listed)
    if len(first) != len(second):
        raise Problem("conflicting-arguments", "both tensors need as many axes to sum over")
    return first, second


SummedAxes = Annotated[
    int | tuple[tuple[int, ...], ...],
    Checked("a number of axes, or a list of the axes of both tensors", check=_axes),
]


@operation
class Tensordot(Product):
    """The product along several axes."""

    axes: SummedAxes = 2
    """How many of the last and first axes are summed over, or the axes of both tensors."""
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"axes": 1}, [(None, 26, 8), (8, 4)], (None, 26, 4)),
        Example({"axes": [[1, 2], [0, 1]]}, [(None, 26, 8), (26, 8, 4)], (None, 4)),
        Example({}, [(None, 3, 8), (3, 8)], (None,)),
    )

    def axes_of_both(self, first: Shape, second: Shape) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the axes that are summed over, counted from the front."""
        if isinstance(self.axes, int):
            if self.axes > min(len(first), len(second)):
                message = f"{self.kind()} cannot sum over {self.axes} axes of {text(first)} and {text(second)}"
                raise Problem("out-of-range", message, "axes")
            count = self.axes
            return tuple(range(len(first) - count, len(first))), tuple(range(count))
        return (
            rules.axes_of(self, self.axes[0], first, "axes"),
            rules.axes_of(self, self.axes[1], second, "axes"),
        )

    def cost(self, first: Shape, second: Shape) -> Dim:
        """One product for each value of the first tensor and each row of the second."""
        _, inner = self.axes_of_both(first, second)
        return product_rules.per_sample(first, rules.without(inner, second, keepdims=False))

    def result(self, first: Shape, second: Shape) -> Shape:
        """Join the axes that are not summed over."""
        of_first, of_second = self.axes_of_both(first, second)
        for each, other in zip(of_first, of_second, strict=True):
            product_rules.check_inner(self, first, second, each, other)
        left = rules.without(of_first, first, keepdims=False)
        return (*left, *rules.without(of_second, second, keepdims=False))


class OfAllValues(Product):
    """Base class of products that put all values of a tensor in a row."""

    def cost(self, first: Shape, second: Shape) -> Dim:
        """Values of different samples are multiplied, so there is no cost of one sample."""
        return product((*first, *second))


@operation
class Outer(OfAllValues):
    """The products of every value of one tensor with every value of the other."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({"x2": [1, 2, 3]}, (None,), (None, 3)),
        Example({}, [(4, 3), (2, 5)], (12, 10)),
    )

    def result(self, first: Shape, second: Shape) -> Shape:
        """Count the values of both."""
        return product(first), product(second)


@operation
class Vdot(OfAllValues):
    """The sum of the products of all values of two tensors."""

    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, [(None, 8), (None, 8)], ()),
        Example({}, [(4, 3), (12,)], ()),
    )

    def cost(self, first: Shape, second: Shape) -> Dim:
        """One product for each value."""
        return product(first)

    def result(self, first: Shape, second: Shape) -> Shape:
        """Check that both have as many values."""
        counts = product(first), product(second)
        if None not in counts and counts[0] != counts[1]:
            message = f"{self.kind()} needs as many values in both inputs, not {text(first)} and {text(second)}"
            raise Problem("shape-mismatch", message)
        return ()

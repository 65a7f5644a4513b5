"""Normalization."""

from collections.abc import Iterator
from typing import ClassVar

from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import (
    FLOAT_TYPES,
    Axes,
    Axis,
    NonNegativeNumber,
    OptionalNonNegativeNumber,
    PositiveInt,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import reach_rules
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import WHOLE
from cnnspec.operations import dtypes, operand_rules, rules
from cnnspec.operations.base import Operand, Operation, constant_shape, constant_type, operation
from cnnspec.shapes import Shape, text


class Normalization(Operation):
    """Base class of normalization."""

    result_type = dtypes.kept

    def check_vectors(self, shapes: tuple[Shape, ...], *, wanted: Shape, exact: bool) -> None:
        """Check the shapes of the operands after the first."""
        for name, shape in list(self.ordered(shapes, constant_shape).items())[1:]:
            fits = shape == wanted if exact else rules.broadcasts_to(shape, wanted)
            if not fits:
                message = f"'{name}' of {self.kind()} must be {text(wanted)}, not {text(shape)}"
                raise Problem("shape-mismatch", message, name if name in self.given else ())


@operation
class BatchNormalization(Normalization):
    """Normalizes by given means and variances, one for each position of an axis."""

    recent = (
        Recent(
            "3.11.0",
            None,
            "ops.batch_normalization",
            lambda call: True,
        ),
    )
    tensors = ("x", "mean", "variance", "offset", "scale")
    optional = ("offset", "scale")
    by_name = ("offset", "scale")
    min_inputs = 1
    max_inputs = 5
    mean: Operand = None
    """The means, if they are constants."""
    variance: Operand = None
    """The variances, if they are constants."""
    axis: Axis
    """The axis of the means, which are channels most of the time."""
    offset: Operand = None
    """What is added, if it is constant."""
    scale: Operand = None
    """What the result is multiplied by, if it is constant."""
    epsilon: NonNegativeNumber = 0.001
    """A number added to the variance, against division by 0."""

    takes = WHOLE
    reach = reach_rules.pointwise
    examples: ClassVar[tuple[Example, ...]] = (
        Example(
            {"axis": -1, "mean": [0.5, 0.5, 0.5], "variance": [0.25, 0.25, 0.25]},
            (None, 26, 26, 3),
            (None, 26, 26, 3),
        ),
        Example({"axis": 1}, [(None, 8, 26), (8,), (8,), (8,), (8,)], (None, 8, 26)),
    )

    def check_dtypes(self, *inputs: str) -> None:
        """Check that all but the tensor are floats of the same type."""
        super().check_dtypes(*inputs)
        operand_rules.check_same_type(self, self.tensors[1:], inputs, constants=True)
        for name, dtype in list(self.ordered(inputs, constant_type).items())[1:]:
            if dtype not in FLOAT_TYPES:
                message = f"{self.kind()} takes floats as '{name}', not {dtype}"
                raise Problem("wrong-dtype", message, name if name in self.given else ())

    def shape(self, *shapes: Shape) -> Shape:
        """Check that there is a mean and a variance for each position."""
        first = shapes[0]
        axis = rules.axis_of(self, self.axis, first)
        self.check_vectors(shapes, wanted=(first[axis],), exact=True)
        found = self.ordered(shapes, constant_shape)
        if "offset" in found and "scale" not in found:
            message = f"{self.kind()} takes an offset only with a scale"
            raise Problem("missing-argument", message)
        return first


@operation
class LayerNormalization(Normalization):
    """Normalizes the values along some axes by their mean and variance."""

    tensors = ("x", "gamma", "beta")
    optional = ("gamma", "beta")
    by_name = ("beta",)
    max_inputs = 3
    gamma: Operand = None
    """What the result is multiplied by, if it is constant."""
    beta: Operand = None
    """What is added, if it is constant."""
    axis: Axes = -1
    """The axes of one mean and variance."""
    epsilon: OptionalNonNegativeNumber = None
    """A number added to the variance, against division by 0; null for 1e-7."""

    reach = reach_rules.along
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26, 8), (None, 26, 8)),
        Example({"axis": -1}, [(None, 26, 8), (8,), (8,)], (None, 26, 8)),
        Example({"axis": [1, 2]}, (None, 26, 8), (None, 26, 8)),
    )

    def shape(self, *shapes: Shape) -> Shape:
        """Check the axes, and the operands for them."""
        first = shapes[0]
        axes = rules.axes_of(self, self.axis, first)
        self.check_vectors(shapes, wanted=tuple(first[axis] for axis in sorted(axes)), exact=True)
        return first


@operation
class RmsNormalization(Normalization):
    """Divides the values along some axes by the root of their mean square."""

    recent = (
        Recent(
            "3.11.0",
            None,
            "ops.rms_normalization",
            lambda call: True,
        ),
    )
    tensors = ("x", "scale")
    optional = ("scale",)
    max_inputs = 2
    scale: Operand = None
    """What the result is multiplied by, if it is constant."""
    axis: Axes = -1
    """The axes of one mean square."""
    epsilon: OptionalNonNegativeNumber = None
    """A number added to the mean square, against division by 0; null for 1e-7."""

    reach = reach_rules.along
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26, 8), (None, 26, 8)),
        Example({}, [(None, 26, 8), (8,)], (None, 26, 8)),
    )

    def shape(self, *shapes: Shape) -> Shape:
        """Check the axes; a scale is broadcast."""
        first = shapes[0]
        rules.axes_of(self, self.axis, first)
        self.check_vectors(shapes, wanted=first, exact=False)
        return first


@operation
class Normalize(Normalization):
    """Divides the values along some axes by their norm."""

    axis: Axes = -1
    """The axes of one norm."""
    order: PositiveInt = 2
    """The order of the norm."""
    epsilon: OptionalNonNegativeNumber = None
    """The smallest norm; null for 1e-7."""

    result_type = dtypes.as_float
    reach = reach_rules.along
    examples: ClassVar[tuple[Example, ...]] = (
        Example({}, (None, 26, 8), (None, 26, 8)),
        Example({"order": 1, "axis": 1}, (None, 26), (None, 26)),
    )

    def computes_on(self) -> tuple[str, ...]:
        """Norms of order 2 are computed of floats only."""
        return FLOAT_TYPES if self.order == 2 else self.takes

    def conflicts(self) -> Iterator[Problem]:
        """Check that Keras does not divide by zero: norms of order 2 are multiplied by 1 / epsilon."""
        if self.order == 2 and self.epsilon == 0:
            message = f"'epsilon' of {self.kind()} must not be 0 for norms of order 2"
            yield Problem("conflicting-arguments", message, "epsilon")

    def result(self, shape: Shape) -> Shape:
        """Check the axes."""
        rules.axes_of(self, self.axis, shape)
        return shape

"""Losses of single predictions, as tensors."""

from typing import Any, ClassVar

from cnnspec.declarations.declaration import Recent
from cnnspec.declarations.fields import FLOAT_TYPES, Axis, Flag, Number
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example
from cnnspec.layers.dtype_rules import NUMBERS
from cnnspec.operations import dtypes, operand_rules, rules
from cnnspec.operations.base import Operand, Operation, operation
from cnnspec.shapes import Shape, text


class Crossentropy(Operation):
    """Base class of the loss of a predicted probability."""

    tensors = ("target", "output")
    min_inputs = 1
    max_inputs = 2
    target: Operand = None
    """The labels, if they are constants."""
    from_logits: Flag = False
    """Whether the predictions are values before the activation."""

    takes = FLOAT_TYPES

    def result_type(self, target: str, output: str) -> Any:
        """Return the type of the predictions."""
        return dtypes.kept(self, output)

    def check_dtypes(self, *inputs: str) -> None:
        """Check that labels and predictions have the same type."""
        super().check_dtypes(*inputs)
        operand_rules.check_same_type(self, self.tensors, inputs)

    def check_same_shape(self, target: Shape, output: Shape) -> None:
        """Check that labels and predictions have the same shape."""
        if target != output:
            message = f"{self.kind()} needs inputs of the same shape, not {text(target)} and {text(output)}"
            raise Problem("shape-mismatch", message)


@operation
class BinaryCrossentropy(Crossentropy):
    """The loss of each predicted probability of a label that is 0 or 1."""

    examples: ClassVar[tuple[Example, ...]] = (Example({}, [(None, 5), (None, 5)], (None, 5)),)

    def result(self, target: Shape, output: Shape) -> Shape:
        """Return the shape of both."""
        self.check_same_shape(target, output)
        return output


@operation
class CategoricalCrossentropy(Crossentropy):
    """The loss of the predicted probabilities of classes, for labels that are probabilities."""

    axis: Axis = -1
    """The axis of the classes."""
    examples: ClassVar[tuple[Example, ...]] = (Example({}, [(None, 5), (None, 5)], (None,)),)

    def result(self, target: Shape, output: Shape) -> Shape:
        """Remove the axis of the classes."""
        self.check_same_shape(target, output)
        axis = rules.axis_of(self, self.axis, output)
        if axis != len(output) - 1:
            message = f"Keras states a wrong shape for {self.kind()} along axis {axis} of {text(output)}; the classes must be on the last axis"
            raise Problem("out-of-range", message, "axis")
        return output[:-1]


@operation
class SparseCategoricalCrossentropy(Crossentropy):
    """The loss of the predicted probabilities of classes, for labels that are their numbers."""

    recent = (
        Recent(
            "3.15.0",
            "axis",
            "ops.sparse_categorical_crossentropy along another axis than the last",
            lambda call, *shapes: call.axis not in (-1, len(shapes[-1]) - 1),
            by_inputs=True,
        ),
    )

    axis: Axis = -1
    """The axis of the classes."""

    takes = NUMBERS
    examples: ClassVar[tuple[Example, ...]] = (Example({}, [(None, 7), (None, 7, 5)], (None, 7)),)

    def check_dtypes(self, *inputs: str) -> None:
        """Check that predictions are floats."""
        Operation.check_dtypes(self, *inputs)
        if inputs[-1] not in FLOAT_TYPES:
            message = f"{self.kind()} takes predictions that are floats, not {inputs[-1]}"
            raise Problem("wrong-dtype", message)

    def result(self, target: Shape, output: Shape) -> Shape:
        """Remove the axis of the classes."""
        axis = rules.axis_of(self, self.axis, output)
        rest = (*output[:axis], *output[axis + 1 :])
        labels = target[:-1] if len(target) == len(output) and target[-1] == 1 else target
        if labels != rest:
            message = f"{self.kind()} needs labels {text(rest)} for predictions {text(output)}, not {text(target)}"
            raise Problem("shape-mismatch", message)
        return rest


@operation
class Psnr(Operation):
    """The peak signal-to-noise ratio of two batches of images, one number for all."""

    tensors = ("x1", "x2")
    min_inputs = 1
    max_inputs = 2
    x1: Operand = None
    """The first images, if they are constants."""
    x2: Operand = None
    """The second images, if they are constants."""
    max_val: Number
    """The largest value that a pixel can have."""

    takes = (*FLOAT_TYPES, "int32", "int64")
    result_type = dtypes.as_float
    examples: ClassVar[tuple[Example, ...]] = (
        Example({"max_val": 1.0}, [(None, 26, 26, 3), (None, 26, 26, 3)], ()),
    )

    def check_dtypes(self, *inputs: str) -> None:
        """Check that both have the same type."""
        super().check_dtypes(*inputs)
        operand_rules.check_same_type(self, self.tensors, inputs)

    def result(self, first: Shape, second: Shape) -> Shape:
        """Check that both have the same shape."""
        rules.check_alike(self, first, second)
        return ()

"""A dense layer over any axes, specified by an einsum equation."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration, default
from cnnspec.declarations.fields import FloatPolicy, OptionalText
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules, reach_rules
from cnnspec.layers.base import Example, Layer, Weight, kind
from cnnspec.layers.fields import (
    Activation,
    Constraint,
    Initializer,
    Regularizer,
    SizesOrNulls,
)
from cnnspec.shapes import Dim, Shape, text

if TYPE_CHECKING:
    from cnnspec.layers.protocols import Einsum

FORMS = (
    r"(?P<inputs>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->(?P<output>[a-zA-Z]+)",
    r"(?P<left>\.\.\.)(?P<inputs>[a-zA-Z]+),(?P<kernel>[a-zA-Z]+)->\.\.\.(?P<output>[a-zA-Z]+)",
    r"(?P<inputs>[a-zA-Z]{2,})(?P<right>\.\.\.),(?P<kernel>[a-zA-Z]+)->(?P<output>[a-zA-Z]+)\.\.\.",
)


@dataclass(frozen=True, slots=True)
class Equation:
    """A parsed equation: one letter per axis."""

    inputs: str
    kernel: str
    output: str
    left: bool
    """Whether there are further axes on the left, written `...`; the batch is one of them."""
    right: bool
    """Whether there are further axes on the right, written `...`."""


@cache
def equation_of(written: str) -> Equation | None:
    """Parse an equation; return None if it has none of the three forms of Keras."""
    for form in FORMS:
        if match := re.fullmatch(form, written):
            sides = match.groupdict()
            letters = (match["inputs"], match["kernel"], match["output"])
            return Equation(*letters, left="left" in sides, right="right" in sides)
    return None


def mistake_in(equation: Equation) -> str | None:
    """Return an error in the letters of an equation."""
    inputs, kernel, output = equation.inputs, equation.kernel, equation.output
    for letters in (inputs, kernel, output):
        if len(set(letters)) < len(letters):
            return f"'{letters}' names an axis twice"
    if lost := set(output) - set(inputs + kernel):
        return f"'{min(lost)}' of the output is in neither the input nor the kernel"
    if lost := set(kernel) - set(inputs + output):
        return f"'{min(lost)}' of the kernel is in neither the input nor the output"
    return None


def _equation(value: Any, _: type[Declaration]) -> str:
    if not isinstance(value, str):
        raise Problem("wrong-type", "")
    if equation_of(value) is None:
        raise Problem("unknown-value", "")
    return value


EinsumEquation = Annotated[
    str,
    Checked(
        "an equation such as 'abc,cd->abd', '...x,xy->...y' or 'ab...,bc->ac...'",
        check=_equation,
        schema={"type": "string"},
    ),
]


def sizes(layer: "Einsum", shape: Shape) -> Shape:
    """Shape rule: the batch, the axes of `...`, and `output_shape`.

    Sizes that are null in `output_shape` stay unknown, as in Keras.
    """
    equation = layer.parts
    more = _more_axes(layer, shape)
    stated = layer.output_shape if isinstance(layer.output_shape, tuple) else (layer.output_shape,)
    wanted = len(equation.output) - (0 if equation.left and more else 1)
    if len(stated) != wanted:
        message = f"'output_shape' of {layer.kind()} must have {wanted} size{'' if wanted == 1 else 's'} for '{layer.equation}', not {len(stated)}"
        raise Problem("shape-mismatch", message, "output_shape")
    if not (equation.left and more) and equation.inputs[0] != equation.output[0]:
        message = f"the first axis in '{layer.equation}' is the batch, which must stay first"
        raise Problem("conflicting-arguments", message, "equation")
    between = shape[1:more] if equation.left else ()
    if between != between[::-1]:
        message = f"{layer.kind()} cannot have '...' for the axes {text(between)}: Keras would reverse their order"
        raise Problem("conflicting-arguments", message, "equation")
    behind = shape[len(shape) - more :] if equation.right else ()
    result = (shape[0], *between, *stated, *behind)
    of_input, of_output = _sizes_of_letters(layer, shape, result)
    for letter, size in of_output.items():
        has = of_input.get(letter, size)
        if size not in (None, has):
            message = f"'output_shape' of {layer.kind()} has {size} for '{letter}', but it is {has} in its input {text(shape)}"
            raise Problem("shape-mismatch", message, "output_shape")
    return result


def _more_axes(layer: "Einsum", shape: Shape) -> int:
    """Return the number of axes that `...` stands for.

    Raises:
        Problem: the input has too few axes, or too many if there is no `...`.

    """
    equation = layer.parts
    more = len(shape) - len(equation.inputs)
    if more < 0 or (more and not (equation.left or equation.right)):
        least = (
            f"{'at least ' if equation.left or equation.right else ''}{len(equation.inputs)} axes"
        )
        message = f"'{layer.equation}' takes an input with {least}, not {text(shape)}"
        raise Problem("wrong-rank", message)
    return more


def _sizes_of_letters(
    layer: "Einsum", shape: Shape, result: Shape
) -> tuple[dict[str, Dim], dict[str, Dim]]:
    equation = layer.parts
    start = _more_axes(layer, shape) if equation.left else 0
    return (
        dict(zip(equation.inputs, shape[start:], strict=False)),
        dict(zip(equation.output, result[start:], strict=False)),
    )


def kernel_and_bias(layer: "Einsum", shape: Shape) -> tuple[Weight, ...]:
    """A kernel with one axis per letter, and a bias that broadcasts to the output."""
    equation, result = layer.parts, sizes(layer, shape)
    of_input, of_output = _sizes_of_letters(layer, shape, result)

    def known(letter: str) -> int:
        size = of_output[letter] if letter in of_output else of_input[letter]
        if size is None:
            source = "'output_shape'" if letter in of_output else f"its input {text(shape)}"
            message = f"{layer.kind()} needs to know the size of '{letter}' from {source}"
            raise Problem("unknown-size", message, "output_shape" if letter in of_output else ())
        return size

    kernel = Weight("kernel", tuple(known(letter) for letter in equation.kernel))
    if layer.bias_axes is None:
        return (kernel,)
    first = min(equation.output.index(letter) for letter in layer.bias_axes)
    named = (
        known(letter) if letter in layer.bias_axes else 1 for letter in equation.output[first:]
    )
    behind = (1,) * (_more_axes(layer, shape) if equation.right else 0)
    return kernel, Weight("bias", (*named, *behind))


@kind
class EinsumDense(Layer):
    """A dense layer over any axes, specified by an einsum equation."""

    ends_with_activation = True
    dtype: FloatPolicy = None
    equation: EinsumEquation
    """Equation, with one letter per axis of input, kernel and output; `...` for other axes."""
    output_shape: SizesOrNulls
    """Sizes of the output without the batch and the axes of `...`; null for unknown ones."""
    activation: Activation = None
    """Activation of the output."""
    bias_axes: OptionalText = None
    """Letters of the output axes that have a bias; null for no bias."""
    kernel_initializer: Initializer = default("glorot_uniform")
    bias_initializer: Initializer = default("zeros")
    kernel_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    kernel_constraint: Constraint = None
    bias_constraint: Constraint = None

    shape = sizes
    weights = kernel_and_bias
    macs = cost_rules.einsum
    reach = reach_rules.of_equation
    examples = (
        Example({"equation": "ab,bc->ac", "output_shape": 4}, (None, 8), (None, 4)),
        Example(
            {"equation": "abc,cd->abd", "output_shape": [None, 4], "bias_axes": "d"},
            (None, 7, 8),
            (None, None, 4),
        ),
        Example(
            {"equation": "...x,xy->...y", "output_shape": 4, "bias_axes": "y"},
            (None, None, 8),
            (None, None, 4),
        ),
        Example(
            {"equation": "ab...,bcd->adc...", "output_shape": [5, 4], "bias_axes": "d"},
            (None, 8, 7),
            (None, 5, 4, 7),
        ),
    )

    @property
    def parts(self) -> Equation:
        """The parsed equation."""
        parts = equation_of(self.equation)
        assert parts is not None  # its type has been checked
        return parts

    def conflicts(self) -> Iterator[Problem]:
        """Check that every letter of the input and the kernel is used consistently."""
        if mistake := mistake_in(self.parts):
            message = f"{mistake} in '{self.equation}'"
            yield Problem("conflicting-arguments", message, "equation")
        output = self.parts.output
        if self.bias_axes is not None and (not self.bias_axes or set(self.bias_axes) - set(output)):
            message = f"'bias_axes' of {self.kind()} must be letters of the output '{output}', not '{self.bias_axes}'"
            yield Problem("conflicting-arguments", message, "bias_axes")

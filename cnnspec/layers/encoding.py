"""Base classes and layers that map numbers and text to categories, and categories to vectors."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration, Recent
from cnnspec.declarations.fields import (
    Choice,
    FloatPolicy,
    OptionalNonNegativeInt,
    OptionalPositiveInt,
    PositiveNumber,
    bounded,
)
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import Example, Layer, kind, known
from cnnspec.layers.dtype_rules import compute_dtype, variable_dtype
from cnnspec.shapes import Shape, text

COUNTED_IN = ("float32", "float64", "int32", "int64")
"""The data types that TensorFlow can count in."""
EXACT_UP_TO = {
    "bfloat16": 2**8, "float16": 2**11, "float32": 2**24,
    "int8": 2**7, "uint8": 2**8, "int16": 2**15, "uint16": 2**16, "bool": 2,
}  # fmt: skip
"""The limit up to which every integer has an exact value, by type."""


def encoded(layer: "Encoding", shape: Shape) -> Shape:
    """Shape rule: a vector with one position per category; the values of a sample are counted.

    Keras declares wrong shapes if there are more axes, or only the batch axis.
    """
    if layer.output_mode == "int":
        return shape
    depth = layer.depth()
    if layer.output_mode == "one_hot":
        last = known(shape[-1], -1, shape, layer) if len(shape) > 1 else None
        return (*shape[:-1], depth) if last == 1 else (*shape, depth)
    if len(shape) != 2:
        message = f"{layer.kind()} in the mode '{layer.output_mode}' takes an input with 2 axes (batch, values), not {text(shape)}"
        raise Problem("wrong-rank", message)
    return (shape[0], depth)


def discretized(layer: "Discretization", shape: Shape) -> Shape:
    """Shape rule as for encoding; with more axes, the values along the first one are counted."""
    if layer.output_mode in ("multi_hot", "count") and len(shape) > 2:
        return (shape[0], *shape[2:], layer.depth())
    return encoded(layer, shape)


def learned(layer: Layer, argument: str, what: str) -> Problem:
    """Return the problem of a missing argument that Keras would learn from data."""
    message = f"{layer.kind()} needs '{argument}': a spec cannot contain the data from which Keras would learn {what} (`adapt`)"
    return Problem("missing-argument", message)


class Plain(Checked):
    """Type of `sparse` and `ragged`, which produce tensors that hardly any other layer accepts."""

    def __init__(self, tensors: str) -> None:
        def check(value: Any, _: type[Declaration]) -> bool:
            if not isinstance(value, bool):
                raise Problem("wrong-type", "")
            if value:
                raise Problem(
                    "unknown-value",
                    f"{tensors} tensors are not accepted by the other layers of a model",
                )
            return False

        super().__init__("false", check=check, schema={"const": False})


NotSparse = Annotated[bool, Plain("sparse")]
CountingMode = Choice("one_hot", "multi_hot", "count", synonyms={"binary": "multi_hot"})
Mode = Choice("int", "one_hot", "multi_hot", "count")


class Encoding(Layer):
    """Base class of layers that map values to categories, or to vectors of categories."""

    output_mode: Annotated[str, Mode] = "int"
    """`int`: the index of the category. `one_hot`: a one-hot vector for every value.
    `multi_hot`: one vector for all values of a sample. `count`: the number of occurrences.
    """
    sparse: NotSparse = False

    shape = encoded

    def depth(self) -> int:
        """The number of categories."""
        raise NotImplementedError

    def check_dtypes(self, *inputs: str) -> None:
        """Check that the output is not text."""
        super().check_dtypes(*inputs)
        if self.dtype == "string":
            raise Problem("wrong-dtype", f"{self.kind()} cannot output text", "dtype")


def _boundaries(value: Any, _: type[Declaration]) -> tuple[float, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple) or not value:
        raise Problem("wrong-type", "")
    numbers = tuple(bounded(item, -math.inf, at=(place,)) for place, item in enumerate(value))
    for place, (low, high) in enumerate(pairwise(numbers), start=1):
        if low > high:
            raise Problem("out-of-range", "", (place,))
    return numbers


Boundaries = Annotated[
    tuple[float, ...] | None,
    Checked(
        "a list of numbers in rising order, or null",
        check=_boundaries,
        schema={"anyOf": [{"type": "array", "items": {"type": "number"}}, {"type": "null"}]},
    ),
]


@kind
class Discretization(Encoding):
    """Sorts numbers into ranges."""

    absent = ("trainable", "activity_regularizer")
    recent = (
        Recent("3.12.0", "output_mode", "Discretization", lambda call: call.output_mode == "int"),
        Recent(
            "3.14.0",
            "output_mode",
            "an output mode of Discretization other than 'int'",
            lambda call: call.output_mode != "int",
        ),
    )
    dtype: FloatPolicy = None
    bin_boundaries: Boundaries = None
    """Boundaries between the ranges; there is one more range than boundaries."""
    num_bins: OptionalNonNegativeInt = None
    """Number of ranges to learn from data, which a spec does not support."""
    epsilon: PositiveNumber = 0.01
    """Accuracy of learned ranges."""

    shape = discretized
    examples = (
        Example({"bin_boundaries": [0, 0.5, 1]}, (None, None, 4), (None, None, 4)),
        Example({"bin_boundaries": [0.5], "output_mode": "one_hot"}, (None, 4), (None, 4, 2)),
        Example({"bin_boundaries": [0.5], "output_mode": "one_hot"}, (None, 1), (None, 2)),
        Example({"bin_boundaries": [0, 1], "output_mode": "count"}, (None, None), (None, 3)),
        Example({"bin_boundaries": [0, 1], "output_mode": "multi_hot"}, (None, 4, 5), (None, 5, 3)),
    )

    def depth(self) -> int:
        """The number of ranges: one more than boundaries."""
        return len(self.bin_boundaries or ()) + 1

    def conflicts(self) -> Iterator[Problem]:
        """Check that the boundaries are given."""
        yield from super().conflicts()
        if self.bin_boundaries is None:
            yield learned(self, "bin_boundaries", "them")
        elif self.num_bins is not None:
            message = "Discretization derives 'num_bins' from its 'bin_boundaries'"
            yield Problem("conflicting-arguments", message, "num_bins")

    def check_dtypes(self, *inputs: str) -> None:
        """Reject types that TensorFlow cannot count in."""
        super().check_dtypes(*inputs)
        check_counts(self, compute_dtype(self.dtype))

    def output_dtype(self, *inputs: str) -> str:
        """Indices of ranges are integers."""
        return "int32" if self.output_mode == "int" else compute_dtype(self.dtype)


def check_counts(layer: Encoding, dtype: str) -> None:
    """Check that a layer does not count in an unsupported type.

    Raises:
        Problem: it does.

    """
    if layer.output_mode in ("multi_hot", "count") and dtype not in COUNTED_IN:
        message = f"{layer.kind()} cannot count in {dtype}"
        raise Problem("wrong-dtype", message, "dtype")


@kind
class CategoryEncoding(Encoding):
    """Encodes integer categories as vectors."""

    num_tokens: OptionalPositiveInt = None
    """Number of categories, counted from 0."""
    output_mode: Annotated[str, CountingMode] = "multi_hot"
    examples = (
        Example({"num_tokens": 4}, (None, None), (None, 4)),
        Example({"num_tokens": 4, "output_mode": "one_hot"}, (None, 3), (None, 3, 4)),
        Example({"num_tokens": 4, "output_mode": "one_hot"}, (None, 1), (None, 4)),
        Example({"num_tokens": 4, "output_mode": "count"}, (None, 3), (None, 4)),
    )

    def depth(self) -> int:
        """The number of categories, as declared."""
        return self.num_tokens or 0

    def conflicts(self) -> Iterator[Problem]:
        """Check that the number of categories is given; Keras has no default."""
        yield from super().conflicts()
        if not self.num_tokens:
            message = "CategoryEncoding needs 'num_tokens', a whole number of at least 1"
            yield Problem("missing-argument", message)

    def output_dtype(self, *inputs: str) -> str:
        """The type of weights, although it has none."""
        return variable_dtype(self.dtype)

    def check_dtypes(self, *inputs: str) -> None:
        """Check the types: Keras casts the categories to the type of the layer first."""
        super().check_dtypes(*inputs)
        check_counts(self, variable_dtype(self.dtype))
        dtype = compute_dtype(self.dtype)
        if self.depth() > EXACT_UP_TO.get(dtype, self.depth()):
            message = f"CategoryEncoding cannot distinguish {self.depth()} categories in {dtype}"
            raise Problem("wrong-dtype", message, "dtype")

"""Layers that make categories of numbers and texts, and vectors of categories."""

import math
from collections.abc import Iterator
from itertools import pairwise
from typing import Annotated, Any

from cnnspec.declarations import Checked, Declaration, Problem
from cnnspec.fields import (
    Choice,
    FloatPolicy,
    OptionalNonNegativeInt,
    OptionalPositiveInt,
    PositiveNumber,
    bounded,
)
from cnnspec.layers.base import Example, Layer, compute_dtype, kind, known
from cnnspec.shapes import Shape, text

COUNTED_IN = ("float32", "float64", "int32", "int64")
"""The data types that TensorFlow counts in."""
EXACT_UP_TO = {
    "bfloat16": 2**8, "float16": 2**11, "float32": 2**24,
    "int8": 2**7, "uint8": 2**8, "int16": 2**15, "uint16": 2**16, "bool": 2,
}  # fmt: skip
"""Up to where every whole number has a value of its own."""


def encoded(layer: "Encoding", shape: Shape) -> Shape:
    """A place in the vector for every category; what is counted are the values of a sample.

    Keras announces other shapes than it gives where there are more axes, or none but the batch.
    """
    if layer.output_mode == "int":
        return shape
    depth = layer.depth()
    if layer.output_mode == "one_hot":
        last = known(shape[-1], -1, shape, layer) if len(shape) > 1 else None
        return (*shape[:-1], depth) if last == 1 else (*shape, depth)
    if len(shape) != 2:
        message = f"{layer.kind()} in the mode '{layer.output_mode}' takes an input of 2 axes (batch, values), not {text(shape)}"
        raise Problem("wrong-rank", message)
    return (shape[0], depth)


def discretized(layer: "Discretization", shape: Shape) -> Shape:
    """As encoded; with more axes, what is counted are the values along the first one."""
    if layer.output_mode in ("multi_hot", "count") and len(shape) > 2:
        return (shape[0], *shape[2:], layer.depth())
    return encoded(layer, shape)


def learned(layer: Layer, argument: str, what: str) -> Problem:
    """What a layer without an argument would learn from data."""
    message = f"{layer.kind()} needs '{argument}': a spec cannot say the data that Keras would learn {what} from (`adapt`)"
    return Problem("missing-argument", message)


class Plain(Checked):
    """Marks `sparse` and `ragged`: tensors that hardly any other layer of Keras takes."""

    def __init__(self, tensors: str) -> None:
        def check(value: Any, _: type[Declaration]) -> bool:
            if not isinstance(value, bool):
                raise Problem("wrong-type", "")
            if value:
                raise Problem("unknown-value", f"{tensors} tensors fit no other layer of a model")
            return False

        super().__init__("false", check=check, schema={"const": False})


NotSparse = Annotated[bool, Plain("sparse")]
CountingMode = Choice("one_hot", "multi_hot", "count", synonyms={"binary": "multi_hot"})
Mode = Choice("int", "one_hot", "multi_hot", "count")


class Encoding(Layer):
    """What makes a category of every value, or a vector of categories."""

    output_mode: Annotated[str, Mode] = "int"
    """`int`: the number of the category. `one_hot`: a vector for every value, with a 1 for its
    category. `multi_hot`: one for all values of a sample. `count`: how often each is there."""
    sparse: NotSparse = False

    shape = encoded

    def depth(self) -> int:
        """How many categories there are."""
        raise NotImplementedError

    def check_dtypes(self, *inputs: str) -> None:
        """No category is a text."""
        super().check_dtypes(*inputs)
        if self.dtype == "string":
            raise Problem("wrong-dtype", f"{self.kind()} gives no text", "dtype")


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
    dtype: FloatPolicy = None
    bin_boundaries: Boundaries = None
    """Where a range ends and the next one begins; there is one range more than numbers."""
    num_bins: OptionalNonNegativeInt = None
    """For ranges that are learned from data, which no spec can say."""
    epsilon: PositiveNumber = 0.01
    """How exactly they are learned."""

    shape = discretized
    examples = (
        Example({"bin_boundaries": [0, 0.5, 1]}, (None, None, 4), (None, None, 4)),
        Example({"bin_boundaries": [0.5], "output_mode": "one_hot"}, (None, 4), (None, 4, 2)),
        Example({"bin_boundaries": [0.5], "output_mode": "one_hot"}, (None, 1), (None, 2)),
        Example({"bin_boundaries": [0, 1], "output_mode": "count"}, (None, None), (None, 3)),
        Example({"bin_boundaries": [0, 1], "output_mode": "multi_hot"}, (None, 4, 5), (None, 5, 3)),
    )

    def depth(self) -> int:
        """One more than boundaries."""
        return len(self.bin_boundaries or ()) + 1

    def conflicts(self) -> Iterator[Problem]:
        """The ranges are given."""
        yield from super().conflicts()
        if self.bin_boundaries is None:
            yield learned(self, "bin_boundaries", "them")
        elif self.num_bins is not None:
            message = "Discretization has 'num_bins' by its 'bin_boundaries'"
            yield Problem("conflicting-arguments", message, "num_bins")

    def check_dtypes(self, *inputs: str) -> None:
        """Refuse a type that TensorFlow cannot count in."""
        super().check_dtypes(*inputs)
        check_counts(self, compute_dtype(self.dtype))

    def output_dtype(self, *inputs: str) -> str:
        """Numbers of ranges are whole."""
        return "int32" if self.output_mode == "int" else compute_dtype(self.dtype)


def check_counts(layer: Encoding, dtype: str) -> None:
    """Some types cannot be counted in.

    Raises:
        Problem: the layer counts in one of them.

    """
    if layer.output_mode in ("multi_hot", "count") and dtype not in COUNTED_IN:
        message = f"{layer.kind()} cannot count in {dtype}"
        raise Problem("wrong-dtype", message, "dtype")


def variable_dtype(policy: str | None) -> str:
    """The type of weights under a policy."""
    return "float32" if policy is None or policy.startswith("mixed_") else policy


@kind
class CategoryEncoding(Encoding):
    """Makes vectors of the numbers of categories."""

    num_tokens: OptionalPositiveInt = None
    """Number of categories; they are counted from 0."""
    output_mode: Annotated[str, CountingMode] = "multi_hot"
    examples = (
        Example({"num_tokens": 4}, (None, None), (None, 4)),
        Example({"num_tokens": 4, "output_mode": "one_hot"}, (None, 3), (None, 3, 4)),
        Example({"num_tokens": 4, "output_mode": "one_hot"}, (None, 1), (None, 4)),
        Example({"num_tokens": 4, "output_mode": "count"}, (None, 3), (None, 4)),
    )

    def depth(self) -> int:
        """As many as are said."""
        return self.num_tokens or 0

    def conflicts(self) -> Iterator[Problem]:
        """Keras has no default for the number of categories."""
        yield from super().conflicts()
        if not self.num_tokens:
            message = "CategoryEncoding needs 'num_tokens': a whole number of at least 1"
            yield Problem("missing-argument", message)

    def check_dtypes(self, *inputs: str) -> None:
        """Keras brings the numbers of categories into the layer's type before it looks at them."""
        super().check_dtypes(*inputs)
        check_counts(self, variable_dtype(self.dtype))
        dtype = compute_dtype(self.dtype)
        if self.depth() > EXACT_UP_TO.get(dtype, self.depth()):
            message = f"CategoryEncoding cannot tell {self.depth()} categories apart in {dtype}"
            raise Problem("wrong-dtype", message, "dtype")

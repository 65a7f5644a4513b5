"""Computes what models of Keras 2 compute with the shapes of tensors: sizes, which are no tensors in a spec."""

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cnnspec.frontends.decimals import float32
from cnnspec.frontends.nodes import Tensor, leaves
from cnnspec.frontends.operations import NoEqual
from cnnspec.shapes import MAX_SIZE

MAX_VALUES = 10_000
"""The most numbers of a list of sizes."""
OF_SHAPES = ("rank", "shape", "size")
"""The functions that read the shape of a tensor."""


@dataclass(frozen=True, slots=True)
class Unsized:
    """A size that is not known before there is data, or a number that is computed with one."""

    of: str
    """What it is, in words."""
    is_batch: bool = False
    """Whether it is the number of samples of the batch."""

    @property
    def reason(self) -> NoEqual:
        """Why no step can have it as an argument."""
        return NoEqual(f"it needs {self.of}, which is known only when there is data")


Value = Any
"""A number, an `Unsized`, or nested lists of them."""


def is_of_sizes(function: str, node_leaves: list[Any], *, reads_sizes: bool) -> bool:
    """Whether a call computes with sizes alone, so that its result is known without a step."""
    has_tensors = any(isinstance(each, Tensor) for each in node_leaves)
    return function in OF_SHAPES if has_tensors else reads_sizes


def computed(function: str, args: list[Any], kwargs: Mapping[str, Any]) -> Value:
    """Return what a function of TensorFlow computes of sizes.

    Raises:
        NoEqual: it is none that is known here, or its result cannot be known.

    """
    value = args[0]
    if isinstance(value, Tensor):
        return _of_shape(function, value)
    compute = FUNCTIONS.get(function)
    if compute is None:
        for each in leaves([args, dict(kwargs)]):
            if isinstance(each, Unsized):
                raise each.reason
        raise NoEqual(f"it calls '{function}' on the sizes of a tensor")
    given = [*args[1:], *(kwargs[name] for name in ("y", "b") if kwargs.get(name) is not None)]
    try:
        return _checked(compute(value, *given, **_options(kwargs)))
    except (ArithmeticError, AttributeError, IndexError, KeyError, TypeError, ValueError):
        raise NoEqual("what it computes of the sizes of a tensor cannot be computed") from None


def _options(kwargs: Mapping[str, Any]) -> dict[str, Any]:
    names = {"delta", "dims", "dtype", "limit", "shape", "slice_spec", "value"}
    return {name: value for name, value in kwargs.items() if name in names and value is not None}


def _of_shape(function: str, tensor: Tensor) -> Value:
    """Return the shape, rank or size of a tensor."""
    if tensor.shape is None:
        raise NoEqual(f"it needs the shape of the tensor '{tensor.layer}', which is unknown")
    if function == "rank":
        return len(tensor.shape)
    sizes = [
        Unsized(f"the size of axis {axis} of '{tensor.layer}'", axis == 0 and tensor.has_batch)
        if size is None
        else size
        for axis, size in enumerate(tensor.shape)
    ]
    return sizes if function == "shape" else _product(sizes)


def _checked(value: Value) -> Value:
    """Return a value that is small enough.

    Raises:
        ValueError: it is not, or it is no number.

    """
    found = list(leaves(value))
    if len(found) > MAX_VALUES:
        raise ValueError
    for each in found:
        if type(each) not in (bool, int, float, Unsized):
            raise ValueError
        if not isinstance(each, Unsized) and not abs(each) <= MAX_SIZE:
            raise ValueError
    return value


def _each(compute: Callable[..., Value]) -> Callable[..., Value]:
    """Return a function of numbers that also works on lists, whose numbers it takes one by one."""

    def of(*values: Value) -> Value:
        lists = [each for each in values if isinstance(each, list)]
        if not lists:
            return _number(compute, *values)
        rows = [each if isinstance(each, list) else [each] * len(lists[0]) for each in values]
        return [of(*items) for items in zip(*rows, strict=True)]

    return lambda *values, **_: of(*values)


SAME = {
    operator.add: 0,
    operator.sub: 0,
    operator.mul: 1,
    operator.floordiv: 1,
    operator.truediv: 1,
}
"""The second operand that changes nothing."""


def _number(compute: Callable[..., Any], *values: Any) -> Value:
    for each in values:
        if isinstance(each, Unsized):
            kept = len(values) == 2 and each is values[0] and values[1] == SAME.get(compute)
            commutes = compute is operator.mul and values[0] == 1
            return each if kept or commutes else Unsized(each.of)
    result = compute(*values)
    return float32(result) if any(isinstance(each, float) for each in values) else result


def _product(values: list[Value]) -> Value:
    total: Value = 1
    for each in values:
        total = _number(operator.mul, total, each)
    return total


def _sum(values: list[Value]) -> Value:
    total: Value = 0
    for each in values:
        total = _number(operator.add, each, total)
    return total


def _power(base: Any, exponent: Any) -> Any:
    if abs(exponent) > 64 or abs(base) > MAX_SIZE:
        raise ValueError
    return math.pow(base, exponent) if isinstance(base, float) else base**exponent


def _item(value: list[Value], slice_spec: Any, **_: Any) -> Value:
    (spec,) = slice_spec if isinstance(slice_spec, list) else [slice_spec]
    if isinstance(spec, Mapping):
        return value[spec["start"] : spec["stop"] : spec["step"]]
    return value[spec]


def _cast(value: Value, dtype: str, **_: Any) -> Value:
    if not dtype.startswith(("int", "float32", "float64")):
        raise ValueError
    convert = int if dtype.startswith("int") else float
    return _each(lambda each: float32(convert(each)) if dtype == "float32" else convert(each))(
        value
    )


def _as_list(value: Value, **_: Any) -> Value:
    return value if isinstance(value, list) else [value]


def _joined(parts: Value, **_: Any) -> Value:
    return [each for part in _as_list(parts) for each in _as_list(part)]


def _flat(value: Value, shape: Any = (-1,), **_: Any) -> Value:
    found = list(leaves(value))
    (wanted,) = shape or (1,)
    if wanted not in (-1, len(found)):
        raise ValueError
    return found if shape else found[0]


def _only(value: Value, **_: Any) -> Value:
    (found,) = value if isinstance(value, list) else [value]
    return found


def _range(first: int, *more: int, limit: int | None = None, delta: int = 1, **_: Any) -> Value:
    start, stop = (0, first) if limit is None and not more else (first, limit or more[0])
    found = range(start, stop, delta)
    return list(found) if len(found) <= MAX_VALUES else [0] * (MAX_VALUES + 1)


def _filled(value: float) -> Callable[..., Value]:
    def make(sizes: Value, dtype: str = "float32", **_: Any) -> Value:
        number = value if dtype.startswith("float") else int(value)
        if math.prod(sizes) > MAX_VALUES:
            raise ValueError
        filled: Value = number
        for size in reversed(sizes):
            filled = [filled for _ in range(size)]
        return filled

    return make


OF_NUMBERS: Mapping[str, Callable[..., Any]] = {
    "abs": abs,
    "add": operator.add,
    "ceil": math.ceil,
    "divide": operator.truediv,
    "floor": math.floor,
    "floor_div": operator.floordiv,
    "floordiv": operator.floordiv,
    "floormod": operator.mod,
    "identity": lambda value: value,
    "maximum": max,
    "minimum": min,
    "mod": operator.mod,
    "multiply": operator.mul,
    "negative": operator.neg,
    "pow": _power,
    "rsqrt": lambda value: 1 / math.sqrt(value),
    "sqrt": math.sqrt,
    "square": lambda value: value * value,
    "subtract": operator.sub,
    "truediv": operator.truediv,
}
"""Functions of numbers, which also work on lists, by the last part of their names in TensorFlow."""
FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    **{name: _each(function) for name, function in OF_NUMBERS.items()},
    "cast": _cast,
    "concat": _joined,
    "convert_to_tensor": lambda value, **_: value,
    "expand_dims": _as_list,
    "getitem": _item,
    "ones": _filled(1.0),
    "range": _range,
    "reduce_prod": lambda value, **_: _product(value),
    "reduce_sum": lambda value, **_: _sum(value),
    "reshape": _flat,
    "squeeze": _only,
    "stack": _as_list,
    "unstack": _as_list,
    "zeros": _filled(0.0),
}
"""All functions, by the last part of their names."""

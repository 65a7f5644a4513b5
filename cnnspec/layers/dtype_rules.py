"""Rules for data types: which ones layers compute on, and which ones they return.

Keras converts the floats that a layer gets to the type that the layer computes in, and leaves other
inputs as they are. What a layer returns for those is the type that a running model has, which is not
always the type that Keras states when it builds the model.
"""

from collections.abc import Iterator
from typing import ClassVar, Protocol

from cnnspec.declarations.fields import DEFAULT_TYPE, FLOAT_TYPES, INT_TYPES
from cnnspec.diagnostics.problems import Problem

WHOLE: tuple[str, ...] = (*FLOAT_TYPES, *INT_TYPES)
NUMBERS: tuple[str, ...] = (*WHOLE, "bool")
ANYTHING: tuple[str, ...] = (*NUMBERS, "string")
NO_FLOAT16: tuple[str, ...] = ("bfloat16", "float32", "float64")
"""The floats in which TensorFlow counts."""
UP_TO_16_BITS = ("int8", "int16", "uint8", "uint16")
NO_WIDE_UNSIGNED: tuple[str, ...] = (*FLOAT_TYPES, *UP_TO_16_BITS, "int32", "int64")
"""The types that TensorFlow pools and resizes."""


class Typed(Protocol):
    """A layer whose inputs have data types."""

    dtype: str | None
    converts: ClassVar[tuple[str, ...]]

    @classmethod
    def kind(cls) -> str:
        """Return the name of the Keras class."""

    def computes_on(self) -> tuple[str, ...]:
        """Return the data types that it computes on."""


def compute_dtype(policy: str | None) -> str:
    """Return the type that a layer computes in under a policy; the default of Keras is float32."""
    return (policy or DEFAULT_TYPE).removeprefix("mixed_")


def variable_dtype(policy: str | None) -> str:
    """Return the type of weights under a policy."""
    return DEFAULT_TYPE if policy is None or policy.startswith("mixed_") else policy


def converted(layer: Typed, inputs: tuple[str, ...]) -> tuple[str, ...]:
    """Return the types of the inputs of a layer after it has converted some of them."""
    own = compute_dtype(layer.dtype)
    return tuple(own if dtype in layer.converts else dtype for dtype in inputs)


def check_types(layer: Typed, inputs: tuple[str, ...]) -> None:
    """Check that a layer computes on the types of its inputs, and in its own type.

    Raises:
        Problem: it does not.

    """
    takes = layer.computes_on()
    for dtype, has in zip(inputs, converted(layer, inputs), strict=True):
        if has in takes:
            continue
        if dtype in layer.converts and layer.dtype is not None:
            raise Problem("wrong-dtype", f"{layer.kind()} cannot work in {has}", "dtype")
        raise Problem("wrong-dtype", f"{layer.kind()} takes {phrase(takes)}, not {named(dtype)}")


def named(dtype: str) -> str:
    """Return the name of a data type in a message."""
    return "text" if dtype == "string" else dtype


def phrase(types: tuple[str, ...]) -> str:
    """Describe the types that a layer takes."""
    whole = [dtype for dtype in INT_TYPES if dtype in types]
    parts = list(_parts(types, whole))
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else parts[0]


def _parts(types: tuple[str, ...], whole: list[str]) -> Iterator[str]:
    if set(NUMBERS) <= set(types):
        yield "numbers"
    else:
        floats = [dtype for dtype in FLOAT_TYPES if dtype in types]
        if len(floats) == len(FLOAT_TYPES):
            yield "floats"
        else:
            yield from floats
        if len(whole) == len(INT_TYPES):
            yield "whole numbers"
        else:
            yield from whole
        if "bool" in types:
            yield "bool"
    if "string" in types:
        yield "text"


# layers inside others


def dropping_conflicts(outer: Typed, inner: Typed, part: str) -> Iterator[Problem]:
    """Check that an inner layer that drops values computes in the type of the outer layer.

    Keras makes the dropout mask in the type of one, and multiplies values of the other with it.
    """
    has, needs = compute_dtype(inner.dtype), compute_dtype(outer.dtype)
    if has != needs:
        message = f"{inner.kind()} drops values in {has}, but {outer.kind()} around it computes in {needs}; give both the same 'dtype'"
        yield Problem("conflicting-arguments", message, part)


def weight_conflicts(outer: Typed, inner: Typed, part: str) -> Iterator[Problem]:
    """Check that an inner layer has weights of the type of the outer layer, which converts its input.

    Keras does not convert the input again.
    """
    has, needs = variable_dtype(inner.dtype), compute_dtype(outer.dtype)
    if has != needs:
        message = f"{inner.kind()} has weights of {has}, but {outer.kind()} around it computes in {needs}; give both the same 'dtype'"
        yield Problem("conflicting-arguments", message, part)


# the types of outputs


def own(layer: Typed, *inputs: str) -> str:
    """The type that the layer computes in."""
    return compute_dtype(layer.dtype)


def kept(layer: Typed, *inputs: str) -> str:
    """The type of the input."""
    return converted(layer, inputs)[0]


def joined(layer: Typed, *inputs: str) -> str:
    """The common type of all inputs, whose values are not changed."""
    types = set(converted(layer, inputs))
    return types.pop() if len(types) == 1 else common(types)


def calculated(layer: Typed, *inputs: str) -> str:
    """The common type of all inputs, as arithmetic returns it."""
    return common(set(converted(layer, inputs)))


def as_float(layer: Typed, *inputs: str) -> str:
    """The type of a float; of other inputs, TensorFlow makes float32."""
    (dtype,) = converted(layer, inputs)
    return dtype if dtype in FLOAT_TYPES else DEFAULT_TYPE


def attended(layer: Typed, *inputs: str) -> str:
    """The type of the layer, but of whole numbers TensorFlow computes scores in 32 bits at least."""
    own_type = compute_dtype(layer.dtype)
    if set(inputs) <= set(FLOAT_TYPES):
        return own_type
    return common({own_type, DEFAULT_TYPE})


def averaged(layer: Typed, *inputs: str) -> str:
    """A float: TensorFlow divides whole numbers of 32 and more bits in float64."""
    dtype = calculated(layer, *inputs)
    if dtype in FLOAT_TYPES:
        return dtype
    return DEFAULT_TYPE if dtype in UP_TO_16_BITS else "float64"


def multiplied(layer: Typed, *inputs: str) -> str:
    """The common type of all inputs, but TensorFlow multiplies matrices of int8 into int32."""
    types = set(converted(layer, inputs))
    return "int32" if types == {"int8"} else common(types)


def masked(layer: Typed, *inputs: str) -> str:
    """The type of the product of the input and a mask."""
    dtype = calculated(layer, *inputs)
    return "int32" if dtype == "bool" else dtype


def common(types: set[str]) -> str:
    """Return the type to which Keras promotes several types; it has no arithmetic in uint64."""
    floats = types.intersection(FLOAT_TYPES)
    if floats:
        return floats.pop() if len(floats) == 1 else _wider_float(floats)
    signed = [bits_of(dtype) for dtype in types if dtype.startswith("int")]
    unsigned = [bits_of(dtype) for dtype in types if dtype.startswith("uint")]
    if not signed and not unsigned:
        return "bool"
    if not signed:
        return f"uint{min(max(unsigned), 32)}"
    bits = max(*signed, *(2 * each for each in unsigned), 0)
    return f"int{bits}" if bits <= 64 else DEFAULT_TYPE


def _wider_float(floats: set[str]) -> str:
    return "float64" if "float64" in floats else "float32"


def bits_of(dtype: str) -> int:
    """Return the number of bits of a whole number."""
    return int(dtype.lstrip("uint"))

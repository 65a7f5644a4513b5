"""Rules for the data types of results, as Keras promotes types on TensorFlow.

A number without a data type, such as the constant 0.5, is weak: it gives way to the types of
tensors of its sort.
"""

from collections.abc import Iterator
from math import inf
from typing import Any, Protocol

from cnnspec.declarations.fields import DEFAULT_TYPE, FLOAT_TYPES, INT_TYPES
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.dtype_rules import bits_of, common

WEAK_INT, WEAK_FLOAT = "a whole number", "a float"
"""The types of numbers without a data type."""
MAX_FLOAT32 = 3.4028234663852886e38


class Typed(Protocol):
    """An operation with a data type of its own, such as `cast`."""

    dtype: str | None


class Several(Protocol):
    """An operation of several results."""

    def outputs(self) -> tuple[str, ...]:
        """Return the names of the results."""


def promoted(*types: str) -> str:
    """Return the common type of several, of which some may be weak."""
    strong = {each for each in types if each not in (WEAK_INT, WEAK_FLOAT)}
    if strong == {"string"}:
        return "string"
    if WEAK_FLOAT in types and strong.isdisjoint(FLOAT_TYPES):
        return DEFAULT_TYPE
    if WEAK_INT in types and strong <= {"bool"}:
        return "int32"
    return common(strong)


def strong(*types: str) -> tuple[str, ...]:
    """Return types of which none is weak, as functions see them that make a tensor of every number."""
    fixed = {WEAK_INT: "int32", WEAK_FLOAT: DEFAULT_TYPE}
    return tuple(fixed.get(each, each) for each in types)


def floating(*types: str) -> str:
    """Return the common type of several with a float, in which most functions compute."""
    return promoted(*types, WEAK_FLOAT)


def flat(constant: Any) -> Iterator[Any]:
    """Yield the numbers of a constant."""
    if isinstance(constant, tuple):
        for each in constant:
            yield from flat(each)
    else:
        yield constant


def check_fits(constant: Any, dtype: str, argument: str = "") -> None:
    """Check that the whole numbers of a constant are in the range of a data type.

    Raises:
        Problem: one is not, or a float is too large for a list, which is made of float32.

    """
    lowest, highest = range_of(dtype)
    for number in flat(constant):
        if not lowest <= number <= highest:
            at = (argument,) if argument else ()
            raise Problem("out-of-range", f"{number} is not in the range of {dtype}", *at)


def range_of(dtype: str) -> tuple[float, float]:
    """Return the smallest and the largest number of a data type; floats other than float32 have none."""
    if dtype in INT_TYPES:
        bits = bits_of(dtype)
        return (
            (0, 2**bits - 1) if dtype.startswith("u") else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
        )
    return (-MAX_FLOAT32, MAX_FLOAT32) if dtype == "float32" else (-inf, inf)


# rules: the data type of the result of an operation


def kept(operation: object, *types: str) -> str:
    """The type of the first tensor."""
    return promoted(types[0]) if types[0] in (WEAK_INT, WEAK_FLOAT) else types[0]


def kept_by_all(operation: "Several", *types: str) -> list[str]:
    """The type of the first tensor, for each of several results."""
    return [kept(operation, *types)] * len(operation.outputs())


def joined(operation: object, *types: str) -> str:
    """The common type of tensors whose values are not changed."""
    return types[0] if len(set(types)) == 1 else promoted(*types)


def common_type(operation: object, *types: str) -> str:
    """The common type of all operands."""
    return promoted(*types)


def multiplied(operation: object, *types: str) -> str:
    """The common type of all operands, but products of int8 are int32."""
    return "int32" if set(types) == {"int8"} else promoted(*types)


def common_number(operation: object, *types: str) -> str:
    """The common type of all operands, but numbers for truth values."""
    dtype = promoted(*types)
    return "int32" if dtype == "bool" else dtype


def common_of_tensors(operation: object, *types: str) -> str:
    """The common type of all operands, where a single number is a tensor of 32 bits."""
    return promoted(*strong(*types))


def number_of_tensors(operation: object, *types: str) -> str:
    """As `common_of_tensors`, but numbers for truth values."""
    return common_number(operation, *strong(*types))


def float_of_tensors(operation: object, *types: str) -> str:
    """As `common_of_tensors`, as a float."""
    return floating(*strong(*types))


def wide_float(operation: object, *types: str) -> str:
    """The common type of all operands, as a float; int64 becomes float64."""
    dtype = promoted(*strong(*types))
    if dtype == "int64":
        return "float64"
    return dtype if dtype in FLOAT_TYPES else DEFAULT_TYPE


def as_float(operation: object, *types: str) -> str:
    """The common type of all operands, as a float."""
    return floating(*types)


def truth(operation: object, *types: str) -> str:
    """Truth values."""
    return "bool"


def positions(operation: object, *types: str) -> str:
    """Positions along an axis."""
    return "int32"


def summed(operation: object, *types: str) -> str:
    """A type that holds sums: narrow whole numbers become wider ones."""
    (dtype,) = types
    if dtype == "bool":
        return "int32"
    if dtype not in INT_TYPES or bits_of(dtype) >= 32:
        return dtype
    return "uint32" if dtype.startswith("u") else "int32"


def product_type(operation: object, *types: str) -> str:
    """As `summed`, but Keras multiplies no uint64."""
    return "uint32" if types[0] == "uint64" else summed(operation, *types)


def counted(operation: object, *types: str) -> str:
    """The type of the tensor, but numbers for truth values."""
    return "int32" if types[0] == "bool" else types[0]


def float_kept(operation: object, *types: str) -> str:
    """The type of a float, else float32."""
    return types[0] if types[0] in FLOAT_TYPES else DEFAULT_TYPE


def own(operation: Typed, *types: str) -> str:
    """The type that the operation is told, else that of the tensor."""
    return operation.dtype or types[0]


def filled(operation: object, *types: str) -> str:
    """The type of the tensor; TensorFlow makes uint32 for uint64."""
    return "uint32" if types[0] == "uint64" else types[0]

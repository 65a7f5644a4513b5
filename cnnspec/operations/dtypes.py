"""Rules for the data types of results, as Keras promotes types on TensorFlow.

A number without a data type, such as the constant 0.5, is weak: it gives way to the types of
tensors of its sort.
"""

from typing import Protocol

from cnnspec.declarations.fields import DEFAULT_TYPE, FLOAT_TYPES, INT_TYPES
from cnnspec.layers.dtype_rules import bits_of, common

WEAK_INT, WEAK_FLOAT = "a whole number", "a number"
"""The types of numbers without a data type."""


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


def floating(*types: str) -> str:
    """Return the common type of several with a float, in which most functions compute."""
    return promoted(*types, WEAK_FLOAT)


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


def counted(operation: object, *types: str) -> str:
    """The type of the tensor, but numbers for truth values."""
    return "int32" if types[0] == "bool" else promoted(types[0])


def own(operation: Typed, *types: str) -> str:
    """The type that the operation is told, else that of the tensor."""
    return operation.dtype or types[0]

"""Operations recorded by Keras, and the equivalent layers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnspec.declarations.fields import FLOAT_TYPES, INT_TYPES
from cnnspec.frontends.nodes import Node, Tensor
from cnnspec.keras_files.problems import UnreadableModel


class NoEqual(Exception):
    """No layer computes the same as an operation; the message is the reason."""


@dataclass(frozen=True, slots=True)
class Equal:
    """A call of a layer or function that computes the same as an operation."""

    kind: str
    arguments: dict[str, Any]
    tensors: tuple[Tensor, ...]


@dataclass(frozen=True, slots=True)
class Recorded:
    """An operation with its arguments."""

    kind: str
    name: str
    config: Mapping[str, Any]
    node: Node
    module: str = ""
    """The module of its class; HDF5 files do not store it."""

    @property
    def values(self) -> list[Any]:
        """Return the tensors and numbers that it is called with; a single list is unpacked.

        Raises:
            NoEqual: there are other arguments.

        """
        for key, value in self.node.kwargs.items():
            if value is not None:
                raise NoEqual(f"it is called with '{key}'")
        args = self.node.args
        values = args[0] if len(args) == 1 and isinstance(args[0], list) else args
        for each in values:
            number = isinstance(each, int | float) and not isinstance(each, bool)
            if not number and not isinstance(each, Tensor):
                raise NoEqual("it is called with an argument that is neither a tensor nor a number")
        return values

    @property
    def tensor(self) -> Tensor:
        """Return the only tensor that it is called with."""
        return self.tensors(1)[0]

    def tensors(self, count: int | None = None) -> tuple[Tensor, ...]:
        """Return the tensors that it is called with.

        Raises:
            NoEqual: their number is different.

        """
        found = tuple(each for each in self.values if isinstance(each, Tensor))
        if not found or (count is not None and len(found) != count):
            raise NoEqual(f"it is called with {len(found)} tensors")
        return found

    @property
    def number(self) -> float | None:
        """Return the number that it is called with in addition to a tensor."""
        numbers = [each for each in self.values if not isinstance(each, Tensor)]
        return numbers[0] if numbers else None

    @property
    def number_first(self) -> bool:
        """Whether the number comes before the tensor."""
        return not isinstance(self.values[0], Tensor)

    def shape(self, tensor: Tensor) -> tuple[int | None, ...]:
        """Return the shape of a tensor, including the batch.

        Raises:
            NoEqual: it is unknown, or has no batch axis.

        """
        if not tensor.shape:
            raise NoEqual("the shape of its tensor is unknown")
        return tensor.shape

    def is_float(self, tensor: Tensor) -> bool:
        """Whether a tensor has a float type."""
        return tensor.dtype in FLOAT_TYPES

    def dtype(self, *tensors: Tensor) -> dict[str, str]:
        """Return the argument with which a layer computes in the type of its tensors.

        Raises:
            NoEqual: they are not floats, or have different types.

        """
        (first, *others) = {tensor.dtype for tensor in tensors}
        if others:
            raise NoEqual("its tensors have different data types")
        if first not in FLOAT_TYPES:
            raise NoEqual(f"its tensors are {first}, but layers compute in floats")
        return {} if first == "float32" else {"dtype": first}

    def float_dtype(self, tensor: Tensor) -> dict[str, str]:
        """Return the same for operations that convert integers to floats."""
        return {} if tensor.dtype in INT_TYPES else self.dtype(tensor)


def not_in_a_spec(operation: Recorded, reason: NoEqual) -> UnreadableModel:
    """Return the error about an operation that cannot be used in a spec."""
    said = f"the operation '{operation.name}' ({operation.kind}) cannot be used in a spec"
    return UnreadableModel(f"{said}: {reason}")

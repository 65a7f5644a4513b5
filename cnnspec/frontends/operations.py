"""An operation as Keras records it, and the layer that is its equal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cnnspec.fields import FLOAT_TYPES, INT_TYPES
from cnnspec.frontends.nodes import Node, Tensor


class NoEqual(Exception):
    """No layer computes the same as an operation; the message tells why."""


@dataclass(frozen=True, slots=True)
class Equal:
    """A call of a layer that computes the same as an operation."""

    kind: str
    arguments: dict[str, Any]
    tensors: tuple[Tensor, ...]
    note: str | None = None
    """In what it may differ."""


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation with what it is called on."""

    kind: str
    name: str
    config: Mapping[str, Any]
    node: Node

    @property
    def values(self) -> list[Any]:
        """What it is called on: tensors and numbers; of a single list, what is in it.

        Raises:
            NoEqual: there is anything else.

        """
        for key, value in self.node.kwargs.items():
            if value is not None:
                raise NoEqual(f"it is called with '{key}'")
        args = self.node.args
        values = args[0] if len(args) == 1 and isinstance(args[0], list) else args
        for each in values:
            number = isinstance(each, int | float) and not isinstance(each, bool)
            if not number and not isinstance(each, Tensor):
                raise NoEqual("it is called with what is neither a tensor nor a number")
        return values

    @property
    def tensor(self) -> Tensor:
        """The only tensor that it is called on."""
        return self.tensors(1)[0]

    def tensors(self, count: int | None = None) -> tuple[Tensor, ...]:
        """The tensors that it is called on.

        Raises:
            NoEqual: there are more or fewer.

        """
        found = tuple(each for each in self.values if isinstance(each, Tensor))
        if not found or (count is not None and len(found) != count):
            raise NoEqual(f"it is called on {len(found)} tensors")
        return found

    @property
    def number(self) -> float | None:
        """The number that it is called with beside a tensor."""
        numbers = [each for each in self.values if not isinstance(each, Tensor)]
        return numbers[0] if numbers else None

    @property
    def number_first(self) -> bool:
        """Whether the number stands before the tensor."""
        return not isinstance(self.values[0], Tensor)

    def shape(self, tensor: Tensor) -> tuple[int | None, ...]:
        """The shape of a tensor, with the batch.

        Raises:
            NoEqual: it is not known, or has no batch.

        """
        if not tensor.shape:
            raise NoEqual("the shape of its tensor is not known")
        return tensor.shape

    def is_float(self, tensor: Tensor) -> bool:
        """Whether the values of a tensor are floats."""
        return tensor.dtype in FLOAT_TYPES

    def dtype(self, *tensors: Tensor) -> dict[str, str]:
        """The argument by which a layer computes in the type of its tensors.

        Raises:
            NoEqual: they are no floats, or of several types.

        """
        (first, *others) = {tensor.dtype for tensor in tensors}
        if others:
            raise NoEqual("its tensors have different data types")
        if first not in FLOAT_TYPES:
            raise NoEqual(f"its tensors are {first}, and a layer computes in floats")
        return {} if first == "float32" else {"dtype": first}

    def float_dtype(self, tensor: Tensor) -> dict[str, str]:
        """The same for what makes floats of whole numbers."""
        return {} if tensor.dtype in INT_TYPES else self.dtype(tensor)

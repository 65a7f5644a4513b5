"""Windows that move over images: what the rules of layers read, for an operation on some input."""

from typing import Any

from cnnspec.counts import counted
from cnnspec.diagnostics.problems import Problem
from cnnspec.operations import rules
from cnnspec.operations.base import Operation
from cnnspec.shapes import Shape


def window_of(operation: Operation, shape: Shape, **facts: Any) -> Any:
    """Return an operation on an input as the rules of layers read it.

    Raises:
        Problem: the input has other axes than the operation takes, or an argument other values.

    """
    return _Window(operation, shape, facts)


class _Window:
    """An operation, with arguments that have a value for each spatial axis of its input."""

    def __init__(self, operation: Operation, shape: Shape, facts: dict[str, Any]) -> None:
        """Spread out the arguments over the axes between batch and channels."""
        rules.check_rank(operation, shape, 3, 5)
        self.rank = len(shape) - 2
        self.kind = operation.kind
        self.data_format: str | None = None
        self.padding = "valid"
        for name in operation.arguments().keys() - set(operation.tensors):
            setattr(self, name, self.spread(operation, name))
        for name, value in facts.items():
            setattr(self, name, value)

    def spread(self, operation: Operation, name: str) -> Any:
        """Return an argument; a size is repeated for each spatial axis."""
        value = operation.checked(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return (value,) * self.rank
        if isinstance(value, tuple) and len(value) != self.rank:
            message = f"'{name}' of {operation.kind()} has {counted(len(value), 'value')}, but its input has {self.rank} spatial axes"
            raise Problem("wrong-rank", message, name)
        return value

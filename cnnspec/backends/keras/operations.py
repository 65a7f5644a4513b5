"""Calls operations of keras.ops, with the names of their steps."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any

import keras
import numpy

from cnnspec.backends.keras.objects import RUNNING
from cnnspec.backends.lowering import KerasCall, layer_call
from cnnspec.ir.checked import CheckedGraph
from cnnspec.operations.base import Constant, Operation


class OperationCall:
    """Calls a function of keras.ops on symbolic tensors once, which makes an operation."""

    weights: Sequence[Any] = ()

    def __init__(self, call: KerasCall, name: str) -> None:
        self.call = call
        self.name = name
        self.operation: Any = None
        """The operation of the model, after the call."""

    def __call__(self, *operands: Any, **named: Any) -> Any:
        """Return the result of the function; its operation gets the name of the step."""
        result = self.computed(*operands, **named)
        self.operation = keras.tree.flatten(result)[0]._keras_history.operation
        self.operation.name = self.name
        return result

    def computed(self, *operands: Any, **named: Any) -> Any:
        """Return the result of the function, also of tensors with values."""
        function = getattr(import_module(self.call.module), self.call.kind)
        by_name = {name: _told(operand) for name, operand in named.items()}
        return function(*map(_told, operands), **by_name, **self.call.arguments)


def operation_calls(checked: CheckedGraph) -> dict[str, OperationCall]:
    """Return the calls of the operations of a model, by the names of their steps."""
    return {
        node.keras_name: OperationCall(
            layer_call(node.layer, node.keras_name, RUNNING), node.keras_name
        )
        for node in checked.nodes
        if isinstance(node.layer, Operation)
    }


def _told(operand: Any) -> Any:
    """Return a constant as Keras saves it: numbers as they are, lists as arrays."""
    if not isinstance(operand, Constant):
        return operand
    is_list = isinstance(operand.value, tuple)
    return numpy.array(operand.value, operand.dtype) if is_list else operand.value

"""Writes the calls of layers on tensors."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from cnnspec.backends.lowering import called_with, one_or_all
from cnnspec.backends.python.layout import Call, Code, Items, Labelled, flat
from cnnspec.backends.python.literals import literal
from cnnspec.backends.python.statements import Assign, Statement, Value
from cnnspec.ir.checked import CheckedNode
from cnnspec.layers.bidirectional import Bidirectional
from cnnspec.layers.cells import Cell
from cnnspec.layers.recurrent import Recurrent
from cnnspec.operations.base import Operation
from cnnspec.operations.indexing import GetItem

NOT_HANDED_ON = "Keras does not pass `trainable` on to the layers inside this one."
"""The reason why `trainable` is set on inner layers."""
IN_TRAINING = (
    "By default, Keras runs these layers in training mode, even in `model(x)`.\n"
    "With `training=False`, they are active only in training, such as in `fit`."
)
"""The reason for `training=False`."""


def called(
    node: CheckedNode, function: Code, variables: Sequence[str], given: Sequence[Code] = ()
) -> Code:
    """Return the call of a layer or submodel on the variables of its inputs.

    `given` are the operands of a function that are no tensors, in order.
    """
    if isinstance(node.layer, Operation):
        return _of_operation(node, function, variables, given)
    positional, named = called_with(node, variables)
    arguments = (
        *map(_argument, positional),
        *(Labelled(f"{name}=", _argument(each)) for name, each in named.items()),
    )
    call = Call(function, arguments)
    return Call("keras.tree.flatten", (call,)) if _nests(node) else call


class _Variable(str):
    """A variable among the operands of a function, which may be text as well."""

    __slots__ = ()


def _of_operation(
    node: CheckedNode, function: Code, variables: Sequence[str], given: Sequence[Code]
) -> Code:
    """Return the call of a function; `given` are its operands that are no variables, in order."""
    assert isinstance(function, Call)
    waiting = iter(given)

    def operand(value: Any) -> Code:
        if isinstance(value, list):
            return Items("[", tuple(map(operand, value)), "]")
        return str(value) if isinstance(value, _Variable) else next(waiting)

    positional, named = called_with(node, list(map(_Variable, variables)))
    if isinstance(node.layer, GetItem):
        return f"{variables[0]}[{node.layer.key}]"
    arguments = (
        *map(operand, positional),
        *function.arguments,
        *(Labelled(f"{name}=", operand(each)) for name, each in named.items()),
    )
    call = Call(function.function, arguments)
    return f"{flat(call)}[0]" if len(node.node.outputs) == 1 else call


def says_training(node: CheckedNode) -> bool:
    """Whether the call of a layer has `training=False`."""
    return called_with(node, [""] * len(node.node.inputs))[1].get("training") is False


def tensors(variables: Sequence[str]) -> Code:
    """Return the inputs or outputs of a model."""
    return _argument(one_or_all(variables))


def _argument(value: Any) -> Code:
    """Return a variable, a list of variables, or a flag."""
    if isinstance(value, list):
        return Items("[", tuple(map(_argument, value)), "]")
    return value if isinstance(value, str) else literal(value)


def _nests(node: CheckedNode) -> bool:
    """Whether Keras returns the states of a layer as a nested list."""
    layer = node.layer
    if isinstance(layer, Cell):
        return len(layer.outputs()) > 2
    if isinstance(layer, Recurrent | Bidirectional):
        return bool(layer.outputs()) and not layer.states_are_flat()
    return False


def trainable_set(kept: Value, settings: Mapping[str, Code]) -> Iterator[Statement]:
    """Set `trainable` of parts of a layer that has been called."""
    for path, code in settings.items():
        attribute = f".{path}.trainable" if path else ".trainable"
        yield Assign((), (kept,), partial(_set, attribute, code), NOT_HANDED_ON)


def _set(attribute: str, value: Code, read: Sequence[str]) -> Code:
    return f"{read[0]}{attribute} = {flat(value)}"

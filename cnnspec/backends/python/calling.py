"""How layers are called on tensors."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from cnnspec.backends.python.layout import Call, Code, Items, Labelled, flat
from cnnspec.backends.python.literals import literal
from cnnspec.backends.python.statements import Assign, Statement, Value
from cnnspec.graph import CheckedNode
from cnnspec.layers.base import Layer
from cnnspec.layers.cells import Cell
from cnnspec.layers.recurrent import Recurrent
from cnnspec.layers.wrappers import Bidirectional

NOT_HANDED_ON = "The layers that Keras makes inside this one do not get its `trainable`."
"""Why that is set when they are there."""
IN_TRAINING = (
    "Unless told otherwise, Keras runs these layers in training mode, even in `model(x)`.\n"
    "With `training=False` they act in training only, as in `fit`."
)
"""Why their calls say it."""


def called(node: CheckedNode, function: Code, variables: Sequence[str]) -> Call:
    """The call of a layer or submodel on the variables of its inputs."""
    if not isinstance(node.layer, Layer):
        return Call(function, (single(variables),))
    positional, named = node.layer.arranged(variables)
    arguments = (
        *map(_argument, positional),
        *(Labelled(f"{name}=", _argument(each)) for name, each in named.items()),
    )
    call = Call(function, arguments)
    return Call("keras.tree.flatten", (call,)) if _nests(node.layer) else call


def says_training(node: CheckedNode) -> bool:
    """Whether the call of a layer says that it is not in training."""
    return isinstance(node.layer, Layer) and "training" in node.layer.arranged([""])[1]


def single(variables: Sequence[str]) -> Code:
    """One variable, or a list of several."""
    return variables[0] if len(variables) == 1 else Items("[", tuple(variables), "]")


def _argument(said: Any) -> Code:
    """A variable, a list of variables, or a flag."""
    if isinstance(said, list):
        return Items("[", tuple(map(_argument, said)), "]")
    return said if isinstance(said, str) else literal(said)


def _nests(layer: Layer) -> bool:
    """Whether Keras gives the states of a layer as a list within a list."""
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

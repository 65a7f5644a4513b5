"""Lowers a checked graph to Keras calls, as data.

The Keras backend executes these calls and the Python backend prints them, so that every decision is
made only here.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.keras_versions import (
    NEWEST,
    Keras,
    is_known_word,
    is_passed,
    varying_defaults,
)
from cnnspec.declarations.of_others import OfOthers, function_path
from cnnspec.declarations.wording import short_alias, shortest_argument
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Application, SubmodelLayer
from cnnspec.ir.scaling import optimizer_of
from cnnspec.layers.base import Layer
from cnnspec.layers.custom import CustomLayer
from cnnspec.layers.families import ELSEWHERE
from cnnspec.naming import keras_name, model_root, snake_case
from cnnspec.objects.families import OPTIMIZERS
from cnnspec.operations.base import Operation
from cnnspec.records import Record

SETTINGS = ("data_format", "dtype")
"""Values that Keras would otherwise read from the configuration of the user."""
USUAL_MODULE = "keras.layers"
"""The layers module, which scripts import as a whole."""
OPERATIONS_MODULE = "keras.ops"
"""The module of the functions of operations, which scripts import as a whole."""


class KerasCall(Record):
    """A call of a class with keyword arguments."""

    module: str
    kind: str
    arguments: Mapping[str, Any]
    """Plain values, other calls, and lists of these."""


class FunctionOfOthers(Record):
    """A function of another package, such as an activation."""

    module: str
    name: str


class KerasInput(Record):
    """An input of a model; its shape has no batch axis."""

    shape: tuple[int | None, ...]
    dtype: str
    name: str


class Compilation(Record):
    """The arguments of `compile` by output name, because Keras may mix up the order of lists.

    Losses and metrics are words that Keras resolves, or calls. Keras takes a mapping of losses or weights only
    with the names of all outputs; outputs without a loss have None.
    """

    optimizer: Declaration
    losses: Mapping[str, str | Declaration | None]
    """Empty if no output has a loss."""
    weights: Mapping[str, float | None]
    """The weights of the losses; empty if all are 1."""
    metrics: Mapping[str, Sequence[str | Declaration]]


def module_of(declaration: type[Declaration]) -> str:
    """Return the module from which a class or function is imported."""
    if issubclass(declaration, Operation):
        return f"{OPERATIONS_MODULE}.{declaration.submodule}".rstrip(".")
    if issubclass(declaration, OfOthers):
        return declaration.import_path.partition(":")[0]
    return ELSEWHERE.get(declaration.kind(), f"keras.{declaration.family.namespace}")


def keras_call(call: Declaration, keras: Keras = NEWEST) -> KerasCall:
    """Return the call for an object such as a loss or initializer, or for an unnamed layer."""
    arguments = {name: _value(call, name, keras) for name in passed(call, keras)}
    return KerasCall(module_of(type(call)), call.kind(), arguments)


def _value(call: Declaration, argument: str, keras: Keras) -> Any:
    """Return the value of an argument, with calls for objects and functions of other packages."""
    path = function_path(call, argument)
    return FunctionOfOthers(*path.split(":")) if path else _argument(told(call, argument), keras)


def passed(call: Declaration, keras: Keras = NEWEST) -> list[str]:
    """Return the arguments that are passed to the class in Keras: those that differ from its default.

    Where the defaults of several versions differ, the argument is always passed.
    """
    names = dict.fromkeys((*call.given, *varying_defaults(type(call))))
    made = [name for name in names if name not in call.in_call]
    return [name for name in made if is_passed(call, name, keras)]


def told(call: Declaration, argument: str) -> Any:
    """Return the value of an argument, normalized if Keras stores it."""
    value = call.checked(argument)
    expects = call.meanings().get(argument)
    if _holds_calls(value) or expects is None or expects.alike is None:
        return value
    return short_literal(call, argument)


def short_literal(call: Declaration, argument: str) -> Any:
    """Return the shortest form of an argument that Keras accepts; sizes are tuples."""
    short = shortest_argument(call, argument)
    if isinstance(short, list):
        return _as_tuple(short) if isinstance(call.canonical(argument), tuple) else short
    is_number = argument not in call.only_lists
    return short if is_number else call.checked(argument)


def _holds_calls(value: Any) -> bool:
    return isinstance(value, Declaration) or _are_calls(value)


def _are_calls(value: Any) -> bool:
    return isinstance(value, tuple) and len(value) > 0 and isinstance(value[0], Declaration)


def _as_tuple(value: Any) -> Any:
    return tuple(map(_as_tuple, value)) if isinstance(value, list) else value


def named_call(call: Declaration, keras: Keras = NEWEST) -> KerasCall:
    """Return the call for a metric or optimizer, with an explicit name instead of a counter."""
    made = keras_call(call, keras)
    if isinstance(call, OfOthers):  # which may be a function
        return made
    return KerasCall(made.module, made.kind, {**made.arguments, "name": call.meant("name")})


def layer_call(layer: Layer, name: str, keras: Keras = NEWEST) -> KerasCall:
    """Return the call that makes a layer."""
    if isinstance(layer, Operation):
        arguments = {
            key: layer.keras_value(key, told(layer, key))
            for key in passed(layer, keras)
            if key not in (*layer.tensors, *layer.in_front)
        }
        return KerasCall(module_of(type(layer)), layer.function_name(), arguments)
    if isinstance(layer, CustomLayer):
        given = {key: _argument(layer.checked(key), keras) for key in layer.given}
        return KerasCall(module_of(type(layer)), layer.kind(), {"name": name, **given})
    made, known = keras_call(layer, keras), layer.arguments()
    settings = {key: layer.meant(key) for key in SETTINGS if key in known}
    return KerasCall(made.module, made.kind, {"name": name, **made.arguments, **settings})


def inner_name(layer: Layer, position: int | None = None) -> str:
    """Return the name of a layer that is an argument; `position` is its index if that is a list."""
    name = snake_case(layer.kind())
    return name if position is None else f"{name}_{position + 1}"


def _argument(value: Any, keras: Keras) -> Any:
    if isinstance(value, Layer):
        return layer_call(value, inner_name(value), keras)
    if _are_calls(value):
        return [layer_call(layer, inner_name(layer, at), keras) for at, layer in enumerate(value)]
    if not isinstance(value, Declaration):
        return value
    return named_call(value, keras) if value.family is OPTIMIZERS else keras_call(value, keras)


def set_when_built(layer: Layer, *, trained: bool = True) -> Iterator[tuple[str, bool]]:
    """Return the parts whose `trainable` must be set after they are built, with the value.

    A part is an attribute of the Keras layer, or the layer itself (""). Keras does not pass the
    argument on to layers inside them. `trained` is false if an outer layer or model is not trained.
    """
    trained = trained and layer.trainable
    if not layer.passes_trainable_on:
        yield "", trained
    for attribute, inner in layer.inner():
        for path, value in set_when_built(inner, trained=trained):
            yield f"{attribute}.{path}".rstrip("."), value


def model_name_of(node: CheckedNode) -> str:
    """Return the Keras name of the model of a submodel: of the layer, or its own if that is inside."""
    if node.every_step is None:
        return node.keras_name
    assert node.submodel is not None
    return model_root(node.submodel.name)


def inputs_of(checked: CheckedGraph) -> list[KerasInput]:
    """Return the inputs of a model."""
    return [
        KerasInput(each.tensor.shape[1:], each.tensor.dtype, keras_name(each.name))
        for each in checked.inputs
    ]


def called_with(
    node: CheckedNode, tensors: Sequence[Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the positional and keyword arguments of the call of a layer or submodel."""
    if isinstance(node.layer, SubmodelLayer):
        return (one_or_all(tensors),), {}
    return layer_called_with(node.layer, tensors)


def layer_called_with(
    layer: Layer, tensors: Sequence[Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Return the positional and keyword arguments of the call of a layer."""
    positional, named = layer.arranged(tensors)
    flags = (name for name in layer.in_call if not layer.is_default(name))
    return positional, named | {name: layer.checked(name) for name in flags}


def one_or_all(tensors: Sequence[Any]) -> Any:
    """Return the only tensor of a model, or a list of several."""
    return tensors[0] if len(tensors) == 1 else list(tensors)


def weights_of(layer: SubmodelLayer, *, is_loaded: bool) -> Path | Application | None:
    """Return the source of the weights of a submodel; None for random ones.

    `is_loaded` if a file has the weights of the whole model around it.
    """
    if is_loaded:
        return None
    if layer.weights is not None:
        return layer.weights
    application = layer.application
    return application if application is not None and application.weights is not None else None


def compilation(checked: CheckedGraph) -> Compilation | None:
    """Return the arguments of `compile`; None if the spec has no losses, metrics or optimizer."""
    outputs = {keras_name(each.name): each for each in checked.graph.outputs}
    losses = {name: _told(each.loss) if each.loss else None for name, each in outputs.items()}
    metrics = {name: [*map(_told, each.metrics)] for name, each in outputs.items() if each.metrics}
    if not any(losses.values()):
        losses = {}
    if not losses and not metrics:
        return None
    weights = {name: each.weight if each.loss else None for name, each in outputs.items()}
    is_weighted = any(each.weight != 1 for each in outputs.values() if each.loss)
    optimizer = optimizer_of(checked.graph)
    return Compilation(optimizer, losses, weights if is_weighted else {}, metrics)


def _told(call: Declaration) -> str | Declaration:
    """Return the word of a loss or metric that Keras resolves, or the call."""
    alias = short_alias(call)
    return alias if alias is not None and is_known_word(type(call), alias) else call

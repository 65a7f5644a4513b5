"""Serializes the graph of a built model, whatever its class is.

Keras writes the graph of a model only if the class of the model is its own: others write how their
code makes it. So the models of such classes are serialized as the Functional or Sequential models
that they are.
"""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FunctionType
from typing import Any

import keras

from cnnspec.backends.keras.arguments import with_arguments
from cnnspec.keras_files.problems import HOLDS_ANOTHER, SHARED, UnreadableModel

SEQUENTIAL = keras.Sequential
_INPUT = keras.Input((1,), name="x")
FUNCTIONAL: Any = type(keras.Model(_INPUT, keras.layers.Identity(name="y")(_INPUT), name="xy"))
"""The class of models with a graph, which has no public name; with names, nothing is counted."""
PLAIN = (FUNCTIONAL, SEQUENTIAL)
OUTPUTS = "outputs"
"""The key of a serialized layer for the tensors that its calls return: shapes and data types."""
CALLED = ("call", "__call__")
"""The methods with which a class may compute something else than its graph."""
TRAINED = ("train_step", "compute_loss")
"""The methods with which a class may train in its own way."""


def graph_of(model: Any) -> tuple[Mapping[str, Any], list[str]]:
    """Return the configuration of the graph of a model as Keras writes it, and notes.

    Raises:
        UnreadableModel: it has no graph, or computes something else.

    """
    if not isinstance(model, PLAIN):
        raise UnreadableModel(
            f"its class {path_of(model)} is neither Functional nor Sequential, so Keras knows no "
            "graph of it; a model made from its inputs and outputs has one: `keras.Model(inputs, outputs)`"
        )
    if not model.built:
        raise UnreadableModel("it was never built, so the shape of its input is unknown")
    inner = [*{id(each): each for each in _models(model)}.values()]
    notes = [note for each in inner for note in _notes(each)]
    _check_held(inner)
    _check_shared(inner)
    with _as_plain(inner), with_arguments(_of_others(inner)):
        try:
            config: dict[str, Any] = json.loads(model.to_json())
        except Exception as error:
            raise UnreadableModel(_reason(model, error)) from error
        _add_outputs(model, config)
    return config, notes


def modules_of(model: Any) -> dict[str, str]:
    """Return the import paths of classes and functions that Keras writes without their module."""
    found = {}
    for each in _own_objects(model):
        is_function = isinstance(each, FunctionType)
        named = each if is_function else type(each)
        inside = "<" in named.__qualname__  # of another function, or a lambda
        if (is_function or named.__module__ == "__main__") and not inside:
            found[keras.saving.get_registered_name(named)] = f"{named.__module__}:{named.__name__}"
    return found


def _own_objects(model: Any) -> Iterator[Any]:
    """Yield all layers, their arguments, and the losses and metrics that are not from Keras."""
    measures = keras.tree.flatten(getattr(model, "loss", None))
    measures += keras.tree.flatten(
        getattr(getattr(model, "_compile_metrics", None), "_user_metrics", None)
    )
    for each in (*model._flatten_layers(), *measures):
        for value in (each, *getattr(each, "__dict__", {}).values()):
            owner = value if isinstance(value, FunctionType) else type(value)
            if owner.__module__.partition(".")[0] not in ("keras", "tensorflow"):
                yield value


def path_of(value: Any) -> str:
    """Return the import path of the class of an object."""
    return f"{type(value).__module__}:{type(value).__name__}"


def _models(model: Any) -> Iterator[Any]:
    """Yield a model and the models in it, but not those that layers of other packages hold."""
    yield model
    for layer in model.layers:
        if isinstance(layer, PLAIN):
            yield from _models(layer)
        elif _is_of_keras(layer):
            for each in layer._flatten_layers(include_self=False, recursive=False):
                if isinstance(each, PLAIN):
                    yield from _models(each)


def _is_of_keras(layer: Any) -> bool:
    return type(layer).__module__.partition(".")[0] == "keras"


def _own_methods(model: Any, names: tuple[str, ...]) -> list[str]:
    """Return the methods that a class of the model defines, of those that Keras has."""
    own = [each for each in type(model).__mro__ if issubclass(each, PLAIN) and each not in PLAIN]
    return [name for name in names if any(name in vars(each) for each in own)]


def _notes(model: Any) -> Iterator[str]:
    """Yield what the class of a model may do that its graph does not have."""
    for names, does in (
        (CALLED, "may compute something else than its graph"),
        (TRAINED, "may train in another way"),
    ):
        if own := _own_methods(model, names):
            yield (
                f"'{model.name}' has the class {path_of(model)}, which defines `{own[0]}` and {does}; "
                "the spec has the graph between its inputs and outputs"
            )


def _of_others(models: list[Any]) -> Iterator[Any]:
    """Yield the layers of the models whose classes are not from Keras."""
    for layer in {id(each): each for model in models for each in model.layers}.values():
        if not isinstance(layer, PLAIN) and not _is_of_keras(layer):
            yield layer


def _check_shared(models: list[Any]) -> None:
    """Check that every layer with weights is in one layer of one model.

    Raises:
        UnreadableModel: one is in several.

    """
    places: dict[int, Any] = {}
    for model in models:
        for layer in {id(each): each for each in model.layers}.values():
            for each in _with_inner(layer):
                outer = model if each is layer else layer
                first = places.setdefault(id(each), outer)
                if first is not outer and each.weights:
                    named = f"'{first.name}'", f"'{outer.name}'"
                    raise UnreadableModel(SHARED.format(each.name, *named))


def _with_inner(layer: Any) -> Iterator[Any]:
    """Yield a layer and the layers in it, but not those of a model."""
    yield layer
    if not isinstance(layer, PLAIN):
        for each in layer._flatten_layers(include_self=False, recursive=False):
            yield from _with_inner(each)


def _check_held(models: list[Any]) -> None:
    """Check that no layer of another package holds a layer that the models have as well.

    Raises:
        UnreadableModel: one does.

    """
    own = {id(each): each for model in models for each in model.layers}
    held: set[int] = set()
    for layer in own.values():
        if isinstance(layer, PLAIN) or _is_of_keras(layer):
            continue
        for each in layer._flatten_layers(include_self=False):
            if id(each) in own or id(each) in held:
                named = f"'{layer.name}' ({path_of(layer)})"
                raise UnreadableModel(HOLDS_ANOTHER.format(named, each.name))
        held |= {id(each) for each in layer._flatten_layers(include_self=False)}


@contextmanager
def _as_plain(models: list[Any]) -> Iterator[None]:
    """Give models the class of Keras that they are of, whose configuration is their graph."""
    classes = [type(each) for each in models]
    try:
        for each in models:
            plain = SEQUENTIAL if isinstance(each, SEQUENTIAL) else FUNCTIONAL
            object.__setattr__(each, "__class__", plain)
        yield
    finally:
        for each, own in zip(models, classes, strict=True):
            object.__setattr__(each, "__class__", own)


def _reason(model: Any, error: Exception) -> str:
    """Return which layer of a model cannot be serialized, and why."""
    for layer in model._flatten_layers(include_self=False):
        if isinstance(layer, PLAIN):
            continue
        try:
            keras.saving.serialize_keras_object(layer)
        except Exception as reason:
            if type(layer).get_config is keras.layers.Layer.get_config:
                return (
                    f"the layer '{layer.name}' has the class {path_of(layer)}, which has no get_config, so "
                    "Keras writes none of its arguments"
                )
            said = f"{type(reason).__name__}: {_first_line(reason)}"
            return f"Keras cannot write the layer '{layer.name}' ({path_of(layer)}): {said}"
    return f"Keras cannot write its configuration: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    return next((line.strip() for line in str(error).splitlines() if line.strip()), repr(error))


def _add_outputs(model: Any, config: Mapping[str, Any]) -> None:
    """Add the tensors that the calls of each layer return, which Keras writes only where they are read."""
    if not isinstance(model, FUNCTIONAL):
        model = model._functional
        layers = [each for each in config["config"]["layers"] if each["class_name"] != "InputLayer"]
        operations = [
            each for each in model.operations if type(each) is not keras.layers.InputLayer
        ]
    else:
        layers, operations = config["config"]["layers"], model.operations
    own = {id(node) for nodes in model._nodes_by_depth.values() for node in nodes}
    for operation, written in zip(operations, layers, strict=True):
        nodes = [each for each in operation._inbound_nodes if id(each) in own]
        written[OUTPUTS] = [
            [[list(each.shape), each.dtype] for each in node.output_tensors] for node in nodes
        ]
        if isinstance(operation, PLAIN):
            _add_outputs(operation, written)

"""Layers, losses, initializers, optimizers... of a spec as Keras objects."""

import re
from collections.abc import Collection
from importlib import import_module
from typing import Any

import keras

from cnnspec.backends.keras.errors import CodeError
from cnnspec.declarations import Declaration
from cnnspec.layers.base import Layer
from cnnspec.layers.custom import CustomLayer
from cnnspec.layers.families import ELSEWHERE
from cnnspec.naming import snake_case

SETTINGS = ("data_format", "dtype")
"""What Keras would take from the user's own configuration where a spec says nothing."""


def keras_object(declaration: Declaration) -> Any:
    """The Keras object that a checked call of a loss, initializer, optimizer... stands for."""
    return keras_class(type(declaration))(**arguments_of(declaration))


def keras_class(declaration: type[Declaration]) -> Any:
    """The class of Keras for a kind."""
    module: Any = keras
    if declaration.kind() in ELSEWHERE:
        module = import_module(ELSEWHERE[declaration.kind()])
    else:
        for part in declaration.family.namespace.split("."):
            module = getattr(module, part)
    return getattr(module, declaration.kind())


def arguments_of(declaration: Declaration) -> dict[str, Any]:
    """The arguments that a call gave, nested calls as Keras objects."""
    return {name: _argument(declaration.checked(name)) for name in declaration.given}


def _argument(value: Any) -> Any:
    if isinstance(value, Layer):
        return layer_object(value, snake_case(value.kind()))
    if isinstance(value, tuple) and value and isinstance(value[0], Layer):
        return [
            layer_object(layer, f"{snake_case(layer.kind())}_{position}")
            for position, layer in enumerate(value, start=1)
        ]
    return keras_object(value) if isinstance(value, Declaration) else value


def layer_object(layer: Layer, name: str) -> Any:
    """The Keras layer that a checked call of a layer stands for."""
    known = layer.arguments()
    arguments = arguments_of(layer) | {key: layer.meant(key) for key in SETTINGS if key in known}
    return keras_class(type(layer))(name=name, **arguments)


def weight_name(weight: Any) -> str:
    """The name of a weight; Keras counts those without one through the whole process."""
    return re.sub(r"^variable_\d+$", "variable", weight.name)


def custom_object(layer: CustomLayer, name: str, allow_code: Collection[str]) -> Any:
    """An object of a class of the user's own; its module is imported if its package is allowed."""
    if layer.package() not in allow_code:
        message = f"'{layer.import_path}' is code that was not allowed"
        raise CodeError(f"{message}; pass allow_code=['{layer.package()}']")
    module, _, class_name = layer.import_path.partition(":")
    try:
        class_ = getattr(import_module(module), class_name)
    except (ImportError, AttributeError) as error:
        raise CodeError(f"'{layer.import_path}' cannot be imported: {error}") from error
    if not (isinstance(class_, type) and issubclass(class_, keras.layers.Layer)):
        raise CodeError(f"'{layer.import_path}' is no keras.layers.Layer")
    try:
        return class_(name=name, **layer.given)
    except (TypeError, ValueError) as error:
        raise CodeError(f"'{layer.import_path}' refuses its arguments: {error}") from error

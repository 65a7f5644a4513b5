"""Layers, losses, initializers, optimizers... of a spec as Keras objects."""

import re
from collections.abc import Collection
from importlib import import_module
from typing import Any

import keras

from cnnspec.backends.keras.errors import CodeError
from cnnspec.backends.lowering import KerasCall, keras_call, layer_call, module_of
from cnnspec.declarations.declaration import Declaration
from cnnspec.layers.base import Layer
from cnnspec.layers.custom import CustomLayer


def keras_object(declaration: Declaration) -> Any:
    """The Keras object that a checked call of a loss, initializer, optimizer... stands for."""
    return made(keras_call(declaration))


def layer_object(layer: Layer, name: str) -> Any:
    """The Keras layer that a checked call of a layer stands for."""
    return made(layer_call(layer, name))


def keras_class(declaration: type[Declaration]) -> Any:
    """The class of Keras for a kind."""
    return getattr(import_module(module_of(declaration)), declaration.kind())


def made(call: KerasCall) -> Any:
    """What a call of Keras gives."""
    arguments = {name: _argument(value) for name, value in call.arguments.items()}
    return getattr(import_module(call.module), call.kind)(**arguments)


def _argument(value: Any) -> Any:
    if isinstance(value, list):
        return [_argument(item) for item in value]
    return made(value) if isinstance(value, KerasCall) else value


def weight_name(weight: Any) -> str:
    """The name of a weight; Keras counts those without one through the whole process."""
    return re.sub(r"^variable_\d+$", "variable", weight.name)


def custom_object(layer: CustomLayer, name: str, allow_code: Collection[str]) -> Any:
    """An object of a class of the user's own; its module is imported if its package is allowed."""
    if layer.package() not in allow_code:
        message = f"'{layer.import_path}' is code that was not allowed"
        raise CodeError(f"{message}; pass allow_code=['{layer.package()}']")
    call = layer_call(layer, name)
    try:
        class_ = getattr(import_module(call.module), call.kind)
    except (ImportError, AttributeError) as error:
        raise CodeError(f"'{layer.import_path}' cannot be imported: {error}") from error
    if not (isinstance(class_, type) and issubclass(class_, keras.layers.Layer)):
        raise CodeError(f"'{layer.import_path}' is no keras.layers.Layer")
    try:
        return class_(**call.arguments)
    except (TypeError, ValueError) as error:
        raise CodeError(f"'{layer.import_path}' refuses its arguments: {error}") from error

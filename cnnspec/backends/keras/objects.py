"""Makes Keras objects from checked calls: layers, losses, initializers, optimizers and others."""

import re
from collections.abc import Collection
from importlib import import_module
from types import FunctionType
from typing import Any

import keras

from cnnspec.backends.keras.errors import CodeError
from cnnspec.backends.lowering import (
    FunctionOfOthers,
    KerasCall,
    keras_call,
    layer_call,
    module_of,
    named_call,
)
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.keras_versions import of_release
from cnnspec.layers.base import Layer
from cnnspec.layers.custom import CustomLayer
from cnnspec.operations.base import Operation

PENALTY = "activity_regularizer"
"""An argument that a layer with the `get_config` of all layers cannot write if it is an object."""
RUNNING = of_release(keras.__version__)
"""The version of Keras that builds the models."""


def keras_object(declaration: Declaration) -> Any:
    """Return the Keras object for a checked call, such as a loss, initializer or optimizer."""
    return made(keras_call(declaration, RUNNING))


def layer_object(layer: Layer, name: str) -> Any:
    """Return the Keras layer for a checked call of a layer."""
    return made(layer_call(layer, name, RUNNING))


def wrapped(layer: Layer, model: Any, name: str) -> Any:
    """Return the Keras layer for a checked call of a wrapper, around a model."""
    call = layer_call(layer, name, RUNNING)
    arguments = {key: _argument(value) for key, value in call.arguments.items()}
    return keras_class(type(layer))(**{**arguments, "layer": model})


def named_object(declaration: Declaration) -> Any:
    """Return the Keras metric or optimizer for a checked call, with an explicit name."""
    return made(named_call(declaration, RUNNING))


def keras_class(declaration: type[Declaration]) -> Any:
    """Return the Keras class for a kind; the function for an operation."""
    name = declaration.kind()
    if issubclass(declaration, Operation):
        name = declaration.function_name()
    return getattr(import_module(module_of(declaration)), name)


def made(call: KerasCall) -> Any:
    """Return the result of a Keras call."""
    arguments = {name: _argument(value) for name, value in call.arguments.items()}
    if isinstance(penalty := arguments.get(PENALTY), keras.regularizers.Regularizer):
        arguments[PENALTY] = keras.regularizers.serialize(penalty)
    found = _imported(call.module, call.kind)
    if isinstance(found, FunctionType) and not arguments and not call.module.startswith("keras."):
        return found  # a loss, say, which is no class
    try:
        return found(**arguments)
    except (TypeError, ValueError) as error:
        if call.module.startswith("keras."):
            raise
        raise CodeError(f"'{call.module}:{call.kind}' rejects its arguments: {error}") from error


def _argument(value: Any) -> Any:
    if isinstance(value, list):
        return [_argument(item) for item in value]
    if isinstance(value, FunctionOfOthers):
        return _imported(value.module, value.name)
    return made(value) if isinstance(value, KerasCall) else value


def _imported(module: str, name: str) -> Any:
    """Return a class or function of a module."""
    try:
        return getattr(import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise CodeError(f"'{module}:{name}' cannot be imported: {error}") from error


def weight_name(weight: Any) -> str:
    """Return a name for a weight; Keras numbers unnamed weights through the whole process."""
    return re.sub(r"^variable_\d+$", "variable", weight.name)


def custom_object(layer: CustomLayer, name: str, allow_code: Collection[str]) -> Any:
    """Return an object of a custom class; its module is imported only if its package is allowed."""
    if layer.package() not in allow_code:
        message = f"'{layer.import_path}' is not allowed code"
        raise CodeError(f"{message}; pass allow_code=['{layer.package()}']")
    call = layer_call(layer, name, RUNNING)
    arguments = {key: _argument(value) for key, value in call.arguments.items()}
    class_ = _imported(call.module, call.kind)
    if not (isinstance(class_, type) and issubclass(class_, keras.layers.Layer)):
        raise CodeError(f"'{layer.import_path}' is not a keras.layers.Layer")
    try:
        made = _from_configuration(class_, arguments)
    except KeyError as error:
        message = f"'{layer.import_path}' lacks the argument {error}"
        raise CodeError(message) from error
    except (TypeError, ValueError) as error:
        raise CodeError(f"'{layer.import_path}' rejects its arguments: {error}") from error
    if made.name != name:  # the class does not pass it on
        made.name = name
    return made


def _from_configuration(class_: Any, arguments: dict[str, Any]) -> Any:
    """Make an object of a class, which may read its configuration itself."""
    if class_.from_config.__func__ is keras.layers.Layer.from_config.__func__:
        return class_(**arguments)
    return class_.from_config(keras.saving.serialize_keras_object(arguments))

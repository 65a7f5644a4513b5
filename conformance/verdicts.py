"""The verdicts of the static analysis and of Keras on a configuration."""

import inspect
import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from cnnspec.analysis.infer import infer
from cnnspec.backends.keras import objects as backend
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.keras_versions import missing
from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.diagnostics.report import Report
from cnnspec.layers.base import LAYERS, Layer
from cnnspec.objects.families import CONSTRAINTS, INITIALIZERS, REGULARIZERS
from cnnspec.shapes import Shape, TensorSpec
from conformance.configurations import Configuration, layer_of
from conformance.single import one_node

BATCH = 2
FILLINGS = (8, 12)
"""Sizes to use for unknown ones when a layer is run."""


@dataclass(frozen=True)
class Accepted:
    """The outputs of a layer, and its weights."""

    outputs: tuple[tuple[Shape, str], ...]
    weights: tuple[tuple[str, tuple[int, ...], bool], ...]

    def __str__(self) -> str:
        outputs = ", ".join(f"{shape} {dtype}" for shape, dtype in self.outputs)
        weights = ", ".join(
            f"{name} {shape}{'' if trainable else ' not trainable'}"
            for name, shape, trainable in self.weights
        )
        return f"gives {outputs}; weights: {weights or 'none'}"


@dataclass(frozen=True)
class Refused:
    """A rejection: the code or the type of the error, its message, and its argument."""

    code: str
    message: str
    argument: str = ""

    def __str__(self) -> str:
        return f"refuses: {self.code}: {self.message}"


@dataclass(frozen=True)
class Crashed(Refused):
    """The static analysis failed unexpectedly."""

    def __str__(self) -> str:
        return f"crashes: {self.code}: {self.message}"


Verdict = Accepted | Refused


def checked(configuration: Configuration) -> Layer:
    """Return the checked call of a configuration, held against the Keras that runs.

    Raises:
        Problems: it is rejected.

    """
    layer = LAYERS.check({configuration.kind: configuration.arguments})
    assert isinstance(layer, Layer)
    if problems := tuple(missing(layer, backend.RUNNING)):
        raise Problems(problems)
    return layer


def static_verdict(configuration: Configuration) -> Verdict:
    """Return the verdict of the declaration and its rules."""
    try:
        layer = checked(configuration)
        tensors = tuple(map(TensorSpec, configuration.shapes, configuration.dtypes))
        report = Report()
        found = infer(one_node(layer, tensors), report, backend.RUNNING)
        if found is None:
            error = next(iter(report))
            return Refused(error.code, error.message, _argument(layer, configuration))
        (node,) = found.nodes
        outputs = tuple((tensor.shape, tensor.dtype) for tensor in found.outputs.values())
        weights = tuple(
            (weight.name, weight.shape, weight.trainable and node.trainable)
            for weight in node.weights
        )
        return Accepted(outputs, weights)
    except Problems as refused:
        problem = refused.problems[0]
        return Refused(problem.code, problem.message, _last_name(problem))
    except Exception as error:
        return Crashed(type(error).__name__, str(error))


def _argument(layer: Layer, configuration: Configuration) -> str:
    """Return the argument of a rule, which `infer` has converted to a place."""
    try:
        layer.weights(*configuration.shapes) if layer.shape(*configuration.shapes) else None
    except Problem as problem:
        return _last_name(problem)
    except Exception:
        return ""
    return ""


def _last_name(problem: Problem) -> str:
    """Return the innermost argument of a problem."""
    return next((part for part in reversed(problem.at) if isinstance(part, str)), "")


@contextmanager
def quiet() -> Iterator[None]:
    """Suppress warnings and log messages."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def keras_verdict(configuration: Configuration) -> Verdict:
    """Return the verdict of Keras for making the layer and calling it on symbolic tensors."""
    with quiet():
        try:
            layer = keras_layer(configuration)
            tensors = [
                keras.Input(shape[1:], dtype=dtype)
                for shape, dtype in zip(configuration.shapes, configuration.dtypes, strict=True)
            ]
            outputs = keras.tree.flatten(called(configuration, layer, tensors))
            for part in layer._flatten_layers():  # the backend does it, few layers pass it on
                for inner in () if part.trainable else part._flatten_layers(include_self=False):
                    inner.trainable = False
            return Accepted(
                tuple((tuple(each.shape), each.dtype) for each in outputs),
                tuple(
                    (backend.weight_name(weight), tuple(weight.shape), weight.trainable)
                    for weight in layer.weights
                ),
            )
        except Exception as error:
            return Refused(type(error).__name__, _first_words(error))


def keras_layer(configuration: Configuration) -> Any:
    """Return the Keras layer, made by the backend or from the plain arguments."""
    try:
        return backend.layer_object(checked(configuration), "layer")
    except Problems:
        return raw(configuration.kind, "layers", configuration.arguments)


def raw(kind: str, namespace: str, arguments: Mapping[str, Any]) -> Any:
    """Return a Keras object from unchecked arguments."""
    made = {name: _raw_argument(name, value) for name, value in arguments.items()}
    module: Any = keras
    for part in namespace.split("."):
        module = getattr(module, part)
    return getattr(module, kind)(**made)


def _raw_argument(name: str, value: Any) -> Any:
    families = {
        "initializer": INITIALIZERS,
        "regularizer": REGULARIZERS,
        "constraint": CONSTRAINTS,
    }
    family = families.get(name.rsplit("_", 1)[-1], LAYERS)
    if isinstance(value, Declaration):
        return backend.keras_object(value)
    if isinstance(value, Mapping) and len(value) == 1:
        ((word, arguments),) = value.items()
        kind = family.aliases.get(word, word)
        if kind in family.kinds:
            return raw(kind, family.namespace, arguments or {})
    if isinstance(value, str) and family is LAYERS and value in LAYERS.kinds:
        return raw(value, "layers", {})
    return value


def called(configuration: Configuration, layer: Any, tensors: list[Any], **more: Any) -> Any:
    """Return the outputs of a Keras layer for symbolic or real tensors, as in the backend."""
    declaration: Any = layer_of(configuration.kind)
    with suppress(Problems):
        declaration = checked(configuration)
    positional, named = declaration.arranged(tensors)
    return layer(*positional, **named, **more)


def data_types(configuration: Configuration) -> tuple[str, ...] | None:
    """Return the output types of a Keras layer for zeros, inside a graph as in training.

    None if it fails in inference or in training, has no output values, or returns another shape
    than it declared.
    """
    said = keras_verdict(configuration)
    if isinstance(said, Accepted):
        unknown = any(None in shape[1:] for shape in configuration.shapes)
        for filling in FILLINGS if unknown else FILLINGS[:1]:
            with quiet():
                try:
                    if (found := _data_types(configuration, said, filling)) is not None:
                        return found
                except Exception:
                    continue
    return None


def _data_types(
    configuration: Configuration, said: Accepted, filling: int
) -> tuple[str, ...] | None:
    specs = [
        tf.TensorSpec(shape, dtype)
        for shape, dtype in zip(configuration.shapes, configuration.dtypes, strict=True)
    ]
    tensors = [
        _zeros((BATCH, *(filling if size is None else size for size in shape[1:])), dtype)
        for shape, dtype in zip(configuration.shapes, configuration.dtypes, strict=True)
    ]
    layer = keras_layer(configuration)
    called(configuration, layer, tensors)
    trains = "training" in inspect.signature(layer.call).parameters

    @tf.function(input_signature=specs)  # type: ignore[untyped-decorator]
    def in_inference(*given: Any) -> Any:
        return keras.tree.flatten(called(configuration, layer, list(given)))

    @tf.function(input_signature=specs)  # type: ignore[untyped-decorator]
    def in_training(*given: Any) -> Any:
        named = {"training": True} if trains else {}
        with tf.GradientTape() as tape:
            tape.watch([each for each in given if each.dtype.is_floating])
            outputs = keras.tree.flatten(called(configuration, layer, list(given), **named))
            total = [tf.reduce_sum(each) for each in outputs if each.dtype.is_floating]
        tape.gradient(total, [*layer.trainable_variables, *given])
        return outputs

    wanted = [shape for shape, _ in said.outputs]
    for function in (in_inference, in_training):
        outputs = function(*tensors)
        shapes = [tuple(each.shape) for each in outputs]
        if not all(map(_is_of, shapes, wanted)) or 0 in map(math.prod, shapes):
            return None
    return tuple(each.dtype.name for each in outputs)


def _is_of(shape: tuple[int, ...], said: Shape) -> bool:
    """Whether the shape of data matches a declared one."""
    sizes = (BATCH, *said[1:])
    return len(shape) == len(said) and all(
        size in (None, has) for has, size in zip(shape, sizes, strict=True)
    )


def _zeros(shape: tuple[int, ...], dtype: str) -> Any:
    if dtype == "string":
        return keras.ops.convert_to_tensor(np.full(shape, "a"), dtype="string")
    return keras.ops.zeros(shape, dtype=dtype)


def _first_words(error: Exception) -> str:
    """Return the first meaningful line of an error."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = " ".join(lines[:2]) or repr(error)
    return said if len(said) < 240 else f"{said[:237]}..."

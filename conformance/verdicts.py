"""The verdicts of the static analysis and of Keras on a configuration."""

import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

from cnnspec.analysis.infer import infer
from cnnspec.backends.keras import objects as backend
from cnnspec.backends.keras.operations import OperationCall
from cnnspec.backends.lowering import OPERATIONS_MODULE, KerasCall, layer_call, layer_called_with
from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.keras_versions import missing
from cnnspec.diagnostics.problems import At, Problem, Problems
from cnnspec.diagnostics.report import Report
from cnnspec.layers.base import LAYERS, Layer
from cnnspec.layers.object_rules import check_output, check_weights
from cnnspec.objects.families import CONSTRAINTS, INITIALIZERS, REGULARIZERS
from cnnspec.operations.base import Constant
from cnnspec.operations.steps import PREFIX, family_of_step
from cnnspec.shapes import Shape, TensorSpec
from conformance.configurations import Configuration, layer_of
from conformance.saved import saved_difference
from conformance.single import one_node
from conformance.steps import Failed, Ran, run


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
    """A rejection: the code or the type of the error, its message, and its place."""

    code: str
    message: str
    at: At = ()
    """The path to the argument."""

    @property
    def argument(self) -> str:
        """The innermost argument."""
        return next((part for part in reversed(self.at) if isinstance(part, str)), "")

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
    layer = family_of_step(configuration.kind).check({configuration.kind: configuration.arguments})
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
            return Refused(error.code, error.message, _place(layer, configuration))
        (node,) = found.nodes
        outputs = tuple((tensor.shape, tensor.dtype) for tensor in found.outputs.values())
        weights = tuple(
            (weight.name, weight.shape, weight.trainable and node.trainable)
            for weight in node.weights
        )
        return Accepted(outputs, weights)
    except Problems as refused:
        problem = refused.problems[0]
        return Refused(problem.code, problem.message, problem.at)
    except Exception as error:
        return Crashed(type(error).__name__, str(error))


def _place(layer: Layer, configuration: Configuration) -> At:
    """Return the path to the argument that a rule refuses, which `infer` has made a place of."""
    shapes, dtypes = configuration.shapes, configuration.dtypes
    try:
        layer.check_dtypes(*dtypes)
        shape = layer.shape(*shapes)
        check_weights(layer, layer.weights(*shapes))
        if not layer.outputs():
            check_output(layer, shape, layer.output_dtype(*dtypes))
    except Problem as problem:
        return problem.at
    except Exception:
        return ()
    return ()


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
                keras.Input(batch_shape=shape, dtype=dtype)
                for shape, dtype in zip(configuration.shapes, configuration.dtypes, strict=True)
            ]
            outputs = keras.tree.flatten(called(configuration, layer, tensors))
            if isinstance(layer, OperationCall):
                return Accepted(tuple((tuple(each.shape), each.dtype) for each in outputs), ())
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
    is_operation = configuration.kind.startswith(PREFIX)
    try:
        layer = checked(configuration)
    except Problems:
        if is_operation:
            return raw_operation(configuration)
        flags = layer_of(configuration.kind).in_call
        made = {key: each for key, each in configuration.arguments.items() if key not in flags}
        return raw(configuration.kind, "layers", made)
    if is_operation:
        return OperationCall(layer_call(layer, "layer", backend.RUNNING), "layer")
    return backend.layer_object(layer, "layer")


def raw_operation(configuration: Configuration) -> OperationCall:
    """Return the call of a function of keras.ops with unchecked arguments."""
    function = configuration.kind.removeprefix(PREFIX)
    tensors = layer_of(configuration.kind).tensors
    given = {name: value for name, value in configuration.arguments.items() if name not in tensors}
    return OperationCall(KerasCall(OPERATIONS_MODULE, function, given), "layer")


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
    try:
        declaration = checked(configuration)
    except Problems:
        if isinstance(layer, OperationCall):
            if declaration.merges:
                return layer(list(tensors))
            given, waiting = configuration.arguments, iter(tensors)
            operands = [
                Constant(given[name]) if name in given else next(waiting, None)
                for name in declaration.tensors
            ]
            return layer(*operands, *waiting)
        positional, named = declaration.arranged(tensors)
        given = configuration.arguments
        flags = {name: given[name] for name in declaration.in_call if name in given}
        return layer(*positional, **named, **flags, **more)
    positional, named = layer_called_with(declaration, tensors)
    return layer(*positional, **(named | more))


def trained(configuration: Configuration) -> Ran | Failed:
    """Return what happens when a model of the Keras layer alone is trained for one step."""
    with quiet():
        try:
            layer = keras_layer(configuration)
            inputs = list(map(TensorSpec, configuration.shapes, configuration.dtypes))
            tensors = [keras.Input(batch_shape=each.shape, dtype=each.dtype) for each in inputs]
            outputs = called(configuration, layer, tensors)
            model = keras.Model(tensors, outputs)
        except Exception as error:
            return Failed("build", _first_words(error))
        found = run(model, inputs, configuration.arguments.get("vocabulary") or ())
        if isinstance(layer, OperationCall) and isinstance(found, Ran):
            return saved_difference(configuration, checked(configuration).outputs()) or found
        return found


def _first_words(error: Exception) -> str:
    """Return the first meaningful line of an error."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    said = " ".join(lines[:2]) or repr(error)
    return said if len(said) < 240 else f"{said[:237]}..."

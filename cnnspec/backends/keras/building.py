"""Builds a checked graph as a Keras model, layer by layer.

Shapes of layers and weights, and the trainable weights, are compared with the static analysis after
the build, so that differences are errors here and not in training.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import keras

from cnnspec.analysis.custom_code import packages
from cnnspec.backends.keras.applications import load_application
from cnnspec.backends.keras.compiling import compile_model
from cnnspec.backends.keras.copying import copy_variables
from cnnspec.backends.keras.errors import BUILD_ERRORS, BackendMismatch, BuildFailed, CodeError
from cnnspec.backends.keras.explaining import explaining
from cnnspec.backends.keras.freezing import check_trainable, freeze
from cnnspec.backends.keras.initialization import drawing
from cnnspec.backends.keras.loading import LoadedWeights, load_weights
from cnnspec.backends.keras.objects import (
    RUNNING,
    custom_object,
    layer_object,
    weight_name,
    wrapped,
)
from cnnspec.backends.keras.operation_names import name_operations
from cnnspec.backends.keras.operations import OperationCall
from cnnspec.backends.keras.seeding import seed_layer
from cnnspec.backends.lowering import (
    called_with,
    inputs_of,
    layer_call,
    model_name_of,
    one_or_all,
    weights_of,
)
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Ref, SubmodelLayer
from cnnspec.keras_files.archive import add_classes
from cnnspec.layers.custom import CustomLayer
from cnnspec.naming import model_root
from cnnspec.operations.base import Operation
from cnnspec.shapes import UNKNOWN, text

KNOWN = (*BUILD_ERRORS, ImportError)
"""The exceptions that say themselves what failed."""


@dataclass(slots=True)
class Built:
    """A built model, and reports on loaded weights."""

    model: Any
    loaded: list[LoadedWeights] = field(default_factory=list)
    allow_code: Collection[str] = ()
    seed: int | None = None


def build(
    checked: CheckedGraph,
    *,
    weights: Path | None = None,
    allow_code: Collection[str] = (),
    seed: int | None = None,
) -> Built:
    """Build, load, freeze and compile the Keras model of a checked graph.

    `weights` is a `.weights.h5` or `.keras` file for the whole model, instead of the files named in
    the spec. Random initialization is skipped if weights will be loaded. `allow_code` lists the
    packages whose layer classes may be imported. `seed` gives every layer its own seed, derived
    from its name; without it, Keras draws them.

    Raises:
        CodeError: the class of a layer is in a package that is not allowed, or cannot be made.
        WeightsDoNotFit: a weights file has other layers or shapes than the model.
        BackendMismatch: the model differs from the static analysis.
        BuildFailed: Keras or a custom class raised an exception.

    """
    if refused := sorted(packages(checked) - set(allow_code)):
        message = f"the package '{refused[0]}' is not allowed code"
        raise CodeError(f"{message}; pass allow_code=['{refused[0]}']")
    weights = weights or checked.graph.weights
    built = Built(None, allow_code=allow_code, seed=seed)
    root = model_root(checked.name)
    with explaining(checked, "the model cannot be built", BuildFailed, KNOWN):
        built.model = _functional(checked, root, "", built, skip_initialization=weights is not None)
        if weights is not None:
            built.loaded.append(load_weights(built.model, checked, weights, whole=True))
        freeze(built.model, checked)
        check_trainable(built.model, checked)
        compile_model(built.model, checked)
    return built


def save(model: Any, checked: CheckedGraph, file: Path) -> None:
    """Write the model of a graph to a `.keras` file, with the names of its classes.

    Raises:
        BuildFailed: Keras or a custom class raised an exception.
        OSError: the file cannot be written.

    """
    with explaining(checked, "the model cannot be saved", BuildFailed, KNOWN, keeps_os_errors=True):
        write(model, checked, file)


def write(model: Any, checked: CheckedGraph, file: Path) -> None:
    """Write a model as `save` does; exceptions of Keras and of custom classes are not explained."""
    model.save(file)
    classes = {each.name: each.classes for each in checked.graph.outputs if each.classes}
    if classes:
        add_classes(file, classes)


def rebuild(model: Any, checked: CheckedGraph, *, seed: int | None = None) -> Any:
    """Return the model of a graph that differs from that of a built model only in frozen layers.

    It has the variables of the built model. It is not compiled, and no files are read again.

    Raises:
        BackendMismatch: it differs from the static analysis.

    """
    allowed = packages(checked)  # whose code has run already, to build the model
    built = Built(None, allow_code=allowed, seed=seed)
    with explaining(checked, "the model cannot be built", BuildFailed, KNOWN):
        built.model = _functional(checked, model.name, "", built, skip_initialization=True)
        copy_variables(model, built.model, checked)
        freeze(built.model, checked)
        check_trainable(built.model, checked)
    return built.model


def _functional(
    checked: CheckedGraph, name: str, path: str, built: Built, *, skip_initialization: bool
) -> Any:
    """Call all layers on their inputs, and make a model.

    `path` is the names of the models around it, each followed by a slash.
    """
    inputs = [
        keras.Input(each.shape, dtype=each.dtype, name=each.name) for each in inputs_of(checked)
    ]
    tensors: dict[Ref, Any] = {
        Ref(each.name): tensor for each, tensor in zip(checked.inputs, inputs, strict=True)
    }
    layers: dict[str, Any] = {}
    with drawing() as draws:
        for node in checked.nodes:
            if node.keras_name not in layers:
                layers[node.keras_name] = _layer(node, path, built, skip_initialization)
                if node.submodel is None and not skip_initialization:
                    draws.begin(layers[node.keras_name], node.weights)
        for node in checked.nodes:
            layer = layers[node.keras_name]
            arguments = [tensors[ref] for ref in node.node.inputs]
            with _without_initialization(layer, skip_initialization):
                positional, named = called_with(node, arguments)
                result = layer(*positional, **named)
            draws.end(layer)
            results = keras.tree.flatten(result)
            if isinstance(node.layer, CustomLayer) and len(results) > len(node.outputs):
                del results[len(node.outputs) :]  # which nothing reads
            for (output, spec), tensor in zip(node.outputs.items(), results, strict=True):
                _check_shape(node, output, tuple(tensor.shape), spec.shape)
                tensors[Ref(node.name, output)] = tensor
            if node.submodel is None and node.weights_known:
                _check_weights(node, layer)
    outputs = [tensors[each.ref] for each in checked.graph.outputs]
    own = [each.operation if isinstance(each, OperationCall) else each for each in layers.values()]
    name_operations(outputs, own)
    return keras.Model(one_or_all(inputs), one_or_all(outputs), name=name)


def _layer(node: CheckedNode, path: str, built: Built, skip_initialization: bool) -> Any:
    """Return the Keras layer of a node; a submodel is built, and loaded if it has weights."""
    name = node.keras_name
    if isinstance(node.layer, SubmodelLayer):
        assert node.submodel is not None
        weights = weights_of(node.layer, is_loaded=skip_initialization)
        skip = skip_initialization or weights is not None
        root = model_name_of(node)
        model = _functional(node.submodel, root, f"{path}{name}/", built, skip_initialization=skip)
        is_whole = not node.layer.until
        if isinstance(weights, Path):
            built.loaded.append(load_weights(model, node.submodel, weights, whole=is_whole))
        elif weights is not None:
            built.loaded.append(load_application(model, node.submodel, weights, whole=is_whole))
        every_step = node.layer.every_step
        return model if every_step is None else wrapped(every_step, model, name)
    if isinstance(node.layer, Operation):
        return OperationCall(layer_call(node.layer, name, RUNNING), name)
    if isinstance(node.layer, CustomLayer):
        return custom_object(node.layer, name, built.allow_code)
    layer = layer_object(node.layer, name)
    if built.seed is not None:
        seed_layer(layer, built.seed, path + name)
    return layer


@contextmanager
def _without_initialization(layer: Any, active: bool) -> Iterator[None]:
    """Let a layer create its weights as zeros; afterwards the initializers are restored.

    This includes the layers inside it.
    """
    if not active or isinstance(layer, keras.Model | OperationCall):
        yield
        return
    own = [
        (part, key, value)
        for part in layer._flatten_layers()
        for key, value in vars(part).items()
        if isinstance(value, keras.initializers.Initializer)
    ]
    zeros = keras.initializers.Zeros()
    for part, key, _ in own:
        setattr(part, key, zeros)
    try:
        yield
    finally:
        for part, key, value in own:
            setattr(part, key, value)


def _check_shape(
    node: CheckedNode, output: str | None, built: tuple[Any, ...], known: tuple[Any, ...]
) -> None:
    if known is not UNKNOWN and built != known:
        which = f"'{node.name}/{output}'" if output else f"'{node.name}'"
        message = f"layer {which} ({node.kind}) was built with the output {text(built)}, not {text(known)}"
        raise BackendMismatch(message)


def _check_weights(node: CheckedNode, layer: Any) -> None:
    built = [(weight_name(weight), tuple(weight.shape)) for weight in layer.weights]
    known = [(weight.name, weight.shape) for weight in node.weights]
    if built != known:
        message = (
            f"layer '{node.name}' ({node.kind}) was built with the weights {built}, not {known}"
        )
        raise BackendMismatch(message)

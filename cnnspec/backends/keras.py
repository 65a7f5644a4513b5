"""CheckedGraph to a plain `keras.Model`: no custom objects, and what it was said to be.

Layer and weight shapes are compared with the static ones after the build, and the weights that
training may change with those of the spec, so that a difference fails here and not in training.
"""

from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import keras

from cnnspec.declarations import Declaration
from cnnspec.graph import CheckedGraph, CheckedNode, Ref, SubmodelLayer
from cnnspec.layers.base import Layer
from cnnspec.layers.custom import CustomLayer
from cnnspec.naming import keras_name, snake_case
from cnnspec.objects.metrics import CHOSEN_BY_SHAPES
from cnnspec.shapes import UNKNOWN, text
from cnnspec.stored_weights import StoredLayer, UnreadableWeights, open_weights, values
from cnnspec.weights import misfits

SETTINGS = {"data_format": "channels_last", "dtype": "float32"}
"""What Keras would take from the user's own configuration where a spec says nothing."""
WHOLE_NUMBERS = ("Hashing", "HashedCrossing")
"""Layers that are of the type int64 where nothing is said and their `output_mode` is `int`."""


class BackendMismatch(RuntimeError):
    """Keras made something else than the static analysis said; that is a bug of cnnspec."""


class CodeError(ValueError):
    """A class of the user's own may not be imported, or is not what it should be."""


class WeightsDoNotFit(ValueError):
    """A weights file is not one of this model."""


@dataclass(frozen=True, slots=True)
class LoadedWeights:
    """A report of what was loaded: from which file, into which layers."""

    file: Path
    layers: tuple[str, ...]
    """The names of the layers, with those of the models around them."""


@dataclass(slots=True)
class Built:
    """A built model, and what was loaded into it."""

    model: Any
    loaded: list[LoadedWeights] = field(default_factory=list)
    allow_code: Collection[str] = ()


def build(
    checked: CheckedGraph, *, weights: Path | None = None, allow_code: Collection[str] = ()
) -> Built:
    """Build, load, freeze and compile the Keras model of a checked graph.

    `weights` is a `.weights.h5` or `.keras` file for the whole model. Random initialization is
    skipped where weights will be loaded. `allow_code` names the packages whose layer classes may
    be imported.

    Raises:
        CodeError: a layer's class is in a package that is not allowed, or cannot be made.
        WeightsDoNotFit: a weights file has other layers or shapes than the model.
        BackendMismatch: the model differs from the static analysis.

    """
    built = Built(None, allow_code=allow_code)
    name = keras_name(checked.name)
    root = name if name[0].isalnum() else f"m{name}"  # TensorFlow's rule for the outermost name
    built.model = _functional(checked, root, built, skip_initialization=weights is not None)
    if weights is not None:
        _load(built.model, checked, weights, whole=True, built=built)
    _freeze(built.model, checked)
    _check_trainable(built.model, checked)
    _compile(built.model, checked)
    return built


def keras_object(declaration: Declaration) -> Any:
    """The Keras object that a checked call of a loss, initializer, optimizer... stands for."""
    module: Any = keras
    for part in declaration.family.namespace.split("."):
        module = getattr(module, part)
    return getattr(module, declaration.kind())(**_arguments(declaration))


def _arguments(declaration: Declaration) -> dict[str, Any]:
    """The arguments that a call gave, nested calls as Keras objects."""
    return {name: _argument(declaration.checked(name)) for name in declaration.given}


def _argument(value: Any) -> Any:
    if isinstance(value, Layer):
        return _layer_object(value, snake_case(value.kind()))
    if isinstance(value, tuple) and value and isinstance(value[0], Layer):
        return [
            _layer_object(layer, f"{snake_case(layer.kind())}_{position}")
            for position, layer in enumerate(value, start=1)
        ]
    return keras_object(value) if isinstance(value, Declaration) else value


def _functional(
    checked: CheckedGraph, name: str, built: Built, *, skip_initialization: bool
) -> Any:
    """Call every layer on the tensors of its inputs, and make a model of it."""
    inputs = [
        keras.Input(each.tensor.shape[1:], dtype=each.tensor.dtype, name=keras_name(each.name))
        for each in checked.inputs
    ]
    tensors: dict[Ref, Any] = {
        Ref(each.name): tensor for each, tensor in zip(checked.inputs, inputs, strict=True)
    }
    layers: dict[str, Any] = {}
    for node in checked.nodes:
        if node.keras_name not in layers:
            layers[node.keras_name] = _layer(node, built, skip_initialization)
        layer = layers[node.keras_name]
        arguments = [tensors[ref] for ref in node.node.inputs]
        with _without_initialization(layer, skip_initialization):
            positional, named = _arranged(node, arguments)
            result = layer(*positional, **named)
        results = keras.tree.flatten(result)
        for (output, spec), tensor in zip(node.outputs.items(), results, strict=True):
            _check_shape(node, output, tuple(tensor.shape), spec.shape)
            tensors[Ref(node.name, output)] = tensor
        if node.submodel is None and node.weights_known:
            _check_weights(node, layer)
    outputs = [tensors[each.ref] for each in checked.graph.outputs]
    return keras.Model(_single(inputs), _single(outputs), name=name)


def _single(tensors: list[Any]) -> Any:
    return tensors[0] if len(tensors) == 1 else tensors


def _arranged(node: CheckedNode, tensors: list[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments with which the layer or submodel of a node is called."""
    if isinstance(node.layer, SubmodelLayer):
        return (_single(tensors),), {}
    return node.layer.arranged(tensors)


def _layer(node: CheckedNode, built: Built, skip_initialization: bool) -> Any:
    """The Keras layer of a node; a submodel is built, and loaded where its weights are named."""
    name = node.keras_name
    if isinstance(node.layer, SubmodelLayer):
        assert node.submodel is not None
        weights = node.layer.weights
        skip = skip_initialization or weights is not None
        model = _functional(node.submodel, name, built, skip_initialization=skip)
        if weights is not None and not skip_initialization:
            _load(model, node.submodel, weights, whole=node.layer.until is None, built=built)
        return model
    if isinstance(node.layer, CustomLayer):
        return _custom_object(node.layer, name, built.allow_code)
    return _layer_object(node.layer, name)


def _custom_object(layer: CustomLayer, name: str, allow_code: Collection[str]) -> Any:
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


def _layer_object(layer: Layer, name: str) -> Any:
    known = layer.arguments()
    settings = {
        key: value for key, value in SETTINGS.items() if key in known and layer.checked(key) is None
    }
    if layer.kind() in WHOLE_NUMBERS and layer.checked("output_mode") == "int":
        settings = dict.fromkeys(settings, "int64")
    arguments = _arguments(layer) | settings
    return getattr(keras.layers, layer.kind())(name=name, **arguments)


@contextmanager
def _without_initialization(layer: Any, active: bool) -> Iterator[None]:
    """Let a layer make its weights of zeros; the initializers are put back after that.

    They are its own, and those of the layers inside it.
    """
    if not active or isinstance(layer, keras.Model):
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
    built = [(weight.name, tuple(weight.shape)) for weight in layer.weights]
    known = [(weight.name, weight.shape) for weight in node.weights]
    if built != known:
        message = (
            f"layer '{node.name}' ({node.kind}) was built with the weights {built}, not {known}"
        )
        raise BackendMismatch(message)


def _load(model: Any, checked: CheckedGraph, file: Path, *, whole: bool, built: Built) -> None:
    """Load weights by layer name.

    Raises:
        WeightsDoNotFit: a layer is missing on either side, or a shape differs.

    """
    try:
        with open_weights(file) as stored:
            found = misfits(checked, stored, whole=whole)
            if found:
                raise WeightsDoNotFit(f"'{file}' does not fit '{checked.name}': {'; '.join(found)}")
            layers = tuple(_assign(model, checked, stored, ""))
    except UnreadableWeights as error:
        raise WeightsDoNotFit(f"'{file}': {error}") from None
    built.loaded.append(LoadedWeights(file, layers))


def _assign(model: Any, checked: CheckedGraph, stored: StoredLayer, prefix: str) -> Iterator[str]:
    """Give each layer its variables; yield the names of the layers that got any."""
    layers = _by_name(model)
    for node in checked.nodes:
        source = stored.of(node)
        if not node.is_first_call or source is None or source.is_empty():
            continue
        layer = layers[node.keras_name]
        if node.submodel is not None:
            yield from _assign(layer, node.submodel, source, f"{prefix}{node.node.layer_name}/")
            continue
        for path, variables in _by_path(source).items():
            _attribute(layer, path).load_own_variables(variables)
        yield f"{prefix}{node.node.layer_name}"


def _by_path(stored: StoredLayer) -> dict[str, dict[str, Any]]:
    """The variables of a layer, and of those that it wraps by the path that leads to them."""
    by_path: dict[str, dict[str, Any]] = {}
    for key, variable in stored.variables.items():
        path, _, position = key.rpartition("/")
        by_path.setdefault(path, {})[position] = values(variable)
    return by_path


def _attribute(layer: Any, path: str) -> Any:
    """The layer at a path of attributes; in a list, layers go by class name and counter."""
    for part in path.split("/") if path else ():
        if isinstance(layer, list | tuple):
            counted: Counter[str] = Counter()
            found = {}
            for item in layer:
                name = snake_case(type(item).__name__)
                found[f"{name}_{counted[name]}" if counted[name] else name] = item
                counted[name] += 1
            layer = found[part]
        else:
            layer = getattr(layer, part)
    return layer


def _by_name(model: Any) -> dict[str, Any]:
    return {layer.name: layer for layer in model.layers}


def _freeze(model: Any, checked: CheckedGraph) -> None:
    """Set the flags of frozen layers, from the outside in; nothing is ever set back to true.

    (A flag set further out overwrites those inside it.)
    """
    layers = _by_name(model)
    for node in checked.nodes:
        layer = layers[node.keras_name]
        if node.node.frozen:
            layer.trainable = False
        for part in layer._flatten_layers():
            # Few layers pass their argument on, and setting the value that it has does nothing.
            for inner in [] if part.trainable else part._flatten_layers(include_self=False):
                inner.trainable = False
        if node.submodel is not None:
            _freeze(layer, node.submodel)


def _check_trainable(model: Any, checked: CheckedGraph) -> None:
    """The weights that training may change must be those that the spec says."""
    built = sorted(weight.path for weight in model.trainable_weights)
    known = sorted(_trainable(model, checked))
    if built != known:
        wrong = sorted(set(built) ^ set(known))
        raise BackendMismatch(f"training would change other weights than the spec says: {wrong}")


def _trainable(model: Any, checked: CheckedGraph) -> Iterator[str]:
    layers = _by_name(model)
    for node in checked.nodes:
        layer = layers[node.keras_name]
        if not node.is_first_call or not node.trainable:
            continue
        if node.submodel is not None:
            yield from _trainable(layer, node.submodel)
            continue
        if not node.weights_known:
            yield from (weight.path for weight in layer.trainable_weights)
            continue
        for weight, known in zip(layer.weights, node.weights, strict=True):
            if known.trainable:
                yield weight.path


def _compile(model: Any, checked: CheckedGraph) -> None:
    """Compile with losses, weights and metrics by output name; lists would pair them by accident."""
    outputs = checked.graph.outputs
    losses = {keras_name(each.name): _loss(each.loss) for each in outputs if each.loss}
    metrics = {
        keras_name(each.name): [_metric(call) for call in each.metrics]
        for each in outputs
        if each.metrics
    }
    if not losses and not metrics:
        return
    weights = {
        keras_name(each.name): 1.0 if each.loss_weight is None else float(each.loss_weight)
        for each in outputs
        if each.loss
    }
    weighted = any(each.loss_weight is not None for each in outputs)
    model.compile(
        optimizer=_optimizer(checked.graph.optimizer),
        loss=losses or None,
        loss_weights=weights if weighted else None,
        metrics=metrics or None,
    )


def _loss(call: Declaration) -> Any:
    is_alias = call.word != call.kind()
    return call.word if is_alias and not call.given else keras_object(call)


def _metric(call: Declaration) -> Any:
    """A metric by the word that Keras resolves, or an object with a name of its own.

    Keras would count metrics of a kind through the whole process to name them.
    """
    if not call.given and call.word != call.kind():
        return call.word
    if not call.given and call.word.lower() in CHOSEN_BY_SHAPES:
        return call.word.lower()
    name = call.checked("name") or snake_case(call.kind())
    arguments = {"name": name} | _arguments(call)
    return getattr(keras.metrics, call.kind())(**arguments)


def _optimizer(call: Declaration | None) -> Any:
    """The optimizer, named by its kind; Keras would count them through the whole process."""
    kind = call.kind() if call else "Adam"
    arguments = {"name": kind.lower()} | (_arguments(call) if call else {})
    return getattr(keras.optimizers, kind)(**arguments)

"""Puts a call into the smallest spec that shows where it stands."""

from collections.abc import Callable, Mapping
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.problems import Problem
from cnnspec.language.document import VERSION
from cnnspec.language.dump import dump_data
from cnnspec.language.example_calls import examples_for_specs
from cnnspec.layers.base import LAYERS, Example, Layer
from cnnspec.objects.applications import CHANNELS, Network
from cnnspec.objects.callbacks import Callback
from cnnspec.objects.data_sources import DataSource
from cnnspec.objects.families import (
    APPLICATIONS,
    CALLBACKS,
    CONSTRAINTS,
    DATA,
    INITIALIZERS,
    LOSSES,
    METRICS,
    OPTIMIZERS,
    REGULARIZERS,
    SCHEDULES,
)
from cnnspec.objects.initializers import Initializer
from cnnspec.objects.loss import Loss
from cnnspec.objects.measure import Labels, Measure
from cnnspec.objects.metric import Metric
from cnnspec.operations.base import OPERATIONS
from cnnspec.operations.families import PREFIX
from cnnspec.shapes import BATCH

WIDTH = 76
"""The width of examples: that of a terminal, less their indentation."""

Data = dict[str, Any]
CLASSES: Data = {"units": 10, "activation": "softmax"}
HEADS: dict[Labels, tuple[Data, str]] = {
    "values": ({"units": 1}, "mean_squared_error"),
    "0 to 1": ({"units": 1, "activation": "sigmoid"}, "binary_crossentropy"),
    "one-hot": (CLASSES, "categorical_crossentropy"),
    "classes": (CLASSES, "sparse_categorical_crossentropy"),
    "groups": ({"units": 16}, "circle"),
    "sequences": ({"units": 28}, "ctc"),
}
"""For all labels: the usual last layer, and the usual loss."""
VECTOR, SEQUENCE, SIGNAL, IMAGE = [64], [50, 64], [1000, 1], [28, 28, 1]


def framed(declaration: type[Declaration], arguments: Mapping[str, Any]) -> str:
    """Return a spec with a call of a kind."""
    word = declaration.kind()
    if not arguments and declaration.family.by_alias and declaration.aliases:
        word = declaration.aliases[0]
    call = {word: dict(arguments)} if arguments else word
    return written(_FRAMES[declaration.family.namespace](declaration, call))


def with_activation(name: str) -> str:
    """Return a spec with an activation."""
    return written(_dense(VECTOR, {"units": 10, "activation": name}))


def written(data: Data) -> str:
    """Return the text of a spec, as wide as an example may be."""
    return dump_data({"cnnspec": VERSION, **data}, WIDTH)


def _dense(shape: Any, arguments: Data) -> Data:
    return {"inputs": {"x": shape}, "layers": [{"Dense": arguments}]}


def _layer(declaration: type[Declaration], call: Any) -> Data:
    assert issubclass(declaration, Layer)
    kind, given = next(iter(call.items())) if isinstance(call, dict) else (call, {})
    examples = examples_for_specs(declaration)
    example = next((each for each in examples if each.arguments == given), examples[0])
    count = len(example.shapes)
    names = ["x"] if count == 1 else [f"x{position}" for position in range(1, count + 1)]
    inputs: Data = {
        name: [*shape[1:]] if dtype == "float32" else {"shape": [*shape[1:]], "dtype": dtype}
        for name, shape, dtype in zip(names, example.shapes, example.types, strict=True)
    }
    if count > 1:
        call = {kind: {"from": names, **given}}
    spec: Data = {"inputs": inputs, "layers": [call]}
    results = declaration.of(given).outputs() if declaration.is_operation else ()
    if len(results) > 1:
        name = f"{kind.removeprefix(PREFIX)}_1"
        spec["outputs"] = {f"y{result}": {"from": f"{name}/{result}"} for result in results}
    if declaration.is_operation and not _keeps_batch(declaration.of(given), example):
        spec["ignore"] = ["output-without-batch"]
    return spec


def _keeps_batch(operation: Layer, example: Example) -> bool:
    """Whether all results of an operation have the batch axis of its inputs."""
    try:
        found = operation.shape(*((BATCH, *shape[1:]) for shape in example.shapes))
    except Problem:
        return False
    return all(shape[:1] == (BATCH,) for shape in (found if operation.outputs() else [found]))


def _measured(declaration: type[Declaration], labels: Labels, output: Data) -> Data:
    assert issubclass(declaration, Measure)
    shape = SEQUENCE if labels == "sequences" else VECTOR
    last = HEADS[labels][0] if declaration.last_layer is None else declaration.last_layer
    if output_has_logits(output):
        last = {name: value for name, value in last.items() if name != "activation"}
    return {**_dense(shape, dict(last)), "outputs": {"y": {"from": "dense_1", **output}}}


def output_has_logits(output: Data) -> bool:
    """Whether the loss or a metric of an output takes logits."""
    calls = [output["loss"], *output.get("metrics", [])]
    given = [next(iter(call.values())) for call in calls if isinstance(call, Mapping)]
    return any(arguments.get("from_logits") for arguments in given)


def _loss(declaration: type[Declaration], call: Any) -> Data:
    assert issubclass(declaration, Loss)
    return _measured(declaration, declaration.labels, {"loss": call})


def _metric(declaration: type[Declaration], call: Any) -> Data:
    assert issubclass(declaration, Metric)
    labels = declaration.of(declaration.example).form()
    loss = declaration.usual_loss or HEADS[labels][1]
    return _measured(declaration, labels, {"loss": loss, "metrics": [call]})


def _trained(train: Data, shape: Any = VECTOR) -> Data:
    last = {"name": "y", **CLASSES}
    flat = ["Flatten"] if len(shape) > 1 else []
    return {
        "inputs": {"x": shape},
        "layers": [*flat, {"Dense": last}],
        "outputs": {"y": {"loss": HEADS["classes"][1]}},
        "train": train,
    }


def _optimizer(_: type[Declaration], call: Any) -> Data:
    return _trained({"optimizer": call, "batch_size": 64, "epochs": 20})


def _schedule(_: type[Declaration], call: Any) -> Data:
    return _trained({"optimizer": {"Adam": {"learning_rate": call}}, "epochs": 20})


def _callback(declaration: type[Declaration], call: Any) -> Data:
    assert issubclass(declaration, Callback)
    optimizer = declaration.example_optimizer
    train = {"optimizer": optimizer, "validation": 0.2, "epochs": 20, "callbacks": [call]}
    return _trained(train)


def _initializer(declaration: type[Declaration], call: Any) -> Data:
    assert issubclass(declaration, Initializer)
    if declaration.axes[0] > 2:  # a kernel that slides along one axis has three
        step = {"Conv1D": {"filters": 8, "kernel_size": 5, "kernel_initializer": call}}
        return {"inputs": {"x": SIGNAL}, "layers": [step]}
    return _dense(VECTOR, {"units": 10, "kernel_initializer": call})


def _of_kernels(argument: str) -> Callable[[type[Declaration], Any], Data]:
    return lambda _, call: _dense(VECTOR, {"units": 10, argument: call})


def _source(declaration: type[Declaration], call: Any) -> Data:
    assert issubclass(declaration, DataSource)
    data = {
        "data": call,
        "inputs": {"x": declaration.example_input},
        "targets": {"y": declaration.example_target},
    }
    return _trained(data, list(declaration.example_shape))


def _application(declaration: type[Declaration], call: Any) -> Data:
    assert issubclass(declaration, Network)
    arguments = call[declaration.kind()] if isinstance(call, dict) else {}
    size = declaration.sizes[-1]
    shape = arguments.get("input_shape") or [size, size, CHANNELS]
    return {
        "submodels": {"base": {"application": call, "preprocess": True}},
        "inputs": {"image": shape},
        "layers": ["base"],
    }


_FRAMES: dict[str, Callable[[type[Declaration], Any], Data]] = {
    LAYERS.namespace: _layer,
    OPERATIONS.namespace: _layer,
    LOSSES.namespace: _loss,
    METRICS.namespace: _metric,
    OPTIMIZERS.namespace: _optimizer,
    SCHEDULES.namespace: _schedule,
    CALLBACKS.namespace: _callback,
    INITIALIZERS.namespace: _initializer,
    REGULARIZERS.namespace: _of_kernels("kernel_regularizer"),
    CONSTRAINTS.namespace: _of_kernels("kernel_constraint"),
    DATA.namespace: _source,
    APPLICATIONS.namespace: _application,
}
"""For every family: makes the spec of a call."""

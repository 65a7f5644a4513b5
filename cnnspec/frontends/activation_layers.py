"""Activations that are layers: `Conv2D(4, 3, activation=LeakyReLU(0.1))` becomes two layers."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from cnnspec.frontends.nodes import name_of
from cnnspec.frontends.valid_names import renamed

ACTIVATION = "activation"
LAYERS = ("Activation", "ELU", "LeakyReLU", "ReLU", "Softmax")
"""The layers without weights that are activations."""


def with_activation_layers(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the configuration of a model in which a layer follows where one was an activation."""
    layers = config["layers"]
    found = [layer for layer in layers if _inner(layer) is not None]
    if not found:
        return config
    taken = {str(name_of(layer)) for layer in layers}
    names = {str(name_of(layer)): _free(f"{name_of(layer)}_activation", taken) for layer in found}
    tensors = {
        key: renamed(config[key], names)
        for key in ("input_layers", "output_layers")
        if key in config
    }
    return {**config, **tensors, "layers": [*_split(layers, names)]}


def _inner(layer: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return the layer that is the activation of a layer."""
    config = layer["config"]
    inner = config.get(ACTIVATION) if isinstance(config, Mapping) else None
    is_layer = isinstance(inner, Mapping) and inner.get("class_name") in LAYERS
    return inner if is_layer else None


def _free(name: str, taken: Collection[str]) -> str:
    while name in taken:
        name += "_"
    return name


def _split(
    layers: Iterable[Mapping[str, Any]], names: Mapping[str, str]
) -> Iterable[Mapping[str, Any]]:
    for layer in layers:
        calls = renamed(layer["inbound_nodes"], names) if "inbound_nodes" in layer else None
        inner, name = _inner(layer), str(name_of(layer))
        called = {} if calls is None else {"inbound_nodes": calls}
        if inner is None:
            yield {**layer, **called}
            continue
        yield {**layer, **called, "config": {**layer["config"], ACTIVATION: "linear"}}
        own = {**inner, "config": {**inner["config"], "name": names[name]}, "name": names[name]}
        if calls is not None:
            own["inbound_nodes"] = [_call(name, at, call) for at, call in enumerate(calls)]
        yield own


def _call(name: str, at: int, call: Any) -> Any:
    """Return the call of an activation on the output of a call, in the form of the same Keras."""
    if isinstance(call, list):
        return [[name, at, 0, {}]]
    tensor = {"class_name": "__keras_tensor__", "config": {"keras_history": [name, at, 0]}}
    return {"args": [tensor], "kwargs": {}}

"""The shortest arguments of a layer: nothing that it has by itself, and the same layer."""

import json
from typing import Any

import keras
import pytest

from cnnspec.backends.keras.objects import layer_object
from cnnspec.diagnostics.problems import Problems
from cnnspec.frontends.minimal import shortest
from cnnspec.frontends.values import layer_arguments
from cnnspec.layers.base import LAYERS, Layer
from conformance.configurations import configurations
from tests.support.keras_versions import layer_kinds, runs_here
from tests.support.spellings import AS_GIVEN

SHORT: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "defaults": ("Dense", {"units": 3, "use_bias": True, "bias_initializer": "Zeros"}, {"units": 3}),
    "a default as a call": (
        "Dense",
        {"units": 3, "kernel_initializer": {"GlorotUniform": {"seed": None}}},
        {"units": 3},
    ),
    "a linear activation": ("Dense", {"units": 3, "activation": "linear"}, {"units": 3}),
    "one number for all axes": (
        "Conv2D",
        {"filters": 3, "kernel_size": [3, 3], "strides": [2, 1], "dilation_rate": [1, 1]},
        {"filters": 3, "kernel_size": 3, "strides": [2, 1]},
    ),
    "the only axis": ("Conv1D", {"filters": 3, "kernel_size": [3]}, {"filters": 3, "kernel_size": 3}),
    "both ends": ("ZeroPadding2D", {"padding": [[2, 2], [2, 2]]}, {"padding": 2}),
    "both ends of each axis": ("ZeroPadding2D", {"padding": [[1, 1], [2, 2]]}, {"padding": [1, 2]}),
    "one end": ("ZeroPadding2D", {"padding": [[0, 1], [0, 1]]}, {"padding": [[0, 1], [0, 1]]}),
    "what is a list": ("Reshape", {"target_shape": [3, 3]}, {"target_shape": [3, 3]}),
    "numbers of channels": (
        "Rescaling",
        {"scale": [0.5, 0.5], "offset": 0.0},
        {"scale": [0.5, 0.5]},
    ),
    "strides of the pool": ("MaxPooling2D", {"pool_size": [3, 3], "strides": [3, 3]}, {"pool_size": 3}),
    "other strides": ("MaxPooling2D", {"strides": [1, 1]}, {"strides": 1}),
    "an alias": (
        "Dense",
        {"units": 3, "kernel_initializer": {"HeNormal": {"seed": None}}},
        {"units": 3, "kernel_initializer": "he_normal"},
    ),
    "arguments of an object": (
        "Dense",
        {"units": 3, "kernel_regularizer": {"L2": {"l2": 0.1}}, "bias_regularizer": {"L2": {"l2": 0.01}}},
        {"units": 3, "kernel_regularizer": {"L2": {"l2": 0.1}}, "bias_regularizer": "l2"},
    ),
    "a layer inside": (
        "TimeDistributed",
        {"layer": {"Conv2D": {"filters": 3, "kernel_size": [2, 2], "padding": "valid"}}},
        {"layer": {"Conv2D": {"filters": 3, "kernel_size": 2}}},
    ),
    "layers inside": (
        "Pipeline",
        {"layers": [{"CenterCrop": {"height": 4, "width": 4, "dtype": "float32"}}]},
        {"layers": [{"CenterCrop": {"height": 4, "width": 4}}]},
    ),
    "a data type": ("ReLU", {"dtype": "float16", "trainable": False}, {"dtype": "float16", "trainable": False}),
    "what does not check": ("Dense", {"units": 0, "use_bias": True}, {"units": 0, "use_bias": True}),
}  # fmt: skip


@pytest.mark.parametrize("what", SHORT)
def test_arguments_are_as_a_person_would_write_them(what: str) -> None:
    kind, arguments, expected = SHORT[what]
    assert shortest(LAYERS.find(kind), arguments) == expected


def serialized(layer: Any) -> Any:
    """A layer as it stands in a file; Identity alone keeps which arguments it was given."""
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))["config"]
    return {"activity_regularizer": None} | config


def without_forms(config: Any) -> Any:
    """A configuration without what Keras stores as it was given."""
    if isinstance(config, list):
        return [without_forms(item) for item in config]
    if not isinstance(config, dict):
        return config
    return {name: without_forms(item) for name, item in config.items() if name not in AS_GIVEN}


def forms(layer: Layer) -> dict[str, Any]:
    """What a layer means by the arguments that Keras stores as they were given."""
    return {name: layer.meaning_of(name) for name in layer.arguments() if name in AS_GIVEN}


def checked(kind: str, arguments: dict[str, Any]) -> Layer:
    layer = LAYERS.check({kind: arguments})
    assert isinstance(layer, Layer)
    return layer


@pytest.mark.parametrize("kind", layer_kinds())
def test_the_shortest_arguments_make_the_same_layer(kind: str) -> None:
    compared = 0
    for configuration in configurations(kind, 15, seed=7):
        try:
            layer = checked(kind, configuration.arguments)
            if not runs_here(layer):
                continue
            config = serialized(layer_object(layer, "layer"))
        except (Problems, ValueError, TypeError, NotImplementedError):
            continue  # no spec can say it, or Keras cannot make or write it
        short = layer_arguments(kind, config)
        again = serialized(layer_object(checked(kind, short), "layer"))
        assert without_forms(again) == without_forms(config)
        assert forms(checked(kind, short)) == forms(checked(kind, configuration.arguments))
        assert shortest(LAYERS.find(kind), short) == short
        compared += 1
    assert compared > 0

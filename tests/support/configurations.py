"""Configurations of models, as Keras 3 writes them, without Keras."""

from collections.abc import Callable
from typing import Any

Config = dict[str, Any]
SHAPE = [None, 8, 8, 4]


def tensor(name: str, call: int = 0) -> Config:
    config = {"shape": SHAPE, "dtype": "float32", "keras_history": [name, call, 0]}
    return {"class_name": "__keras_tensor__", "config": config}


def layer(kind: str, name: str, *inputs: Any, **config: Any) -> Config:
    """A layer with a call for each of `inputs`, which are tensors or lists of them."""
    calls = [{"args": [each], "kwargs": {}} for each in inputs]
    return {
        "module": "keras.layers",
        "class_name": kind,
        "config": {"name": name, "trainable": True, "dtype": "float32", **config},
        "registered_name": None,
        "name": name,
        "inbound_nodes": calls,
    }


INPUT = layer("InputLayer", "x") | {
    "config": {"name": "x", "batch_shape": SHAPE, "dtype": "float32"}
}
CONVOLUTION = {"filters": 4, "kernel_size": [3, 3], "padding": "same"}


def model(layers: list[Config], *outputs: tuple[str, int]) -> Config:
    ends = outputs or ((layers[-1]["name"], 0),)
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {
            "name": "model",
            "trainable": True,
            "layers": layers,
            "input_layers": [["x", 0, 0]],
            "output_layers": [[name, call, 0] for name, call in ends],
        },
        "registered_name": "Functional",
    }


def chain(count: int, made: Callable[[int, Config], Config]) -> Config:
    """A model of layers one after another, each made of its number and its input."""
    layers = [INPUT]
    for at in range(count):
        layers.append(made(at, tensor(layers[-1]["name"])))
    return model(layers)


SEQUENTIAL: Config = {
    "class_name": "Sequential",
    "config": {
        "name": "tiny",
        "layers": [
            {
                "module": "keras.layers",
                "class_name": "InputLayer",
                "config": {"batch_shape": [None, 4], "name": "x"},
            },
            {"module": "keras.layers", "class_name": "Dense", "config": {"units": 2, "name": "y"}},
        ],
    },
}
"""A chain of two layers, as `Model.to_json` writes it."""

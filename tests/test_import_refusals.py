"""Model files that cannot be imported: each message names the file, the layer and its class, and what to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run_command
from tests.support.configurations import INPUT, Config, layer, model, tensor

X = tensor("x")
SEQUENCE = INPUT | {"config": {"name": "x", "batch_shape": [None, 5, 4], "dtype": "float32"}}
OPTIONAL = INPUT | {"config": {**INPUT["config"], "optional": True}}
SUBCLASS = {"module": "nets.small", "class_name": "Net", "config": {}, "registered_name": "Net"}
UNBUILT = {"class_name": "Sequential", "config": {"name": "s", "layers": [layer("Dense", "d")]}}
SEQUENTIAL = {
    "module": "keras",
    "class_name": "Sequential",
    "registered_name": None,
    "config": {"name": "inner", "layers": [layer("InputLayer", "i", batch_shape=[None, 4]), layer("ReLU", "r")]},
}  # fmt: skip
CELL = {"module": None, "class_name": "Cell", "config": {}, "registered_name": "Custom>Cell"}
OUTER = "the layer 'a' (Conv2D)"


def of(*layers: Any) -> Config:
    return model([INPUT, *layers])


def convolution(**config: Any) -> Config:
    return layer("Conv2D", "a", X, **{"filters": 2, "kernel_size": [3, 3], **config})


def own(kind: str, **config: Any) -> Config:
    """A layer of a class of someone else, without its module."""
    return layer(kind, "a", X, **config) | {"module": None, "registered_name": f"Custom>{kind}"}


def of_hdf5(kind: str, **config: Any) -> Config:
    """A layer as in HDF5 files, which do not have modules."""
    return {k: v for k, v in layer(kind, "a", X, **config).items() if "module" not in k}


def without(found: Config, key: str) -> Config:
    return {name: each for name, each in found.items() if name != key}


NOT_WRITTEN = "is not written as Keras writes it; save the model with Keras again"
NO_MODEL = "its configuration is not that of a Keras model"
REFUSED: dict[str, tuple[Any, str]] = {
    "a class without a module": (
        of(own("Resizing", height=3)),
        "the layer 'a' has the class 'Custom>Resizing', which is not from Keras, and the file does not have "
        "its module, which `--class 'Custom>Resizing=package.module:Resizing'` names",
    ),
    "a class of Keras 2": (
        model([SEQUENCE, of_hdf5("CuDNNLSTM", units=3)]),
        "the layer 'a' (CuDNNLSTM): unknown layer 'CuDNNLSTM'; Keras 2 had it, and loads its weights into "
        "LSTM: save the model with that in its place",
    ),
    "an object of a class without a module": (
        model([SEQUENCE, layer("RNN", "a", X, cell=CELL)]),
        "the layer 'a' (RNN) has an object of the class 'Custom>Cell', which is not from Keras, and the file "
        "does not have its module, which `--class 'Custom>Cell=package.module:Cell'` names",
    ),
    "a layer that is code": (
        of(layer("Lambda", "a", X)),
        "the layer 'a' (Lambda): Lambda cannot be used in a spec: it runs Python code",
    ),
    "an unknown argument": (of(convolution(foo=5)), f"{OUTER}: Conv2D has no argument 'foo'"),
    "a value out of range": (
        of(convolution(filters=-3)),
        f"{OUTER}: 'filters' of Conv2D must be a whole number of at least 1, not -3",
    ),
    "an unknown activation": (
        of(convolution(activation="swisch")),
        f"{OUTER}: unknown activation 'swisch' (did you mean 'swish'?)",
    ),
    "a shape that does not fit": (
        of(convolution(kernel_size=[30, 30])),
        f"{OUTER}: Conv2D needs at least 30 x 30 values, but its input has only 8 x 8",
    ),
    "a shape in a submodel": (
        of(model([INPUT, convolution(kernel_size=[30, 30])]) | {"name": "m", "inbound_nodes": [{"args": [X], "kwargs": {}}]}, layer("ReLU", "r", tensor("m"))),
        f"{OUTER}: Conv2D needs at least 30 x 30 values, but its input has only 8 x 8",
    ),
    "another argument of a call": (
        of(layer("ReLU", "a") | {"inbound_nodes": [{"args": [X], "kwargs": {"foo": 1}}]}),
        "the layer 'a' (ReLU) is called with 'foo', which a spec cannot express",
    ),
    "a number as an argument of a call": (
        of(layer("ReLU", "a") | {"inbound_nodes": [{"args": [X, 1.5], "kwargs": {}}]}),
        "the layer 'a' (ReLU) is called with 1.5, which a spec cannot express",
    ),
    "a model in a layer": (
        model([SEQUENCE, layer("Bidirectional", "a", X, layer=SEQUENTIAL)]),
        "the layer 'a' is a Bidirectional of a model, which a spec cannot express",
    ),
    "two layers of one name": (
        of(layer("ReLU", "a", X), layer("Softmax", "a", X)),
        "2 layers have the name 'a' (ReLU, Softmax); the names of layers must be unique, so save the model with others",
    ),
    "a layer of several models": (
        of(layer("ReLU", "a", X) | {"shared_object_id": 3}),
        "the layer 'a' (ReLU) is used in several models, which a spec cannot express; a model around it can be "
        "called in all of them instead",
    ),
    "a layer that reads what is not there": (
        of(layer("ReLU", "a", tensor("gone"))),
        "the layer 'a' (ReLU) uses a tensor that is not in the model; save the model with Keras again",
    ),
    "a layer without a name": (
        of(layer("ReLU", "", X)),
        "invalid name of the layer '': a name cannot be empty; give it another name",
    ),
    "a configuration that is a number": (of(layer("ReLU", "a", X) | {"config": 5}), f"the layer 'a' (ReLU) {NOT_WRITTEN}"),
    "a call that is a number": (of(layer("ReLU", "a") | {"inbound_nodes": [5]}), f"the layer 'a' (ReLU) {NOT_WRITTEN}"),
    "a call without arguments": (of(layer("ReLU", "a") | {"inbound_nodes": [{}]}), f"the layer 'a' (ReLU) {NOT_WRITTEN}"),
    "no calls": (of(without(layer("ReLU", "a"), "inbound_nodes")), f"the layer 'a' (ReLU) {NOT_WRITTEN}"),
    "an input that may be missing": (
        model([OPTIONAL, layer("ReLU", "a", X)]),
        "the input 'x' is optional, which a spec cannot express; one that is not can be imported",
    ),
    "an output that is not there": (
        model([INPUT, layer("ReLU", "a", X)], ("gone", 0)),
        "the output 'gone' is not a layer",
    ),
    "a model of another class": (
        SUBCLASS,
        "it is a model of the class nets.small:Net, whose code makes the layers, so they are not in the file; "
        "load it with Keras and pass it to `cnnspec.from_keras`, which reads the graph of the model",
    ),
    "a model that was never built": (
        UNBUILT,
        "it is a Sequential model that was never built, so its input shape is unknown; call it once, or begin "
        "it with an Input, and save it again",
    ),
    "another mapping": ({"a": 1}, NO_MODEL),
    "a list": ([1], "it is not a .keras, .h5 or JSON file of a Keras model"),
}  # fmt: skip


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_and_why(what: str) -> None:
    written, message = REFUSED[what]
    Path("model.json").write_text(json.dumps(written), encoding="utf-8")
    code, out, err = run_command("import", "model.json")
    assert (code, out) == (1, "")
    first = err.splitlines()[0]
    assert first.partition("]: ")[2] == f"'model.json': {message}"
    assert run_command("summary", "model.json") == (code, out, err)


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("command", ["import", "summary", "code", "expand"])
def test_every_command_takes_the_module_of_a_class(command: str) -> None:
    Path("model.json").write_text(json.dumps(of(own("Resizing", height=3))), encoding="utf-8")
    named = ("--class", "Custom>Resizing=sizes.layers:Resizing")
    code, out, _ = run_command(command, "model.json", *named)
    assert code == 0
    assert "Resizing" in out
    message = "--class expects NAME=PACKAGE.MODULE:CLASS, got 'Resizing=sizes'"
    code, _, err = run_command(command, "model.json", "--class", "Resizing=sizes")
    assert (code, message in err) == (2, True)


PASSED: dict[str, Config] = {
    "a model that returns its input": model([INPUT], ("x", 0)),
    "a submodel that returns its input": of(
        model([INPUT], ("x", 0)) | {"name": "m", "inbound_nodes": [{"args": [X], "kwargs": {}}]},
        layer("ReLU", "a", tensor("m")),
    ),
    "a layer that other layers call otherwise": of(
        layer("ReLU", "a", X), layer("ReLU", "a", tensor("a")) | {"name": "b"}
    ),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("what", PASSED)
def test_what_was_refused_and_can_be_imported(what: str) -> None:
    Path("model.json").write_text(json.dumps(PASSED[what]), encoding="utf-8")
    assert run_command("import", "model.json", "-o", "spec.yaml")[0] == 0
    assert run_command("validate", "spec.yaml")[0] == 0
    code, out, _ = run_command("diff", "spec.yaml", "model.json")
    assert (code, out.partition(":")[0]) == (0, "the same model")

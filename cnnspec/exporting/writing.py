"""Writes a Keras model in another format, with the exporters of Keras."""

import errno
import os
import re
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import keras
import tensorflow as tf

from cnnspec.exporting.formats import ExportProblem, Unwritable
from cnnspec.exporting.reasons import reason
from cnnspec.naming import keras_name

_OF_SYSTEM = re.compile(r"(?P<file>\S+); (?P<why>[^;\[]+?)( \[Op:\w+\])?$")


def named(model: Any, names: Sequence[str] | None = None) -> Any:
    """Return the model with a mapping of outputs, because exporters keep only names of mappings.

    Raises:
        ExportProblem: the model is not a graph, or two outputs have the same name.

    """
    if not (getattr(model, "inputs", None) and getattr(model, "outputs", None)):
        raise ExportProblem(
            "the model is a subclass with custom code; only graphs of layers can be exported"
        )
    if names is None:
        names = getattr(model, "output_names", None) or [model.layers[-1].name]
    if len(set(names)) < len(names):
        raise ExportProblem(f"several outputs of the model have the same name: {', '.join(names)}")
    model = _spelled(model)
    inputs = model.inputs if len(model.inputs) > 1 else model.inputs[0]
    return keras.Model(inputs, dict(zip(names, model.outputs, strict=True)), name=model.name)


def _spelled(model: Any) -> Any:
    """Return a model whose layers have names that TensorFlow takes as those of scopes."""
    layers = model._flatten_layers(include_self=False)
    if all(each.name.isascii() for each in layers if not isinstance(each, keras.layers.InputLayer)):
        return model

    def renamed(layer: Any) -> Any:
        return type(layer).from_config({**layer.get_config(), "name": keras_name(layer.name)})

    clone = keras.models.clone_model(model, clone_function=renamed)
    clone.set_weights(model.get_weights())
    return clone


def write(model: Any, form: str, target: Path) -> None:
    """Write a model with named outputs to a file, or to the folder of a SavedModel.

    Raises:
        ExportProblem: the format does not support the model.
        OSError: a file cannot be written.
        Unwritable: so says TensorFlow.

    """
    try:
        # Some versions of Keras print what they do, whatever `verbose` is.
        with redirect_stdout(StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what tf2onnx and Keras say of each other's versions
            _WRITERS[form](model, target)
    except (OSError, ExportProblem):
        raise
    except Exception as error:  # every exporter has its own ones
        message = f"the model cannot be exported: {reason(error, model, form)}"
        if (failed := _of_system(str(error), target)) is not None:
            raise Unwritable(message, failed) from error
        raise ExportProblem(message) from error


def _of_system(message: str, target: Path) -> OSError | None:
    """Return the error of the system that a message of TensorFlow ends with, after a path."""
    if not (found := _OF_SYSTEM.search(message)):
        return None
    number = next((each for each in errno.errorcode if os.strerror(each) == found["why"]), None)
    if number is None:
        return None
    why = found["why"]
    if not Path(found["file"]).is_relative_to(target.parent):
        why = f"{why}, in the temporary folder '{gettempdir()}'"
    return OSError(number, why, found["file"])


def _imported_onnx() -> Any:
    """Import the package; its newest versions need a newer protobuf than older TensorFlow allows."""
    try:
        import onnx
    except Exception as error:
        if type(error).__name__ != "VersionError":  # of a module that older protobuf does not have
            raise
        raise ExportProblem(
            f"the model cannot be exported: 'onnx' needs a newer protobuf than TensorFlow {tf.__version__} allows; "
            "install an older one with `pip install 'onnx<1.23'`"
        ) from error
    return onnx


def _write_onnx(model: Any, target: Path) -> None:
    onnx = _imported_onnx()
    model.export(str(target), format="onnx", verbose=False, **_signature(model))
    exported = onnx.load(target)
    by_name = {each.name: each for each in exported.graph.output}
    in_order = [by_name[name] for name in model.output]  # TensorFlow sorts the keys of mappings
    del exported.graph.output[:]
    exported.graph.output.extend(in_order)
    onnx.save(exported, target)


def _write_tflite(model: Any, target: Path) -> None:
    # Without the operations of TensorFlow itself: LiteRT as it is installed does not have them.
    only = {"supported_ops": [tf.lite.OpsSet.TFLITE_BUILTINS]}
    model = _with_spelled_inputs(model)
    model.export(str(target), format="litert", verbose=False, target_spec=only)


def _with_spelled_inputs(model: Any) -> Any:
    """Return a model whose inputs have names that TensorFlow takes; not all Keras pass others on."""
    if all(each.name.isascii() for each in model.inputs):
        return model
    inputs = [
        keras.Input(batch_shape=each.shape, dtype=each.dtype, name=keras_name(each.name))
        for each in model.inputs
    ]
    inputs = inputs if len(inputs) > 1 else inputs[0]
    return keras.Model(inputs, model(inputs), name=model.name)


def _write_saved_model(model: Any, target: Path) -> None:
    model.export(str(target), format="tf_saved_model", verbose=False, **_signature(model))


def _signature(model: Any) -> dict[str, Any]:
    """Return the signature of a model whose inputs have names that TensorFlow does not take."""
    if all(each.name.isascii() for each in model.inputs):
        return {}
    specs = [tf.TensorSpec(each.shape, each.dtype, keras_name(each.name)) for each in model.inputs]
    return {"input_signature": [specs] if len(specs) > 1 else specs}


_WRITERS = {
    "onnx": _write_onnx,
    "tflite": _write_tflite,
    "saved_model": _write_saved_model,
}

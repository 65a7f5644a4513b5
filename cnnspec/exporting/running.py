"""Runs exported models in their runtimes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

from cnnspec.exporting.formats import ExportProblem
from cnnspec.exporting.reasons import is_lack, reason


def run(form: str, file: Path, inputs: Mapping[str, Any], model: Any) -> dict[str, Any]:
    """Run what a Keras model was exported to on an input, and return its outputs by name.

    Raises:
        ExportProblem: the runtime rejects the model.

    """
    try:
        return _RUNNERS[form](file, inputs)
    except Exception as error:  # every runtime has its own ones
        doing = "model cannot be exported" if is_lack(error) else "exported model cannot be run"
        raise ExportProblem(f"the {doing}: {reason(error, model, form)}") from error


def _run_onnx(file: Path, inputs: Mapping[str, Any]) -> dict[str, Any]:
    from onnxruntime import InferenceSession

    session = InferenceSession(file, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]
    given = {each.name: inputs[each.name] for each in session.get_inputs()}
    return dict(zip(names, session.run(names, given), strict=True))


def _run_tflite(file: Path, inputs: Mapping[str, Any]) -> dict[str, Any]:
    from ai_edge_litert.interpreter import Interpreter

    runner = Interpreter(str(file)).get_signature_runner()
    return dict(runner(**{name: inputs[name] for name in runner.get_input_details()}))


def _run_saved_model(file: Path, inputs: Mapping[str, Any]) -> dict[str, Any]:
    loaded = tf.saved_model.load(str(file))
    signature = loaded.signatures["serving_default"]
    _, names = signature.structured_input_signature
    found = signature(**{name: tf.constant(inputs[name]) for name in names})
    return {name: each.numpy() for name, each in found.items()}


_RUNNERS = {
    "onnx": _run_onnx,
    "tflite": _run_tflite,
    "saved_model": _run_saved_model,
}

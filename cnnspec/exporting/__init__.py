"""Keras models in the formats of other runtimes, each run beside Keras on the same input."""

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True, slots=True)
class Format:
    """What a model can be exported to."""

    suffix: str
    """How its files end; a SavedModel is a folder."""
    packages: tuple[str, ...] = ()
    """What writes and runs it, beside TensorFlow."""

    def missing(self) -> str | None:
        """The first package that is not installed."""
        return next((name for name in self.packages if find_spec(name) is None), None)


FORMATS = {
    "onnx": Format(".onnx", ("tf2onnx", "onnxruntime")),
    "tflite": Format(".tflite", ("ai_edge_litert",)),
    "saved_model": Format(""),
}


class ExportProblem(Exception):
    """A model cannot be exported, or is another one afterwards."""


def said(error: Exception) -> str:
    """An error of somebody else's code, in one line."""
    lines = (line.strip() for line in str(error).splitlines())
    return next((line for line in lines if line), type(error).__name__)[:300]

"""Exports Keras models to other formats and compares them with Keras on the same input."""

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True, slots=True)
class Format:
    """An export format."""

    suffix: str
    """File suffix; empty for a SavedModel, which is a folder."""
    packages: tuple[str, ...] = ()
    """Packages that write and run the format, in addition to TensorFlow."""
    since: str = "3.10.0"
    """The first version of Keras that writes the format."""

    def missing(self) -> str | None:
        """Return the first package that is not installed."""
        return next((name for name in self.packages if find_spec(name) is None), None)


FORMATS = {
    "onnx": Format(".onnx", ("tf2onnx", "onnxruntime")),
    "tflite": Format(".tflite", ("ai_edge_litert",), since="3.13.0"),
    "saved_model": Format(""),
}


class ExportProblem(Exception):
    """A model cannot be exported, or differs from Keras after the export."""


class Unwritable(ExportProblem):
    """A model cannot be exported, because a file cannot be written."""

    def __init__(self, message: str, error: OSError) -> None:
        super().__init__(message)
        self.error = error

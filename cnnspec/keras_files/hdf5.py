"""Reads the configuration in an HDF5 file, the format of whole models before `.keras` files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cnnspec.extras import Needed
from cnnspec.keras_files.configuration import MAX_BYTES
from cnnspec.keras_files.problems import UnreadableModel

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MODEL = "model_config"
TRAINING = "training_config"
MAX_MEMORY = 8 * MAX_BYTES
NO_MODEL_FILE = "this is not an HDF5 file of a Keras model"


@contextmanager
def _bounded_memory() -> Iterator[None]:
    """Limit the additional memory for HDF5, which trusts the lengths that a file declares.

    Only Linux can tell how much memory is in use already.
    """
    try:
        import resource

        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
    except (ImportError, OSError):
        yield
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    bound = pages * resource.getpagesize() + MAX_MEMORY
    resource.setrlimit(resource.RLIMIT_AS, (bound if soft < 0 else min(soft, bound), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def stored(path: Path) -> tuple[bytes, bytes | None]:
    """Return the configuration of the model in a file, and that of its compilation if there is one.

    Only attributes of the file itself are read; links are not followed.

    Raises:
        UnreadableModel: the file is damaged.
        MissingExtra: h5py is not installed.

    """
    with Needed("reading HDF5 files"):
        import h5py
    try:
        with _bounded_memory(), h5py.File(path, "r") as file:
            if MODEL not in file.attrs:
                message = "it contains weights but no model; it was written by `save_weights`"
                raise UnreadableModel(message)
            training = _text(file, TRAINING) if TRAINING in file.attrs else None
            return _text(file, MODEL), training
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError) as error:
        raise UnreadableModel(NO_MODEL_FILE) from error  # h5py raises these for damaged files


def _text(file: Any, name: str) -> bytes:
    """Return a text attribute; other types and lists are ignored."""
    attribute = file.attrs.get_id(name)
    if attribute.shape != () or attribute.dtype.kind not in "OS":
        raise UnreadableModel(NO_MODEL_FILE)
    if attribute.dtype.itemsize > MAX_BYTES:
        raise UnreadableModel(f"its configuration has more than {MAX_BYTES} bytes")
    text = file.attrs[name]
    if isinstance(text, str):
        return text.encode("utf-8", "surrogateescape")
    if not isinstance(text, bytes):
        raise UnreadableModel(NO_MODEL_FILE)
    return text

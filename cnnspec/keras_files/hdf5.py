"""Reads the configuration in an HDF5 file, the format of whole models before `.keras` files."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cnnspec.extras import Needed
from cnnspec.files.reading import opened
from cnnspec.keras_files.configuration import MAX_BYTES
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.records import Record

SIGNATURE = b"\x89HDF\r\n\x1a\n"
MODEL = "model_config"
TRAINING = "training_config"
WEIGHTS = "model_weights"
"""The group of the weights in a file of a whole model."""
MAX_MEMORY = 8 * MAX_BYTES
NO_MODEL_FILE = "this is not an HDF5 file of a Keras model"


@contextmanager
def bounded_memory() -> Iterator[None]:
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


class Stored(Record):
    """What a file of a whole model contains."""

    model: bytes
    """The configuration of the model."""
    training: bytes | None
    """That of its compilation, if there is one."""
    has_weights: bool


def stored(path: Path) -> Stored:
    """Return what a file contains.

    Only attributes of the file itself are read; links are not followed.

    Raises:
        UnreadableModel: the file is damaged.
        MissingExtra: h5py is not installed.

    """
    with Needed("reading HDF5 files"):
        import h5py
    try:
        with bounded_memory(), h5py.File(path, "r") as file:
            if MODEL not in file.attrs:
                message = "it contains weights but no model; it was written by `save_weights`"
                raise UnreadableModel(message)
            training = _text(file, TRAINING) if TRAINING in file.attrs else None
            return Stored(_text(file, MODEL), training, WEIGHTS in file)
    except (OSError, RuntimeError, ValueError, KeyError, TypeError, MemoryError) as error:
        raise UnreadableModel(NO_MODEL_FILE) from error  # h5py raises these for damaged files


def is_whole_model(path: Path) -> bool:
    """Whether a file is a whole model in HDF5, and not weights alone.

    Raises:
        MissingExtra: h5py is not installed.

    """
    with opened(path) as file:
        if file.read(len(SIGNATURE)) != SIGNATURE:
            return False
    with Needed("reading HDF5 files"):
        import h5py
    with bounded_memory(), h5py.File(path, "r") as model:
        return MODEL in model.attrs


def text_of_model(file: Any) -> bytes:
    """Return the configuration of the model in an open file."""
    return _text(file, MODEL)


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

"""A file of any form that Keras gives a model, told by what is in it, to a Document."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnspec.document import Document
from cnnspec.frontends.archive import archived
from cnnspec.frontends.compilation import notes_of_compilation
from cnnspec.frontends.configuration import MAX_BYTES, checked_depth, parsed
from cnnspec.frontends.hdf5 import SIGNATURE, stored
from cnnspec.frontends.models import read_serialized
from cnnspec.frontends.problems import UnreadableModel

ZIPPED = b"PK"
WEIGHTS_STAY = (
    "its weights stay in the file: a spec takes those of .keras and .weights.h5 files of Keras 3"
)


@dataclass(frozen=True, slots=True)
class Read:
    """A model as a document: a step for every layer, with the name of the layer."""

    document: Document
    notes: tuple[str, ...] = ()
    """What the document does not say of the model, a sentence each."""
    has_weights: bool = False
    """Whether the file holds weights that a spec can name."""


def read_model(path: Path) -> Read:
    """Read a `.keras` file, an `.h5` file of a whole model, or what `keras.Model.to_json` gives.

    Raises:
        OSError: the file is missing or cannot be read.
        UnreadableModel: it is broken, or holds what a spec cannot say.

    """
    if path.is_dir():
        message = "it is a folder; what Keras saved as one file, .keras or .h5, can be read"
        raise UnreadableModel(message)
    with path.open("rb") as file:
        start = file.read(len(SIGNATURE))
        is_text = start.lstrip().startswith(b"{")
        text = start + file.read(MAX_BYTES + 1) if is_text else b""
    if is_text:
        return read_config(text)
    if start.startswith(ZIPPED):
        text, has_weights = archived(path)
        return _read(parsed(text), has_weights=has_weights)
    if start == SIGNATURE:
        text, training = stored(path)
        return _read(parsed(text), _training(training), has_weights=True)
    raise UnreadableModel("it is none of the files of a Keras model: .keras, .h5 or JSON")


def read_config(config: str | bytes | Mapping[str, Any]) -> Read:
    """Read what `keras.Model.to_json` gives, as text or as the mapping that it holds.

    Raises:
        UnreadableModel: it is broken, or holds what a spec cannot say.

    """
    if isinstance(config, Mapping):
        checked_depth(config)
        return _read(config)
    return _read(parsed(config))


def _training(text: bytes | None) -> Mapping[str, Any]:
    """What an HDF5 file says of the training, in the words of the other files."""
    if text is None:
        return {}
    said = parsed(text)
    return {**said, "optimizer": said.get("optimizer_config")}


def _read(
    config: Mapping[str, Any],
    compiled: Mapping[str, Any] | None = None,
    *,
    has_weights: bool = False,
) -> Read:
    model, whole = read_serialized(config)
    said = config.get("compile_config") if compiled is None else compiled
    notes = [*whole.notes, *notes_of_compilation(model, said, of_keras_2=whole.of_keras_2)]
    if has_weights and (whole.of_keras_2 or compiled is not None):
        notes.append(WEIGHTS_STAY)  # Keras 2 and HDF5 files do not keep them by the names of layers
        has_weights = False
    return Read(model.document, tuple(notes), has_weights)

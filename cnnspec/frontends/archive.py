"""Reads the configuration in a `.keras` or `.h5` file, and models given as JSON."""

from pathlib import Path

from cnnspec.frontends.models import model_document
from cnnspec.frontends.renaming import with_spoken_names
from cnnspec.keras_files.archive import archived
from cnnspec.keras_files.configuration import parsed
from cnnspec.keras_files.hdf5 import is_hdf5, stored
from cnnspec.language.document import Document


def read_archive(path: Path) -> Document:
    """Read the model of a `.keras` or `.h5` file, without its compilation.

    Raises:
        UnreadableModel: the file is damaged, or a spec cannot express the model.

    """
    return read_json(stored(path).model if is_hdf5(path) else archived(path)[0])


def read_json(text: str | bytes) -> Document:
    """Read a model from its configuration, as returned by `keras.Model.to_json`.

    Raises:
        UnreadableModel: it is damaged, or a spec cannot express the model.

    """
    return with_spoken_names(model_document(parsed(text)))

"""Reads the configuration in a `.keras` file, and models given as JSON."""

from pathlib import Path

from cnnspec.frontends.models import model_document
from cnnspec.keras_files.archive import archived
from cnnspec.keras_files.configuration import parsed
from cnnspec.language.document import Document


def read_archive(path: Path) -> Document:
    """Read the model of a `.keras` file, without its compilation.

    Raises:
        UnreadableModel: the file is damaged, or a spec cannot express the model.

    """
    text, _ = archived(path)
    return read_json(text)


def read_json(text: str | bytes) -> Document:
    """Read a model from its configuration, as returned by `keras.Model.to_json`.

    Raises:
        UnreadableModel: it is damaged, or a spec cannot express the model.

    """
    return model_document(parsed(text))

"""Reads the configuration in a `.keras` file, and models given as JSON."""

import lzma
import zipfile
import zlib
from pathlib import Path

from cnnspec.document import Document
from cnnspec.frontends.configuration import MAX_BYTES, parsed
from cnnspec.frontends.models import model_document
from cnnspec.frontends.problems import UnreadableModel

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"

DAMAGED = (
    KeyError,
    OSError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
)
"""The exceptions that damaged archives may raise."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Supported compression methods; others, which Keras does not use, may need much memory."""


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


def archived(path: Path) -> tuple[bytes, bool]:
    """Return the configuration in a `.keras` file, and whether the file contains weights.

    Raises:
        UnreadableModel: the file is damaged.

    """
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(CONFIG)
            if entry.compress_type not in METHODS:
                raise UnreadableModel("this is not a .keras file")
            with archive.open(entry) as file:
                text = file.read(MAX_BYTES + 1)
            return text, WEIGHTS in archive.namelist()
    except DAMAGED as error:
        raise UnreadableModel("this is not a .keras file") from error

"""The configuration in a `.keras` file, and the models that have no file of their own."""

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
"""What reading a damaged archive may raise."""
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How entries are compressed; the others may ask for gigabytes of memory, and Keras uses none."""


def read_archive(path: Path) -> Document:
    """Read the model of a `.keras` file, without what it was compiled with.

    Raises:
        UnreadableModel: the file is broken, or holds what a spec cannot say.

    """
    text, _ = archived(path)
    return read_json(text)


def read_json(text: str | bytes) -> Document:
    """Read a model from its configuration, as `keras.Model.to_json` gives it.

    Raises:
        UnreadableModel: it is broken, or holds what a spec cannot say.

    """
    return model_document(parsed(text))


def archived(path: Path) -> tuple[bytes, bool]:
    """The configuration in a `.keras` file, and whether there are weights beside it.

    Raises:
        UnreadableModel: the file is broken.

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

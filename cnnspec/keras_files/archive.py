"""Names and members of `.keras` archives."""

import lzma
import zipfile
import zlib
from pathlib import Path

from cnnspec.keras_files.configuration import MAX_BYTES
from cnnspec.keras_files.problems import UnreadableModel

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
NO_MODEL_FILE = "this is not a .keras file"
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Supported compression methods; others, which Keras does not use, may need much memory."""


def archived(path: Path) -> tuple[bytes, bool]:
    """Return the configuration in a `.keras` file, and whether the file contains weights.

    Raises:
        UnreadableModel: the file is damaged.

    """
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(CONFIG)
            if entry.compress_type not in METHODS:
                raise UnreadableModel(NO_MODEL_FILE)
            with archive.open(entry) as file:
                text = file.read(MAX_BYTES + 1)
            return text, WEIGHTS in archive.namelist()
    except DAMAGED as error:
        raise UnreadableModel(NO_MODEL_FILE) from error

"""Names and members of `.keras` archives."""

import json
import lzma
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from cnnspec.keras_files.configuration import MAX_BYTES, parsed
from cnnspec.keras_files.problems import UnreadableModel

CONFIG = "config.json"
WEIGHTS = "model.weights.h5"
METADATA = "metadata.json"
"""The version of Keras and the date; Keras never reads it."""
CLASSES = "classes"
"""The field of the metadata that cnnspec adds: the names of the classes of each output."""

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
MAX_RATIO = 200
"""The limit of the compression of weights; trained ones hardly compress at all."""
SUSPICIOUS = "its compression ratio is suspiciously high"
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


def extract_weights(archive: zipfile.ZipFile, target: Path) -> None:
    """Write the weights in an archive to a file.

    Raises:
        UnreadableModel: they would grow more than trained weights do.
        OSError: the file cannot be written; other exceptions of `DAMAGED` if the archive is damaged.

    """
    entry = archive.getinfo(WEIGHTS)
    if entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        raise UnreadableModel(SUSPICIOUS)
    with archive.open(entry) as source, target.open("wb") as file:
        shutil.copyfileobj(source, file)


def add_classes(path: Path, classes: Mapping[str, tuple[str, ...]]) -> None:
    """Add the names of the classes of outputs to the metadata of a `.keras` file.

    Raises:
        OSError: the file cannot be written; it may be damaged then.

    """
    before = path.with_name(f"{path.name}.plain")
    path.replace(before)
    try:
        with zipfile.ZipFile(before) as source, zipfile.ZipFile(path, "w") as target:
            for member in source.infolist():
                if member.filename == METADATA:
                    metadata = json.loads(source.read(member)) | {CLASSES: classes}
                    target.writestr(member, json.dumps(metadata))
                    continue
                with source.open(member) as given, target.open(member, "w") as taken:
                    shutil.copyfileobj(given, taken)
    finally:
        before.unlink()


def classes_in(path: Path) -> dict[str, tuple[str, ...]]:
    """Return the names of the classes of outputs in the metadata of a `.keras` file, if any.

    What other programs may keep in a field of that name is ignored.

    Raises:
        UnreadableModel: the file is damaged.

    """
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.NameToInfo.get(METADATA)
            if entry is None or entry.compress_type not in METHODS:
                return {}
            with archive.open(entry) as file:
                text = file.read(MAX_BYTES + 1)
    except DAMAGED as error:
        raise UnreadableModel(NO_MODEL_FILE) from error
    try:
        classes = parsed(text).get(CLASSES)
    except UnreadableModel:
        return {}
    found = classes.items() if isinstance(classes, dict) else ()
    return {output: tuple(names) for output, names in found if _are_classes(names)}


def _are_classes(names: object) -> bool:
    """Whether a value lists the names of classes as a spec does."""
    return (
        isinstance(names, list)
        and all(isinstance(name, str) and name and name == name.strip() for name in names)
        and len({*names}) == len(names) > 1
    )

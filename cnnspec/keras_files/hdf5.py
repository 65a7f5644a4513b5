"""Reads the configuration in an HDF5 file, the format of whole models before `.keras` files."""

from pathlib import Path

from cnnspec.hdf5.file import SIGNATURE, Group, opened
from cnnspec.hdf5.problems import UnreadableFile
from cnnspec.keras_files.configuration import MAX_BYTES
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.records import Record

MODEL = "model_config"
TRAINING = "training_config"
WEIGHTS = "model_weights"
"""The group of the weights in a file of a whole model."""
NO_MODEL_FILE = "this is not an HDF5 file of a Keras model"


class Stored(Record):
    """What a file of a whole model contains."""

    model: bytes
    """The configuration of the model."""
    training: bytes | None
    """That of its compilation, if there is one."""
    has_weights: bool


def is_hdf5(path: Path) -> bool:
    """Whether a file begins as HDF5 files do."""
    with path.open("rb") as file:
        return file.read(len(SIGNATURE)) == SIGNATURE


def stored(path: Path) -> Stored:
    """Return what a file contains.

    Only attributes of the file itself are read; links are not followed.

    Raises:
        UnreadableModel: the file is damaged.

    """
    try:
        with opened(path) as file:
            if MODEL not in file.attrs:
                message = "it contains weights but no model; it was written by `save_weights`"
                raise UnreadableModel(message)
            training = _text(file, TRAINING) if TRAINING in file.attrs else None
            return Stored(_text(file, MODEL), training, WEIGHTS in file)
    except UnreadableFile as error:
        raise UnreadableModel(str(error)) from error


def is_whole_model(path: Path) -> bool:
    """Whether a file is a whole model in HDF5, and not weights alone."""
    if not is_hdf5(path):
        return False
    try:
        with opened(path) as file:
            return MODEL in file.attrs
    except UnreadableFile:
        return False


def text_of_model(file: Group) -> bytes:
    """Return the configuration of the model in an open file."""
    return _text(file, MODEL)


def _text(file: Group, name: str) -> bytes:
    """Return a text attribute; other types and lists are ignored."""
    text = file.attrs[name]
    if not isinstance(text, str):
        raise UnreadableModel(NO_MODEL_FILE)
    if len(text) > MAX_BYTES:
        raise UnreadableModel(f"its configuration has more than {MAX_BYTES} bytes")
    return text.encode("utf-8")

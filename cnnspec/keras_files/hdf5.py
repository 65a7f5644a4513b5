"""Reads the configuration in an HDF5 file, the format of whole models before `.keras` files."""

from pathlib import Path
from typing import Literal

from cnnspec.files.reading import opened as opened_file
from cnnspec.hdf5.file import SIGNATURE, Group, opened
from cnnspec.hdf5.problems import UnreadableFile
from cnnspec.keras_files.configuration import MAX_BYTES
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.records import Record

MODEL = "model_config"
TRAINING = "training_config"
VERSION = "keras_version"
LAYERS = "layer_names"
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
    with opened_file(path) as file:
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


def form_of_weights(path: Path) -> Literal["groups", "lists", "model"]:
    """Return how a file stores weights: as Keras 3 does, as lists of Keras 2, or in a model of Keras 3.

    Files that cannot be read are of the first form.
    """
    if not is_hdf5(path):
        return "groups"
    try:
        with opened(path) as file:
            if MODEL in file.attrs:
                return "lists" if str(file.attrs.get(VERSION, "")).startswith("2.") else "model"
            return "lists" if is_of_lists(file) else "groups"
    except UnreadableFile:
        return "groups"


def is_of_lists(file: Group) -> bool:
    """Whether a file contains lists of weights by layer, without a model."""
    return LAYERS in file.attrs or f"{LAYERS}0" in file.attrs


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

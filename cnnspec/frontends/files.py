"""Reads a model file of any Keras format, recognized by its content, into a Document."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnspec.files.reading import opened
from cnnspec.frontends.compilation import notes_of_compilation
from cnnspec.frontends.models import read_serialized
from cnnspec.frontends.renaming import with_spoken_names
from cnnspec.hdf5.file import SIGNATURE
from cnnspec.keras_files.archive import archived, classes_in
from cnnspec.keras_files.configuration import MAX_BYTES, checked_depth, parsed
from cnnspec.keras_files.hdf5 import stored
from cnnspec.keras_files.problems import UnreadableModel
from cnnspec.language.document import Document
from cnnspec.naming import NO_CLASSES, keras_name

ZIPPED = b"PK"
WEIGHTS_STAY = "its weights are not used: a spec cannot load those of .keras files of Keras 2"


@dataclass(frozen=True, slots=True)
class Read:
    """A model as a document: one step per layer, with the name of the layer."""

    document: Document
    notes: tuple[str, ...] = ()
    """Notes on what the document does not contain, one sentence each."""
    has_weights: bool = False
    """Whether the file contains weights that a spec can use."""


def read_model(path: Path, classes: Mapping[str, str] = NO_CLASSES) -> Read:
    """Read a `.keras` file, an `.h5` file of a whole model, or the JSON of `keras.Model.to_json`.

    `classes` are import paths of classes that are not from Keras, by their names in the file.

    Raises:
        OSError: the file is missing or cannot be read.
        UnreadableModel: it is damaged, or a spec cannot express the model.

    """
    if os.path.isdir(path):
        message = "it is a folder; only .keras, .h5 and JSON files can be read"
        raise UnreadableModel(message)
    with opened(path) as file:
        start = file.read(len(SIGNATURE))
        is_text = start.lstrip().startswith(b"{")
        text = start + file.read(MAX_BYTES + 1) if is_text else b""
    if is_text:
        return read_config(text, classes)
    if start.startswith(ZIPPED):
        text, has_weights = archived(path)
        read = _read(parsed(text), classes, has_weights=has_weights)
        outputs = {keras_name(name): each for name, each in read.document.outputs.items()}
        for name, labels in classes_in(path).items():
            if keras_name(name) in outputs:
                outputs[keras_name(name)].classes = list(labels)
        return read
    if start == SIGNATURE:
        found = stored(path)
        compiled = _training(found.training)
        return _read(parsed(found.model), classes, compiled, has_weights=found.has_weights)
    raise UnreadableModel("it is not a .keras, .h5 or JSON file of a Keras model")


def read_config(
    config: str | bytes | Mapping[str, Any], classes: Mapping[str, str] = NO_CLASSES
) -> Read:
    """Read the result of `keras.Model.to_json`, as text or as a mapping.

    `classes` are import paths of classes that are not from Keras, by their names in it.

    Raises:
        UnreadableModel: it is damaged, or a spec cannot express the model.

    """
    if isinstance(config, Mapping):
        checked_depth(config)
        return _read(config, classes)
    return _read(parsed(config), classes)


def _training(text: bytes | None) -> Mapping[str, Any]:
    """Return the compilation in an HDF5 file, in the form of the other formats."""
    if text is None:
        return {}
    compilation = parsed(text)
    return {**compilation, "optimizer": compilation.get("optimizer_config")}


def _read(
    config: Mapping[str, Any],
    classes: Mapping[str, str],
    compiled: Mapping[str, Any] | None = None,
    *,
    has_weights: bool = False,
) -> Read:
    model, whole = read_serialized(config, classes)
    compilation = config.get("compile_config") if compiled is None else compiled
    left_out = notes_of_compilation(model, compilation, whole)
    notes = [*whole.notes, *left_out, *whole.notes_on_classes()]
    if has_weights and whole.of_keras_2 and compiled is None:
        notes.append(WEIGHTS_STAY)  # which do not store them by the names of layers
        has_weights = False
    return Read(with_spoken_names(model.document), tuple(notes), has_weights)

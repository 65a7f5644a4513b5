"""Weights files: what `.weights.h5` and `.keras` files hold, by layer name.

Keras stores weights by class name and counter, with the layer's own name beside them; only that
name says which layer they belong to. Nothing is unpickled, and no link out of the file is followed.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import h5py

from cnnspec.graph import CheckedNode

WEIGHTS = "model.weights.h5"
"""The name of the weights file in a `.keras` archive."""
MAX_RATIO = 200
"""How far a compressed archive may grow; trained weights hardly compress at all."""


class UnreadableWeights(Exception):
    """The file holds no weights that Keras wrote; the message tells why."""


@dataclass(slots=True)
class StoredLayer:
    """A layer in a weights file: its variables in order, and the layers inside it."""

    variables: dict[str, Any] = field(default_factory=dict)
    layers: "dict[str, StoredLayer]" = field(default_factory=dict)

    def of(self, node: CheckedNode) -> "StoredLayer | None":
        """The stored layer of a node: by its name, or by the one that Keras needs it to have."""
        return self.layers.get(node.name) or self.layers.get(node.keras_name)

    def is_empty(self) -> bool:
        """Whether neither it nor any layer inside it has variables."""
        return not self.variables and all(layer.is_empty() for layer in self.layers.values())


@contextmanager
def open_weights(path: Path) -> Iterator[StoredLayer]:
    """Open a `.weights.h5` or `.keras` file; variables are read only when they are indexed.

    Raises:
        UnreadableWeights: it is neither, or needs what is not allowed.

    """
    with tempfile.TemporaryDirectory() as folder:
        if zipfile.is_zipfile(path):
            path = _extracted(path, Path(folder))
        try:
            file = h5py.File(path, "r")
        except OSError as error:
            raise UnreadableWeights("this is no weights file of Keras") from error
        with file:
            yield _stored(file)


def _extracted(path: Path, folder: Path) -> Path:
    target = folder / WEIGHTS
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(WEIGHTS)
            if entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
                raise UnreadableWeights("it is compressed beyond belief")
            with archive.open(entry) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file)
    except (KeyError, OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise UnreadableWeights(f"the archive has no readable '{WEIGHTS}'") from error
    return target


def _stored(group: Any) -> StoredLayer:
    """The layer that a group of the file holds."""
    stored = StoredLayer()
    for key in group:
        if not isinstance(group.get(key, getlink=True), h5py.HardLink):
            raise UnreadableWeights(f"'{key}' is a link to another place")
    if "vars" in group:
        variables = group["vars"]
        for key in sorted(variables, key=int):
            dataset = variables.get(key)
            if not isinstance(dataset, h5py.Dataset) or dataset.external:
                raise UnreadableWeights(f"the variable '{key}' is not stored in the file")
            stored.variables[key] = dataset
    inner = group.get("layers")
    if isinstance(inner, h5py.Group):
        for key in inner:
            if not isinstance(inner.get(key, getlink=True), h5py.HardLink):
                raise UnreadableWeights(f"'{key}' is a link to another place")
            layer = inner[key]
            name = str(layer["vars"].attrs.get("name", key)) if "vars" in layer else key
            if name in stored.layers:
                raise UnreadableWeights(f"it holds two layers called '{name}'")
            stored.layers[name] = _stored(layer)
    return stored

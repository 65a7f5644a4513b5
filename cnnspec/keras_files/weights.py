"""Reads weights files: `.weights.h5`, `.keras` and whole models in HDF5, by layer name.

Keras stores weights by class name and counter, together with the name of the layer; only that name
identifies the layer. Nothing is unpickled, and links to other files are not followed.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnspec.hdf5.datasets import Dataset
from cnnspec.hdf5.file import Group, opened
from cnnspec.hdf5.problems import UnreadableFile
from cnnspec.ir.checked import CheckedGraph
from cnnspec.keras_files.archive import DAMAGED, WEIGHTS
from cnnspec.keras_files.hdf5 import MODEL, is_hdf5
from cnnspec.keras_files.stored import StoredLayer, UnreadableWeights, is_bfloat16, variable
from cnnspec.keras_files.whole_models import layers_of

MAX_RATIO = 200
"""The limit of the compression of an archive; trained weights hardly compress at all."""


@contextmanager
def open_weights(path: Path, model: CheckedGraph | None = None) -> Iterator[StoredLayer]:
    """Open a file with weights; variables are read only when they are indexed.

    The model says which weights a layer has, because whole models in HDF5 do not; without it, their
    variables are numbered in the order of the file.

    Raises:
        UnreadableWeights: the file is neither, or needs something that is not allowed.

    """
    with tempfile.TemporaryDirectory() as folder:
        if not path.is_file():
            raise UnreadableWeights("no such file")
        if zipfile.is_zipfile(path):
            path = _extracted(path, Path(folder))
        try:
            if not is_hdf5(path):
                raise UnreadableWeights
        except OSError as error:
            raise UnreadableWeights(f"it cannot be read: {error.strerror}") from error
        try:
            with opened(path) as file:
                is_whole = MODEL in file.attrs
                yield layers_of(file, model) if is_whole else _Reader().model(file)
        except UnreadableFile as error:
            raise UnreadableWeights(str(error)) from error


def values(variable: Dataset) -> Any:
    """Return the values of a variable, as Keras expects them."""
    data = variable.values()
    if is_bfloat16(variable):
        import ml_dtypes

        return data.view(ml_dtypes.bfloat16)
    return data


def _extracted(path: Path, folder: Path) -> Path:
    target = folder / WEIGHTS
    try:
        with zipfile.ZipFile(path) as archive:
            entry = archive.getinfo(WEIGHTS)
            if entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
                raise UnreadableWeights("its compression ratio is suspiciously high")
            with archive.open(entry) as source, target.open("wb") as file:
                shutil.copyfileobj(source, file)
    except DAMAGED as error:
        raise UnreadableWeights(f"the archive has no readable '{WEIGHTS}'") from error
    return target


@dataclass(slots=True)
class _Reader:
    """Reads groups, each once: groups may be linked from several places, or to themselves."""

    seen: set[int] = field(default_factory=set)

    def model(self, group: Any) -> StoredLayer:
        """Return the model in a file, without its optimizer and metrics."""
        parts = self.members(group)
        return self.layer({key: parts[key] for key in ("vars", "layers") if key in parts})

    def layer(self, members: dict[str, Any]) -> StoredLayer:
        """Return the layer for the members of a group."""
        stored = StoredLayer()
        for key, member in members.items():
            if key == "vars":
                variables = self.members(member)
                if not all(each.isdecimal() for each in variables):
                    raise UnreadableWeights
                stored.variables |= {
                    each: variable(variables[each], each) for each in sorted(variables, key=int)
                }
            elif key == "layers":
                self.layers(member, stored)
            else:
                self.wrapped(key, member, stored)
        return stored

    def layers(self, group: Any, stored: StoredLayer) -> None:
        """Add the layers of a model, by their names."""
        for key, member in self.members(group).items():
            inner = self.members(member)
            name = str(inner["vars"].attrs.get("name", key)) if "vars" in inner else key
            if name in stored.layers:
                raise UnreadableWeights(f"it contains two layers with the name '{name}'")
            stored.layers[name] = self.layer(inner)

    def wrapped(self, key: str, group: Any, stored: StoredLayer) -> None:
        """Add the variables of an inner layer that is an attribute."""
        inner = stored.parts[key] = self.layer(self.members(group))
        stored.variables |= {f"{key}/{path}": each for path, each in inner.variables.items()}
        for name, layer in inner.layers.items():
            path = f"{key}/layers/{name}"
            stored.variables |= {f"{path}/{each}": item for each, item in layer.variables.items()}

    def members(self, group: Any) -> dict[str, Any]:
        """Return the members of a group itself, without links."""
        if not isinstance(group, Group) or group.address in self.seen:
            raise UnreadableWeights
        self.seen.add(group.address)
        members = dict(group)
        for key, member in members.items():
            if member is None:
                raise UnreadableWeights(f"'{key}' is a link")
        return members

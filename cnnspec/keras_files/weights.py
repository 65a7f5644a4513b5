"""Reads weights files by layer name: `.weights.h5`, `.keras`, and the `.h5` files of older versions.

Keras stores weights by class name and counter, together with the name of the layer, which identifies it. Without
that name, as before Keras 3.6, the order of layers does (`groups`). Nothing is unpickled, and links to other files are not followed.
"""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnspec.files.reading import check_regular
from cnnspec.hdf5.datasets import Dataset
from cnnspec.hdf5.file import Group, opened
from cnnspec.hdf5.problems import UnreadableFile
from cnnspec.ir.checked import CheckedGraph
from cnnspec.keras_files.archive import DAMAGED, WEIGHTS, archived, extract_weights
from cnnspec.keras_files.configuration import parsed
from cnnspec.keras_files.groups import Ordered, layers_of_groups
from cnnspec.keras_files.hdf5 import MODEL, is_hdf5, is_of_lists
from cnnspec.keras_files.layer_lists import layers_of_lists
from cnnspec.keras_files.names import valid_names
from cnnspec.keras_files.problems import MALFORMED, UnreadableModel
from cnnspec.keras_files.stored import StoredLayer, UnreadableWeights, is_bfloat16, variable
from cnnspec.keras_files.whole_models import layers_of

MAX_DEPTH = 100
"""The limit of nesting; each nested model takes two levels."""
NAMELESS = (
    "Keras before 3.6 saved it without the names of layers, and its groups do not show which of them is which; "
    "use the .keras file, or save it again with a newer Keras"
)


@contextmanager
def open_weights(path: Path, model: CheckedGraph | None = None) -> Iterator[StoredLayer]:
    """Open a file with weights; variables are read only when they are indexed.

    The model says which weights a layer has, because whole models in HDF5 do not; without it, their
    variables are numbered in the order of the file. It says the order of layers, too, for files that store
    neither that nor names.

    Raises:
        UnreadableWeights: the file is neither, or needs something that is not allowed.

    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            check_regular(path)
        except FileNotFoundError:
            raise UnreadableWeights("no such file") from None
        except OSError as error:
            raise UnreadableWeights(f"it cannot be read: {error.strerror}") from None
        archive = path if zipfile.is_zipfile(path) else None
        if archive is not None:
            path = _extracted(archive, Path(folder))
        try:
            if not is_hdf5(path):
                raise UnreadableWeights
        except OSError as error:
            raise UnreadableWeights(f"it cannot be read: {error.strerror}") from error
        try:
            with opened(path) as file:
                yield _stored(file, model, archive)
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
            extract_weights(archive, target)
    except UnreadableModel as error:
        raise UnreadableWeights(str(error)) from error
    except DAMAGED as error:
        raise UnreadableWeights(f"the archive has no readable '{WEIGHTS}'") from error
    return target


def _stored(file: Group, model: CheckedGraph | None, archive: Path | None) -> StoredLayer:
    """Return the layers in a file, which may be that of an archive."""
    try:
        if MODEL in file.attrs:
            return layers_of(file, model)
        if is_of_lists(file):
            return layers_of_lists(file, model)
        if _has_names(file):
            return _Reader().model(file, None)
        if archive is None:
            return _Reader().model(file, model)
        return _Reader().model(file, parsed(archived(archive)[0]))
    except UnreadableModel as error:
        raise UnreadableWeights(str(error)) from error
    except MALFORMED as error:
        raise UnreadableWeights from error


def _has_names(file: Group) -> bool:
    """Whether a file stores the names of layers, as Keras does since 3.6."""
    layers = file.get("layers")
    groups = layers.values() if isinstance(layers, Group) else ()
    inner = (each.get("vars") for each in groups if isinstance(each, Group))
    return any(isinstance(each, Group) and "name" in each.attrs for each in inner)


@dataclass(slots=True)
class _Reader:
    """Reads groups, each once: groups may be linked from several places, or to themselves."""

    seen: set[int] = field(default_factory=set)
    depth: int = 0

    def model(self, group: Any, ordered: Ordered) -> StoredLayer:
        """Return the model in a file, without its optimizer and metrics."""
        parts = self.members(group)
        return self.layer(
            {key: parts[key] for key in ("vars", "layers") if key in parts}, ordered, is_model=True
        )

    def layer(
        self, members: dict[str, Any], ordered: Ordered, *, is_model: bool = False
    ) -> StoredLayer:
        """Return the layer for the members of a group."""
        if self.depth > MAX_DEPTH:
            raise UnreadableWeights(f"it is nested more than {MAX_DEPTH} levels deep")
        self.depth += 1
        stored = StoredLayer()
        for key, member in members.items():
            if key == "vars":
                variables = self.members(member)
                stored.variables |= {
                    each: variable(variables[each], each) for each in sorted(variables, key=_place)
                }
            elif key == "layers":
                self.layers(member, stored, ordered, is_model=is_model)
            else:
                self.wrapped(key, member, stored, ordered)
        self.depth -= 1
        return stored

    def layers(self, group: Any, stored: StoredLayer, ordered: Ordered, *, is_model: bool) -> None:
        """Add the layers of a model, by their names; a list of a custom class may have one twice."""
        members = {key: self.members(member) for key, member in self.members(group).items()}
        known = layers_of_groups(ordered, members)
        named = {}
        for key, inner in members.items():
            name, _ = known.get(key, (key if ordered is None else f"layers/{key}", None))
            named[key] = str(inner["vars"].attrs.get("name", name)) if "vars" in inner else name
        valid = valid_names(named.values()) if is_model else {}
        for key, inner in members.items():
            name = valid.get(named[key], named[key])
            if name in stored.layers and is_model:
                raise UnreadableWeights(f"it contains two layers with the name '{name}'")
            layer = self.layer(inner, known[key][1] if key in known else None)
            stored.layers[name] = stored.by_counter[key] = layer
            if isinstance(ordered, CheckedGraph) and key not in known and not layer.is_empty():
                raise UnreadableWeights(NAMELESS)

    def wrapped(self, key: str, group: Any, stored: StoredLayer, ordered: Ordered) -> None:
        """Add the variables of an inner layer that is an attribute."""
        inner = stored.parts[key] = self.layer(self.members(group), ordered)
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


def _place(key: str) -> tuple[bool, int, str]:
    """Return the place of a variable in order: they are numbered, unless a class names its own."""
    return (not key.isdecimal(), int(key) if key.isdecimal() else 0, key)

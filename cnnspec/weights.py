"""Weights in files: read by layer name, and compared strictly with a model.

Keras stores weights by class name and counter, with the layer's own name beside them; only that
name says which layer they belong to. Nothing is unpickled, and no link out of the file is followed.
"""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cnnspec.diagnostics import Note, Report
from cnnspec.frontends.archive import WEIGHTS
from cnnspec.graph import CheckedGraph, CheckedNode, SubmodelLayer
from cnnspec.loading import shown_path
from cnnspec.shapes import text

MAX_RATIO = 200
"""How far a compressed archive may grow; trained weights hardly compress at all."""


class UnreadableWeights(Exception):
    """The file holds no weights that Keras wrote; the message tells why."""


@dataclass(slots=True)
class StoredLayer:
    """A layer in a weights file: its variables in order, and the layers inside it."""

    variables: dict[str, Any] = field(default_factory=dict)
    layers: "dict[str, StoredLayer]" = field(default_factory=dict)

    def is_empty(self) -> bool:
        """Whether neither it nor any layer inside it has variables."""
        return not self.variables and all(layer.is_empty() for layer in self.layers.values())


@contextmanager
def open_weights(path: Path) -> Iterator[StoredLayer]:
    """Open a `.weights.h5` or `.keras` file; variables are read only when they are indexed.

    Raises:
        UnreadableWeights: it is neither, or needs what is not allowed.
        ModuleNotFoundError: h5py is not installed.

    """
    import h5py

    with tempfile.TemporaryDirectory() as folder:
        if zipfile.is_zipfile(path):
            path = _extracted(path, Path(folder))
        try:
            file = h5py.File(path, "r")
        except OSError as error:
            raise UnreadableWeights("this is no weights file of Keras") from error
        with file:
            yield _stored(file, h5py)


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


def _stored(group: Any, h5py: Any) -> StoredLayer:
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
            stored.layers[name] = _stored(layer, h5py)
    return stored


def misfits(model: CheckedGraph, stored: StoredLayer, *, whole: bool) -> list[str]:
    """What keeps stored weights from fitting a model, a sentence for each layer.

    With `whole`, layers of the file that the model does not have are misfits too.
    """
    found = []
    known = set()
    for node in model.nodes:
        if node.node.shares is None:
            known.add(node.name)
            found += _misfits_of(node, stored.layers.get(node.name), whole)
    for name, layer in stored.layers.items() if whole else ():
        if name not in known and not layer.is_empty():
            found.append(f"the file has weights for '{name}', which is no layer of the model")
    return found


def _misfits_of(node: CheckedNode, stored: StoredLayer | None, whole: bool) -> list[str]:
    if node.submodel is not None:
        if stored is None:
            return [] if node.params == 0 else [f"the file has no weights for '{node.name}'"]
        return misfits(node.submodel, stored, whole=whole)
    wanted = [weight.shape for weight in node.weights]
    has = [tuple(variable.shape) for variable in stored.variables.values()] if stored else []
    if wanted == has:
        return []
    if not has:
        return [f"the file has no weights for '{node.name}'"]
    for weight, shape in zip(node.weights, has, strict=False):
        if weight.shape != shape:
            return [
                f"'{node.name}' has a {weight.name} of {text(weight.shape)}, the file one of {text(shape)}"
            ]
    return [f"'{node.name}' has {len(wanted)} weights, the file {len(has)}"]


def check_weights(model: CheckedGraph, report: Report) -> None:
    """Compare the weights files that a spec names with the submodels that they are for."""
    for node in model.nodes:
        layer = node.layer
        if not isinstance(layer, SubmodelLayer) or node.submodel is None or node.node.shares:
            continue
        if layer.weights is None:
            check_weights(node.submodel, report)
            continue
        place = layer.place / ("weights" if layer.weights_said else "keras")
        if find_spec("h5py") is None:
            message = (
                f"the weights in '{shown_path(layer.weights)}' were not compared with the model: "
                "that needs h5py; pip install 'cnnspec[tensorflow]'"
            )
            report.warning("weights-not-checked", message, place.span())
            continue
        try:
            with open_weights(layer.weights) as stored:
                found = misfits(node.submodel, stored, whole=layer.until is None)
        except UnreadableWeights as error:
            found = [str(error)]
        if found:
            message = f"'{shown_path(layer.weights)}' does not fit '{layer.key}': {found[0]}"
            notes = tuple(Note(said) for said in found[1:])
            report.error("weights-do-not-fit", message, place.span(), notes=notes)

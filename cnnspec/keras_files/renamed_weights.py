"""Writes the weights of a model whose layers have new names, as a `.weights.h5` file."""

from pathlib import Path
from typing import Any

from cnnspec.extras import Needed
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import SubmodelLayer
from cnnspec.ir.renamed import Renamed
from cnnspec.keras_files.stored import BFLOAT16, StoredLayer, UnreadableWeights, is_bfloat16
from cnnspec.keras_files.weights import open_weights
from cnnspec.naming import keras_name


def write_renamed(source: Path, target: Path, model: CheckedGraph, renamed: Renamed) -> None:
    """Write the weights in a file of a model to another file, by the new names of its layers.

    The groups have numbers as keys, which Keras does not look for: it pairs layers by their order,
    which may be another one, and reports that they are missing.

    Raises:
        UnreadableWeights: the file has no weights that can be read.
        OSError: the other file cannot be written.
        MissingExtra: h5py is not installed.

    """
    with Needed("writing HDF5 files"):
        import h5py
    with open_weights(source, model) as stored, h5py.File(target, "w") as file:
        _write(file, stored, model, renamed)


def _write(group: Any, stored: StoredLayer, model: CheckedGraph, renamed: Renamed) -> None:
    layers = group.create_group("layers")
    left = {id(each): name for name, each in stored.layers.items() if not each.is_empty()}
    for number, node in enumerate(model.nodes):
        found = stored.of(node) if node.node.shares is None else None
        if found is None or found.is_empty():
            continue
        own = stored.layers.get(node.node.layer_name) or stored.layers.get(node.keras_name)
        left.pop(id(own), None)
        inner = layers.create_group(f"layer_{number}")
        name = renamed.names.get(node.node.name, node.node.name)
        inner.create_group("vars").attrs["name"] = keras_name(name)
        _variables(inner, found)
        if isinstance(node.layer, SubmodelLayer) and node.submodel is not None:
            _write(inner, found, node.submodel, renamed.submodels[node.layer.key])
    for name in left.values():
        raise UnreadableWeights(f"its weights of '{name}' are not those of a layer of the model")


def _variables(group: Any, stored: StoredLayer) -> None:
    for path, variable in stored.variables.items():
        *parts, index = path.split("/")
        home = group
        for above, part in zip(["", *parts], parts, strict=False):
            home = home.require_group(part)
            if above == "layers":
                home.require_group("vars").attrs["name"] = part
        data = variable.values()
        if is_bfloat16(variable):
            data = data.view("V2")
        written = home.require_group("vars").create_dataset(index, data=data)
        if is_bfloat16(variable):
            written.attrs["dtype"] = BFLOAT16

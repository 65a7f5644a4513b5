"""Reads the `.h5` files in which Keras 2 saved weights without their model: lists of weights by layer.

Without the configuration, the names of the weights tell which of them belong to which layer of a
nested model.
"""

from collections.abc import Iterator
from typing import Any

from cnnspec.hdf5.datasets import Dataset
from cnnspec.hdf5.file import Group
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.keras_files.hdf5 import LAYERS, VERSION
from cnnspec.keras_files.stored import StoredLayer, UnreadableWeights
from cnnspec.keras_files.whole_models import ListReader, first_calls, named_variables, names_in

FLIPPED = "theano"
"""The backend of Keras that flipped the kernels of convolutions."""
CHANGED = (
    "Bidirectional", "Conv1D", "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "ConvLSTM2D", "GRU", "LSTM", "TimeDistributed",
)  # fmt: skip
"""The layers whose weights Keras 1 stored in other shapes or orders."""


def layers_of_lists(file: Group, model: CheckedGraph | None) -> StoredLayer:
    """Return the layers in a file, for the model that they are for.

    Raises:
        UnreadableWeights: it does not tell which weights are those of which layer.

    """
    version = str(file.attrs.get(VERSION, "1"))
    if model is not None:
        _check_age(file, model, version)
    reader = ListReader(version.startswith("2."))
    calls = first_calls(model)
    return StoredLayer(
        layers={
            name: _layer(reader, name, [*named_variables(file, name)], calls.get(name))
            for name in names_in(file.attrs, LAYERS)
        }
    )


def _check_age(file: Group, model: CheckedGraph, version: str) -> None:
    """Refuse weights that later versions of Keras store differently."""
    nodes = [*_all_nodes(model)]
    if str(file.attrs.get("backend", "")) == FLIPPED and any("Conv" in each.kind for each in nodes):
        message = "Keras wrote it with Theano, which stores the kernels of convolutions otherwise"
        raise UnreadableWeights(message)
    kinds = sorted({each.kind for each in nodes} & {*CHANGED})
    if version.startswith(("0.", "1")) and kinds:
        message = f"Keras 1 wrote it, which stores the weights of {kinds[0]} otherwise"
        raise UnreadableWeights(message)


def _all_nodes(model: CheckedGraph) -> Iterator[CheckedNode]:
    for node in model.nodes:
        yield node
        if node.submodel is not None:
            yield from _all_nodes(node.submodel)


def _layer(
    reader: ListReader,
    name: str,
    variables: list[tuple[str, Dataset]],
    node: CheckedNode | None,
) -> StoredLayer:
    """Return a layer, with the layers of a nested model."""
    if node is None or node.submodel is None:
        config: dict[str, Any] = {"class_name": name, "config": {}}
        return reader.layer(name, config, [each for _, each in variables], node)
    stored = StoredLayer()
    leaves = dict(_leaves(node, stored if node.every_step is None else _step(stored)))
    by_leaf: dict[str, list[tuple[str, Dataset]]] = {name: [] for name in leaves}
    for path, each in variables:
        leaf = next((part for part in path.split("/")[-2::-1] if part in leaves), None)
        if leaf is None:
            message = f"it does not tell to which layer of '{name}' the weight '{path}' belongs"
            raise UnreadableWeights(message)
        by_leaf[leaf].append((path, each))
    for leaf, (around, inner) in leaves.items():
        around.layers[leaf] = _layer(reader, leaf, by_leaf[leaf], inner)
    return stored


def _step(stored: StoredLayer) -> StoredLayer:
    """Return the place of a model that is applied to every step."""
    stored.parts["layer"] = StoredLayer()
    return stored.parts["layer"]


def _leaves(
    node: CheckedNode, around: StoredLayer
) -> Iterator[tuple[str, tuple[StoredLayer, CheckedNode]]]:
    """Yield the layers with weights in a nested model by name, and where each is stored."""
    assert node.submodel is not None
    seen: set[str] = set()
    for inner in node.submodel.nodes:
        if not inner.is_first_call:
            continue
        if inner.submodel is None:
            found = [(inner.keras_name, (around, inner))] if inner.weights else []
        else:
            place = around.layers[inner.keras_name] = StoredLayer()
            found = [*_leaves(inner, place if inner.every_step is None else _step(place))]
        for name, leaf in found:
            if name in seen:
                raise UnreadableWeights(f"its model has two layers with the name '{name}'")
            seen.add(name)
            yield name, leaf

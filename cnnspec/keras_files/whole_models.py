"""Reads the weights of whole models in HDF5, which a file stores by layer name, in a flat list.

The list of a layer has its trainable weights first. Those of a nested model are the weights of its
layers, in the order of its configuration. So it takes the model to know which weight is which.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.counts import counted
from cnnspec.hdf5.datasets import Dataset
from cnnspec.hdf5.file import Group
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.keras_files.configuration import MODELS, parsed
from cnnspec.keras_files.hdf5 import VERSION, WEIGHTS, text_of_model
from cnnspec.keras_files.names import valid_names
from cnnspec.keras_files.stored import StoredLayer, UnreadableWeights, variable
from cnnspec.layers.base import with_paths
from cnnspec.records import Record

Place = tuple[StoredLayer, list[str]]
"""A stored layer, and the keys of one of its variables."""
NAMES = "weight_names"
COUNT = "count"
"""The weight of a Normalization that only Keras 2 has."""


def layers_of(file: Any, model: CheckedGraph | None) -> StoredLayer:
    """Return the layers in a file of a whole model, for the model that they are for.

    Raises:
        UnreadableWeights: the file has no weights, or other ones than its own models.
        UnreadableModel: its configuration is not that of a model; so do exceptions of `MALFORMED`.

    """
    group = _member(file, WEIGHTS)
    if not isinstance(group, Group):
        raise UnreadableWeights("it contains a model without its weights")
    config = parsed(text_of_model(file))
    reader = ListReader(str(group.attrs.get(VERSION, "")).startswith("2."))
    calls = first_calls(model)
    return StoredLayer(
        layers={
            name: reader.layer(
                name,
                layer,
                [each for _, each in named_variables(group, in_file)],
                calls.get(name),
            )
            for name, in_file, layer in _layers(config["config"])
        }
    )


def _layers(config: Any) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield the layers of the configuration of a model, with their names in a spec and in the file."""
    layers = config["layers"] if isinstance(config, Mapping) else config
    named = [(_name(layer), layer) for layer in layers]
    names = valid_names(name for name, _ in named)
    for name, layer in named:
        if layer["class_name"] != "InputLayer" and isinstance(name, str):
            yield names.get(name, name), name, layer


def _name(layer: Mapping[str, Any]) -> Any:
    own = layer["config"]
    return own["name"] if isinstance(own, Mapping) and "name" in own else layer.get("name")


def first_calls(model: CheckedGraph | None) -> dict[str, CheckedNode]:
    """Return the first call of each layer, by its name and its name in Keras."""
    nodes = [node for node in model.nodes if node.is_first_call] if model is not None else []
    in_keras = {node.keras_name: node for node in reversed(nodes)}
    return in_keras | {node.node.layer_name: node for node in reversed(nodes)}


class ListReader(Record):
    """Reads the layers of a file, each with a list of its weights."""

    of_keras_2: bool
    """Whether Keras 2 wrote it."""

    def layer(
        self, name: str, layer: Mapping[str, Any], variables: list[Any], node: CheckedNode | None
    ) -> StoredLayer:
        """Return a layer with its variables, which are numbered if the model does not have it."""
        stored = StoredLayer()
        places = [*self.places(layer, node, stored, is_trained=True)] if node is not None else []
        in_file = sorted(range(len(places)), key=lambda at: not places[at][1])
        if len(places) != len(variables):
            if node is not None and node.submodel is not None:
                what = f"{counted(len(variables), 'weight')} for '{name}', which has {len(places)} in the model"
                raise UnreadableWeights(f"it contains {what}")
            return StoredLayer(dict(zip(map(str, range(len(variables))), variables, strict=True)))
        values = dict(zip(in_file, variables, strict=True))
        for at, ((owner, keys), _) in enumerate(places):
            owner.variables |= dict.fromkeys(keys, values[at])
        return stored

    def places(
        self, layer: Mapping[str, Any], node: CheckedNode, stored: StoredLayer, *, is_trained: bool
    ) -> Iterator[tuple[Place, bool]]:
        """Yield the places of the weights of a layer in their order in Keras, and which are trained."""
        config = layer["config"]
        is_trained = is_trained and (
            not isinstance(config, Mapping) or config.get("trainable") is not False
        )
        if node.every_step is not None and "layer" in config:
            layer, stored.parts["layer"] = config["layer"], StoredLayer()
            config, stored = layer["config"], stored.parts["layer"]
            is_trained = is_trained and config.get("trainable") is not False
        if node.submodel is None:
            for weight, keys in with_paths(node.weights):
                yield (stored, keys), is_trained and weight.trainable
            if self.of_keras_2 and node.kind == "Normalization" and node.weights:
                yield (StoredLayer(), [COUNT]), False
            return
        if layer["class_name"] not in MODELS:
            return
        calls = first_calls(node.submodel)
        for name, _, each in _layers(config):
            inner = calls.get(name)
            if inner is not None:
                stored.layers[name] = StoredLayer()
                yield from self.places(each, inner, stored.layers[name], is_trained=is_trained)


def named_variables(group: Group, name: str) -> Iterator[tuple[str, Dataset]]:
    """Yield the variables of a layer with their names, in the order of the file."""
    layer = _member(group, name)
    if isinstance(layer, Group):
        for each in names_in(layer.attrs, NAMES):
            yield each, variable(_member(layer, each), each)


def names_in(attributes: Mapping[str, Any], key: str) -> list[str]:
    """Return a list of names; a long one is in several attributes."""
    keys = [key]
    if key not in attributes:
        numbered = (each for each in attributes if each.removeprefix(key).isdecimal())
        keys = sorted(numbered, key=lambda each: int(each.removeprefix(key)))
    names = [name for each in keys for name in _listed(attributes[each])]
    if not all(isinstance(name, str) for name in names):
        raise UnreadableWeights
    return names


def _listed(names: Any) -> list[Any]:
    return names if isinstance(names, list) else [None]


def _member(group: Any, path: str) -> Any:
    """Return what is at a path in a group, without following links."""
    for part in path.split("/"):
        if not isinstance(group, Group) or part not in group:
            return None
        group = group[part]
        if group is None:
            raise UnreadableWeights(f"'{part}' is a link")
    return group

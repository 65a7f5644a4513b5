"""Reads the weights of whole models in HDF5, which a file stores by layer name, in a flat list.

The list of a layer has its trainable weights first. Those of a nested model are the weights of its
layers, in the order of its configuration. So it takes the model to know which weight is which.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.hdf5.file import Group
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.keras_files.configuration import MODELS, parsed
from cnnspec.keras_files.hdf5 import WEIGHTS, text_of_model
from cnnspec.keras_files.problems import MALFORMED, UnreadableModel
from cnnspec.keras_files.stored import StoredLayer, UnreadableWeights, variable
from cnnspec.layers.base import with_paths
from cnnspec.records import Record

Place = tuple[StoredLayer, list[str]]
"""A stored layer, and the keys of one of its variables."""
COUNT = "count"
"""The weight of a Normalization that only Keras 2 has."""


def layers_of(file: Any, model: CheckedGraph | None) -> StoredLayer:
    """Return the layers in a file of a whole model, for the model that they are for.

    Raises:
        UnreadableWeights: the file has no weights, or other ones than its own models.

    """
    group = _member(file, WEIGHTS)
    if not isinstance(group, Group):
        raise UnreadableWeights("it contains a model without its weights")
    try:
        config = parsed(text_of_model(file))
        reader = _Reader(str(group.attrs.get("keras_version", "")).startswith("2."))
        return StoredLayer(
            layers={
                name: reader.layer(name, layer, _variables(group, name), _node(model, name))
                for name, layer in _layers(config["config"])
            }
        )
    except UnreadableModel as error:
        raise UnreadableWeights(str(error)) from error
    except MALFORMED as error:
        raise UnreadableWeights from error


def _layers(config: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the layers of the configuration of a model, by name."""
    layers = config["layers"] if isinstance(config, Mapping) else config
    for layer in layers:
        own = layer["config"]
        name = own["name"] if isinstance(own, Mapping) and "name" in own else layer.get("name")
        if layer["class_name"] != "InputLayer" and isinstance(name, str):
            yield name, layer


def _node(model: CheckedGraph | None, name: str) -> CheckedNode | None:
    """Return the first call of the layer of a name."""
    for node in model.nodes if model is not None else ():
        if node.is_first_call and name in (node.node.layer_name, node.keras_name):
            return node
    return None


class _Reader(Record):
    """Reads the layers of a file."""

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
                what = (
                    f"{len(variables)} weights for '{name}', which has {len(places)} in the model"
                )
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
        for name, each in _layers(config):
            inner = _node(node.submodel, name)
            if inner is not None:
                stored.layers[name] = StoredLayer()
                yield from self.places(each, inner, stored.layers[name], is_trained=is_trained)


def _variables(group: Any, name: str) -> list[Any]:
    """Return the variables of a layer, in the order of the file."""
    layer = _member(group, name)
    if layer is None:
        return []
    return [variable(_member(layer, each), each) for each in _names(layer.attrs)]


def _names(attributes: Any) -> list[str]:
    """Return the names of weights; a long list is in several attributes."""
    keys = ["weight_names"]
    if keys[0] not in attributes:
        keys = sorted(
            (key for key in attributes if key.removeprefix(keys[0]).isdecimal()),
            key=lambda key: int(key.removeprefix("weight_names")),
        )
    return [str(name) for key in keys for name in attributes[key]]


def _member(group: Any, path: str) -> Any:
    """Return what is at a path in a group, without following links."""
    for part in path.split("/"):
        if not isinstance(group, Group) or part not in group:
            return None
        group = group[part]
        if group is None:
            raise UnreadableWeights(f"'{part}' is a link")
    return group

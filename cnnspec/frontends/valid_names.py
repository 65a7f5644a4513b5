"""Gives the layers of a serialized model names that a spec can have."""

from collections.abc import Iterable, Mapping
from typing import Any

from cnnspec.frontends.nodes import name_of
from cnnspec.keras_files.names import valid_names
from cnnspec.keras_files.problems import UnreadableModel

REFERENCE = 3
"""The least number of items of a reference to a tensor: layer, call and output."""


def with_valid_names(config: Mapping[str, Any], notes: list[str]) -> Mapping[str, Any]:
    """Return the configuration of a model whose layers have valid names; note each that is new.

    Raises:
        UnreadableModel: two layers have the same name.

    """
    layers = config["layers"]
    if len({name_of(layer) for layer in layers}) < len(layers):
        raise UnreadableModel(_same_names(layers))
    notes += [
        f"the layer '{layer['config']['name']}' is called '{name_of(layer)}' in the spec, as other layers "
        "of the file call it"
        for layer in layers
        if isinstance(layer["config"], Mapping)
        and layer["config"].get("name", name_of(layer)) != name_of(layer)
    ]
    names = valid_names(name_of(layer) for layer in layers)
    if not names:
        return config
    notes += [f"the layer '{old}' is called '{new}' in the spec" for old, new in names.items()]
    tensors = {
        key: renamed(config[key], names)
        for key in ("input_layers", "output_layers")
        if key in config
    }
    return {**config, **tensors, "layers": [_layer(layer, names) for layer in layers]}


def _same_names(layers: Iterable[Mapping[str, Any]]) -> str:
    """Return which layers of a model have the same name."""
    kinds: dict[str, list[str]] = {}
    for layer in layers:
        kinds.setdefault(str(name_of(layer)), []).append(str(layer["class_name"]))
    name, found = next((name, found) for name, found in kinds.items() if len(found) > 1)
    return (
        f"{len(found)} layers have the name '{name}' ({', '.join(found)}); the names of layers must "
        "be unique, so save the model with others"
    )


def _layer(layer: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return a layer with its new name, called on layers with their new names."""
    found = {**layer}
    if "name" in found:
        found["name"] = names.get(found["name"], found["name"])
    config = layer["config"]
    if isinstance(config, Mapping) and "name" in config:
        found["config"] = {**config, "name": names.get(config["name"], config["name"])}
    if "inbound_nodes" in layer:
        found["inbound_nodes"] = renamed(layer["inbound_nodes"], names)
    return found


def renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return references to tensors with new names, in nested lists and mappings."""
    if isinstance(value, Mapping):
        return {key: renamed(item, names) for key, item in value.items()}
    if not isinstance(value, list):
        return value
    is_reference = (
        len(value) >= REFERENCE
        and isinstance(value[0], str)
        and all(type(each) is int for each in value[1:REFERENCE])
    )
    if is_reference:
        return [names.get(value[0], value[0]), *(renamed(item, names) for item in value[1:])]
    return [renamed(item, names) for item in value]

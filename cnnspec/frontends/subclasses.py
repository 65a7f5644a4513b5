"""Reads models whose class is not one of Keras's own, if the file has their graph.

Keras writes the graph of a subclass of Functional or Sequential if its constructor is theirs. What
the class computes or trains in another way is only in its code.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.frontends.others import is_of_others
from cnnspec.frontends.values import own_class
from cnnspec.frontends.whole import mappings
from cnnspec.keras_files.configuration import MODELS

GRAPH = ("layers", "input_layers", "output_layers")
"""The keys of the configuration of a Functional model."""
CHAIN = ("layers", "build_input_shape")
"""Those of a Sequential model that was built."""


def with_plain_models(model: Mapping[str, Any]) -> tuple[Mapping[str, Any], list[str]]:
    """Return a serialized model in which such models have the classes of Keras, and notes."""
    notes: list[str] = []
    return (_plain(model, notes) if any(_subclasses(model)) else model), notes


def no_graph(model: Mapping[str, Any]) -> str:
    """Return why a model of another class cannot be read from a file, and how it can be read."""
    module, kind = model.get("module"), model["class_name"]
    if not is_of_others(model):
        return f"its class is {kind}; only Functional and Sequential models can be imported"
    path = f"{module}:{kind}" if module else f"'{kind}'"
    return (
        f"it is a model of the class {path}, whose code makes the layers, so they are not in the "
        "file; load it with Keras and pass it to `cnnspec.from_keras`, which reads the graph of the model"
    )


def _subclasses(model: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Return all serialized models of other classes whose graph is known."""
    return (each for each in mappings(model) if _kind(each) is not None)


def _kind(serialized: Mapping[str, Any]) -> str | None:
    """Return the class of Keras that a model of another class is of, if its graph is known."""
    config = serialized.get("config")
    if "class_name" not in serialized or not isinstance(config, Mapping):
        return None
    if serialized["class_name"] in MODELS or not isinstance(config.get("layers"), list):
        return None
    if all(key in config for key in GRAPH):
        return "Functional"
    return "Sequential" if all(key in config for key in CHAIN) else None


def _plain(value: Any, notes: list[str]) -> Any:
    """Return a copy in which models of other classes have the classes of Keras."""
    if isinstance(value, list):
        return [_plain(each, notes) for each in value]
    if not isinstance(value, Mapping):
        return value
    copied = {key: _plain(each, notes) for key, each in value.items()}
    kind = _kind(value)
    if kind is None:
        return copied
    own = own_class(value) or value["class_name"]
    notes.append(
        f"'{value['config'].get('name')}' has the class '{own}', whose code may compute or train "
        "something else than its graph, which is what the spec has"
    )
    return {**copied, "class_name": kind, "module": "keras", "registered_name": kind}

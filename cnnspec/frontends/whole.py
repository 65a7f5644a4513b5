"""What is known of a whole file: facts about a model and all models and layers nested in it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnspec.frontends.nodes import OF_TENSORFLOW


@dataclass(slots=True)
class Whole:
    """State shared by all models nested in a file."""

    notes: list[str] = field(default_factory=list)
    layers: int = 0
    masks: bool = False
    """Whether any layer creates a mask."""
    of_tensorflow: bool = False
    """Whether Keras 2 recorded functions of TensorFlow, for which shapes must be inferred."""
    of_keras_2: bool = False
    """Whether Keras 2 wrote the file."""


def read_whole(model: Mapping[str, Any]) -> Whole:
    """Return the facts that need a look at all layers of a serialized model."""
    found = Whole()
    for each in _mappings(model):
        found.masks |= each.get("class_name") == "Masking" or each.get("mask_zero") is True
        found.of_tensorflow |= each.get("class_name") in OF_TENSORFLOW
        if each.get("class_name") == "AugMix":
            found.notes += _swapped(each["config"])
    return found


def _mappings(model: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield every mapping in a serialized model, at any depth."""
    stack: list[Any] = [model]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            yield item
            stack += item.values()
        elif isinstance(item, list):
            stack += item


def _swapped(config: Mapping[str, Any]) -> Iterator[str]:
    if config.get("num_chains") != config.get("chain_depth"):
        yield (
            f"Keras before 3.14 saves the num_chains of the layer '{config['name']}' as its "
            "chain_depth, and vice versa; the spec has them as they are in the file"
        )

"""Weights in a file, by the layers that they are for."""

from dataclasses import dataclass, field
from typing import Any

from cnnspec.hdf5.datasets import Dataset
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.naming import first_names, snake_case

BFLOAT16 = "bfloat16"
NUMBERS = "fiub"
"""The kinds of data types that are numbers."""


class UnreadableWeights(Exception):
    """The file does not contain Keras weights; the message is the reason."""

    def __init__(self, message: str = "this is not a Keras weights file") -> None:
        super().__init__(message)


@dataclass(slots=True)
class StoredLayer:
    """A layer in a weights file: its variables, and the inner layers of a model."""

    variables: dict[str, Dataset] = field(default_factory=dict)
    """By index, such as `0`; those of wrapped layers by path, such as `forward_layer/cell/0`."""
    layers: "dict[str, StoredLayer]" = field(default_factory=dict)
    by_counter: "dict[str, StoredLayer]" = field(default_factory=dict)
    """The same inner layers by the keys in the file: class names with a counter."""
    parts: "dict[str, StoredLayer]" = field(default_factory=dict)
    """Wrapped layers by path, whose variables are those of this layer as well."""

    def of(self, node: CheckedNode) -> "StoredLayer | None":
        """Return the stored layer of a node, by its name or its Keras name."""
        found = self.layers.get(node.node.layer_name) or self.layers.get(node.keras_name)
        return (
            found if found is None or node.every_step is None else found.parts.get("layer", found)
        )

    def renumbered(self, model: CheckedGraph) -> "StoredLayer":
        """Return the same layers, with unnamed layers numbered from the first.

        Networks of `keras.applications` number them this way; a file continues the numbers of
        earlier models of its process.
        """
        kinds = {snake_case(node.kind) for node in model.nodes if node.weights}
        names = first_names(self.layers, kinds)
        layers = {names[name]: layer for name, layer in self.layers.items()}
        return StoredLayer(self.variables, layers)

    def is_empty(self) -> bool:
        """Whether it has no variables, nor any layer inside it."""
        inner = (*self.layers.values(), *self.by_counter.values(), *self.parts.values())
        return not self.variables and all(layer.is_empty() for layer in inner)


def variable(dataset: Any, key: str) -> Dataset:
    """Return a dataset if its values are in the file itself.

    Raises:
        UnreadableWeights: they are elsewhere, or no numbers.
        UnreadableFile: they are not in the file.

    """
    if not isinstance(dataset, Dataset) or dataset.is_elsewhere:
        raise UnreadableWeights(f"the variable '{key}' is not stored in the file")
    if dataset.dtype.kind not in NUMBERS and not is_bfloat16(dataset):
        raise UnreadableWeights(f"the variable '{key}' does not contain numbers")
    dataset.check()
    return dataset


def is_bfloat16(dataset: Dataset) -> bool:
    """Whether the values have this type, which Keras stores as bytes."""
    dtype = dataset.dtype
    return dtype.kind == "E" or (dtype.itemsize == 2 and dataset.attrs.get("dtype") == BFLOAT16)

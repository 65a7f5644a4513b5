"""Which layers of a model are frozen, and which of them a pattern of `unfreeze` matches."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Node, SubmodelLayer
from cnnspec.naming import keras_name


def frozen_layers(checked: CheckedGraph, outer: str = "") -> Iterator[tuple[str, CheckedNode]]:
    """Return every frozen layer in the order of the spec, by path.

    The path starts with the names of the models around the layer, `outer`. Layers without weights
    that run in inference mode are included, operations are not.
    """
    for node in checked.nodes:
        path = f"{outer}{node.keras_name}"
        if not node.is_first_call or node.is_operation:
            continue
        if node.submodel is not None:
            yield from frozen_layers(node.submodel, f"{path}/")
        elif not node.trainable:
            yield path, node


def frozen_paths(
    nodes: Iterable[Node], outer: str = "", *, operations: bool = False
) -> Iterator[str]:
    """Return the paths of the frozen layers, or operations, of a graph that has not been checked."""
    for node in nodes:
        path = f"{outer}{keras_name(node.layer_name)}"
        if isinstance(node.layer, SubmodelLayer):
            yield from frozen_paths(node.layer.graph.nodes, f"{path}/", operations=operations)
        elif node.is_operation != operations:
            continue
        elif node.layer is not None and (node.frozen or not node.layer.trainable):
            yield path


def names_of(path: str) -> set[str]:
    """Return what a pattern can match: the path and name of a layer, and of the models around it."""
    whole = PurePosixPath(path)
    parts = [whole, *whole.parents][:-1]
    return {name for part in parts for name in (str(part), part.name)}


def matches(path: str, pattern: str) -> bool:
    """Whether a pattern matches a layer, or a model around it, by path or name."""
    return any(fnmatchcase(name, pattern) for name in names_of(path))

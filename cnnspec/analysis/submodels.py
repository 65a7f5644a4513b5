"""Finds the submodels of a checked graph."""

from collections.abc import Iterator

from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import SubmodelLayer


def own_submodels(checked: CheckedGraph) -> Iterator[CheckedGraph]:
    """Yield each submodel that a graph calls, once, except those that are read from a Keras file."""
    found = {
        node.layer.key: node.submodel
        for node in checked.nodes
        if isinstance(node.layer, SubmodelLayer) and not node.layer.from_keras
    }
    yield from (each for each in found.values() if each is not None)

"""Makes the graph of a model with some frozen layers unfrozen."""

from collections.abc import Collection

from cnnspec.ir.graph import Graph, SubmodelLayer
from cnnspec.layers.base import Layer
from cnnspec.naming import keras_name
from cnnspec.records import replace


def unfrozen(graph: Graph, paths: Collection[str], outer: str = "") -> Graph:
    """Return the same graph with the layers at these paths unfrozen.

    The models around them are no longer frozen as a whole, but their other layers are.
    """
    nodes = []
    for node in graph.nodes:
        path = f"{outer}{keras_name(node.layer_name)}"
        layer = node.layer
        if isinstance(layer, SubmodelLayer):
            if any(each.startswith(f"{path}/") for each in paths):
                inner = unfrozen(layer.graph, paths, f"{path}/")
                layer = replace(layer, graph=inner, frozen=False)
                node = replace(node, layer=layer, frozen=False)
        elif layer is not None and path in paths:
            node = replace(node, layer=_trained(layer), frozen=False)
        nodes.append(node)
    return replace(graph, nodes=tuple(nodes))


def _trained(layer: Layer) -> Layer:
    """Return the same call without its frozen state."""
    if layer.trainable:
        return layer
    given = {name: value for name, value in layer.given.items() if name != "trainable"}
    return type(layer).of(given, word=layer.word)

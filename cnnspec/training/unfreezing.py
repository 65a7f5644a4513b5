"""Makes the graph of a model with some frozen layers unfrozen."""

from collections.abc import Collection, Iterator

from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Graph, SubmodelLayer
from cnnspec.layers.base import Layer
from cnnspec.naming import keras_name
from cnnspec.records import replace


def frozen_layers(checked: CheckedGraph, outer: str = "") -> Iterator[tuple[str, CheckedNode]]:
    """Return every frozen layer in the order of the spec, by path.

    The path starts with the names of the models around the layer, `outer`. Layers without weights
    that run in inference mode are included.
    """
    for node in checked.nodes:
        path = f"{outer}{node.keras_name}"
        if not node.is_first_call:
            continue
        if node.submodel is not None:
            yield from frozen_layers(node.submodel, f"{path}/")
        elif not node.trainable:
            yield path, node


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

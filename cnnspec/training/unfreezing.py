"""The graph of a model in which some layers that were frozen are trained again."""

from collections.abc import Collection, Iterator

from cnnspec.graph import CheckedGraph, CheckedNode, Graph, SubmodelLayer
from cnnspec.layers.base import Layer
from cnnspec.naming import keras_name
from cnnspec.records import replace


def frozen_layers(checked: CheckedGraph, outer: str = "") -> Iterator[tuple[str, CheckedNode]]:
    """Every layer that training does not change, in the order of the spec, by its path.

    The path is its name in Keras after those of the models around it, `outer`. What has no weights
    and was made to act as in inference is among them.
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
    """The same graph, in which the layers at these paths are trained and act in training.

    The models around them are not frozen as a whole any more; what else is in them still is.
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
    """The same call, without saying that training leaves it alone."""
    if layer.trainable:
        return layer
    given = {name: value for name, value in layer.given.items() if name != "trainable"}
    return type(layer).of(given, word=layer.word)

"""Compares two graphs."""

from typing import Any

from cnnspec.declarations.declaration import meaning
from cnnspec.ir.graph import Graph, Node, SubmodelLayer
from cnnspec.ir.scaling import optimizer_of


def same_model(one: Graph, other: Graph) -> bool:
    """Whether two graphs have the same layers, connections, inputs, outputs and names."""
    return bool(_facts(one) == _facts(other))


def _facts(graph: Graph) -> Any:
    return (
        [(each.name, each.tensor) for each in graph.inputs],
        {node.name: _node_facts(node) for node in graph.nodes},
        [
            (
                each.name,
                each.ref,
                meaning(each.loss),
                each.weight,
                meaning(each.metrics),
                each.classes,
            )
            for each in graph.outputs
        ],
        meaning(optimizer_of(graph)),
    )


def _node_facts(node: Node) -> Any:
    layer = node.layer
    if isinstance(layer, SubmodelLayer):
        what: Any = (layer.key, _facts(layer.graph), layer.weights, meaning(layer.every_step))
    else:
        what = meaning(layer)
    return what, node.inputs, node.frozen, node.shares

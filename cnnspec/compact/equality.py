"""Whether two graphs are the same model."""

from typing import Any

from cnnspec.graph import Graph, Node, SubmodelLayer
from cnnspec.layers.base import Layer


def same_model(one: Graph, other: Graph) -> bool:
    """Whether two graphs have the same layers, connections, inputs and outputs by the same names."""
    return bool(_facts(one) == _facts(other))


def _facts(graph: Graph) -> Any:
    return (
        [(each.name, each.tensor) for each in graph.inputs],
        {node.name: _node_facts(node) for node in graph.nodes},
        [
            (each.name, each.ref, _call(each.loss), each.loss_weight, [*map(_call, each.metrics)])
            for each in graph.outputs
        ],
        _call(graph.optimizer),
    )


def _node_facts(node: Node) -> Any:
    layer = node.layer
    if isinstance(layer, SubmodelLayer):
        what: Any = (layer.key, _facts(layer.graph), layer.weights)
    else:
        what = _call(layer)
    return what, node.inputs, node.frozen, node.shares


def _call(declaration: Any) -> Any:
    """The kind and all arguments of a call, as rules see them."""
    if declaration is None:
        return None
    arguments = {name: getattr(declaration, name, None) for name in declaration.arguments()}
    return declaration.kind(), {name: _value(value) for name, value in arguments.items()}


def _value(value: Any) -> Any:
    if isinstance(value, Layer) or hasattr(value, "family"):
        return _call(value)
    if isinstance(value, list | tuple):
        return [_value(each) for each in value]
    if isinstance(value, dict):
        return {key: _value(each) for key, each in value.items()}
    return value

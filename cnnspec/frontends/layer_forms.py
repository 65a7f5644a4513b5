"""Writes the operations of a model as the layers that a file of it is read as."""

from typing import Any

from cnnspec.frontends.nodes import Node, Tensor
from cnnspec.frontends.operations import NoEqual, Recorded
from cnnspec.frontends.operators import OPERATIONS
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.layers.base import LAYERS
from cnnspec.operations.base import Operation
from cnnspec.operations.keras_classes import function_of, same_as
from cnnspec.records import replace

_CLASSES = {function_of(name): name for name in OPERATIONS}
"""The classes of operations that may be layers, by their functions."""


def with_layers(checked: CheckedGraph) -> CheckedGraph:
    """Return a model in which operations are layers, where these compute the same to the last bit."""
    masked = any(_makes_masks(node) for node in checked.nodes)
    nodes = tuple(_with_layer(node, masked=masked) for node in checked.nodes)
    return replace(checked, nodes=nodes)


def _makes_masks(node: CheckedNode) -> bool:
    return node.kind == "Masking" or getattr(node.layer, "mask_zero", False) is True


def _with_layer(node: CheckedNode, *, masked: bool) -> CheckedNode:
    if node.submodel is not None:
        return replace(node, submodel=with_layers(node.submodel))
    layer = node.layer
    kind = _CLASSES.get(same_as(layer.function_name())) if isinstance(layer, Operation) else None
    if kind is None or masked:
        return node
    assert isinstance(layer, Operation)
    try:
        equal = OPERATIONS[kind](_recorded(node, layer, kind))
    except NoEqual:
        return node
    inputs = tuple(node.node.inputs[tensor.output] for tensor in equal.tensors)
    written = LAYERS.find(equal.kind).of(equal.arguments)
    return replace(node, layer=written, node=replace(node.node, layer=written, inputs=inputs))


def _recorded(node: CheckedNode, layer: Operation, kind: str) -> Recorded:
    """Return an operation as Keras would record its call; its tensors count its inputs."""
    tensors = [Tensor("", 0, at, each.shape, each.dtype) for at, each in enumerate(node.inputs)]
    found: list[Any] = [tensors] if layer.merges else [*layer.ordered(tensors, _as_list).values()]
    config = {
        name: _as_list(layer.checked(name))
        for name in layer.arguments()
        if name not in layer.tensors
    }
    return Recorded(kind, node.name, config, Node(found))


def _as_list(value: Any) -> Any:
    return [_as_list(each) for each in value] if isinstance(value, tuple) else value

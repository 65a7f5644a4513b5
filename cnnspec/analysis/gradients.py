"""Finds operations without a gradient that keep weights before them from being trained."""

from collections.abc import Collection, Iterator

from cnnspec.declarations.fields import FLOAT_TYPES
from cnnspec.diagnostics.report import Report
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import SubmodelLayer

CODE = "no-gradient"


def check_gradients(checked: CheckedGraph, report: Report) -> None:
    """Report the operations of a model through which no loss can train the weights before them."""
    outputs = [each.name for each in checked.graph.outputs if each.loss is not None]
    for node in without_gradient(checked, outputs):
        message = (
            f"TensorFlow has no gradient of {node.kind}, so no loss can train the weights before it"
        )
        node.node.place.error(report, CODE, message, "kind")


def without_gradient(
    checked: CheckedGraph, outputs: Collection[str], *, is_trained: bool = False
) -> Iterator[CheckedNode]:
    """Yield the operations without a gradient between trainable weights and some outputs.

    `is_trained`: weights come before the inputs of the graph as well.
    """
    if not outputs or not _may_lack(checked):
        return
    trained = _trained(checked, is_trained=is_trained)
    needed = {each.ref.node for each in checked.graph.outputs if each.name in outputs}
    for node in reversed(checked.nodes):
        if node.name not in needed or _stops(node):
            continue
        needed.update(ref.node for ref in node.node.inputs)
        before = any(ref.node in trained for ref in node.node.inputs)
        if before and _lacks(node):
            yield node
        if node.submodel is not None:
            inner = [each.name for each in node.submodel.graph.outputs]
            yield from without_gradient(node.submodel, inner, is_trained=before)


def _trained(checked: CheckedGraph, *, is_trained: bool) -> set[str]:
    """Return the inputs and nodes whose values are floats that depend on trainable weights."""
    found = {each.name for each in checked.inputs} if is_trained else set()
    for node in checked.nodes:
        if _stops(node):
            continue
        if _has_weights(node) or any(ref.node in found for ref in node.node.inputs):
            found.add(node.name)
    return found


def _has_weights(node: CheckedNode) -> bool:
    inner = node.submodel is not None and node.submodel.trainable_params > 0
    return node.trainable and (inner or any(each.trainable for each in node.weights))


def _may_lack(checked: CheckedGraph) -> bool:
    return any(
        _lacks(node) or (node.submodel is not None and _may_lack(node.submodel))
        for node in checked.nodes
    )


def _lacks(node: CheckedNode) -> bool:
    return not isinstance(node.layer, SubmodelLayer) and node.layer.lacks_gradient


def _stops(node: CheckedNode) -> bool:
    """Whether no gradient comes through a node, as of whole numbers."""
    if not isinstance(node.layer, SubmodelLayer) and node.layer.stops_gradient:
        return True
    return all(each.dtype not in FLOAT_TYPES for each in node.outputs.values())

"""The order of the layers of a Keras model, which is not the order in which a spec lists them."""

from collections.abc import Mapping

from cnnspec.ir.checked import CheckedGraph, CheckedNode


def in_order_of_keras(model: CheckedGraph) -> list[CheckedNode]:
    """Return the first calls of the layers of a model, in the order that Keras gives the layers.

    The layers farthest from the outputs come first, and layers that are equally far in the order in which a
    walk from the outputs to the inputs meets them.
    """
    calls = {node.name: node for node in model.nodes}
    firsts = {node.node.layer_name: node for node in model.nodes if node.is_first_call}
    met, finished = _walked(model, calls)
    depths: dict[str, int] = {}
    depths_of_layers: dict[str, int] = {}
    for name in reversed(finished):
        layer = calls[name].node.layer_name
        depth = max(depths.get(name, 0), depths_of_layers.get(layer, 0))
        depths[name] = depths_of_layers[layer] = depth
        for ref in calls[name].node.inputs:
            depths[ref.node] = max(depth + 1, depths.get(ref.node, 0))
    ordered = sorted(met, key=lambda layer: -depths_of_layers[layer])
    return [firsts[layer] for layer in ordered if not firsts[layer].is_operation]


def _walked(model: CheckedGraph, calls: Mapping[str, CheckedNode]) -> tuple[list[str], list[str]]:
    """Return the layers as a depth-first walk from the outputs meets them, and the calls as it leaves them."""
    met: dict[str, None] = {}
    finished: dict[str, None] = {}
    stack = [(output.ref.node, False) for output in reversed(model.graph.outputs)]
    while stack:
        name, is_left = stack.pop()
        if name not in calls or name in finished:
            continue
        if is_left:
            finished[name] = None
            continue
        met.setdefault(calls[name].node.layer_name)
        stack.append((name, True))
        stack += [(ref.node, False) for ref in reversed(calls[name].node.inputs)]
    return [*met], [*finished]

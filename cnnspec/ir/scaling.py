"""The optimizer that a model trains with: under `mixed_float16`, Keras scales the loss of any."""

from collections.abc import Iterator
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.ir.graph import Graph, SubmodelLayer
from cnnspec.layers.base import Layer
from cnnspec.objects.families import OPTIMIZERS, USUAL_OPTIMIZER

SCALED = "mixed_float16"
"""The policy under which `keras.Model.compile` scales the loss; bfloat16 has the range of float32."""


def optimizer_of(graph: Graph, own: Declaration | None = None) -> Declaration:
    """Return the optimizer that trains a graph; `own` is that of a phase.

    Keras looks at the global policy, which a spec leaves alone; here it is the policy of the layers.
    An optimizer that scales the loss itself is used as it is.
    """
    optimizer = own or graph.optimizer or OPTIMIZERS.check(USUAL_OPTIMIZER)
    if scales_itself(optimizer) or SCALED not in policies(graph):
        return optimizer
    return OPTIMIZERS.check({"LossScaleOptimizer": {"inner_optimizer": optimizer}})


def scales_itself(optimizer: Declaration) -> bool:
    """Whether an optimizer scales the loss, by a fixed factor or by one that it adapts."""
    is_scaler = "inner_optimizer" in optimizer.arguments()
    return is_scaler or optimizer.checked("loss_scale_factor") is not None


def updating(optimizer: Declaration) -> tuple[Declaration, tuple[str, ...]]:
    """Return the optimizer that updates the weights, and the arguments that lead to it."""
    if "inner_optimizer" in optimizer.arguments():
        return optimizer.checked("inner_optimizer"), ("inner_optimizer",)
    return optimizer, ()


def policies(graph: Graph) -> Iterator[Any]:
    """Yield the data type policies of all layers."""
    for node in graph.nodes:
        if isinstance(node.layer, SubmodelLayer):
            yield from policies(node.layer.graph)
        elif node.layer is not None:
            yield from _of_layer(node.layer)


def _of_layer(layer: Layer) -> Iterator[Any]:
    yield layer.checked("dtype")
    for _, inner in layer.inner():
        yield from _of_layer(inner)

"""Makes the graph of a model with a single layer or submodel."""

from cnnspec.ir.graph import Graph, Input, Node, Output, Ref, SubmodelLayer
from cnnspec.layers.base import Layer
from cnnspec.shapes import TensorSpec
from cnnspec.syntax.places import Place

NOWHERE = Place(None, ())


def one_node(
    layer: Layer | SubmodelLayer,
    tensors: tuple[TensorSpec, ...],
    *,
    frozen: bool = False,
) -> Graph:
    """Return a model whose outputs are all outputs of a layer for some inputs."""
    inputs = tuple(
        Input(f"input_{position}", tensor, NOWHERE) for position, tensor in enumerate(tensors)
    )
    refs = tuple(Ref(each.name) for each in inputs)
    node = Node("layer", "layer", layer, refs, NOWHERE, frozen)
    outputs = tuple(
        Output(str(name), Ref("layer", name), NOWHERE) for name in node.outputs or (None,)
    )
    return Graph("model", inputs, (node,), outputs, None, NOWHERE)

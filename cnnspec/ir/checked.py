"""Checked graphs: every node with its shapes, data types and weights."""

from cnnspec.ir.graph import Graph, Input, Node, SubmodelLayer
from cnnspec.layers.base import Layer, Weight
from cnnspec.naming import keras_name
from cnnspec.records import Record
from cnnspec.shapes import TensorSpec


class CheckedNode(Record):
    """A node of which everything is known that can be known before there is data."""

    node: Node
    layer: Layer | SubmodelLayer
    """What is called; for a frozen node, what acts in training as it does in inference."""
    inputs: tuple[TensorSpec, ...]
    outputs: dict[str | None, TensorSpec]
    """By output name; a node of one output has it under None."""
    weights: tuple[Weight, ...] = ()
    """The weights of the layer."""
    submodel: "CheckedGraph | None" = None
    is_first_call: bool = True
    """Whether it is the first call of its layer that an output needs; its weights count there."""
    weights_known: bool = True
    """False for what depends on code that is not run; its weights are counted as none."""

    @property
    def name(self) -> str:
        """The name of the call."""
        return self.node.name

    @property
    def keras_name(self) -> str:
        """The name of the Keras layer that is called."""
        return keras_name(self.node.layer_name)

    @property
    def kind(self) -> str:
        """The name of the Keras class."""
        return "Functional" if isinstance(self.layer, SubmodelLayer) else self.layer.kind()

    @property
    def trainable(self) -> bool:
        """Whether training may change its weights, as far as the layer itself says."""
        layer = self.layer
        return not self.node.frozen and (isinstance(layer, SubmodelLayer) or layer.trainable)

    @property
    def params(self) -> int:
        """How many numbers its weights hold."""
        if not self.is_first_call:
            return 0
        inner = self.submodel.params if self.submodel else 0
        return inner + sum(weight.size for weight in self.weights)

    @property
    def trainable_params(self) -> int:
        """How many of them training may change."""
        if not self.is_first_call or not self.trainable:
            return 0
        inner = self.submodel.trainable_params if self.submodel else 0
        return inner + sum(weight.size for weight in self.weights if weight.trainable)


class CheckedGraph(Record):
    """A model without mistakes: what every backend starts from."""

    graph: Graph
    nodes: tuple[CheckedNode, ...]
    """In an order in which every node stands below those it reads; only those an output needs."""
    outputs: dict[str, TensorSpec]

    @property
    def name(self) -> str:
        """The name of the model."""
        return self.graph.name

    @property
    def inputs(self) -> tuple[Input, ...]:
        """The inputs of the model."""
        return self.graph.inputs

    @property
    def params(self) -> int:
        """How many numbers the weights of the model hold."""
        return sum(node.params for node in self.nodes)

    @property
    def trainable_params(self) -> int:
        """How many of them training may change."""
        return sum(node.trainable_params for node in self.nodes)

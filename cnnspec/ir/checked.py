"""Checked graphs: every node with its shapes, data types and weights."""

from cnnspec.ir.graph import Graph, Input, Node, SubmodelLayer
from cnnspec.layers.base import Layer, Weight
from cnnspec.naming import keras_name
from cnnspec.records import Record
from cnnspec.shapes import TensorSpec


class CheckedNode(Record):
    """A node with everything that is known without data."""

    node: Node
    layer: Layer | SubmodelLayer
    """The layer that is called; for a frozen node, its inference behaviour."""
    inputs: tuple[TensorSpec, ...]
    outputs: dict[str | None, TensorSpec]
    """By output name; the only output of a node has the key None."""
    weights: tuple[Weight, ...] = ()
    """The weights of the layer."""
    submodel: "CheckedGraph | None" = None
    is_first_call: bool = True
    """Whether it is the first needed call of its layer, whose weights count."""
    weights_known: bool = True
    """False if it depends on code that is not run; its weights count as none."""

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
        if isinstance(self.layer, SubmodelLayer):
            return self.layer.every_step.kind() if self.layer.every_step else "Functional"
        return self.layer.kind()

    @property
    def every_step(self) -> Layer | None:
        """The layer that applies its submodel to every step of a sequence, if any."""
        return self.layer.every_step if isinstance(self.layer, SubmodelLayer) else None

    @property
    def is_operation(self) -> bool:
        """Whether it calls a function of keras.ops."""
        return self.node.is_operation

    @property
    def trainable(self) -> bool:
        """Whether its weights are trainable, as far as the layer itself is concerned."""
        layer = self.layer.every_step if isinstance(self.layer, SubmodelLayer) else self.layer
        return not self.node.frozen and (layer is None or layer.trainable)

    @property
    def params(self) -> int:
        """The number of values in its weights."""
        if not self.is_first_call:
            return 0
        inner = self.submodel.params if self.submodel else 0
        return inner + sum(weight.size for weight in self.weights)

    @property
    def trainable_params(self) -> int:
        """The number of trainable values."""
        if not self.is_first_call or not self.trainable:
            return 0
        inner = self.submodel.trainable_params if self.submodel else 0
        return inner + sum(weight.size for weight in self.weights if weight.trainable)


class CheckedGraph(Record):
    """A model without errors, the input of all backends."""

    graph: Graph
    nodes: tuple[CheckedNode, ...]
    """In topological order; only nodes that an output needs."""
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
    def layers(self) -> tuple[CheckedNode, ...]:
        """The nodes that call layers or submodels, of which Keras keeps objects by their names."""
        return tuple(node for node in self.nodes if not node.is_operation)

    @property
    def size(self) -> str:
        """The number of its layers, in words."""
        count = len({node.node.layer_name for node in self.nodes})
        return "1 layer" if count == 1 else f"{count} layers"

    def __repr__(self) -> str:
        """Return one line, which a notebook stores beside the diagram."""
        return f"CheckedGraph({self.name!r}, {self.size})"

    @property
    def params(self) -> int:
        """The number of values in the weights of the model."""
        return sum(node.params for node in self.nodes)

    @property
    def trainable_params(self) -> int:
        """The number of trainable values."""
        return sum(node.trainable_params for node in self.nodes)

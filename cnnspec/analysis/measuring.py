"""Measures what an `expect` section can be about: sizes of a model, and what its layers return."""

from functools import cached_property
from math import inf

from cnnspec.analysis.cost import Costs, costs
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.expectations import Target
from cnnspec.ir.graph import Ref
from cnnspec.shapes import Dim, Shape


class Measures:
    """The measures of a checked graph."""

    def __init__(self, checked: CheckedGraph) -> None:
        self.checked = checked

    @cached_property
    def costs(self) -> Costs:
        """The costs of all layers."""
        return costs(self.checked)

    def total(self, key: str) -> Dim:
        """Return the number for a key of the whole model; None if it is not known."""
        if key == "macs":
            return self.costs.total.macs
        if any(unknown_weights(self.checked)):
            return None
        return self.checked.params if key == "total_params" else self.checked.trainable_params

    def outputs(self) -> dict[str, Target]:
        """Return what the outputs of the model return, by their names."""
        outputs = self.checked.graph.outputs
        return {each.name: Target((), each.ref.node, each.ref.output) for each in outputs}

    def node(self, target: Target) -> CheckedNode | None:
        """Return the node that a target is a result of; None for an input, or if no output needs it."""
        return _by_name(self.model(target), target.node)

    def is_there(self, target: Target) -> bool:
        """Whether the model has a target: whether any output needs it."""
        model = self.model(target)
        is_input = model is not None and any(target.node == each.name for each in model.inputs)
        return is_input or self.node(target) is not None

    def model(self, target: Target) -> CheckedGraph | None:
        """Return the model that a target is in; None if no output needs it."""
        model: CheckedGraph | None = self.checked
        for call in target.calls:
            node = _by_name(model, call)
            model = node.submodel if node else None
        return model

    def shape(self, target: Target) -> Shape:
        """Return the shape of a target, with the batch axis."""
        model, node = self.model(target), self.node(target)
        if node is not None:
            return node.outputs[target.output].shape
        assert model is not None
        return next(each.tensor.shape for each in model.inputs if each.name == target.node)

    def receptive_field(self, target: Target) -> float | None:
        """Return the receptive field of a target along its smallest axis; None if it is not known."""
        found = self.costs
        for call in target.calls:
            found = found.submodels[call]
        fields = found.fields.get(Ref(target.node, target.output))
        if not fields:
            return None
        return min(inf if each.size is None else each.size for each in fields)


def _by_name(model: CheckedGraph | None, name: str) -> CheckedNode | None:
    nodes = model.nodes if model else ()
    return next((node for node in nodes if node.name == name), None)


def unknown_weights(checked: CheckedGraph) -> list[CheckedNode]:
    """Return the nodes whose weights, or those of whose layers, are not known."""
    return [
        node
        for node in checked.nodes
        if not node.weights_known or (node.submodel and unknown_weights(node.submodel))
    ]

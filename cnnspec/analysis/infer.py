"""Checks a Graph, which gives a CheckedGraph: the shape, data type and weights of every node.

After an error the value of a node is unknown, and errors that depend on it are not reported. This
is different from a size that may be unknown, which is None in a shape.
"""

from collections.abc import Sequence

from cnnspec.analysis.outputs import Tensors, fits, outputs_of, unknown_outputs
from cnnspec.declarations.keras_versions import NEWEST, Keras, missing_on_inputs
from cnnspec.diagnostics.problems import Problem
from cnnspec.diagnostics.report import Note, Report
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Graph, Input, Node, Ref, SubmodelLayer, origin
from cnnspec.layers.base import Layer, Weight
from cnnspec.layers.object_rules import check_weights
from cnnspec.records import replace
from cnnspec.shapes import UNKNOWN, TensorSpec, text
from cnnspec.syntax.places import Place

UNUSED_INPUTS = ("3.14.0", None)
"""The versions of Keras that build models with inputs that no output depends on."""

Result = tuple[Layer, Tensors, tuple[Weight, ...] | None]
"""A layer as it is called, its outputs, and its weights if they are known."""
Models = dict[tuple[int, tuple[Input, ...]], tuple[Graph, CheckedGraph | None]]
"""The graphs that were checked, by the identity of their nodes and by their inputs."""


def infer(graph: Graph, report: Report, keras: Keras = NEWEST) -> CheckedGraph | None:
    """Check every node of a graph; return None if there are errors, which are reported.

    The calls were held against the version of Keras before, but not on the shapes of their inputs.
    """
    return _Inference(graph, report, keras).run()


class _Inference:
    def __init__(
        self, graph: Graph, report: Report, keras: Keras, models: Models | None = None
    ) -> None:
        self.graph, self.report, self.keras = graph, report, keras
        self.tensors: dict[str, Tensors | None] = {}
        self.sources: dict[str, Input | Node] = {}
        """The source of the tensors of each name."""
        self.weights: dict[str, tuple[Weight, ...] | None] = {}
        """The weights of each layer, created by its first call; None if that does not say them."""
        self.models = {} if models is None else models
        self.checked: list[CheckedNode] = []
        self.results: dict[tuple[int, bool, tuple[TensorSpec, ...]], Result] = {}
        """What layers return on tensors, by the identity of the layer and whether it is frozen."""

    def run(self) -> CheckedGraph | None:
        for each in self.graph.inputs:
            self.tensors[each.name] = {None: each.tensor}
            self.sources[each.name] = each
        for node in self.graph.nodes:
            self.sources[node.name] = node
            self.tensors[node.name] = self.node(node)
        for layer in self.graph.unused:
            self.model(layer)
        needed = () if self.report.has_errors else self.needed()
        self.check_inputs(needed)
        if self.report.has_errors:
            return None
        outputs = {each.name: self.tensor(each.ref) for each in self.graph.outputs}
        known = {name: tensor for name, tensor in outputs.items() if tensor is not None}
        return CheckedGraph(self.graph, needed, known)

    def check_inputs(self, needed: tuple[CheckedNode, ...]) -> None:
        """Report inputs that no layer of the model reads, where Keras does not build such a model."""
        if self.keras.has(UNUSED_INPUTS) or self.report.has_errors:
            return
        read = {ref.node for node in needed for ref in node.node.inputs}
        given_back = {each.ref.node for each in self.graph.outputs}
        for each in self.graph.inputs:
            if each.name not in read:
                why = "no layer reads" if each.name in given_back else "no output depends on"
                what = f"a model with an input like '{each.name}', which {why},"
                problem = self.keras.lacks(what, UNUSED_INPUTS)
                suggestion = problem.suggestion
                each.place.error(
                    self.report, problem.code, problem.message, "name", suggestion=suggestion
                )

    def needed(self) -> tuple[CheckedNode, ...]:
        """Return the nodes that an output needs, in order."""
        wanted = {each.ref.node for each in self.graph.outputs}
        kept = []
        for node in reversed(self.checked):
            if node.name in wanted:
                kept.append(node)
                wanted |= {ref.node for ref in node.node.inputs}
        called: set[str] = set()
        for place, node in reversed(list(enumerate(kept))):
            layer_name = node.node.layer_name
            if layer_name in called:
                kept[place] = replace(node, is_first_call=False)
            called.add(layer_name)
        return tuple(reversed(kept))

    def tensor(self, ref: Ref) -> TensorSpec | None:
        tensors = self.tensors.get(ref.node)
        return None if tensors is None else tensors[ref.output]

    def node(self, node: Node) -> Tensors | None:
        inputs = [self.tensor(ref) for ref in node.inputs]
        known = [tensor for tensor in inputs if tensor is not None]
        if len(known) < len(inputs) or node.layer is None:
            return None
        if isinstance(node.layer, SubmodelLayer):
            return self.submodel(node, node.layer, known)
        return self.layer(node, node.layer, known)

    def layer(self, node: Node, layer: Layer, inputs: list[TensorSpec]) -> Tensors | None:
        if node.shares is not None and node.shares not in self.weights:
            return None
        key = id(layer), node.frozen, tuple(inputs)
        try:
            if key not in self.results:
                self.results[key] = self.result(node, layer, inputs)
        except Problem as problem:
            node.place.problem(self.report, problem, notes=self.origins(node, inputs))
            return None
        layer, tensors, weights = self.results[key]
        if node.shares is None:
            self.weights[node.name] = weights
        elif self.weights[node.shares] is None:
            self.learn_weights(node.shares, weights)
        elif weights is not None and weights != self.weights[node.shares]:
            self.report_other_weights(node, weights, inputs)
            return None
        checked = CheckedNode(
            node, layer, tuple(inputs), tensors, weights or (), weights_known=weights is not None
        )
        self.checked.append(checked)
        return tensors

    def learn_weights(self, name: str, weights: tuple[Weight, ...] | None) -> None:
        """Note the weights of a layer whose earlier calls do not say them."""
        self.weights[name] = weights
        for at, each in enumerate(self.checked if weights is not None else ()):
            if each.node.layer_name == name:
                self.checked[at] = replace(each, weights=weights, weights_known=True)

    def result(self, node: Node, layer: Layer, inputs: list[TensorSpec]) -> Result:
        """Return what a layer returns on tensors.

        Raises:
            Problem: it does not take them.

        """
        shapes = [tensor.shape for tensor in inputs]
        if node.frozen:
            layer = layer.in_inference()
        layer.check_count(len(inputs))
        if layer.weights_known and any(shape is UNKNOWN for shape in shapes):
            return layer, unknown_outputs(layer, inputs), None
        is_value = any(shape == () and shape is not UNKNOWN for shape in shapes)
        if is_value and not layer.is_operation and not layer.passes_values_on:
            message = f"{layer.kind()} needs a batch axis, but its input is a single value"
            raise Problem("wrong-rank", message)
        self.check_dtypes(node, layer, inputs)
        shape = layer.shape(*shapes)
        outputs = outputs_of(layer, inputs, shape)
        weights = layer.weights(*shapes)
        check_weights(layer, weights)
        for each in missing_on_inputs(layer, self.keras, shapes):
            raise each
        tensors: Tensors = dict(zip(layer.outputs() or (None,), outputs, strict=True))
        return layer, tensors, weights if layer.weights_known else None

    def check_dtypes(self, node: Node, layer: Layer, inputs: Sequence[TensorSpec]) -> None:
        """Check the data types of the inputs of a layer.

        Raises:
            Problem: it does not compute on one of them; it says how to convert it.

        """
        try:
            layer.check_dtypes(*(each.dtype for each in inputs))
        except Problem as problem:
            if problem.suggestion is None and problem.at[-1:] != ("dtype",):
                from cnnspec.analysis.conversions import suggestion

                problem.suggestion = suggestion(layer, node.inputs, inputs, self.sources)
            raise

    def origins(self, node: Node, inputs: Sequence[TensorSpec]) -> list[Note]:
        """Make notes on the source of each input of a node."""
        tensors = dict(zip(node.inputs, inputs, strict=True))
        return [origin(ref, tensor, self.sources[ref.node]) for ref, tensor in tensors.items()]

    def report_other_weights(
        self, node: Node, weights: tuple[Weight, ...], inputs: Sequence[TensorSpec]
    ) -> None:
        shared = node.shares
        assert shared is not None
        created = self.weights[shared] or ()
        differing = next(
            (mine, first) for mine, first in zip(weights, created, strict=True) if mine != first
        )
        mine, first = differing
        message = (
            f"'{shared}' has a {first.name} of {text(first.shape)}; this call of it would need "
            f"one of {text(mine.shape)}"
        )
        first_call = self.sources[shared].place.note("it is called here first")
        notes = [first_call, *self.origins(node, inputs)]
        node.place.error(self.report, "shape-mismatch", message, "kind", notes=notes)

    def submodel(
        self, node: Node, layer: SubmodelLayer, inputs: list[TensorSpec]
    ) -> Tensors | None:
        model = self.model(layer)
        if model is None:
            return None
        outer = inputs
        if layer.every_step is not None:
            inputs = self.steps(node, layer.every_step, inputs) or []
            if not inputs:
                return None
        taken = layer.graph.inputs
        if len(inputs) != len(taken):
            listed = ", ".join(tensor.name for tensor in taken)
            count = "one input" if len(taken) == 1 else f"{len(taken)} inputs"
            message = f"'{layer.key}' takes {count} ({listed}), not {len(inputs)}"
            self.refuse_call("wrong-input-count", message, node, outer)
            return None
        for given, wanted in zip(inputs, taken, strict=True):
            if not fits(given.shape, wanted.tensor.shape):
                message = (
                    f"the input '{wanted.name}' of '{layer.key}' is {text(wanted.tensor.shape)}, "
                    f"not {text(given.shape)}"
                )
                self.refuse_call("shape-mismatch", message, node, outer)
                return None
        called = self.called(model, inputs, node.place)
        if called is None:
            return None
        names = list(called.outputs)
        tensors: Tensors = {name: called.outputs[name] for name in names}
        if len(names) == 1:
            tensors = {None: called.outputs[names[0]]}
        if layer.every_step is not None:
            from cnnspec.analysis.steps import at_every_step

            tensors = {None: at_every_step(tensors[None], outer[0])}
        self.checked.append(CheckedNode(node, layer, tuple(outer), tensors, (), model))
        return tensors

    def steps(
        self, node: Node, wrapper: Layer, inputs: list[TensorSpec]
    ) -> list[TensorSpec] | None:
        """Return the input of a submodel at one step of a sequence."""
        from cnnspec.analysis.steps import at_one_step  # which few specs need

        try:
            wrapper.check_count(len(inputs))
            return [at_one_step(wrapper, inputs[0])]
        except Problem as problem:
            node.place.problem(self.report, problem, notes=self.origins(node, inputs))
            return None

    def refuse_call(
        self, code: str, message: str, node: Node, inputs: Sequence[TensorSpec]
    ) -> None:
        """Report that a submodel does not accept the inputs of a call."""
        node.place.error(self.report, code, message, "kind", notes=self.origins(node, inputs))

    def model(self, layer: SubmodelLayer) -> CheckedGraph | None:
        """Check a submodel for the inputs that it declares, once for all calls."""
        return self.once(layer.graph, ())

    def called(
        self, model: CheckedGraph, inputs: Sequence[TensorSpec], call: Place
    ) -> CheckedGraph | None:
        """Check a submodel for the inputs of a call."""
        declared = [each.tensor.shape for each in model.inputs]
        shapes = [
            wanted if tensor.shape is UNKNOWN else tensor.shape
            for tensor, wanted in zip(inputs, declared, strict=True)
        ]
        if shapes == declared:
            return model
        specialized = tuple(
            replace(each, tensor=TensorSpec(shape, each.tensor.dtype))
            for each, shape in zip(model.inputs, shapes, strict=True)
        )
        return self.once(replace(model.graph, inputs=specialized), call.calls())

    def once(self, graph: Graph, notes: tuple[Note, ...]) -> CheckedGraph | None:
        """Check a graph, unless the same one with the same inputs was checked before."""
        key = id(graph.nodes), graph.inputs
        if key not in self.models:
            inner = self.report.child()
            checked = _Inference(graph, inner, self.keras, self.models).run()
            self.models[key] = graph, checked
            self.report.take(inner, notes)
        return self.models[key][1]

"""A serialized model to a Document: a step with a name for every layer, in an order that can be read."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnspec.declarations import Problems
from cnnspec.document import Document, Input, Output, Step, Submodel, name_problem
from cnnspec.expressions import escaped, is_pattern
from cnnspec.frontends.calls import MODELS, Call, first_calls, in_order
from cnnspec.frontends.minimal import shortest
from cnnspec.frontends.nodes import (
    Node,
    Tensor,
    counted_from,
    inputs_of,
    leaves,
    mapped,
    nodes,
    structure,
)
from cnnspec.frontends.operations import Operation
from cnnspec.frontends.operators import is_operator, makes_masks, operator_step
from cnnspec.frontends.problems import MALFORMED, NO_KERAS_MODEL, UnreadableModel
from cnnspec.frontends.values import check_layer, layer_arguments, plain
from cnnspec.layers.base import LAYERS, Layer
from cnnspec.naming import keras_name, model_name

MAX_LAYERS = 10_000


@dataclass(frozen=True, slots=True)
class ReadModel:
    """A model as a document, with the forms in which Keras takes its inputs and gives its outputs."""

    document: Document
    inputs: Any
    """The names of the inputs, as the model takes them: one, or lists and mappings of them."""
    outputs: Any
    """The names of the outputs in the document, in the form in which the model gives them."""


@dataclass(slots=True)
class Whole:
    """What is known of a whole file, however many models nest in it."""

    notes: list[str] = field(default_factory=list)
    layers: int = 0
    masks: bool = False
    """Whether any layer makes a mask."""
    of_keras_2: bool = False
    """Whether Keras 2 wrote the file."""


def model_document(model: Mapping[str, Any]) -> Document:
    """The document of a serialized model, without what it was compiled with.

    Raises:
        UnreadableModel: a spec cannot say it.

    """
    return read_serialized(model)[0].document


def read_serialized(model: Mapping[str, Any]) -> tuple[ReadModel, Whole]:
    """A serialized model, and what was noted while it was read.

    Raises:
        UnreadableModel: a spec cannot say it.

    """
    whole = Whole()
    try:
        whole.masks = makes_masks(model)
        return _read(model, whole), whole
    except MALFORMED as error:
        raise UnreadableModel(NO_KERAS_MODEL) from error


def _read(model: Mapping[str, Any], whole: Whole) -> ReadModel:
    kind, config = model["class_name"], model["config"]
    if kind not in MODELS:
        message = f"it is a model of the class {kind}; a spec can say Functional and Sequential"
        raise UnreadableModel(message)
    reader = _Reader(whole)
    return reader.sequential(config) if kind == "Sequential" else reader.functional(config)


@dataclass(slots=True)
class _Reader:
    """Collects the parts of one model's document."""

    whole: Whole
    inputs: dict[str, Input] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    submodels: dict[str, Submodel] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """What submodels are called, by layer name."""
    outputs_of: dict[str, list[str]] = field(default_factory=dict)
    """The output names of submodels and of layers with several, by layer name."""
    forms: dict[str, Any] = field(default_factory=dict)
    """How submodels take their inputs, by layer name."""
    names: frozenset[str] = frozenset()
    """The names of all layers of a Functional model."""

    def functional(self, config: Mapping[str, Any]) -> ReadModel:
        layers = {layer["config"]["name"]: layer for layer in config["layers"]}
        if len(layers) < len(config["layers"]):
            raise UnreadableModel("it has two layers of one name")
        self.names = frozenset(layers)
        inputs = structure(config["input_layers"])
        for tensor in leaves(inputs):
            self.add_input(layers[tensor.layer]["config"])
        said = structure(config["output_layers"])
        first, first_of_outputs = first_calls(layers, said)
        for call in in_order(self.calls(config["layers"], first), self.inputs):
            self.add(call)
        outputs: dict[str, Output] = {}
        named = {
            id(tensor): self.add_output(tensor, first_of_outputs, outputs)
            for tensor in leaves(said)
        }
        return ReadModel(
            self.document(config, outputs),
            mapped(inputs, lambda tensor: tensor.layer),
            mapped(said, lambda tensor: named[id(tensor)]),
        )

    def add_output(
        self, tensor: Tensor, first: Mapping[str, int], outputs: dict[str, Output]
    ) -> str:
        """Append an output, which is called like its layer; the same tensor may be several."""
        word = self.word(counted_from(tensor, first))
        name = word.replace("/", "_")
        repeated = sum((each.from_ or key) == word for key, each in outputs.items())
        name = f"{name}_{repeated + 1}" if repeated else name
        outputs[name] = Output(from_=None if name == word else word)
        return name

    def sequential(self, config: Any) -> ReadModel:
        config = config if isinstance(config, Mapping) else {"name": "sequential", "layers": config}
        layers = list(config["layers"])
        above = self.add_input(_first_of(layers, config))
        inputs = above
        for layer in layers:
            name = layer["config"]["name"]
            self.add(Call(layer, 0, name, Node([]), source=above))
            above = name
        return ReadModel(self.document(config, {above: Output()}), inputs, above)

    def document(self, config: Mapping[str, Any], outputs: dict[str, Output]) -> Document:
        return Document(
            name=model_name(config["name"]),
            submodels=self.submodels,
            inputs=self.inputs,
            layers=self.steps,
            outputs=outputs,
        )

    def add_input(self, config: Mapping[str, Any]) -> str:
        """Append an input, and give its name."""
        name = self.named(config["name"], "input")
        for key in ("sparse", "ragged", "optional"):
            if config.get(key):
                raise UnreadableModel(f"the input '{name}' is {key}, which a spec cannot say")
        if "batch_input_shape" in config:
            self.whole.of_keras_2 = True
        batch, *shape = config.get("batch_shape") or config["batch_input_shape"]
        if batch is not None:
            self.whole.notes.append(
                f"the input '{name}' takes batches of {batch}; a model of a spec takes any"
            )
        self.inputs[name] = Input(shape=shape, dtype=plain(config.get("dtype") or "float32"))
        return name

    def add(self, call: Call) -> None:
        """Append the step of a call of a layer."""
        layer, kind, config = call.layer, call.layer["class_name"], call.layer["config"]
        name = config["name"]
        if call.index:
            again = self.keys.get(name, "shared")
            arguments = {"layer": name} if again == "shared" else {}
            step = Step(kind=again, name=call.name, arguments=arguments, from_=self.sources(call))
            self.steps.append(step)
            return
        self.named(name, "layer")
        self.count(layer, name)
        if kind in MODELS:
            self.add_model(call)
            return
        if is_operator(layer):
            equal = operator_step(Operation(kind, name, config, call.node), masked=self.whole.masks)
            self.whole.notes += [equal.note] if equal.note else []
            kind = equal.kind
            arguments = shortest(LAYERS.find(kind), equal.arguments)
            sources = [self.word(tensor) for tensor in equal.tensors]
        else:
            check_layer(layer)
            arguments = layer_arguments(kind, config)
            sources = self.sources(call)
        declared = _declared(kind, arguments)
        self.outputs_of[name] = ["", *declared.outputs()[1:]] if declared else []
        self.steps.append(Step(kind=kind, name=name, arguments=escaped(arguments), from_=sources))

    def add_model(self, call: Call) -> None:
        """Append the step of a model in this one."""
        name = call.name
        inner = _read(call.layer, self.whole)
        key = f"{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}_model"
        while key in self.submodels:
            key += "_"
        self.keys[name] = key
        self.submodels[key] = Submodel(spec=inner.document)
        self.outputs_of[name] = list(inner.document.outputs)
        self.forms[name] = inner.inputs
        self.steps.append(Step(kind=key, name=name, from_=self.sources(call)))

    def sources(self, call: Call) -> list[str]:
        """What a call of a layer reads."""
        if call.source is not None:
            return [call.source]
        name = call.layer["config"]["name"]
        tensors = inputs_of(self.arranged(call.node, name), name)
        return [self.word(tensor) for tensor in tensors]

    def arranged(self, node: Node, name: str) -> Node:
        """A call of a model with its inputs as a list, although they are given by their names."""
        form = self.forms.get(name)
        given = node.args[0] if len(node.args) == 1 else None
        if form is None or isinstance(form, dict) or not isinstance(given, dict):
            return node
        names = list(leaves(form))
        if not given.keys() >= set(names):
            message = f"the layer '{name}' is called with other inputs than it has"
            raise UnreadableModel(message)
        return Node([[given[each] for each in names]], node.kwargs)

    def named(self, name: Any, what: str) -> str:
        """The name of a layer or input, which a spec gives it too.

        Raises:
            UnreadableModel: no step may be called so.

        """
        problem = name_problem(name)
        if problem is None and is_pattern(name):
            problem = ("bad-name", "it would be an expression")
        if problem is not None:
            raise UnreadableModel(f"the {what} {name!r:.60} cannot have that name: {problem[1]}")
        if keras_name(name) != name:
            note = f"the {what} '{name}' is called '{keras_name(name)}' in the model of the spec"
            self.whole.notes.append(note)
        return str(name)

    def count(self, layer: Mapping[str, Any], name: str) -> None:
        """Count a layer, which may stand in one model only: Keras marks it where it stands again."""
        self.whole.layers += 1
        if self.whole.layers > MAX_LAYERS:
            raise UnreadableModel(f"it has more than {MAX_LAYERS} layers")
        if layer.get("shared_object_id") is not None:
            message = f"the layer '{name}' stands in several models, which a spec cannot say"
            raise UnreadableModel(message)

    def word(self, tensor: Tensor) -> str:
        """How a step refers to a tensor."""
        name = self.call_name(tensor.layer, tensor.call)
        outputs = self.outputs_of.get(tensor.layer, [])
        output = outputs[tensor.output] if len(outputs) > 1 else ""
        return f"{name}/{output}" if output else name

    def call_name(self, layer: str, index: int) -> str:
        """The name of the step for a call of a layer: for the first, that of the layer."""
        if index == 0:
            return layer
        name = f"{layer}_call_{index}"
        while name in self.names:
            name += "_"
        return name

    def calls(self, layers: list[Mapping[str, Any]], first: Mapping[str, int]) -> Iterator[Call]:
        """Every call of every layer, in the order of the file."""
        for layer in layers:
            if layer["class_name"] == "InputLayer":
                continue
            name = layer["config"]["name"]
            for index, node in enumerate(nodes(layer, first)):
                needs = {self.call_name(each.layer, each.call) for each in node.tensors()}
                needs |= {name} if index else set()
                yield Call(layer, index, self.call_name(name, index), node, frozenset(needs))


def _first_of(layers: list[Mapping[str, Any]], config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The input of a Sequential model, which is taken out of its layers where it is one of them.

    Raises:
        UnreadableModel: the model does not know its input, since it was never built.

    """
    if layers and layers[0]["class_name"] == "InputLayer":
        first: Mapping[str, Any] = layers.pop(0)["config"]
        return first
    names = {layer["config"]["name"] for layer in layers}
    name = "input" if "input" not in names else "input_of_the_model"
    inner = layers[0]["config"] if layers else {}
    key = "batch_input_shape" if "batch_input_shape" in inner else "batch_shape"
    shape = config.get("build_input_shape") or inner.get("batch_input_shape")
    if not shape:
        raise UnreadableModel("it is a Sequential model that was never built")
    return {"name": name, key: shape}


def _declared(kind: str, arguments: Mapping[str, Any]) -> Layer | None:
    """The checked layer; None where its arguments do not check, which is told later."""
    try:
        layer = LAYERS.check({kind: arguments})
    except Problems:
        return None
    assert isinstance(layer, Layer)
    return layer

"""Converts a serialized model to a Document: one named step per layer, in a readable order."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cnnspec.diagnostics.problems import with_article
from cnnspec.frontends.calls import Call, arranged, calls_of, first_calls, in_order
from cnnspec.frontends.checks import checked_name, count, declared_layer, inner_model
from cnnspec.frontends.inferred import Inferred
from cnnspec.frontends.keras_2 import sizes_of
from cnnspec.frontends.minimal import shortest
from cnnspec.frontends.nodes import (
    Node,
    Tensor,
    counted_from,
    inputs_of,
    leaves,
    mapped,
    name_of,
    sequential_input,
    structure,
)
from cnnspec.frontends.operations import Recorded
from cnnspec.frontends.operators import is_operator, operator_steps
from cnnspec.frontends.tensors import Tensors
from cnnspec.frontends.values import check_layer, layer_arguments, plain
from cnnspec.frontends.whole import Whole, read_whole
from cnnspec.keras_files.configuration import MODELS
from cnnspec.keras_files.problems import MALFORMED, NO_KERAS_MODEL, UnreadableModel
from cnnspec.language.document import Document, Input, Output, Step, Submodel
from cnnspec.language.expressions import escaped
from cnnspec.naming import model_name
from cnnspec.operations.steps import family_of_step

MAX_LAYERS = 10_000


@dataclass(frozen=True, slots=True)
class ReadModel:
    """A model as a document, with the structure of its inputs and outputs in Keras."""

    document: Document
    inputs: Any
    """The names of the inputs, in the structure of the model: one, or lists and mappings."""
    outputs: Any
    """The names of the outputs in the document, in the structure that the model returns."""
    inferred: list[Inferred | None]
    """What is known about the outputs, in the order of the document."""


def model_document(model: Mapping[str, Any]) -> Document:
    """Convert a serialized model to a document, without its compilation.

    Raises:
        UnreadableModel: a spec cannot express it.

    """
    return read_serialized(model)[0].document


def read_serialized(model: Mapping[str, Any]) -> tuple[ReadModel, Whole]:
    """Convert a serialized model, and collect notes.

    Raises:
        UnreadableModel: a spec cannot express it.

    """
    try:
        whole = read_whole(model)
        return _read(model, whole), whole
    except MALFORMED as error:
        raise UnreadableModel(NO_KERAS_MODEL) from error


def _read(model: Mapping[str, Any], whole: Whole) -> ReadModel:
    kind, config = model["class_name"], model["config"]
    if kind not in MODELS:
        message = f"its class is {kind}; only Functional and Sequential models can be imported"
        raise UnreadableModel(message)
    reader = _Reader(whole)
    return reader.sequential(config) if kind == "Sequential" else reader.functional(config)


@dataclass(slots=True)
class _Reader:
    """Collects the parts of the document of one model."""

    whole: Whole
    inputs: dict[str, Input] = field(default_factory=dict)
    steps: list[Step] = field(default_factory=list)
    submodels: dict[str, Submodel] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """Names of submodels, by layer name."""
    tensors: Tensors = field(default_factory=Tensors)
    forms: dict[str, Any] = field(default_factory=dict)
    """Input structures of submodels, by layer name."""
    inside: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Arguments of layers with a submodel in them, by layer name."""
    known_outputs: dict[str, list[Inferred | None]] = field(default_factory=dict)
    """What is known about the outputs of submodels, by layer name."""

    def __post_init__(self) -> None:
        """Infer shapes only where they are needed."""
        self.tensors.infers = self.whole.of_tensorflow

    def functional(self, config: Mapping[str, Any]) -> ReadModel:
        layers = {name_of(layer): layer for layer in config["layers"]}
        if len(layers) < len(config["layers"]):
            raise UnreadableModel("two of its layers have the same name")
        self.tensors.names = frozenset(layers)
        inputs = structure(config["input_layers"])
        for tensor in leaves(inputs):
            self.add_input(layers[tensor.layer]["config"])
        output_tensors = structure(config["output_layers"])
        first, first_of_outputs = first_calls(layers, output_tensors)
        for call in in_order(
            calls_of(config["layers"], first, self.tensors.call_name), self.inputs
        ):
            self.add(call)
        outputs: dict[str, Output] = {}
        named = {
            id(tensor): self.add_output(tensor, first_of_outputs, outputs)
            for tensor in leaves(output_tensors)
        }
        return ReadModel(
            self.document(config, outputs),
            mapped(inputs, lambda tensor: tensor.layer),
            mapped(output_tensors, lambda tensor: named[id(tensor)]),
            self.known(outputs),
        )

    def add_output(
        self, tensor: Tensor, first: Mapping[str, int], outputs: dict[str, Output]
    ) -> str:
        """Add an output, named after its layer; the same tensor may be several outputs."""
        word = self.tensors.word(counted_from(tensor, first))
        name = word.replace("/", "_")
        repeated = sum((each.from_ or key) == word for key, each in outputs.items())
        name = f"{name}_{repeated + 1}" if repeated else name
        outputs[name] = Output(from_=None if name == word else word)
        return name

    def sequential(self, config: Any) -> ReadModel:
        config = config if isinstance(config, Mapping) else {"name": "sequential", "layers": config}
        layers = list(config["layers"])
        above = self.add_input(sequential_input(layers, config))
        inputs = above
        for layer in layers:
            name = name_of(layer)
            self.add(Call(layer, 0, name, Node([]), source=above))
            above = name
        outputs = {above: Output()}
        return ReadModel(self.document(config, outputs), inputs, above, self.known(outputs))

    def known(self, outputs: Mapping[str, Output]) -> list[Inferred | None]:
        """Return what is known about the outputs of the model."""
        return [self.tensors.inferred.get(each.from_ or key) for key, each in outputs.items()]

    def document(self, config: Mapping[str, Any], outputs: dict[str, Output]) -> Document:
        return Document(
            name=model_name(config["name"]),
            submodels=self.submodels,
            inputs=self.inputs,
            layers=self.steps,
            outputs=outputs,
        )

    def add_input(self, config: Mapping[str, Any]) -> str:
        """Add an input and return its name."""
        name = checked_name(self.whole, config["name"], "input")
        for key in ("sparse", "ragged", "optional"):
            if config.get(key):
                raise UnreadableModel(f"the input '{name}' is {key}, which a spec cannot express")
        if "batch_input_shape" in config:
            self.whole.of_keras_2 = True
        batch, *shape = config.get("batch_shape") or config["batch_input_shape"]
        if batch is not None:
            self.whole.notes.append(
                f"the input '{name}' has the batch size {batch}; models of a spec accept any batch size"
            )
        dtype = plain(config.get("dtype") or "float32")
        self.inputs[name] = Input(shape=shape, dtype=dtype)
        self.tensors.learn_input(name, shape, dtype)
        return name

    def add(self, call: Call) -> None:
        """Add the step of a call of a layer."""
        layer, kind, config = call.layer, call.layer["class_name"], call.layer["config"]
        name = name_of(layer)
        if is_operator(layer):
            self.add_operation(call)
            return
        if call.index:
            again = self.keys.get(name, "shared")
            arguments = {"layer": name} if again == "shared" else self.inside.get(name, {})
            self.add_step(call.name, again, arguments, self.sources(call), of=name)
            return
        checked_name(self.whole, name, "layer")
        count(self.whole, layer, name, MAX_LAYERS)
        if kind in MODELS:
            inner = _read(layer, self.whole)
            key, self.known_outputs[name] = self.add_model(call, inner, name), inner.inferred
            self.add_step(name, key, {}, self.sources(call), of=name)
            return
        if (model := inner_model(config)) is not None:
            self.add_inside(call, model)
            return
        check_layer(layer)
        arguments = layer_arguments(kind, config)
        sources = self.sources(call)
        self.declare(name, kind, arguments)
        self.add_step(name, kind, escaped(arguments), sources, of=name)

    def declare(self, name: str, kind: str, arguments: Mapping[str, Any]) -> None:
        """Keep the declared layer of a step, and the names of its outputs."""
        declared = declared_layer(kind, arguments)
        results = declared.outputs() if declared else ()
        if declared is not None and not declared.is_operation:
            results = ("", *results[1:])  # a layer's first output has the name of its step
        self.tensors.outputs_of[name], self.tensors.layers[name] = list(results), declared

    def add_step(
        self, name: str, kind: str, arguments: dict[str, Any], sources: list[str], *, of: str
    ) -> None:
        """Add a step that calls the layer or submodel of some name."""
        self.steps.append(Step(kind=kind, name=name, arguments=arguments, from_=sources))
        if of in self.known_outputs:
            names = self.tensors.outputs_of[of]
            self.tensors.learn_outputs(name, names, self.known_outputs[of])
        else:
            self.tensors.learn(name, self.tensors.layers.get(of), sources)

    def add_operation(self, call: Call) -> None:
        """Add the steps of an operation, unless it only computes with shapes."""
        layer, name = call.layer, call.name
        checked_name(self.whole, name, "layer")
        count(self.whole, layer, name, MAX_LAYERS)
        node = self.tensors.filled(call.node)
        kind, module = layer["class_name"], str(layer.get("module", ""))
        recorded = Recorded(kind, name, layer["config"], node, module)
        sizes = sizes_of(recorded, reads_sizes=self.tensors.reads_sizes(call.node))
        if sizes is not None:
            self.tensors.keep_sizes(name, sizes.value, results=sizes.are_results)
            self.tensors.outputs_of[name] = sizes.words
            return
        unused, masked = self.tensors.unused, self.whole.masks
        for step, equal in operator_steps(recorded, unused, masked=masked):
            arguments = shortest(family_of_step(equal.kind).find(equal.kind), equal.arguments)
            sources = [self.tensors.word(tensor) for tensor in equal.tensors]
            self.declare(step, equal.kind, arguments)
            self.add_step(step, equal.kind, escaped(arguments), sources, of=step)

    def add_inside(self, call: Call, model: Mapping[str, Any]) -> None:
        """Add the step of a layer that calls a model at every step of a sequence.

        Raises:
            UnreadableModel: it is another layer with a model in it.

        """
        kind, config = call.layer["class_name"], call.layer["config"]
        name = name_of(call.layer)
        if kind != "TimeDistributed":
            message = f"the layer '{name}' is {with_article(kind)} of a model, which a spec cannot express"
            raise UnreadableModel(message)
        check_layer(call.layer)
        around = {**config, "layer": {"class_name": "Identity", "config": {}}}
        arguments = layer_arguments(kind, around)
        key = self.add_model(call, _read(model, self.whole), str(name_of(model)))
        arguments = escaped({**arguments, "layer": key})
        self.tensors.outputs_of[name], self.keys[name] = [], kind
        self.forms.pop(name, None)
        self.inside[name] = arguments
        sources = self.sources(call)
        self.steps.append(Step(kind=kind, name=name, arguments=arguments, from_=sources))

    def add_model(self, call: Call, inner: ReadModel, name: str) -> str:
        """Add a nested model, and return its key."""
        key = f"{re.sub(r'[^A-Za-z0-9_.-]', '_', name)}_model"
        while key in self.submodels:
            key += "_"
        self.keys[call.name] = key
        self.submodels[key] = Submodel(spec=inner.document)
        self.tensors.outputs_of[call.name] = list(inner.document.outputs)
        self.forms[call.name] = inner.inputs
        return key

    def sources(self, call: Call) -> list[str]:
        """Return the inputs of a call of a layer."""
        if call.source is not None:
            return [call.source]
        name = name_of(call.layer)
        tensors = inputs_of(arranged(call.node, self.forms.get(name), name), name)
        return [self.tensors.word(tensor) for tensor in tensors]

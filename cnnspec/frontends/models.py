"""Converts a serialized model to a Document: one named step per layer, in a readable order."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from cnnspec.diagnostics.problems import with_article
from cnnspec.frontends.activation_layers import with_activation_layers
from cnnspec.frontends.call_data import FirstCall, own_flags, split
from cnnspec.frontends.calls import Call, arranged, calls_of, first_calls, in_order
from cnnspec.frontends.checks import check_inside, checked_name, count, inner_model
from cnnspec.frontends.inferred import Inferred
from cnnspec.frontends.keras_2_layers import in_form_of_keras_3
from cnnspec.frontends.malformed import malformed, not_as_written
from cnnspec.frontends.masks import without_masks
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
from cnnspec.frontends.operators import is_operator
from cnnspec.frontends.others import Outputs, is_of_others, other_step, recorded, recorded_in_chain
from cnnspec.frontends.output_keys import free_name, output_keys
from cnnspec.frontends.steps import Steps
from cnnspec.frontends.subclasses import no_graph, with_plain_models
from cnnspec.frontends.tensors import Tensors
from cnnspec.frontends.valid_names import with_valid_names
from cnnspec.frontends.values import layer_arguments, plain
from cnnspec.frontends.whole import ReadModel, Whole, read_whole
from cnnspec.keras_files.configuration import MODELS
from cnnspec.keras_files.problems import MALFORMED, UnreadableModel
from cnnspec.language.document import Document, Input, Output, Step, Submodel
from cnnspec.language.expressions import escaped
from cnnspec.naming import NO_CLASSES, model_name

MAX_LAYERS = 10_000


def model_document(model: Mapping[str, Any]) -> Document:
    """Convert a serialized model to a document, without its compilation.

    Raises:
        UnreadableModel: a spec cannot express it.

    """
    return read_serialized(model)[0].document


def read_serialized(
    model: Mapping[str, Any], classes: Mapping[str, str] = NO_CLASSES
) -> tuple[ReadModel, Whole]:
    """Convert a serialized model, and collect notes; `classes` are as in `read_model`.

    Raises:
        UnreadableModel: a spec cannot express it.

    """
    try:
        model, notes = with_plain_models(in_form_of_keras_3(model))
        whole = read_whole(model, classes)
        whole.notes += notes
        return _read(model, whole), whole
    except MALFORMED as error:
        raise UnreadableModel(malformed(model)) from error


def _read(model: Mapping[str, Any], whole: Whole) -> ReadModel:
    kind, config = model["class_name"], model["config"]
    if kind not in MODELS:
        raise UnreadableModel(no_graph(model))
    steps = Steps(whole)
    reader = _Reader(whole, steps, steps.tensors)
    return reader.sequential(config) if kind == "Sequential" else reader.functional(config)


@dataclass(slots=True)
class _Reader:
    """Collects the parts of the document of one model."""

    whole: Whole
    steps: Steps
    tensors: Tensors
    inputs: dict[str, Input] = field(default_factory=dict)
    submodels: dict[str, Submodel] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    """Names of submodels, by layer name."""
    forms: dict[str, Any] = field(default_factory=dict)
    """Input structures of submodels, by layer name."""
    inside: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Arguments of layers with a submodel in them, by layer name."""
    called: dict[str, FirstCall] = field(default_factory=dict)
    """The kind, the arguments and the flags of the first call, by layer name."""
    recorded: dict[tuple[str, int], Outputs] = field(default_factory=dict)
    """The outputs of calls whose shapes the file has, by layer and call."""

    def functional(self, config: Mapping[str, Any]) -> ReadModel:
        config = with_activation_layers(with_valid_names(config, self.whole.notes))
        layers = {name_of(layer): layer for layer in config["layers"]}
        self.tensors.names = frozenset(layers)
        inputs = structure(config["input_layers"])
        for tensor in leaves(inputs):
            self.add_input(layers[tensor.layer]["config"])
        output_tensors = structure(config["output_layers"])
        first, first_of_outputs = first_calls(layers, output_tensors)
        calls = list(calls_of(config["layers"], first, self.tensors.call_name))
        self.recorded = recorded(calls, output_tensors, first_of_outputs)
        for call in without_masks(in_order(calls, self.inputs), leaves(output_tensors)):
            self.add(call)
        self.steps.add_first(self.tensors.word(leaf) for leaf in leaves(output_tensors))
        outputs: dict[str, Output] = {}
        keys = output_keys(output_tensors)
        taken = {*layers, *self.inputs}
        named = {
            id(tensor): self.add_output(tensor, first_of_outputs, outputs, key, taken)
            for tensor, key in zip(leaves(output_tensors), keys, strict=True)
        }
        return ReadModel(
            self.document(config, outputs),
            mapped(inputs, lambda tensor: tensor.layer),
            mapped(output_tensors, lambda tensor: named[id(tensor)]),
            self.known(outputs),
        )

    def add_output(
        self,
        tensor: Tensor,
        first: Mapping[str, int],
        outputs: dict[str, Output],
        key: str | None,
        taken: Collection[str],
    ) -> str:
        """Add an output, named by its key in a mapping, or else after its layer.

        The same tensor may be several outputs.
        """
        word = self.steps.handed_on(self.tensors.word(counted_from(tensor, first)))
        if key is not None:
            name = free_name(key, {*taken, *outputs} - {word})
            if name != key:
                self.whole.notes.append(f"the output '{key}' is called '{name}' in the spec")
            outputs[name] = Output(from_=None if name == word else word)
            return name
        name = word.replace("/", "_")
        repeated = sum((each.from_ or key) == word for key, each in outputs.items())
        name = f"{name}_{repeated + 1}" if repeated else name
        outputs[name] = Output(from_=None if name == word else word)
        return name

    def sequential(self, config: Any) -> ReadModel:
        config = config if isinstance(config, Mapping) else {"name": "sequential", "layers": config}
        config = with_activation_layers(with_valid_names(config, self.whole.notes))
        layers = list(config["layers"])
        above = self.add_input(sequential_input(layers, config))
        inputs = above
        self.recorded = recorded_in_chain(layers)
        for layer in layers:
            name = name_of(layer)
            self.add(Call(layer, 0, name, Node([]), source=above))
            above = name
        self.steps.add_first([above])
        above = self.steps.handed_on(above)
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
            layers=self.steps.listed,
            outputs=outputs,
        )

    def add_input(self, config: Mapping[str, Any]) -> str:
        """Add an input and return its name."""
        name = checked_name(self.whole, config["name"], "input")
        for key in ("sparse", "ragged", "optional"):
            if config.get(key):
                message = f"the input '{name}' is {key}, which a spec cannot express; one that is not can be imported"
                raise UnreadableModel(message)
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
        try:
            self.add_step(call)
        except MALFORMED as error:
            raise UnreadableModel(not_as_written(call.layer)) from error

    def add_step(self, call: Call) -> None:
        """Add the step of a call of a layer that has the structure of those that Keras writes."""
        layer, kind, config = call.layer, call.layer["class_name"], call.layer["config"]
        name = name_of(layer)
        if call.index and not is_operator(layer) and not is_of_others(layer):
            call, flags = own_flags(call, self.called.get(name))
            again = self.keys.get(name, "shared")
            arguments = {"layer": name} if again == "shared" else self.inside.get(name, {})
            if flags:
                kind, given, _ = self.called[name]
                self.steps.declare(call.name, kind, {**given, **flags})
            of = call.name if flags else name
            self.steps.add(call.name, again, arguments | flags, self.sources(call), of=of)
            return
        checked_name(self.whole, call.name, "layer")
        count(self.whole, layer, call.name, MAX_LAYERS)
        if is_operator(layer):
            self.steps.add_operation(call)
            return
        if is_of_others(layer):
            self.add_other(call)
            return
        if kind in MODELS:
            inner = _read(layer, self.whole)
            key, self.steps.known_outputs[name] = self.add_model(call, inner, name), inner.inferred
            self.steps.add(name, key, {}, self.sources(call), of=name)
            return
        if (model := inner_model(config)) is not None:
            self.add_inside(call, model)
            return
        check_inside(layer)
        arguments = self.whole.layer_arguments(kind, config)
        node, flags = split(call.node, kind, arguments)
        arguments |= flags
        self.called[name] = kind, arguments, flags
        sources = self.sources(replace(call, node=node))
        self.steps.declare(name, kind, arguments)
        self.steps.add(name, kind, escaped(arguments), sources, of=name)

    def add_other(self, call: Call) -> None:
        """Add the step of a call of a layer whose class is not from Keras."""
        name = name_of(call.layer)
        outputs = self.recorded.get((name, call.index), {})
        step, tensors = other_step(call, outputs, self.whole)
        self.tensors.outputs_of[call.name] = ["", *map(str, range(1, max(outputs, default=0) + 1))]
        step.from_ = [call.source] if call.source else [self.tensors.word(each) for each in tensors]
        self.steps.listed.append(step)

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
        around = {**config, "layer": {"class_name": "Identity", "config": {}}}
        arguments = layer_arguments(kind, around, self.whole.find)
        key = self.add_model(call, _read(model, self.whole), str(name_of(model)))
        arguments = escaped({**arguments, "layer": key})
        self.tensors.outputs_of[name], self.keys[name] = [], kind
        self.forms.pop(name, None)
        self.inside[name] = arguments
        sources = self.sources(call)
        self.steps.listed.append(Step(kind=kind, name=name, arguments=arguments, from_=sources))

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
        node = arranged(call.node, self.forms.get(name), name)
        tensors = inputs_of(node, name, call.layer["class_name"])
        return [self.tensors.word(tensor) for tensor in tensors]

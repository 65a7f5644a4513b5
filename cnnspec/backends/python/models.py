"""Writes graphs as functions that build Keras models: one for the model, and one per submodel."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from cnnspec.backends.lowering import KerasInput, inputs_of, model_name_of, weights_of
from cnnspec.backends.python.applications import Network, is_counted, network_call, network_of
from cnnspec.backends.python.blocks import Blocks
from cnnspec.backends.python.calling import (
    IN_TRAINING,
    called,
    says_training,
    tensors,
    trainable_set,
)
from cnnspec.backends.python.compiling import compile_call
from cnnspec.backends.python.formulas import Differs, Environment
from cnnspec.backends.python.identifiers import Identifiers, identifier
from cnnspec.backends.python.layout import INDENT, Call, Code, Labelled, lines
from cnnspec.backends.python.literals import literal, quoted
from cnnspec.backends.python.masks import KEEP_NAMES, names_at_risk
from cnnspec.backends.python.matching import Matcher
from cnnspec.backends.python.outline import LayerItem, Uses, outline
from cnnspec.backends.python.parts import Part
from cnnspec.backends.python.scope import Scope
from cnnspec.backends.python.statements import Assign, Lane, Statement, Value
from cnnspec.backends.python.variables import Variables
from cnnspec.backends.python.weights import COPY_WEIGHTS, LOADERS
from cnnspec.backends.python.wrapping import at_every_step
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Application, Output, Ref, SubmodelLayer
from cnnspec.keras_files.hdf5 import form_of_weights


class NoScript(Exception):
    """A model cannot be written as a script; the message is the reason."""


class Models:
    """The functions of a script, in order."""

    def __init__(self, names: Identifiers, classes: Mapping[str, str]) -> None:
        self.names = names
        self.classes = classes
        self.functions: list[Sequence[str]] = []
        self.files: dict[str, str] = {}
        """The paths of weights files, by constant."""
        self.helpers: dict[str, None] = {}
        """The helper functions that load weights."""
        self.has_counted = False
        """Whether Keras has numbered layers of a network."""

    def write(self, checked: CheckedGraph, name: str) -> str:
        """Write the function of the whole model, with its Keras name."""
        is_nameless = identifier(checked.name) == "model"  # what it is called where it is built
        function = self.names.free("build_model" if is_nameless else checked.name)
        compiling = compile_call(checked)
        does = "Build and compile" if compiling else "Build"
        builder = _Builder(self, checked)
        body = builder.steps(name, compiling)
        self.add(builder, function, [f'{INDENT}"""{does} the model."""', *body])
        return function

    def write_submodel(
        self, node: CheckedNode, layer: SubmodelLayer, network: Network | None, *, is_loaded: bool
    ) -> str:
        """Write the function of a submodel; `is_loaded` if its weights come from outside."""
        assert node.submodel is not None
        function = self.names.free(layer.key)
        builder = _Builder(self, node.submodel, is_loaded=is_loaded, is_frozen=node.node.frozen)
        if network is not None and layer.application is not None:
            body = builder.network(network, layer.application, model_name_of(node))
        else:
            body = builder.steps(model_name_of(node))
        self.add(builder, function, body)
        return function

    def network_of(
        self, node: CheckedNode, layer: SubmodelLayer, *, is_loaded: bool
    ) -> Network | None:
        """Return the network of Keras that replaces a submodel, if there is one."""
        application, checked = layer.application, node.submodel
        if application is None or checked is None:
            return None
        if is_loaded and application.declaration.is_imagenet_only:
            return None  # Keras has another network without those weights
        network = network_of(layer, application, checked)
        if network is None or (is_counted(network.inner) and self.has_counted):
            return None
        self.has_counted = self.has_counted or is_counted(network.inner)
        return network

    def add(self, builder: "_Builder", function: str, body: Sequence[str]) -> None:
        """Add a function after those of its blocks."""
        self.functions += [each.lines for each in builder.blocks.functions]
        self.functions.append([f"def {function}() -> keras.Model:", *body])

    def file(self, path: Path, key: str) -> str:
        """Return the constant for the path of a weights file."""
        relative = Path(os.path.relpath(path.resolve())).as_posix()
        for known, each in self.files.items():
            if each == relative:
                return known
        constant = self.names.unique(identifier(f"{key}_weights").upper())
        self.files[constant] = relative
        return constant

    def load(self, model: Value, path: Path, key: str) -> Assign:
        """Return the statement that loads weights by layer name."""
        file = self.file(path, key)
        if (form := form_of_weights(path)) == "model":
            self.helpers[COPY_WEIGHTS] = None
            loaded = Call("keras.models.load_model", (file, Labelled("compile=", "False")))
            return Assign((), (model,), lambda read: Call("copy_weights", (read[0], loaded)))
        name, helper = LOADERS[form]
        self.helpers[helper] = None
        return Assign((), (model,), lambda read: Call(name, (read[0], file)))

    def copied(self, model: Value, node: CheckedNode, application: Application) -> list[Statement]:
        """Return the statement that loads the weights of Keras into a network that is written out.

        Raises:
            NoScript: Keras would continue the numbers of layers of another network.

        """
        if application.file is not None:
            return [self.load(model, application.file, application.declaration.kind())]
        assert node.submodel is not None
        if is_counted(node.submodel.nodes):
            if self.has_counted:
                kind = application.declaration.kind()
                message = "because Keras continues the numbers of the layers of another network"
                raise NoScript(f"the weights of {kind} cannot be copied by layer name, {message}")
            self.has_counted = True
        self.helpers[COPY_WEIGHTS] = None
        made = network_call(application, self.weights(application))
        return [Assign((), (model,), lambda read: Call("copy_weights", (read[0], made)))]

    def weights(self, application: Application) -> Code:
        """Return the `weights` argument of a network of Keras."""
        if isinstance(application.weights, Path):
            return self.file(application.weights, application.declaration.kind())
        return literal(application.weights)


class _Builder(Matcher):
    """Writes the function of a model."""

    def __init__(
        self,
        models: Models,
        checked: CheckedGraph,
        *,
        is_loaded: bool = False,
        is_frozen: bool = False,
    ) -> None:
        self.models = models
        self.checked = checked
        self.blocks = Blocks(Uses(checked), models.names, models.classes)
        scope = Scope(models.names.inside())
        super().__init__(self.blocks.uses, scope, models.classes, self.blocks.of_calls)
        self.is_loaded = is_loaded or checked.graph.weights is not None
        """Whether the weights of this model or a model around it are loaded."""
        self.is_frozen = is_frozen
        self.kept: dict[str, Value] = {}
        """The layers and submodels that are in variables, by the names of their first calls."""
        self.part = Part(Environment())
        self.outputs: dict[Value, Callable[[Mapping[Value, str]], str]] = {}
        """Values that no statement assigns, as expressions of variables."""

    def steps(self, name: str, compiling: Call | None = None) -> list[str]:
        """Return the lines of the function, from the steps of the spec."""
        statements = [*self.kept_names(), *self.inputs_of_model()]
        items = outline(self.checked)
        self.blocks.write(items)
        statements += self.body([self.part], [items])
        return self.lines(statements, name, compiling)

    def network(self, network: Network, application: Application, name: str) -> list[str]:
        """Return the lines of the function, with a network of Keras instead of most steps."""
        statements = self.inputs_of_model()
        statements += self.body([self.part], [outline(self.checked, network.front)])
        source = self.scope.read([network.inner[0].node.inputs[0]], [self.part])
        weights = literal(None) if self.is_loaded else self.models.weights(application)
        made, output = Value((), "network", is_named=True), Value((), "output")
        statements.append(
            Assign((made,), (source,), lambda read: network_call(application, weights, read[0]))
        )
        self.part.is_now(Ref(network.inner[-1].name), output)
        self.outputs[output] = lambda of: network.output(of[made])
        statements += self.body([self.part], [outline(self.checked, network.pooling)])
        return self.lines(statements, name)

    def kept_names(self) -> Iterator[Statement]:
        """Return the statement that keeps the names of layers from the operations of masks."""
        if numbers := names_at_risk(self.checked):
            self.models.helpers[KEEP_NAMES] = None
            said = [Labelled(f"{kind}=", literal(number)) for kind, number in numbers.items()]
            yield Assign((), (), lambda _: Call("keep_names", tuple(said)))

    def inputs_of_model(self) -> list[Statement]:
        """Return the statements that make the inputs."""
        found: list[Statement] = []
        for each, said in zip(self.checked.inputs, inputs_of(self.checked), strict=True):
            # `x` is what the statements below it go on with
            name = "x_input" if identifier(each.name) == "x" else each.name
            value = Value((), name, is_named=True)
            self.part.is_now(Ref(each.name), value)
            found.append(_input(value, said))
        return found

    def lines(
        self, statements: list[Statement], name: str, compiling: Call | None = None
    ) -> list[str]:
        """Return the lines of statements and of the resulting model."""
        inputs = [self.scope.read([Ref(each.name)], [self.part]) for each in self.checked.inputs]
        outputs = [self.scope.read([each.ref], [self.part]) for each in self.checked.graph.outputs]
        for value, each in zip(outputs, self.checked.graph.outputs, strict=True):
            value.name, value.is_named = each.name, value.is_named or _is_said(each)
        model = Value((), "model")

        def making(read: Sequence[str]) -> Code:
            taken, given = tensors(read[: len(inputs)]), tensors(read[len(inputs) :])
            return Call("keras.Model", (taken, given, Labelled("name=", quoted(name))))

        statements.append(Assign((model,), (*inputs, *outputs), making))
        weights = self.checked.graph.weights
        if weights is not None:
            statements.append(self.models.load(model, weights, self.checked.name))
        variables = Variables(self.scope.names)
        variables.of[model] = "model"
        variables.choose(statements, ())
        for value, said in self.outputs.items():
            variables.of[value] = said(variables.of)
        if compiling is None:
            return list(variables.returned(statements, model, INDENT))
        written = variables.written(statements, INDENT)
        return [*written, *lines(compiling, INDENT), f"{INDENT}return model"]

    def layer(
        self, parts: Sequence[Part], items: Sequence[LayerItem], lane: Lane
    ) -> list[Statement]:
        """Return the call of a layer; shared layers and submodels are made before it."""
        node = items[0].node
        if not self.uses.is_kept(node):
            return super().layer(parts, items, lane)
        if len(items) > 1 or parts[0].outer is not None:
            raise Differs
        made: list[Statement] = []
        if node.node.layer_name not in self.kept:
            made += self.keep(parts[0], items[0])
        kept = self.kept[node.node.layer_name]
        reads = (kept, *self.inputs(parts, items, lane))
        results = self.results(parts, items, lane)
        why = IN_TRAINING if says_training(node) else ""
        call = Assign(results, reads, lambda read: called(node, read[0], read[1:]), why)
        is_built = not made or node.submodel is not None
        settings = {} if is_built else self.objects(parts, items).set_when_built()
        return [*made, call, *trainable_set(kept, settings)]

    def keep(self, part: Part, item: LayerItem) -> list[Statement]:
        """Return the statements that make a layer or submodel and assign it to a variable."""
        node, layer = item.node, item.node.layer
        if not isinstance(layer, SubmodelLayer):
            making = self.making(self.objects([part], [item]), [part], [item])
            kept = Value((), f"{node.keras_name}_layer", is_named=True)
            self.kept[node.node.layer_name] = kept
            return [Assign((kept,), (), lambda _: making)]
        weights = weights_of(layer, is_loaded=self.is_loaded)
        is_loaded = self.is_loaded or isinstance(weights, Path)
        network = self.models.network_of(node, layer, is_loaded=is_loaded)
        function = self.models.write_submodel(node, layer, network, is_loaded=is_loaded)
        kept = Value((), f"{layer.key.removesuffix('_model')}_model", is_named=True)
        statements: list[Statement] = [Assign((kept,), (), lambda _: Call(function))]
        if isinstance(weights, Path):
            statements.append(self.models.load(kept, weights, layer.key))
        elif weights is not None and not network:
            statements += self.models.copied(kept, node, weights)
        if node.node.frozen and not self.is_frozen:
            statements.append(Assign((), (kept,), lambda read: f"{read[0]}.trainable = False"))
        if layer.every_step is not None:
            model, kept = kept, Value((), f"{node.keras_name}_layer", is_named=True)
            statements += at_every_step(layer.every_step, model, kept, node.keras_name)
        self.kept[node.node.layer_name] = kept
        return statements


def _input(value: Value, made: KerasInput) -> Assign:
    arguments: list[Code] = [literal(made.shape)]
    if made.dtype != "float32":
        arguments.append(Labelled("dtype=", quoted(made.dtype)))
    arguments.append(Labelled("name=", quoted(made.name)))
    return Assign((value,), (), lambda _: Call("keras.Input", tuple(arguments)))


def _is_said(output: Output) -> bool:
    """Whether the name of an output is explicit in the spec."""
    place = output.place
    return place.path[-2:-1] == ("outputs",) or (place / "name").value() is not None

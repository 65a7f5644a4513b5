"""A Document to a Graph: parameters, defaults, blocks, repetitions, branches, names, references."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from cnnspec.declarations import Declaration, Family, Problem, Problems, shown
from cnnspec.definitions import (
    BlockDefinition,
    Definitions,
    Parameters,
    gather,
    report_problem,
    resolve_parameters,
)
from cnnspec.diagnostics import CODES, WARNINGS, Note, Report, did_you_mean
from cnnspec.document import BROKEN_STEP, Call, Document, Step, name_problem
from cnnspec.document import Input as InputSpec
from cnnspec.document import Output as OutputSpec
from cnnspec.expressions import is_reference, substitute
from cnnspec.fields import DATA_TYPES
from cnnspec.graph import Graph, Input, Node, Output, Ref, SubmodelLayer
from cnnspec.layers.base import LAYERS, Layer
from cnnspec.layers.custom import custom_kind, is_import_path
from cnnspec.loading import Loader
from cnnspec.naming import keras_name, model_name, snake_case
from cnnspec.objects import LOSSES, METRICS, OPTIMIZERS
from cnnspec.shapes import TensorSpec
from cnnspec.source import Place
from cnnspec.submodels import SubmodelReader, freeze

MAX_STEPS = 100_000
"""How many steps a spec may write out to."""
MAX_BLOCK_DEPTH = 50
"""How deep blocks may call blocks."""
MAX_INPUTS = 10_000
"""How many tensors a step may take."""

Value = tuple[Ref, ...] | None
"""What a step gives: one tensor or several; None after an error that has been reported."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where steps are written out: the names before them, and what they see."""

    prefix: str
    parameters: Parameters
    start: Value
    several_inputs: tuple[str, ...] = ()
    """The inputs of the model, where the first step must say which it takes."""
    frozen: bool = False
    blocks: tuple[str, ...] = ()
    """The blocks that are being written out, the outermost first."""
    explicit: frozenset[str] = frozenset()
    """The names that steps of this scope give themselves."""


def expand(
    document: Document,
    place: Place,
    loader: Loader,
    *,
    overrides: Mapping[str, Any] | None = None,
    reading: tuple[Path, ...] = (),
) -> Graph:
    """Write a document out into a graph; mistakes go into the loader's report.

    `overrides` replace parameters of the spec; `reading` are the spec files that are being read
    on the way to this one.
    """
    report = loader.report
    given = dict(overrides or {})
    for name in (each for each in given if each not in document.params):
        suggestion = did_you_mean(name, document.params)
        message = f"there is no parameter '{name}' to set"
        report.error("unknown-parameter", message, place.span(), suggestion=suggestion)
    parameters = resolve_parameters(document.params, given, {}, place / "params", report)
    definitions = gather(document, place, parameters, loader)
    reader = SubmodelReader(loader, expand, reading)
    writer = Writer(definitions, reader, report)
    return writer.model(document, parameters, place)


def explicit_names(steps: Sequence[Step]) -> frozenset[str]:
    """The names that steps give themselves, those in branches included."""
    names = {step.name for step in steps if step.name is not None}
    for step in steps:
        if step.branches is not None:
            for branch in step.branches.steps.values():
                names |= explicit_names(branch)
    return frozenset(names)


def default_name(place: Place) -> str:
    """The name of a model that gives itself none: that of its file, where it has one."""
    file = place.source.name if place.source else "<>"
    return "model" if file.startswith("<") else model_name(Path(file).stem)


def node_name(scoped: str) -> str:
    """The name of a node for the name of its step: a scope is no part of a Keras name."""
    return scoped.replace("/", "_")


def is_call_of(node: Node, submodel: SubmodelLayer) -> bool:
    """Whether a node calls a submodel."""
    return isinstance(node.layer, SubmodelLayer) and node.layer.key == submodel.key


@dataclass(slots=True)
class Writer:
    """Writes the steps of one spec out into the nodes of its graph."""

    definitions: Definitions
    submodels: SubmodelReader
    report: Report
    nodes: list[Node] = field(default_factory=list)
    by_name: dict[str, Node] = field(default_factory=dict)
    """Nodes by their Keras name."""
    values: dict[str, Value] = field(default_factory=dict)
    """What names stand for, with their scopes."""
    defined: dict[str, Place] = field(default_factory=dict)
    keras_names: dict[str, str] = field(default_factory=dict)
    """The scoped name that stands behind each Keras name."""
    counted: Counter[str] = field(default_factory=Counter)
    written: int = 0
    unnamed_failed: bool = False
    """Whether a step without a name failed, so that a counted name may be its own."""

    def model(self, document: Document, parameters: Parameters, place: Place) -> Graph:
        """Write out a whole document."""
        inputs = tuple(
            found
            for name, said in document.inputs.items()
            if (found := self.input(name, said, parameters, place / "inputs" / name))
        )
        for name in document.inputs:
            self.define(name, (Ref(name),), place / "inputs" / name, is_layer=True)
        self.check_submodels()
        scope = Scope(
            "",
            parameters,
            (Ref(inputs[0].name),) if len(document.inputs) == 1 and inputs else None,
            several_inputs=tuple(document.inputs) if len(document.inputs) > 1 else (),
            explicit=explicit_names(document.layers),
        )
        last = self.run(document.layers, scope, place / "layers")
        outputs = self.outputs(document, last, scope, place)
        return Graph(
            document.name or default_name(place),
            inputs,
            tuple(self.nodes),
            outputs,
            self.optimizer(document, parameters, place),
            place,
            self.ignored(document, place / "ignore"),
        )

    # inputs, outputs, training

    def input(
        self, name: str, said: InputSpec, parameters: Parameters, place: Place
    ) -> Input | None:
        """Check an input's shape and data type."""
        in_mapping = place.source is not None and isinstance(place.value(), dict)
        where = place / "shape" if in_mapping else place
        shape = self.resolved(said.shape, parameters, where)
        dtype = self.resolved(said.dtype, parameters, place / "dtype")
        if not isinstance(shape, list):
            if shape is not None:
                message = f"a shape is a list of sizes, not {shown(shape)}"
                self.report.error("wrong-type", message, where.span())
            return None
        for position, size in enumerate(shape):
            whole = isinstance(size, int) and not isinstance(size, bool)
            if size is not None and not (whole and size >= 1):
                message = f"a size of '{name}' must be a whole number of at least 1, or null, not {shown(size)}"
                code = "out-of-range" if whole else "wrong-type"
                self.report.error(code, message, (where / position).span())
                return None
        if dtype not in DATA_TYPES:
            known = did_you_mean(dtype, DATA_TYPES) if isinstance(dtype, str) else None
            message = f"there is no data type {shown(dtype)}"
            span = (place / "dtype").span()
            self.report.error("unknown-value", message, span, suggestion=known)
            return None
        return Input(name, TensorSpec((None, *shape), dtype), place)

    def outputs(
        self, document: Document, last: Value, scope: Scope, place: Place
    ) -> tuple[Output, ...]:
        """The outputs of the model; without any said, the last step is the one."""
        if not document.outputs:
            at = place / "layers" / (len(document.layers) - 1)
            if last is None or (ref := self.single(last, at)) is None:
                return ()
            return (self.output(ref.node, ref, OutputSpec(), scope, at),)
        found = []
        for name, said in document.outputs.items():
            where = place / "outputs" / name
            wanted = said.from_ if said.from_ is not None else name
            at = where / "from" if said.from_ is not None else where
            value = self.look_up(wanted, scope, at, output=said.from_ is None)
            ref = self.single(value, at) if value is not None else None
            if ref is None:
                self.output_calls(said, scope, where)
                continue
            found.append(self.output(name, ref, said, scope, where))
        return tuple(found)

    def output(self, name: str, ref: Ref, said: OutputSpec, scope: Scope, place: Place) -> Output:
        """Make one output, with a linear layer of its name where no layer has it."""
        node = self.by_name.get(ref.node)
        its_own = ref.node == name and ref.output is None
        if not its_own or (node is not None and node.shares is not None):
            if its_own and node is not None:
                ref = self.rename_call(node)
            elif keras_name(name) in self.keras_names:
                first = self.defined[self.keras_names[keras_name(name)]]
                note = Note(f"'{name}' is defined here", first.name_span())
                message = f"the output '{name}' has the name of a layer whose tensor it is not"
                self.report.error("duplicate-name", message, place.span(on_key=True), notes=(note,))
            identity = LAYERS.find("Identity").of({})
            assert isinstance(identity, Layer)
            self.add(Node(name, name, identity, (ref,), place))
            ref = Ref(name)
        loss, weight, metrics = self.output_calls(said, scope, place)
        if weight is not None and said.loss is None:
            message = "'loss_weight' weighs a loss, and this output has none"
            span = (place / "loss_weight").span(on_key=True)
            self.report.error("conflicting-arguments", message, span)
        return Output(name, ref, place, loss, weight, metrics)

    def rename_call(self, node: Node) -> Ref:
        """Give a shared call another name, so that the output after it can have its name."""
        renamed = replace(node, name=f"{node.name}_call", scoped=f"{node.scoped}_call")
        ref = Ref(renamed.name)
        self.nodes = [
            replace(
                renamed if each is node else each,
                inputs=tuple(ref if source == Ref(node.name) else source for source in each.inputs),
            )
            for each in self.nodes
        ]
        self.by_name = {each.name: each for each in self.nodes}
        return ref

    def output_calls(
        self, said: OutputSpec, scope: Scope, place: Place
    ) -> tuple[Declaration | None, float | None, tuple[Declaration, ...]]:
        """Check an output's loss, its weight, and its metrics."""
        loss = self.call(LOSSES, said.loss, scope.parameters, place / "loss")
        weight = self.resolved(said.loss_weight, scope.parameters, place / "loss_weight")
        if weight is not None and (isinstance(weight, bool) or not isinstance(weight, int | float)):
            message = f"'loss_weight' must be a number, not {shown(weight)}"
            self.report.error("wrong-type", message, (place / "loss_weight").span())
        metrics = [
            self.call(METRICS, metric, scope.parameters, place / "metrics" / position)
            for position, metric in enumerate(said.metrics)
        ]
        return loss, weight, tuple(metric for metric in metrics if metric is not None)

    def call(
        self, family: Family, said: Call | None, parameters: Parameters, place: Place
    ) -> Declaration | None:
        """Check a call of a loss, metric or optimizer."""
        if said is None:
            return None
        try:
            arguments = substitute(said.arguments, parameters)
            return family.find(said.kind).of(arguments, word=said.kind)
        except Problem as problem:
            report_problem(self.report, problem, place)
        except Problems as found:
            for each in found.problems:
                report_problem(self.report, each, place)
        return None

    def optimizer(
        self, document: Document, parameters: Parameters, place: Place
    ) -> Declaration | None:
        """Check how the model is optimized, and refuse what this release cannot do yet."""
        if document.train is None:
            return None
        for key in sorted(document.train.model_fields_set - {"optimizer"}):
            message = (
                f"'train.{key}' is part of the language, and not supported by this release yet"
            )
            span = (place / "train" / key).span(on_key=True)
            self.report.error("not-supported-yet", message, span)
        said = document.train.optimizer
        return self.call(OPTIMIZERS, said, parameters, place / "train" / "optimizer")

    def ignored(self, document: Document, place: Place) -> tuple[str, ...]:
        """Check the codes of the warnings that a document does not want."""
        for position, code in enumerate(document.ignore):
            if code in WARNINGS:
                continue
            message = f"there is no warning '{code}'"
            if code in CODES:
                message = f"'{code}' is an error, and only warnings can be ignored"
            suggestion = None if code in CODES else did_you_mean(code, WARNINGS)
            span = (place / position).span()
            self.report.error("unknown-value", message, span, suggestion=suggestion)
        return tuple(document.ignore)

    # steps

    def run(self, steps: Sequence[Step], scope: Scope, place: Place) -> Value:
        """Write steps out one after the other; give the value of the last."""
        value = scope.start
        for position, step in enumerate(steps):
            first = scope.several_inputs and position == 0
            inner = scope if first else replace(scope, several_inputs=())
            value = self.step(step, inner, value, place / position)
        return value

    def step(self, step: Step, scope: Scope, above: Value, place: Place) -> Value:
        """Write out a step, as often as it repeats."""
        name = self.given_name(step, scope, place)
        if step.repeat is None:
            return self.once(step, scope, above, place, name)
        times = self.times(step, scope, place)
        if times is None:
            return self.failed(name, scope)
        value = above if times else self.sources(step, scope, above, place)
        turn, inner = step, scope
        for index in range(times):
            inner = replace(inner, parameters={**scope.parameters, "index": index})
            turn_name = name and f"{name}_{index + 1}"
            value = self.once(turn, inner, value, place, turn_name)
            turn = step.model_copy(update={"from_": None})
            inner = replace(scope, several_inputs=())
            if self.written > MAX_STEPS:
                break
        if name is not None and self.is_free(scope.prefix + name, place):
            self.define(scope.prefix + name, value, place)
        return value

    def times(self, step: Step, scope: Scope, place: Place) -> int | None:
        """How often a step repeats; None after an error."""
        times = self.resolved(step.repeat, scope.parameters, place / "repeat")
        whole = isinstance(times, int) and not isinstance(times, bool)
        if whole and times >= 0:
            return int(times)
        if times is not None:
            message = f"'repeat' must be a whole number of at least 0, not {shown(times)}"
            code = "out-of-range" if whole else "wrong-type"
            span = (place / "repeat").span()
            self.report.error(code, message, span, notes=place.callers())
        return None

    def given_name(self, step: Step, scope: Scope, place: Place) -> str | None:
        """The name that a step gives itself."""
        if not is_reference(step.name):
            return step.name
        name = self.resolved(step.name, scope.parameters, place / "name")
        problem = name_problem(name) if name is not None else None
        if problem is not None:
            code, message = problem
            span = (place / "name").span()
            self.report.error(code, message, span, notes=place.callers())
        return None if problem else name

    def once(self, step: Step, scope: Scope, above: Value, place: Place, name: str | None) -> Value:
        """Write out one turn of a step."""
        self.written += 1
        if self.written > MAX_STEPS:
            if self.written == MAX_STEPS + 1:
                message = f"the spec writes out to more than {MAX_STEPS} steps"
                self.report.error("too-large", message, place.head(), notes=place.callers())
            return None
        if step.kind == BROKEN_STEP:
            return self.failed(name, scope)
        inputs = self.sources(step, scope, above, place)
        frozen = self.resolved(step.frozen, scope.parameters, place / "frozen")
        if frozen is not None and not isinstance(frozen, bool):
            message = f"'frozen' must be true or false, not {shown(frozen)}"
            self.report.error("wrong-type", message, (place / "frozen").span())
        inner = replace(scope, frozen=scope.frozen or frozen is True)
        if step.branches is not None:
            inputs = self.branches(step, inner, inputs, place)
        if step.kind == "shared":
            return self.shared(step, inner, inputs, place, name)
        if step.kind in self.definitions.blocks:
            definition = self.definitions.blocks[step.kind]
            return self.block(step, definition, inner, inputs, place, name)
        if step.kind in self.definitions.submodels:
            return self.submodel(step, inner, inputs, place, name)
        return self.layer(step, inner, inputs, place, name)

    def sources(self, step: Step, scope: Scope, above: Value, place: Place) -> Value:
        """The tensors that a step takes."""
        if step.from_ is None:
            if scope.several_inputs:
                said = " and ".join(scope.several_inputs)
                message = f"the model has several inputs, {said}; the first step needs 'from'"
                self.report.error("needs-from", message, place.head())
                return None
            return above
        refs: list[Ref] = []
        failed = False
        listed = len(step.from_) > 1 or place.has_list("from")
        for position, said in enumerate(step.from_):
            at = place / "from" / position if listed else place / "from"
            word = self.resolved(said, scope.parameters, at)
            if word == "previous" and not scope.several_inputs:
                value = above
            elif isinstance(word, str):
                value = self.look_up(word, scope, at)
            else:
                value = None
                if word is not None:
                    message = f"'from' takes names, not {shown(word)}"
                    self.report.error("wrong-type", message, at.span(), notes=place.callers())
            failed = failed or value is None
            refs += value or ()
        if len(refs) > MAX_INPUTS:
            message = f"the step takes more than {MAX_INPUTS} tensors"
            self.report.error("too-large", message, place.head(), notes=place.callers())
            return None
        return None if failed else tuple(refs)

    def branches(self, step: Step, scope: Scope, start: Value, place: Place) -> Value:
        """Write out the branches of a merging step; their last tensors are its inputs."""
        assert step.branches is not None
        inputs: list[Ref] = []
        failed = False
        for key, steps in step.branches.steps.items():
            at = place / "branches" / key
            value = self.run(steps, replace(scope, start=start, several_inputs=()), at)
            ref = self.single(value, at) if value is not None else None
            failed = failed or ref is None
            inputs += (ref,) if ref is not None else ()
        declaration = LAYERS.kinds.get(LAYERS.aliases.get(step.kind, step.kind))
        if declaration is not None and not getattr(declaration, "merges", False):
            message = (
                f"{step.kind} does not merge; 'branches' is for layers such as Add and Concatenate"
            )
            span = (place / "branches").span(on_key=True)
            self.report.error("conflicting-arguments", message, span, notes=place.callers())
            return None
        return None if failed else tuple(inputs)

    def layer(
        self, step: Step, scope: Scope, inputs: Value, place: Place, name: str | None
    ) -> Value:
        """Write out a call of a layer."""
        declaration: type[Declaration]
        try:
            is_path = is_import_path(step.kind)
            declaration = custom_kind(step.kind) if is_path else LAYERS.find(step.kind)
        except Problem as problem:
            self.unknown_kind(step.kind, problem, place)
            return self.failed(name, scope)
        layer = self.checked_layer(step, declaration, scope, place)
        kind = snake_case(declaration.kind())
        scoped = self.named(name, kind, scope, place)
        if layer is None or inputs is None or scoped is None:
            return self.failed(name, scope)
        return self.add(Node(node_name(scoped), scoped, layer, inputs, place, scope.frozen))

    def failed(self, name: str | None, scope: Scope) -> Value:
        """Remember a name that has no value after an error, so that its readers stay silent."""
        self.unnamed_failed = self.unnamed_failed or name is None
        if name is not None:
            self.values.setdefault(scope.prefix + name, None)
        return None

    def unknown_kind(self, kind: str, problem: Problem, place: Place) -> None:
        """Report a kind that is nothing, looking for near names among all that could stand there."""
        others = (*self.definitions.blocks, *self.definitions.submodels, "shared")
        suggestion = did_you_mean(kind, [*LAYERS.kinds, *LAYERS.aliases, *others])
        message = f"there is no layer, block or submodel '{kind}'"
        self.report.error(
            problem.code, message, place.head(), notes=place.callers(), suggestion=suggestion
        )

    def checked_layer(
        self, step: Step, declaration: type[Declaration], scope: Scope, place: Place
    ) -> Layer | None:
        """Check the arguments of a layer, with the defaults of its kind put in."""
        try:
            given = substitute(step.arguments, scope.parameters)
        except Problem as problem:
            report_problem(self.report, problem, place)
            return None
        defaults = self.definitions.defaults.get(declaration.kind(), {})
        arguments = given | {
            name: default.value for name, default in defaults.items() if name not in given
        }
        try:
            layer = declaration.of(arguments, word=step.kind)
        except Problems as found:
            for each in found.problems:
                head = str(each.at[0]) if each.at else ""
                at = place / head
                if head in defaults and head not in given:
                    at = defaults[head].place
                report_problem(self.report, each, place if not each.at else at, within=each.at[1:])
            return None
        assert isinstance(layer, Layer)
        return layer

    def shared(
        self, step: Step, scope: Scope, inputs: Value, place: Place, name: str | None
    ) -> Value:
        """Write out another call of an earlier layer."""
        for key in (each for each in step.arguments if each != "layer"):
            message = f"'shared' has no argument '{key}'; it takes 'layer', 'name' and 'from'"
            span = (place / key).span(on_key=True)
            self.report.error("unknown-argument", message, span, notes=place.callers())
        if step.frozen is not None:
            message = "'frozen' belongs to the layer that is shared, not to another call of it"
            span = (place / "frozen").span(on_key=True)
            self.report.error("conflicting-arguments", message, span, notes=place.callers())
        wanted = self.resolved(step.arguments.get("layer"), scope.parameters, place / "layer")
        if not isinstance(wanted, str):
            message = "'shared' needs 'layer': the name of an earlier layer"
            span = (place / "layer").span() if "layer" in step.arguments else place.head()
            code = "wrong-type" if "layer" in step.arguments else "missing-argument"
            self.report.error(code, message, span, notes=place.callers())
            return self.failed(name, scope)
        value = self.look_up(wanted, scope, place / "layer")
        scoped = self.named(name, "shared", scope, place)
        if value is None or inputs is None or scoped is None:
            return self.failed(name, scope)
        target = self.by_name.get(value[0].node)
        if target is None or len(value) > 1 or value[0].output is not None:
            message = f"'{wanted}' is no layer that can be called again"
            self.report.error("unknown-name", message, (place / "layer").span())
            return self.failed(name, scope)
        original = self.by_name[target.layer_name]
        shared = replace(original, name=node_name(scoped), scoped=scoped, shares=original.name)
        return self.add(replace(shared, inputs=inputs, place=place))

    def block(
        self,
        step: Step,
        definition: BlockDefinition,
        scope: Scope,
        inputs: Value,
        place: Place,
        name: str | None,
    ) -> Value:
        """Write out a block in place."""
        scoped = self.named(name, step.kind, scope, place)
        parameters = self.block_parameters(step, definition, scope, place)
        if step.kind in scope.blocks:
            chain = " -> ".join((*scope.blocks[scope.blocks.index(step.kind) :], step.kind))
            message = f"the block '{step.kind}' calls itself ({chain})"
            self.report.error("recursive-block", message, place.head())
            return self.failed(name, scope)
        if len(scope.blocks) == MAX_BLOCK_DEPTH:
            message = f"blocks call blocks more than {MAX_BLOCK_DEPTH} levels deep"
            self.report.error("too-large", message, place.head())
            return self.failed(name, scope)
        if scoped is None or parameters is None:
            return self.failed(name, scope)
        inner = Scope(
            f"{scoped}/",
            parameters,
            inputs,
            frozen=scope.frozen,
            blocks=(*scope.blocks, step.kind),
            explicit=explicit_names(definition.block.layers),
        )
        where = replace(definition.place / "layers", caller=place)
        return self.define(scoped, self.run(definition.block.layers, inner, where), place)

    def block_parameters(
        self, step: Step, definition: BlockDefinition, scope: Scope, place: Place
    ) -> dict[str, Any] | None:
        """The parameters of a block's call: those given, else the block's defaults."""
        defined, fine = definition.block.params, True
        for key in (each for each in step.arguments if each not in defined):
            suggestion = did_you_mean(key, defined)
            message = f"the block '{step.kind}' has no parameter '{key}'"
            span = (place / key).span(on_key=True)
            self.report.error(
                "unknown-parameter", message, span, notes=place.callers(), suggestion=suggestion
            )
            fine = False
        try:
            given = substitute(step.arguments, scope.parameters)
        except Problem as problem:
            report_problem(self.report, problem, place)
            return None
        missing = [key for key, default in defined.items() if default is None and key not in given]
        for key in missing if fine else ():
            message = f"the block '{step.kind}' needs its parameter '{key}'"
            note = Note("it is defined here", (definition.place / "params" / key).span(on_key=True))
            notes = (note, *place.callers())
            self.report.error("missing-parameter", message, place.head(), notes=notes)
        if missing or not fine:
            return None
        at = replace(definition.place / "params", caller=place)
        return resolve_parameters(defined, given, definition.parameters, at, self.report)

    def submodel(
        self, step: Step, scope: Scope, inputs: Value, place: Place, name: str | None
    ) -> Value:
        """Write out a call of a submodel; every call after the first shares its weights."""
        for key in step.arguments:
            message = f"a submodel takes no arguments, and '{key}' is none of a step's own keys"
            span = (place / key).span(on_key=True)
            self.report.error("unknown-argument", message, span, notes=place.callers())
        layer = self.submodels.read(step.kind, self.definitions.submodels[step.kind])
        scoped = self.named(name, step.kind, scope, place)
        if layer is None or inputs is None or scoped is None:
            return self.failed(name, scope)
        earlier = next((node for node in self.nodes if is_call_of(node, layer)), None)
        frozen = scope.frozen or layer.frozen
        if scope.frozen and not layer.frozen:
            layer = replace(layer, graph=freeze(layer.graph))
        if earlier is not None and frozen and not earlier.frozen:
            message = (
                f"'{step.kind}' is called above without being frozen; its calls share their weights"
            )
            note = Note("it is called here first", earlier.place.head())
            self.report.error("conflicting-arguments", message, place.head(), notes=(note,))
        node = Node(node_name(scoped), scoped, layer, inputs, place, frozen)
        if earlier is not None:
            node = replace(
                node, shares=earlier.layer_name, layer=earlier.layer, frozen=earlier.frozen
            )
        return self.add(node)

    def check_submodels(self) -> None:
        """Read every submodel, called or not, so that its mistakes are found."""
        for key, definition in self.definitions.submodels.items():
            self.submodels.read(key, definition)

    # names

    def add(self, node: Node) -> Value:
        """Append a node to the graph, and give its name the tensors that it makes."""
        self.nodes.append(node)
        self.by_name[node.name] = node
        return self.define(node.scoped, node.value, node.place, is_layer=True)

    def named(self, name: str | None, kind: str, scope: Scope, place: Place) -> str | None:
        """The name of a step with its scopes; None where it is taken."""
        given = name
        while given is None:
            self.counted[scope.prefix + kind] += 1
            candidate = f"{kind}_{self.counted[scope.prefix + kind]}"
            if candidate not in scope.explicit and scope.prefix + candidate not in self.defined:
                given = candidate
        scoped = scope.prefix + given
        return scoped if self.is_free(scoped, place) else None

    def is_free(self, scoped: str, place: Place) -> bool:
        """Whether a name is not taken yet; if it is, report it."""
        taken = self.keras_names.get(keras_name(scoped))
        taken = taken or (scoped if scoped in self.defined else None)
        if taken is None:
            return True
        message = f"the name '{scoped}' is defined twice"
        if taken != scoped:
            message = f"'{scoped}' and '{taken}' both become the Keras name '{keras_name(scoped)}'"
        note = Note("it is defined here first", self.defined[taken].name_span())
        notes = (note, *place.callers())
        self.report.error("duplicate-name", message, place.name_span(), notes=notes)
        return False

    def define(self, scoped: str, value: Value, place: Place, *, is_layer: bool = False) -> Value:
        """Give a name its value."""
        self.values[scoped] = value
        self.defined[scoped] = place
        if is_layer:
            self.keras_names[keras_name(scoped)] = scoped
        return value

    def look_up(self, word: str, scope: Scope, place: Place, *, output: bool = False) -> Value:
        """What a name stands for: in its own scope first, then in those around it."""
        prefix = scope.prefix
        while True:
            if prefix + word in self.values:
                return self.values[prefix + word]
            if (found := self.of_call(prefix + word)) is not None:
                return found
            if self.is_inside_failed(prefix + word):
                return None
            if not prefix:
                break
            prefix = prefix[: prefix.rstrip("/").rfind("/") + 1]
        self.report_unknown(word, scope, place, output=output)
        return None

    def of_call(self, scoped: str) -> Value:
        """The tensor behind `call/output`, where `call` is that of a submodel or layer."""
        call, _, output = scoped.rpartition("/")
        value = self.values.get(call)
        node = self.by_name.get(value[0].node) if value else None
        if node is None:
            return None
        if output in node.outputs:
            return (Ref(node.name, output),)
        only = isinstance(node.layer, SubmodelLayer) and node.layer.graph.outputs[0].name == output
        return node.value if only and not node.outputs else None

    def is_inside_failed(self, scoped: str) -> bool:
        """Whether a name leads into a call that failed, so that it cannot be known."""
        places = [place for place, letter in enumerate(scoped) if letter == "/"]
        return any(self.values.get(scoped[:place], ()) is None for place in places)

    def report_unknown(self, word: str, scope: Scope, place: Place, *, output: bool) -> None:
        """Report a name that stands for nothing, or for something further down."""
        if self.unnamed_failed and word.rpartition("_")[2].isdigit():
            return
        span = place.span(on_key=output)
        later = place.source.tree if place.source else None
        if word in scope.explicit and later is not None:
            message = f"'{word}' has no value here yet; a layer can use only what stands above it"
            self.report.error("defined-later", message, span, notes=place.callers())
            return
        known = [name.removeprefix(scope.prefix) for name in self.values]
        what = f"the output '{word}' is no layer" if output else f"nothing is called '{word}'"
        notes = place.callers()
        suggestion = did_you_mean(word, known)
        self.report.error("unknown-name", what, span, notes=notes, suggestion=suggestion)

    def single(self, value: tuple[Ref, ...], place: Place) -> Ref | None:
        """The one tensor of a value.

        Several are an error here.
        """
        if len(value) == 1:
            return value[0]
        said = ", ".join(str(ref) for ref in value)
        message = f"this stands for {len(value)} tensors ({said}); one is needed here"
        span = place.span() if isinstance(place.value(), str) else place.name_span()
        self.report.error("unknown-output", message, span, notes=place.callers())
        return None

    def resolved(self, value: Any, parameters: Parameters, place: Place) -> Any:
        """A value with its references resolved; None, and a diagnostic, where that fails."""
        try:
            return substitute(value, parameters)
        except Problem as problem:
            exact = place.within(problem.at)
            self.report.error(
                problem.code,
                problem.message,
                exact.span(),
                notes=place.callers(),
                suggestion=problem.suggestion,
            )
            return None

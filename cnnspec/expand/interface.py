"""Checks the interface of a spec: its inputs, its outputs with their losses, and its optimizer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family
from cnnspec.declarations.fields import DATA_TYPES
from cnnspec.declarations.keras_versions import Keras, missing
from cnnspec.declarations.partial import problems_of
from cnnspec.diagnostics.codes import CODES, WARNINGS
from cnnspec.diagnostics.problems import Failure, Problem, Problems, failure_of, shown
from cnnspec.diagnostics.report import Note, Report
from cnnspec.diagnostics.suggestions import closest
from cnnspec.expand.parameters import Parameters, is_number
from cnnspec.expand.scopes import Names, Scope, Value
from cnnspec.ir.graph import Input, Node, Output, Ref
from cnnspec.language.calls import Call
from cnnspec.language.document import Document
from cnnspec.language.document import Input as InputSpec
from cnnspec.language.document import Output as OutputSpec
from cnnspec.language.expressions import substituted
from cnnspec.layers.base import LAYERS
from cnnspec.naming import keras_name
from cnnspec.objects.families import LOSSES, METRICS, OPTIMIZERS
from cnnspec.shapes import MAX_SIZE, Dim, TensorSpec
from cnnspec.syntax.places import Place

if TYPE_CHECKING:
    from cnnspec.objects.loss import Loss
    from cnnspec.objects.metric import Metric


class Interface:
    """Checks the inputs, outputs and training of a spec."""

    def __init__(self, names: Names, report: Report, keras: Keras) -> None:
        self.names = names
        self.report = report
        self.keras = keras

    def input(
        self, name: str, declared: InputSpec, parameters: Parameters, place: Place
    ) -> Input | Failure:
        """Check the shape and data type of an input."""
        in_mapping = place.source is not None and isinstance(place.value(), dict)
        where = place / "shape" if in_mapping else place
        shape = self.names.resolved(declared.shape, parameters, where)
        dtype = self.names.resolved(declared.dtype, parameters, place / "dtype")
        if isinstance(shape, Failure) or isinstance(dtype, Failure):
            return failure_of(shape, dtype)
        sizes = self.sizes(name, shape, where, parameters.nulls(declared.shape))
        if isinstance(sizes, Failure):
            return sizes
        if not (isinstance(dtype, str) and dtype in DATA_TYPES):
            known = closest(dtype, DATA_TYPES) if isinstance(dtype, str) else None
            message = f"unknown data type {shown(dtype)}"
            notes = parameters.nulls(declared.dtype)
            at = place / "dtype"
            return at.unknown(self.report, "unknown-value", message, known, notes=notes)
        return Input(name, TensorSpec((None, *sizes), dtype), place)

    def sizes(
        self, name: str, shape: Any, place: Place, notes: Sequence[Note]
    ) -> tuple[Dim, ...] | Failure:
        """Check the sizes of a shape without the batch axis; `notes` are on parameters that are null."""
        if not isinstance(shape, list):
            message = f"a shape must be a list of sizes, not {shown(shape)}"
            return place.error(self.report, "wrong-type", message, notes=notes)
        for position, size in enumerate(shape):
            at, whole = place / position, isinstance(size, int) and not isinstance(size, bool)
            if size is not None and not (whole and size >= 1):
                message = f"a size of '{name}' must be a whole number of at least 1, or null, not {shown(size)}"
                return at.error(self.report, "out-of-range" if whole else "wrong-type", message)
            if size is not None and size > MAX_SIZE:
                message = f"a size of '{name}' is {size}, more than a tensor can have ({MAX_SIZE})"
                return at.error(self.report, "too-large", message)
        return tuple(shape)

    def outputs(
        self, document: Document, last: Value, scope: Scope, place: Place
    ) -> tuple[Output, ...]:
        """Return the outputs of the model; by default the last step."""
        if not document.outputs and not document.layers:
            return ()  # it only defines blocks
        if not document.outputs:
            at = place / "layers" / (len(document.layers) - 1)
            ref = self.names.single(last, at)
            if isinstance(ref, Failure):
                return ()
            return (self.output(ref.node, ref, OutputSpec(), scope, at),)
        outputs = []
        for name, declared in document.outputs.items():
            where = place / "outputs" / name
            wanted = declared.from_ if declared.from_ is not None else name
            at = where / "from" if declared.from_ is not None else where
            value = self.names.look_up(wanted, scope, at, output=declared.from_ is None)
            ref = self.names.single(value, at)
            if isinstance(ref, Failure):
                self.output_calls(declared, scope, where)
                continue
            outputs.append(self.output(name, ref, declared, scope, where))
        return tuple(outputs)

    def output(
        self, name: str, ref: Ref, declared: OutputSpec, scope: Scope, place: Place
    ) -> Output:
        """Make an output, with a linear layer if no layer has its name."""
        node = self.names.by_name.get(ref.node)
        its_own = ref.node == name and (node is None or node.value == (ref,))
        is_call = node is not None and (node.shares is not None or node.is_operation)
        if not its_own or is_call:
            if its_own and node is not None:
                ref = self.names.rename_call(node)
            elif keras_name(name) in self.names.keras_names:
                first = self.names.defined[self.names.keras_names[keras_name(name)]]
                note = first.note(f"'{name}' is defined here")
                message = f"the output '{name}' has the name of a layer, but another tensor"
                place.error(self.report, "duplicate-name", message, "key", notes=[note])
            identity = LAYERS.find("Identity").of({})
            self.names.add(Node(name, name, identity, (ref,), place))
            ref = Ref(name)
        loss, weight, metrics = self.output_calls(declared, scope, place)
        if weight is not None and declared.loss is None:
            message = "'loss_weight' requires a loss, but this output has none"
            (place / "loss_weight").error(self.report, "conflicting-arguments", message, "key")
        return Output(name, ref, place, loss, weight, metrics, tuple(declared.classes or ()))

    def output_calls(
        self, declared: OutputSpec, scope: Scope, place: Place
    ) -> tuple["Loss | None", float | None, "tuple[Metric, ...]"]:
        """Check the loss of an output, its weight, and its metrics."""
        loss = self.call(LOSSES, declared.loss, scope.parameters, place / "loss")
        weight = self.names.resolved(declared.loss_weight, scope.parameters, place / "loss_weight")
        if isinstance(weight, Failure):
            weight = None
        elif weight is not None and not is_number(weight, whole=False):
            message = f"'loss_weight' must be a number, not {shown(weight)}"
            (place / "loss_weight").error(self.report, "wrong-type", message)
        metrics = [
            self.call(METRICS, metric, scope.parameters, place / "metrics" / position)
            for position, metric in enumerate(declared.metrics)
        ]
        return (
            cast("Loss | None", loss),
            weight,
            tuple(cast("Metric", metric) for metric in metrics if metric is not None),
        )

    def call(
        self, family: Family[Declaration], call: Call | None, parameters: Parameters, place: Place
    ) -> Declaration | None:
        """Check a call of a loss, metric or optimizer."""
        if call is None:
            return None
        checked: Declaration | None = None
        problems: list[Problem] = []
        arguments = substituted(call.arguments, parameters, problems)
        try:
            declaration = family.find(call.kind, arguments)
            if problems:
                problems += problems_of(declaration, arguments, call.kind)
            else:
                checked = declaration.of(arguments, word=call.kind)
                problems += missing(checked, self.keras)
        except Problem as problem:
            problems.append(problem)
        except Problems as refused:
            problems += refused.problems
        for each in problems:
            place.problem(self.report, each, notes=parameters.nulls(call.arguments, each.at))
        return checked

    def optimizer(
        self, document: Document, parameters: Parameters, place: Place
    ) -> Declaration | None:
        """Check the optimizer of the model."""
        optimizer = document.train.optimizer if document.train else None
        return self.call(OPTIMIZERS, optimizer, parameters, place / "train" / "optimizer")

    def ignored(self, document: Document, place: Place) -> tuple[str, ...]:
        """Check the codes of ignored warnings."""
        for position, code in enumerate(document.ignore):
            if code in WARNINGS:
                continue
            message = f"unknown warning '{code}'"
            if code in CODES:
                message = f"'{code}' is an error; only warnings can be ignored"
            near = None if code in CODES else closest(code, WARNINGS)
            (place / position).unknown(self.report, "unknown-value", message, near)
        return tuple(document.ignore)

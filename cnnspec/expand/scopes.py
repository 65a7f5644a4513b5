"""The names of a spec: what they stand for, in which scope, and what Keras will call them."""

from collections import Counter
from typing import Any

from cnnspec.diagnostics.problems import Problem
from cnnspec.diagnostics.report import Report
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.expand.definitions import Parameters
from cnnspec.ir.graph import BlockCall, Node, Ref, SubmodelLayer
from cnnspec.language.expressions import filled, is_pattern, substitute
from cnnspec.naming import keras_name
from cnnspec.records import Record, replace
from cnnspec.syntax.places import Place, Where

Value = tuple[Ref, ...] | None
"""What a step gives: one tensor or several; None after an error that has been reported."""


class Scope(Record):
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
    block: BlockCall | None = None
    """The block call whose steps are written out, if any."""


def node_name(scoped: str) -> str:
    """The name of a node for the name of its step: a scope is no part of a Keras name."""
    return scoped.replace("/", "_")


class Names:
    """The nodes of a graph that is being written, and the names that stand for them."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.nodes: list[Node] = []
        self.by_name: dict[str, Node] = {}
        self.values: dict[str, Value] = {}
        """What names stand for, with their scopes."""
        self.defined: dict[str, Place] = {}
        self.keras_names: dict[str, str] = {}
        """The scoped name that stands behind each Keras name."""
        self.counted: Counter[str] = Counter()
        self.unnamed_failed = False
        """Whether a step without a name failed, so that a counted name may be its own."""

    def add(self, node: Node) -> Value:
        """Append a node to the graph, and give its name the tensors that it makes."""
        self.nodes.append(node)
        self.by_name[node.name] = node
        return self.define(node.scoped, node.value, node.place, is_layer=True)

    def rename_call(self, node: Node) -> Ref:
        """Give a shared call another name, so that the output after it can have its name."""
        renamed = replace(node, name=f"{node.name}_call", scoped=f"{node.scoped}_call")
        self.nodes = [
            replace(
                renamed if each is node else each,
                inputs=tuple(
                    replace(source, node=renamed.name) if source.node == node.name else source
                    for source in each.inputs
                ),
            )
            for each in self.nodes
        ]
        self.by_name = {each.name: each for each in self.nodes}
        return renamed.value[0]

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
        note = self.defined[taken].note("it is defined here first")
        place.error(self.report, "duplicate-name", message, "name", notes=[note])
        return False

    def define(self, scoped: str, value: Value, place: Place, *, is_layer: bool = False) -> Value:
        """Give a name its value."""
        self.values[scoped] = value
        self.defined[scoped] = place
        if is_layer:
            self.keras_names[keras_name(scoped)] = scoped
        return value

    def failed(self, name: str | None, scope: Scope) -> Value:
        """Remember a name that has no value after an error, so that its readers stay silent."""
        self.unnamed_failed = self.unnamed_failed or name is None
        if name is not None:
            self.values.setdefault(scope.prefix + name, None)
        return None

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
        where: Where = "key" if output else "value"
        later = place.source.tree if place.source else None
        if word in scope.explicit and later is not None:
            message = f"'{word}' has no value here yet; a layer can use only what stands above it"
            place.error(self.report, "defined-later", message, where)
            return
        known = [name.removeprefix(scope.prefix) for name in self.values]
        what = f"the output '{word}' is no layer" if output else f"nothing is called '{word}'"
        suggestion = did_you_mean(word, known)
        place.error(self.report, "unknown-name", what, where, suggestion=suggestion)

    def single(self, value: tuple[Ref, ...], place: Place) -> Ref | None:
        """The one tensor of a value.

        Several are an error here.
        """
        if len(value) == 1:
            return value[0]
        said = ", ".join(str(ref) for ref in value)
        message = f"this stands for {len(value)} tensors ({said}); one is needed here"
        is_reference = isinstance(place.value(), str)
        place.error(self.report, "unknown-output", message, "value" if is_reference else "name")
        return None

    def resolved(self, value: Any, parameters: Parameters, place: Place) -> Any:
        """A value with its references resolved; None, and a diagnostic, where that fails."""
        try:
            return substitute(value, parameters)
        except Problem as problem:
            place.problem(self.report, problem)
            return None

    def resolved_name(self, name: str, parameters: Parameters, place: Place) -> Any:
        """A name with its expressions computed; None, and a diagnostic, where that fails."""
        if not is_pattern(name):
            return self.resolved(name, parameters, place)
        try:
            return filled(name, parameters)
        except Problem as problem:
            place.problem(self.report, problem)
            return None

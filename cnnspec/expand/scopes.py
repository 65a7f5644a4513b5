"""The names in a spec: what they refer to, their scopes, and their Keras names."""

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
"""The value of a step: one tensor or several; None after an error."""


class Scope(Record):
    """The scope of steps that are expanded: the names before them, and what they can refer to."""

    prefix: str
    parameters: Parameters
    start: Value
    several_inputs: tuple[str, ...] = ()
    """The inputs of the model, if the first step must name the ones that it takes."""
    frozen: bool = False
    blocks: tuple[str, ...] = ()
    """The blocks that are being expanded, outermost first."""
    explicit: frozenset[str] = frozenset()
    """The explicit names of steps in this scope."""
    block: BlockCall | None = None
    """The block call that is being expanded, if any."""


class Names:
    """The nodes of a graph under construction, and the names that refer to them."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.nodes: list[Node] = []
        self.by_name: dict[str, Node] = {}
        self.values: dict[str, Value] = {}
        """The values of names, with scopes."""
        self.defined: dict[str, Place] = {}
        self.keras_names: dict[str, str] = {}
        """The scoped name of each Keras name."""
        self.counted: Counter[str] = Counter()
        self.unnamed_failed = False
        """Whether an unnamed step failed, so that a numbered name may belong to it."""

    def add(self, node: Node) -> Value:
        """Add a node to the graph, and assign its tensors to its name."""
        self.nodes.append(node)
        self.by_name[node.name] = node
        return self.define(node.scoped, node.value, node.place, is_layer=True)

    def rename_call(self, node: Node) -> Ref:
        """Rename a shared call, so that the output after it can have its name."""
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
        """Return the name of a step with its scopes; None if it is taken."""
        given = name
        while given is None:
            self.counted[scope.prefix + kind] += 1
            candidate = f"{kind}_{self.counted[scope.prefix + kind]}"
            if candidate not in scope.explicit and scope.prefix + candidate not in self.defined:
                given = candidate
        scoped = scope.prefix + given
        return scoped if self.is_free(scoped, place) else None

    def is_free(self, scoped: str, place: Place) -> bool:
        """Whether a name is free; otherwise an error is reported."""
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
        """Assign a value to a name."""
        self.values[scoped] = value
        self.defined[scoped] = place
        if is_layer:
            self.keras_names[keras_name(scoped)] = scoped
        return value

    def failed(self, name: str | None, scope: Scope) -> Value:
        """Remember a name without a value after an error, so that references are not reported."""
        self.unnamed_failed = self.unnamed_failed or name is None
        if name is not None:
            self.values.setdefault(scope.prefix + name, None)
        return None

    def look_up(self, word: str, scope: Scope, place: Place, *, output: bool = False) -> Value:
        """Look up a name in its scope, then in the scopes around it."""
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
        """Return the tensor of `call/output`, where `call` is a call of a submodel or layer."""
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
        """Whether a name refers into a call that failed, so that it may exist."""
        places = [place for place, letter in enumerate(scoped) if letter == "/"]
        return any(self.values.get(scoped[:place], ()) is None for place in places)

    def report_unknown(self, word: str, scope: Scope, place: Place, *, output: bool) -> None:
        """Report a name that is undefined, or is defined below."""
        if self.unnamed_failed and word.rpartition("_")[2].isdigit():
            return
        where: Where = "key" if output else "value"
        later = place.source.tree if place.source else None
        if word in scope.explicit and later is not None:
            message = f"'{word}' is not defined yet; a layer can use only names defined above it"
            place.error(self.report, "defined-later", message, where)
            return
        known = [name.removeprefix(scope.prefix) for name in self.values]
        what = f"the output '{word}' is not a layer" if output else f"unknown name '{word}'"
        suggestion = did_you_mean(word, known)
        place.error(self.report, "unknown-name", what, where, suggestion=suggestion)

    def single(self, value: tuple[Ref, ...], place: Place) -> Ref | None:
        """Return the only tensor of a value; several are an error."""
        if len(value) == 1:
            return value[0]
        said = ", ".join(str(ref) for ref in value)
        message = f"this refers to {len(value)} tensors ({said}), but a single one is needed"
        is_reference = isinstance(place.value(), str)
        place.error(self.report, "unknown-output", message, "value" if is_reference else "name")
        return None

    def resolved(self, value: Any, parameters: Parameters, place: Place) -> Any:
        """Resolve the references in a value; report an error and return None if that fails."""
        try:
            return substitute(value, parameters)
        except Problem as problem:
            place.problem(self.report, problem)
            return None

    def resolved_name(self, name: str, parameters: Parameters, place: Place) -> Any:
        """Evaluate the expressions in a name; report an error and return None if that fails."""
        if not is_pattern(name):
            return self.resolved(name, parameters, place)
        try:
            return filled(name, parameters)
        except Problem as problem:
            place.problem(self.report, problem)
            return None

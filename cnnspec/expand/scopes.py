"""The names in a spec: what they refer to, their scopes, and their Keras names."""

from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from cnnspec.diagnostics.problems import Failure, Problem
from cnnspec.diagnostics.report import Report
from cnnspec.diagnostics.suggestions import Match, closest
from cnnspec.expand.layer_names import LayerNames, output_of
from cnnspec.expand.parameters import Parameters
from cnnspec.ir.graph import BlockCall, Node, Ref
from cnnspec.language.document import Step
from cnnspec.language.expressions import filled, is_pattern, substituted
from cnnspec.records import Record, replace
from cnnspec.syntax.places import Place, Where

WORDS_FOR_THE_INPUT = frozenset(("input", "inputs", "input_1", "input_layer", "model_input"))
"""What other formats call the only input of a model."""

Value = tuple[Ref, ...] | Failure
"""The value of a step: one tensor or several."""


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
    last: Step | None = None
    """The last step of that block."""


class Names:
    """The nodes of a graph under construction, and the names that refer to them."""

    def __init__(self, report: Report, layers: LayerNames | None = None) -> None:
        self.report = report
        self.layers = layers or LayerNames()
        self.nodes: list[Node] = []
        self.by_name: dict[str, Node] = {}
        self.values: dict[str, Value] = {}
        """The values of names, with scopes."""
        self.defined: dict[str, Place] = {}
        self.keras_names: dict[str, str] = {}
        """The scoped name of each Keras name."""
        self.counted: Counter[str] = Counter()
        self.unnamed: Failure | None = None
        """The failure of an unnamed step, if any; a numbered name may belong to it."""
        self.has_failed = False
        """Whether any step failed."""

    def copy(self) -> "Names":
        """Return the names that are known so far, to add others that are not kept."""
        names = Names(self.report, self.layers.copy())
        names.nodes, names.by_name = list(self.nodes), dict(self.by_name)
        names.values, names.defined = dict(self.values), dict(self.defined)
        names.keras_names, names.counted = dict(self.keras_names), Counter(self.counted)
        names.unnamed = self.unnamed
        return names

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

    def named(
        self,
        name: str | None,
        kind: str,
        scope: Scope,
        place: Place,
        *,
        is_layer: bool = False,
    ) -> str | Failure:
        """Return the name of a step with its scopes; it must not be taken."""
        given = name
        if given is None and is_layer and self.layers.unnamed is not None:
            return self.layers.next(
                kind, scope.prefix, scope.explicit, self.defined, self.keras_names
            )
        while given is None:
            self.counted[scope.prefix + kind] += 1
            candidate = f"{kind}_{self.counted[scope.prefix + kind]}"
            if candidate not in scope.explicit and scope.prefix + candidate not in self.defined:
                given = candidate
        scoped = scope.prefix + given
        return self.taken(scoped, place) or scoped

    def taken(self, scoped: str, place: Place) -> Failure | None:
        """Report an error if a name is taken."""
        taken = self.keras_names.get(self.layers.in_keras(scoped))
        taken = taken or (scoped if scoped in self.defined else None)
        if taken is None:
            return None
        message = f"the name '{scoped}' is defined twice"
        if taken != scoped:
            message = f"'{scoped}' and '{taken}' both become the Keras name '{self.layers.in_keras(scoped)}'"
        note = self.defined[taken].note("it is defined here first")
        return place.error(self.report, "duplicate-name", message, "name", notes=[note])

    def define(self, scoped: str, value: Value, place: Place, *, is_layer: bool = False) -> Value:
        """Assign a value to a name."""
        self.values[scoped] = value
        self.defined[scoped] = place
        if is_layer:
            self.keras_names[self.layers.in_keras(scoped)] = scoped
        return value

    def of_no_layer(self) -> dict[str, tuple[Ref, ...]]:
        """Return the tensors of the names of block calls and repeated steps."""
        layers = {node.scoped for node in self.nodes}
        return {
            name: value
            for name, value in self.values.items()
            if name not in layers
            and not isinstance(value, Failure)
            and all(ref.node in self.by_name for ref in value)
        }

    def failed(self, name: str | None, scope: Scope, failure: Failure) -> Failure:
        """Remember a name without a value, so that references to it are not reported."""
        self.has_failed = True
        if name is None:
            self.unnamed = failure
        else:
            self.values.setdefault(scope.prefix + name, failure)
        return failure

    def look_up(self, word: str, scope: Scope, place: Place, *, output: bool = False) -> Value:
        """Look up a name in its scope, then in the scopes around it."""
        prefix = scope.prefix
        while True:
            if prefix + word in self.values:
                return self.values[prefix + word]
            found = self.of_call(prefix + word) or self.around(prefix + word)
            if found is not None:
                return found
            if not prefix:
                break
            prefix = prefix[: prefix.rstrip("/").rfind("/") + 1]
        return self.report_unknown(word, scope, place, output=output)

    def of_call(self, scoped: str) -> tuple[Ref, ...] | None:
        """Return the tensor of `call/output`, where `call` is a call of a submodel or layer."""
        for place in (place for place, letter in enumerate(scoped) if letter == "/"):
            value = self.values.get(scoped[:place])
            node = self.by_name.get(value[0].node) if isinstance(value, tuple) and value else None
            if node is not None and (found := output_of(node, scoped[place + 1 :])) is not None:
                return found
        return None

    def around(self, scoped: str) -> Failure | None:
        """Return the failure of a call that a name refers into, which may therefore exist."""
        calls = (self.values.get(scoped[:at]) for at, letter in enumerate(scoped) if letter == "/")
        return next((value for value in calls if isinstance(value, Failure)), None)

    def report_unknown(self, word: str, scope: Scope, place: Place, *, output: bool) -> Failure:
        """Report a name that is undefined, or is defined below."""
        if self.unnamed is not None and word.rpartition("_")[2].isdigit():
            return self.unnamed
        where: Where = "key" if output else "value"
        later = place.source.tree if place.source else None
        if word in scope.explicit and later is not None:
            message = f"'{word}' is not defined yet; a layer can use only names defined above it"
            return place.error(self.report, "defined-later", message, where)
        what = f"the output '{word}' is not a layer" if output else f"unknown name '{word}'"
        from cnnspec.expand.results import results_meant  # only errors need it

        value = self.values.get(scope.prefix + word.partition("/")[0])
        if (said := results_meant(word, value, self.by_name)) is not None:
            return place.error(self.report, "unknown-name", what, where, suggestion=said)
        near = closest(word, self.known_to(word, scope))
        if near is None and word.casefold() in WORDS_FOR_THE_INPUT:
            near = Match(self.inputs[0], is_certain=True) if len(self.inputs) == 1 else None
        return place.unknown(self.report, "unknown-name", what, near, where)

    def known_to(self, word: str, scope: Scope) -> Iterator[str]:
        """Yield the names in a scope that an unknown word may stand for."""
        for name in self.values:
            known = name.removeprefix(scope.prefix)
            if not word.startswith(f"{known}/"):
                yield known
        for node in self.nodes if "/" in word else ():
            for output in node.outputs:
                yield f"{node.scoped}/{output}".removeprefix(scope.prefix)

    @cached_property
    def inputs(self) -> list[str]:
        """The inputs, which are defined before the first step."""
        return [name for name in self.values if self.is_input(name)]

    def is_input(self, name: str) -> bool:
        """Whether a name is that of an input."""
        return self.values.get(name) == (Ref(name),) and name not in self.by_name

    def single(self, value: Value, place: Place) -> Ref | Failure:
        """Return the only tensor of a value; several are an error."""
        if isinstance(value, Failure):
            return value
        return value[0] if len(value) == 1 else self.report_several(value, place)

    def report_several(self, value: tuple[Ref, ...], place: Place) -> Failure:
        """Report a reference to several tensors where one is needed."""
        from cnnspec.expand.results import listed  # only errors need it

        count = f"{len(value)} tensors ({listed(value)})"
        message = f"this refers to {count}, but a single one is needed"
        where: Where = "value" if isinstance(place.value(), str) else "name"
        return place.error(self.report, "unknown-output", message, where)

    def handed_on(self, above: Value, scope: Scope, place: Place) -> Value:
        """Return what the step above hands on; the results of an operation are an error."""
        if isinstance(above, Failure) or not self.is_several(above):
            return above
        from cnnspec.expand.results import listed  # only errors need it

        step = self.by_name[above[0].node].scoped.removeprefix(scope.prefix)
        results = listed(f"{step}/{ref.output}" for ref in above)
        message = f"the step above has {len(above)} results ({results}); 'from' must name one"
        return place.error(self.report, "needs-from", message, "kind")

    def chosen(self, value: Value, place: Place) -> Value:
        """Return what a name refers to; all the results of an operation are an error."""
        if isinstance(value, Failure) or not self.is_several(value):
            return value
        return self.report_several(value, place)

    def is_several(self, value: tuple[Ref, ...]) -> bool:
        """Whether a value is the results of an operation, of which a step must choose one."""
        node = self.by_name.get(value[0].node) if len(value) > 1 else None
        return node is not None and node.is_operation and value == node.value

    def resolved(self, value: Any, parameters: Parameters, place: Place) -> Any:
        """Resolve the references in a value; report an error and return a failure if that fails.

        Null is a value: what does not take it reports it, with the notes of `parameters.nulls`.
        """
        problems: list[Problem] = []
        result = substituted(value, parameters, problems)
        failures = [
            place.problem(self.report, each, notes=parameters.nulls(value, each.at))
            for each in problems
        ]
        return failures[0] if failures else result

    def resolved_name(self, name: str, parameters: Parameters, place: Place) -> Any:
        """Evaluate the expressions in a name; report an error and return a failure if it fails."""
        if not is_pattern(name):
            return self.resolved(name, parameters, place)
        try:
            return filled(name, parameters)
        except Problem as problem:
            return place.problem(self.report, problem, notes=parameters.nulls(name))


class Skipped(Record):
    """A step that is not expanded: what it could refer to."""

    step: Step
    scope: Scope
    above: Value
    place: Place
    names: Names

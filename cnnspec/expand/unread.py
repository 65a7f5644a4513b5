"""Checks what a spec says but does not use, as far as that is possible without values.

Blocks that are never called, steps that are repeated zero times, and defaults that no call uses are
checked like others, but all parameters are unknown, and no shapes are inferred. What depends on them
is not reported. What requires a newer Keras is no error, because it is not built.
"""

from collections import Counter
from collections.abc import Callable, Iterator

from cnnspec.declarations.partial import argument_problems
from cnnspec.diagnostics.budget import Budget
from cnnspec.diagnostics.problems import FAILED, Failure, Problem
from cnnspec.diagnostics.report import Report
from cnnspec.expand.definitions import BlockDefinition, Definitions
from cnnspec.expand.layer_names import explicit_names
from cnnspec.expand.parameters import Parameters, resolve_parameters
from cnnspec.expand.scopes import Names, Scope, Value
from cnnspec.expand.steps import Writer
from cnnspec.ir.graph import Ref, SubmodelLayer
from cnnspec.language.document import Document, Step
from cnnspec.language.expressions import is_pattern, is_reference, substituted
from cnnspec.layers.base import Layer
from cnnspec.records import replace
from cnnspec.syntax.places import Place


def check_unread(document: Document, writer: Writer) -> None:
    """Check what was not used when a document was expanded."""
    definitions, report = writer.definitions, writer.report
    met = set(writer.met)
    for each in writer.skipped.values():
        if each.place not in writer.repeated:
            reader = _Reader(writer, each.names)
            reader.step(each.step, _without_values(each.scope), each.above, each.place)
            met |= reader.met
    calls: dict[str, dict[str, Place]] = {}
    around = _Around(document, writer)
    for name, definition in definitions.blocks.items():
        if name not in writer.called:
            outer = around.of(name) if name in document.blocks else None
            reader = _Reader(writer, _OuterNames(report, outer))
            reader.body(name, definition)
            calls[name] = reader.calls
            met |= reader.met
    _check_recursion(calls, report)
    _check_defaults(definitions, met, report)


def unused_submodels(writer: Writer) -> Iterator[SubmodelLayer]:
    """Read all submodels, and yield those from specs that no step calls."""
    layers = [node.layer for node in writer.names.nodes]
    called = {layer.key for layer in layers if isinstance(layer, SubmodelLayer)}
    for key, definition in writer.definitions.submodels.items():
        layer = writer.submodels.read(key, definition)
        is_spec = not isinstance(layer, Failure) and not (layer.application or layer.from_keras)
        if is_spec and key not in called:
            assert isinstance(layer, SubmodelLayer)
            yield layer


class _OuterNames(Names):
    """The names in a block, whose other names may be of any scope that could call it."""

    def __init__(self, report: Report, outer: Callable[[str], bool] | None) -> None:
        super().__init__(report)
        self.outer = outer
        """The names in the spec; None if they are not known."""

    def report_unknown(self, word: str, scope: Scope, place: Place, *, output: bool) -> Failure:
        """Report a name that is not defined anywhere in the spec."""
        is_numbered = word.rpartition("_")[2].isdigit()
        if self.outer is None or is_numbered or self.outer(word.partition("/")[0]):
            return FAILED
        return super().report_unknown(word, scope, place, output=output)


class _Reader(Writer):
    """Checks steps that are not expanded. A block that they call is checked by itself."""

    def __init__(self, writer: Writer, names: Names) -> None:
        super().__init__(writer.definitions, writer.submodels, names, writer.report)
        self.budget = Budget()
        self.calls: dict[str, Place] = {}
        """The first call of each block."""

    def body(self, kind: str, definition: BlockDefinition) -> None:
        """Check the parameters and the steps of a block."""
        block, outer = definition.block, _unknown(definition.parameters)
        at = definition.place / "params"
        given = dict.fromkeys(block.params, FAILED)
        parameters = resolve_parameters(block.params, given, outer, at, self.report)
        explicit = explicit_names(block.layers)
        start = (Ref(""),)  # some tensor, which nothing looks at
        last = block.layers[-1] if block.layers else None
        scope = Scope("", parameters, start, blocks=(kind,), explicit=explicit, last=last)
        self.run(block.layers, scope, definition.place / "layers")

    def step(self, step: Step, scope: Scope, above: Value, place: Place) -> Value:
        """Check a step once, however often it is repeated."""
        if step.repeat is not None:
            self.times(step, scope, place)
            scope = replace(scope, parameters=scope.parameters.at(FAILED))
        name = self.given_name(step, scope, place)
        if step.repeat is not None or isinstance(name, Failure):
            self.names.unnamed = FAILED
        if isinstance(name, Failure) and isinstance(self.names, _OuterNames):
            self.names.outer = None
        if isinstance(name, Failure):
            return self.once(step, scope, above, place, None)
        value = self.once(step, scope, above, place, name)
        if name is not None and scope.prefix + name not in self.names.defined:
            self.names.define(scope.prefix + name, value, place, is_layer=True)
        return value

    def block(
        self,
        step: Step,
        definition: BlockDefinition,
        scope: Scope,
        inputs: Value,
        place: Place,
        name: str | None,
    ) -> Value:
        """Check the parameters of a block call."""
        scoped = self.names.named(name, step.kind, scope, place)
        self.block_parameters(step, definition, scope, place)
        self.calls.setdefault(step.kind, place)
        if not isinstance(scoped, Failure):
            self.names.define(scoped, FAILED, place)
        return FAILED

    def lacking(self, layer: Layer) -> tuple[Problem, ...]:
        """Return nothing: what is not built needs no version of Keras."""
        return ()


def _unknown(parameters: Parameters) -> Parameters:
    return Parameters(dict.fromkeys(parameters, FAILED), {})


def _without_values(scope: Scope) -> Scope:
    return replace(scope, parameters=_unknown(scope.parameters))


class _Around:
    """The names outside of blocks."""

    def __init__(self, document: Document, writer: Writer) -> None:
        self.blocks = {
            name: explicit_names(definition.block.layers)
            for name, definition in writer.definitions.blocks.items()
        }
        outside = {part for scoped in writer.names.values for part in scoped.split("/")}
        self.outside = outside | explicit_names(document.layers)
        self.times = Counter(name for names in self.blocks.values() for name in names)
        """In how many blocks each name is."""
        self.unclear = {name for name, names in self.blocks.items() if any(map(_depends, names))}
        """The blocks with names that depend on parameters."""
        if not document.layers or any(map(_depends, self.outside)):
            self.unclear.add("")

    def of(self, block: str) -> Callable[[str], bool] | None:
        """Return what says whether a name is outside a block; None if such names are not known."""
        if self.unclear - {block}:
            return None
        own = self.blocks[block]
        return lambda name: name in self.outside or self.times[name] > (name in own)


def _depends(name: str) -> bool:
    return is_pattern(name) or is_reference(name)


def _check_recursion(calls: dict[str, dict[str, Place]], report: Report) -> None:
    """Report blocks that call themselves; `calls` are the calls in each block that is not used."""
    done: set[str] = set()
    chain: list[str] = []
    waiting = [(name, True) for name in reversed(calls)]
    while waiting:
        name, is_start = waiting.pop()
        if not is_start:
            done.add(chain.pop())
        elif name not in done:
            chain.append(name)
            waiting.append((name, False))
            for inner, place in calls[name].items():
                if inner in chain:
                    said = " -> ".join((*chain[chain.index(inner) :], inner))
                    message = f"the block '{inner}' calls itself ({said})"
                    place.error(report, "recursive-block", message, "kind")
                elif inner in calls:
                    waiting.append((inner, True))


def _check_defaults(definitions: Definitions, met: set[tuple[str, str]], report: Report) -> None:
    for each in definitions.every_default:
        kind = each.declaration.kind()
        is_used = definitions.defaults[kind][each.name] is each and (kind, each.name) in met
        if not is_used:
            unknown = substituted(each.written, _unknown(each.parameters), [])
            for problem in argument_problems(each.declaration, each.name, unknown):
                each.problem(report, problem)

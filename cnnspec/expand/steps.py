"""Expands steps to nodes: repetitions, branches, blocks, submodels and shared layers."""

from collections.abc import Sequence
from typing import Any

from cnnspec.diagnostics.problems import Problem, shown
from cnnspec.diagnostics.report import Report
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.expand.calls import Calls
from cnnspec.expand.definitions import BlockDefinition, Definitions, resolve_parameters
from cnnspec.expand.scopes import Names, Scope, Value
from cnnspec.expand.submodels import SubmodelReader
from cnnspec.ir.graph import BlockCall, Node, Ref, SubmodelLayer
from cnnspec.language.document import BROKEN_STEP, Step
from cnnspec.language.expressions import counts, is_pattern, is_reference, substitute
from cnnspec.language.values import name_problem
from cnnspec.layers.base import LAYERS
from cnnspec.records import replace
from cnnspec.syntax.places import Place

MAX_STEPS = 50_000
"""The limit of the number of expanded steps."""
MAX_BLOCK_DEPTH = 50
"""The limit of the nesting of block calls."""
MAX_INPUTS = 10_000
"""The limit of the number of inputs of a step."""


def explicit_names(steps: Sequence[Step]) -> frozenset[str]:
    """Return the explicit names of steps, including those in branches."""
    names = {step.name for step in steps if step.name is not None}
    for step in steps:
        if step.branches is not None:
            for branch in step.branches.steps.values():
                names |= explicit_names(branch)
    return frozenset(names)


def is_call_of(node: Node, submodel: SubmodelLayer) -> bool:
    """Whether a node calls a submodel."""
    return isinstance(node.layer, SubmodelLayer) and node.layer.key == submodel.key


class Writer(Calls):
    """Expands the steps of a spec to the nodes of its graph."""

    def __init__(
        self, definitions: Definitions, submodels: SubmodelReader, names: Names, report: Report
    ) -> None:
        super().__init__(definitions, submodels, names, report)
        self.written = 0

    def run(self, steps: Sequence[Step], scope: Scope, place: Place) -> Value:
        """Expand steps one after another, and return the value of the last."""
        value = scope.start
        for position, step in enumerate(steps):
            is_later = scope.several_inputs and position > 0
            inner = replace(scope, several_inputs=()) if is_later else scope
            value = self.step(step, inner, value, place / position)
        return value

    def step(self, step: Step, scope: Scope, above: Value, place: Place) -> Value:
        """Expand a step, with its repetitions."""
        is_counted = step.repeat is not None and self.is_counted(step)
        name = None if is_counted else self.given_name(step, scope, place)
        if step.repeat is None:
            return self.once(step, scope, above, place, name)
        times = self.times(step, scope, place)
        if times is None:
            return self.names.failed(name, scope)
        value = above if times else self.sources(step, scope, above, place)
        turn, inner = step, scope
        for index in range(times):
            inner = replace(inner, parameters={**scope.parameters, "index": index})
            turn_name = name and f"{name}_{index + 1}"
            if is_counted and (turn_name := self.given_name(step, inner, place)) is None:
                return None
            value = self.once(turn, inner, value, place, turn_name)
            turn = step.model_copy(update={"from_": None})
            inner = replace(scope, several_inputs=())
            if self.written > MAX_STEPS:
                break
        if name is not None and self.names.is_free(scope.prefix + name, place):
            self.names.define(scope.prefix + name, value, place)
        return value

    def times(self, step: Step, scope: Scope, place: Place) -> int | None:
        """Return the number of repetitions of a step; None after an error."""
        times = self.names.resolved(step.repeat, scope.parameters, place / "repeat")
        whole = isinstance(times, int) and not isinstance(times, bool)
        if whole and 0 <= times <= MAX_STEPS - self.written:
            return int(times)
        if whole and times > 0:
            message = f"the spec expands to more than {MAX_STEPS} steps"
            (place / "repeat").error(self.report, "too-large", message)
            return None
        if times is not None:
            message = f"'repeat' must be a whole number of at least 0, not {shown(times)}"
            code = "out-of-range" if whole else "wrong-type"
            (place / "repeat").error(self.report, code, message)
        return None

    @staticmethod
    def is_counted(step: Step) -> bool:
        """Whether the name of a step differs in every repetition."""
        try:
            return step.name is not None and is_pattern(step.name) and counts(step.name)
        except Problem:
            return False  # which is reported where the name is made

    def given_name(self, step: Step, scope: Scope, place: Place) -> str | None:
        """Return the explicit name of a step."""
        if step.name is None or not (is_reference(step.name) or is_pattern(step.name)):
            return step.name
        name = self.names.resolved_name(step.name, scope.parameters, place / "name")
        problem = name_problem(name) if name is not None else None
        if problem is not None:
            code, message = problem
            (place / "name").error(self.report, code, message)
        return None if problem else name

    def once(self, step: Step, scope: Scope, above: Value, place: Place, name: str | None) -> Value:
        """Expand one repetition of a step."""
        self.written += 1
        if self.written > MAX_STEPS:
            if self.written == MAX_STEPS + 1:
                message = f"the spec expands to more than {MAX_STEPS} steps"
                place.error(self.report, "too-large", message, "kind")
            return None
        if step.kind == BROKEN_STEP:
            return self.names.failed(name, scope)
        inputs = self.sources(step, scope, above, place)
        frozen = self.names.resolved(step.frozen, scope.parameters, place / "frozen")
        if frozen is not None and not isinstance(frozen, bool):
            message = f"'frozen' must be true or false, not {shown(frozen)}"
            (place / "frozen").error(self.report, "wrong-type", message)
        inner = replace(scope, frozen=True) if frozen is True else scope
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
        """Return the input tensors of a step."""
        if step.from_ is None:
            if scope.several_inputs:
                said = " and ".join(scope.several_inputs)
                message = f"the model has several inputs ({said}); the first step needs 'from'"
                place.error(self.report, "needs-from", message, "kind")
                return None
            return above
        refs: list[Ref] = []
        failed = False
        listed = len(step.from_) > 1 or place.has_list("from")
        for position, said in enumerate(step.from_):
            at = place / "from" / position if listed else place / "from"
            word = self.names.resolved(said, scope.parameters, at)
            if word == "previous" and not scope.several_inputs:
                value = above
            elif isinstance(word, str):
                value = self.names.look_up(word, scope, at)
            else:
                value = None
                if word is not None:
                    message = f"'from' must contain names, not {shown(word)}"
                    at.error(self.report, "wrong-type", message)
            failed = failed or value is None
            refs += value or ()
        if len(refs) > MAX_INPUTS:
            message = f"the step takes more than {MAX_INPUTS} tensors"
            place.error(self.report, "too-large", message, "kind")
            return None
        return None if failed else tuple(refs)

    def branches(self, step: Step, scope: Scope, start: Value, place: Place) -> Value:
        """Expand the branches of a merging step; their last tensors are its inputs."""
        assert step.branches is not None
        inputs: list[Ref] = []
        failed = False
        for key, steps in step.branches.steps.items():
            at = place / "branches" / key
            value = self.run(steps, replace(scope, start=start, several_inputs=()), at)
            ref = self.names.single(value, at) if value is not None else None
            failed = failed or ref is None
            inputs += (ref,) if ref is not None else ()
        if step.kind in LAYERS and not getattr(LAYERS.find(step.kind), "merges", False):
            message = f"{step.kind} is not a merging layer; 'branches' requires one, such as Add or Concatenate"
            (place / "branches").error(self.report, "conflicting-arguments", message, "key")
            return None
        return None if failed else tuple(inputs)

    def block(
        self,
        step: Step,
        definition: BlockDefinition,
        scope: Scope,
        inputs: Value,
        place: Place,
        name: str | None,
    ) -> Value:
        """Expand a block in place."""
        scoped = self.names.named(name, step.kind, scope, place)
        parameters = self.block_parameters(step, definition, scope, place)
        if step.kind in scope.blocks:
            chain = " -> ".join((*scope.blocks[scope.blocks.index(step.kind) :], step.kind))
            message = f"the block '{step.kind}' calls itself ({chain})"
            place.error(self.report, "recursive-block", message, "kind")
            return self.names.failed(name, scope)
        if len(scope.blocks) == MAX_BLOCK_DEPTH:
            message = f"block calls are nested more than {MAX_BLOCK_DEPTH} levels deep"
            place.error(self.report, "too-large", message, "kind")
            return self.names.failed(name, scope)
        if scoped is None or parameters is None:
            return self.names.failed(name, scope)
        inner = Scope(
            f"{scoped}/",
            parameters,
            inputs,
            frozen=scope.frozen,
            blocks=(*scope.blocks, step.kind),
            explicit=explicit_names(definition.block.layers),
            block=BlockCall(
                step.kind,
                scoped,
                inputs or (),
                parameters,
                tuple(definition.block.params),
                place,
                definition.place,
                scope.block,
            ),
        )
        where = replace(definition.place / "layers", caller=place)
        return self.names.define(scoped, self.run(definition.block.layers, inner, where), place)

    def block_parameters(
        self, step: Step, definition: BlockDefinition, scope: Scope, place: Place
    ) -> dict[str, Any] | None:
        """Return the parameters of a block call: given ones, or the defaults of the block."""
        defined, fine = definition.block.params, True
        for key in (each for each in step.arguments if each not in defined):
            suggestion = did_you_mean(key, defined)
            message = f"the block '{step.kind}' has no parameter '{key}'"
            at = place / key
            at.error(self.report, "unknown-parameter", message, "key", suggestion=suggestion)
            fine = False
        try:
            given = substitute(step.arguments, scope.parameters)
        except Problem as problem:
            place.problem(self.report, problem)
            return None
        missing = [key for key, default in defined.items() if default is None and key not in given]
        for key in missing if fine else ():
            message = f"the block '{step.kind}' needs the parameter '{key}'"
            note = (definition.place / "params" / key).note("it is defined here", "key")
            place.error(self.report, "missing-parameter", message, "kind", notes=[note])
        if missing or not fine:
            return None
        at = replace(definition.place / "params", caller=place)
        return resolve_parameters(defined, given, definition.parameters, at, self.report)

    def check_submodels(self) -> None:
        """Read every submodel, even unused ones, to find their errors."""
        for key, definition in self.definitions.submodels.items():
            self.submodels.read(key, definition)

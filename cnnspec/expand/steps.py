"""Expands steps to nodes: repetitions, branches, blocks, submodels and shared layers."""

from collections.abc import Sequence

from cnnspec.diagnostics.budget import MAX_STEPS, TOO_MANY_STEPS, TOO_MANY_VALUES
from cnnspec.diagnostics.problems import FAILED, Failure, Problem, failure_of, shown
from cnnspec.diagnostics.report import Report
from cnnspec.expand.calls import Calls
from cnnspec.expand.definitions import BlockDefinition, Definitions
from cnnspec.expand.layer_names import explicit_names, own_name_problem
from cnnspec.expand.parameters import Parameters, resolve_parameters
from cnnspec.expand.scopes import Names, Scope, Skipped, Value
from cnnspec.expand.step_keys import step_key
from cnnspec.expand.submodels import SubmodelReader
from cnnspec.ir.graph import BlockCall, Ref
from cnnspec.language.document import BrokenStep, Step
from cnnspec.language.expressions import counts, is_pattern, is_reference, substituted
from cnnspec.language.values import SHARED, name_problem
from cnnspec.operations.steps import family_of_step
from cnnspec.records import replace
from cnnspec.syntax.places import Place

PREVIOUS = "previous"
"""The reference to the step above, unless a step of the scope has that name."""
MAX_BLOCK_DEPTH = 50
"""The limit of the nesting of block calls."""
MAX_INPUTS = 10_000
"""The limit of the number of inputs of a step."""


class Writer(Calls):
    """Expands the steps of a spec to the nodes of its graph."""

    def __init__(
        self, definitions: Definitions, submodels: SubmodelReader, names: Names, report: Report
    ) -> None:
        super().__init__(definitions, submodels, names, report)
        self.called: set[str] = set()
        """The blocks that were expanded."""
        self.repeated: set[Place] = set()
        """The steps with `repeat` that were expanded."""
        self.skipped: dict[Place, Skipped] = {}
        """The steps that were not, at least in one of the calls of their block."""

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
        given = None if is_counted else self.given_name(step, scope, place)
        name = None if isinstance(given, Failure) else given
        if step.repeat is None:
            return self.once(step, scope, above, place, name)
        times = self.times(step, scope, place)
        if isinstance(times, Failure) or times == 0:
            self.skip(step, scope, above, place)
        if isinstance(times, Failure):
            return self.names.failed(name, scope, times)
        value = above if times else self.sources(step, scope, above, place)
        turn, inner = step, scope
        for index in range(times):
            inner = replace(inner, parameters=scope.parameters.at(index))
            turn_name = name and f"{name}_{index + 1}"
            if is_counted:
                counted = self.given_name(step, inner, place)
                if isinstance(counted, Failure):
                    self.skip(step, scope, above, place)
                    return counted
                turn_name = counted
            value = self.once(turn, inner, value, place, turn_name)
            turn = step.model_copy(update={"from_": None})
            inner = replace(scope, several_inputs=())
            if self.stopped is not None:
                break
        if times:
            self.repeated.add(place)
        if name is not None and self.names.taken(scope.prefix + name, place) is None:
            self.names.define(scope.prefix + name, value, place)
        return value

    def skip(self, step: Step, scope: Scope, above: Value, place: Place) -> None:
        """Remember a step that is not expanded, so that it is checked nevertheless."""
        if place not in self.repeated and place not in self.skipped:
            self.skipped[place] = Skipped(step, scope, above, place, self.names.copy())

    def times(self, step: Step, scope: Scope, place: Place) -> int | Failure:
        """Return the number of repetitions of a step."""
        at = place / "repeat"
        times = self.names.resolved(step.repeat, scope.parameters, at)
        if isinstance(times, Failure):
            return times
        whole = isinstance(times, int) and not isinstance(times, bool)
        if whole and 0 <= times <= MAX_STEPS - self.budget.steps:
            return int(times)
        if whole and times > 0:
            return at.error(self.report, "too-large", TOO_MANY_STEPS)
        message = f"'repeat' must be a whole number of at least 0, not {shown(times)}"
        notes = scope.parameters.nulls(step.repeat)
        code = "out-of-range" if whole else "wrong-type"
        return at.error(self.report, code, message, notes=notes)

    @staticmethod
    def is_counted(step: Step) -> bool:
        """Whether the name of a step differs in every repetition."""
        try:
            return step.name is not None and is_pattern(step.name) and counts(step.name)
        except Problem:
            return False  # which is reported where the name is made

    def given_name(self, step: Step, scope: Scope, place: Place) -> str | Failure | None:
        """Return the explicit name of a step; None if it has none."""
        if scope.blocks and (wrong := own_name_problem(step, scope.last, self.definitions.blocks)):
            return (place / "name").error(self.report, *wrong)
        if step.name is None or not (is_reference(step.name) or is_pattern(step.name)):
            return step.name
        at = place / "name"
        name = self.names.resolved_name(step.name, scope.parameters, at)
        problem = None if isinstance(name, Failure) else name_problem(name)
        if problem is not None:
            notes = scope.parameters.nulls(step.name)
            return at.error(self.report, *problem, notes=notes)
        return name  # type: ignore[no-any-return]

    def once(self, step: Step, scope: Scope, above: Value, place: Place, name: str | None) -> Value:
        """Expand one repetition of a step."""
        if self.stopped is not None:
            return self.stopped
        self.budget.steps += 1
        if self.budget.steps > MAX_STEPS:
            return self.stop(place, TOO_MANY_STEPS)
        if isinstance(step, BrokenStep):
            return self.names.failed(name, scope, FAILED)
        inputs = self.sources(step, scope, above, place)
        frozen = self.names.resolved(step.frozen, scope.parameters, place / "frozen")
        if step.frozen is not None and not isinstance(frozen, bool | Failure):
            message = f"'frozen' must be true or false, not {shown(frozen)}"
            notes = scope.parameters.nulls(step.frozen)
            (place / "frozen").error(self.report, "wrong-type", message, notes=notes)
        inner = replace(scope, frozen=True) if frozen is True else scope
        if step.branches is not None:
            inputs = self.branches(step, inner, inputs, place)
        if step.kind == SHARED:
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
                return place.error(self.report, "needs-from", message, "kind")
            return self.names.handed_on(above, scope, place)
        refs: list[Ref] = []
        failure: Failure | None = None
        listed = len(step.from_) > 1 or place.has_list("from")
        for position, said in enumerate(step.from_):
            at = place / "from" / position if listed else place / "from"
            value = self.names.chosen(self.source(said, scope, above, at), at)
            if isinstance(value, Failure):
                failure = failure or value
            else:
                refs += value
        if len(refs) > MAX_INPUTS:
            message = f"the step takes more than {MAX_INPUTS} tensors"
            return place.error(self.report, "too-large", message, "kind")
        return failure or tuple(refs)

    def source(self, said: str, scope: Scope, above: Value, place: Place) -> Value:
        """Return the tensors that a name in `from` refers to."""
        word = self.names.resolved(said, scope.parameters, place)
        if isinstance(word, Failure):
            return word
        is_name = f"{scope.prefix}{word}" in self.names.values
        if word == PREVIOUS and not scope.several_inputs and not is_name:
            return above
        if isinstance(word, str):
            return self.names.look_up(word, scope, place)
        message = f"'from' must contain names, not {shown(word)}"
        notes = scope.parameters.nulls(said)
        return place.error(self.report, "wrong-type", message, notes=notes)

    def branches(self, step: Step, scope: Scope, start: Value, place: Place) -> Value:
        """Expand the branches of a merging step; their last tensors are its inputs."""
        assert step.branches is not None
        inputs: list[Ref] = []
        failure: Failure | None = None
        for key, steps in step.branches.steps.items():
            at = place / "branches" / key
            value = self.run(steps, replace(scope, start=start, several_inputs=()), at)
            ref = self.names.single(value, at)
            if isinstance(ref, Failure):
                failure = failure or ref
            else:
                inputs.append(ref)
        family = family_of_step(step.kind)
        if step.kind in family and not getattr(family.find(step.kind), "merges", False):
            message = f"{step.kind} is not a merging layer; 'branches' requires one, such as Add or Concatenate"
            at = place / "branches"
            return at.error(self.report, "conflicting-arguments", message, "key")
        return failure or tuple(inputs)

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
            failure = place.error(self.report, "recursive-block", message, "kind")
            return self.names.failed(name, scope, failure)
        if len(scope.blocks) == MAX_BLOCK_DEPTH:
            message = f"block calls are nested more than {MAX_BLOCK_DEPTH} levels deep"
            failure = place.error(self.report, "too-large", message, "kind")
            return self.names.failed(name, scope, failure)
        if isinstance(scoped, Failure) or isinstance(parameters, Failure):
            return self.names.failed(name, scope, failure_of(scoped, parameters))
        self.called.add(step.kind)
        inner = Scope(
            f"{scoped}/",
            parameters,
            inputs,
            frozen=scope.frozen,
            blocks=(*scope.blocks, step.kind),
            explicit=explicit_names(definition.block.layers),
            last=definition.block.layers[-1] if definition.block.layers else None,
            block=BlockCall(
                step.kind,
                scoped,
                () if isinstance(inputs, Failure) else inputs,
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
    ) -> Parameters | Failure:
        """Return the parameters of a block call: given ones, or the defaults of the block."""
        defined = definition.block.params
        failures = []
        for key in (each for each in step.arguments if each not in defined):
            message = f"the block '{step.kind}' has no parameter '{key}'"
            near = step_key(key, step, (name for name in defined if name not in step.arguments))
            failures.append(
                (place / key).unknown(self.report, "unknown-parameter", message, near, "key")
            )
        problems: list[Problem] = []
        given = substituted(step.arguments, scope.parameters, problems)
        if not self.budget.has_values(given):
            return self.stop(place, TOO_MANY_VALUES)
        for problem in problems:
            notes = scope.parameters.nulls(step.arguments, problem.at)
            place.problem(self.report, problem, notes=notes)
        missing = [key for key, default in defined.items() if default is None and key not in given]
        for key in missing if not failures else ():
            message = f"the block '{step.kind}' needs the parameter '{key}'"
            note = (definition.place / "params" / key).note("it is defined here", "key")
            failures.append(
                place.error(self.report, "missing-parameter", message, "kind", notes=[note])
            )
        if failures:
            return failures[0]
        at, outer = replace(definition.place / "params", caller=place), definition.parameters
        return resolve_parameters(defined, given, outer, at, self.report, call=place)

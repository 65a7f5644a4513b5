"""Calls of layers, shared layers and submodels: each becomes one node."""

from collections.abc import Iterable
from typing import Any

from cnnspec.declarations.import_paths import is_import_path
from cnnspec.declarations.keras_versions import missing
from cnnspec.declarations.partial import problems_of
from cnnspec.diagnostics.budget import TOO_MANY_VALUES
from cnnspec.diagnostics.problems import Failure, Problem, Problems, failure_of
from cnnspec.diagnostics.report import Report
from cnnspec.expand.definitions import Default, Definitions
from cnnspec.expand.scopes import Names, Scope, Value
from cnnspec.expand.step_keys import keys_of, left_keys, step_key
from cnnspec.expand.submodels import SubmodelReader, freeze
from cnnspec.ir.graph import Node, SubmodelLayer
from cnnspec.language.document import Step
from cnnspec.language.expressions import substituted
from cnnspec.layers.base import INNER, LAYERS, Layer
from cnnspec.layers.custom import CustomLayer, custom_kind
from cnnspec.naming import node_name, snake_case
from cnnspec.operations.steps import family_of_step
from cnnspec.records import replace
from cnnspec.syntax.places import Place


class Calls:
    """Writes calls that become one node, and reports what is wrong with them."""

    def __init__(
        self, definitions: Definitions, submodels: SubmodelReader, names: Names, report: Report
    ) -> None:
        self.definitions = definitions
        self.submodels = submodels
        self.names = names
        self.report = report
        self.budget = report.budget
        self.stopped: Failure | None = None
        """That of the step that was one too many."""
        self.met: set[tuple[str, str]] = set()
        """The kinds and arguments whose defaults calls have used."""
        self.layers: dict[tuple[type[Layer], str, str], Layer] = {}
        """The layers without problems, by what was written: equal calls are checked once."""

    def stop(self, place: Place, message: str) -> Failure:
        """Report the step that is one too many, after which no step is expanded."""
        if self.stopped is None:
            self.stopped = self.budget.stop(
                lambda: place.error(self.report, "too-large", message, "kind")
            )
        return self.stopped

    def layer(
        self, step: Step, scope: Scope, inputs: Value, place: Place, name: str | None
    ) -> Value:
        """Expand a call of a layer."""
        declaration: type[Layer]
        try:
            is_path = is_import_path(step.kind)
            family = family_of_step(step.kind)
            declaration = custom_kind(step.kind) if is_path else family.find(step.kind)
        except Problem as problem:
            failure = self.unknown_kind(step, problem, place)
            return self.names.failed(name, scope, failure)
        kind = snake_case(declaration.kind()).removeprefix("ops.")
        if INNER in declaration.arguments():
            from cnnspec.expand.inside_layers import AT_EVERY_STEP, called_inside, refused

            default = self.definitions.defaults.get(declaration.kind(), {}).get(INNER)
            if default is not None and step.arguments.get(INNER) is None:
                self.met.add((declaration.kind(), INNER))
            inside = called_inside(step, default, scope.parameters)
            takes = declaration.kind() == AT_EVERY_STEP and inside[1:] == ()
            if takes and inside[0] in self.definitions.submodels:
                return self.every_step(step, declaration, inside[0], scope, inputs, place, name)
            wrong = refused(declaration.kind(), inside, self.definitions, place, self.report)
            if wrong is not None:
                return self.names.failed(name, scope, wrong)
        layer = self.checked_layer(step, declaration, scope, place)
        scoped = self.names.named(name, kind, scope, place, is_layer=True)
        if isinstance(layer, Failure) or isinstance(inputs, Failure) or isinstance(scoped, Failure):
            return self.names.failed(name, scope, failure_of(layer, inputs, scoped))
        name = self.names.layers.of_node(scoped)
        node = Node(name, scoped, layer, inputs, place, scope.frozen, block=scope.block)
        return self.names.add(node)

    def every_step(
        self,
        step: Step,
        declaration: type[Layer],
        key: str,
        scope: Scope,
        inputs: Value,
        place: Place,
        name: str | None,
    ) -> Value:
        """Expand a call of a submodel on every step of a sequence."""
        from cnnspec.expand.inside_layers import STAND_IN, several

        layer = self.submodels.read(key, self.definitions.submodels[key])
        given = substituted(step.arguments.get(INNER), scope.parameters, [])
        for argument in (given.get(key) or {}) if isinstance(given, dict) else ():
            message = f"a submodel takes no arguments, so '{argument}' cannot be given"
            at = place / INNER / argument
            failure = at.error(self.report, "unknown-argument", message, "key")
            return self.names.failed(name, scope, failure)
        rest = step.model_copy(update={"arguments": {**step.arguments, INNER: STAND_IN}})
        wrapper = self.checked_layer(rest, declaration, scope, place)
        if isinstance(layer, Failure) or isinstance(wrapper, Failure):
            return self.names.failed(name, scope, failure_of(layer, wrapper))
        if (failure := several(layer, place, self.report)) is not None:
            return self.names.failed(name, scope, failure)
        wrapped = replace(layer, every_step=wrapper)
        kind = snake_case(declaration.kind())
        return self.call_of(wrapped, kind, scope, inputs, place, name)

    def unknown_kind(self, step: Step, problem: Problem, place: Place) -> Failure:
        """Report an unknown kind, and suggest similar valid names."""
        if problem.code != "refused-kind" and family_of_step(step.kind) is LAYERS:
            others = (*self.definitions.blocks, *self.definitions.submodels, "shared")
            message = f"unknown layer, block or submodel '{step.kind}'"
            keys = {key: value for key, value in keys_of(step).items() if key != "branches"}
            problem = LAYERS.unknown(step.kind, step.arguments, message, keys=keys, others=others)
        return place.problem(self.report, problem)

    def checked_layer(
        self, step: Step, declaration: type[Layer], scope: Scope, place: Place
    ) -> Layer | Failure:
        """Check the arguments of a layer, including the defaults of its kind."""
        problems: list[Problem] = []
        arguments = substituted(step.arguments, scope.parameters, problems)
        used: dict[str, Default] = {}
        failures = []
        if defaults := self.definitions.defaults.get(declaration.kind()):
            used = {name: each for name, each in defaults.items() if name not in arguments}
            self.met.update((declaration.kind(), name) for name in used)
            arguments |= {name: each.value for name, each in used.items()}
            failures = [each.failure for each in used.values() if each.failure is not None]
        if not self.budget.has_values(arguments):
            return self.stop(place, TOO_MANY_VALUES)
        layer: Layer | None = None
        found: Iterable[Problem]
        try:
            if problems or failures:
                found = [*problems, *self.partial(declaration, arguments, step)]
            else:
                layer, found = self.layer_of(declaration, arguments, step.kind)
        except Problems as refused:
            found = refused.problems
            if any(each.code == "unknown-argument" for each in found):
                found = [*self.partial(declaration, arguments, step)] or found
        for each in found:
            default = used.get(str(each.at[0])) if each.at else None
            if default is None:
                notes = scope.parameters.nulls(step.arguments, each.at)
                failures.append(place.problem(self.report, each, notes=notes))
            else:
                failures.append(default.problem(self.report, each))
        return failures[0] if layer is None else layer

    def layer_of(
        self, declaration: type[Layer], arguments: dict[str, Any], word: str
    ) -> tuple[Layer, Iterable[Problem]]:
        """Return the layer of a call, and what the version of Keras does not have of it.

        Raises:
            Problems: an argument is unknown, missing, or has the wrong type.

        """
        key = declaration, word, repr(arguments)
        known = self.layers.get(key)
        if known is not None:
            return known, ()
        layer = declaration.of(arguments, word=word)
        if not (found := self.lacking(layer)):
            self.layers[key] = layer
        return layer, found

    def lacking(self, layer: Layer) -> tuple[Problem, ...]:
        """Return what the version of Keras does not have of a layer."""
        return tuple(missing(layer, self.submodels.loader.keras))

    def partial(
        self, declaration: type[Layer], arguments: dict[str, Any], step: Step
    ) -> Iterable[Problem]:
        """Return what is wrong with the known arguments of a call; a custom class takes any."""
        if issubclass(declaration, CustomLayer):
            return ()
        return problems_of(declaration, arguments, step.kind, left_keys(step))

    def shared(
        self, step: Step, scope: Scope, inputs: Value, place: Place, name: str | None
    ) -> Value:
        """Expand another call of an earlier layer."""
        from cnnspec.expand.shared_calls import OF_CALLS, called_again  # which few specs need

        of_call = {key: each for key, each in step.arguments.items() if key in OF_CALLS}
        for key in (each for each in step.arguments if each != "layer" and each not in of_call):
            message = f"'shared' has no argument '{key}'; it takes 'layer', 'name' and 'from'"
            near = step_key(key, step, () if "layer" in step.arguments else ("layer",))
            code = "unknown-argument"
            failure = (place / key).unknown(self.report, code, message, near, "key")
            if near is not None and near.word == "layer":
                return self.names.failed(name, scope, failure)
        if step.frozen is not None:
            message = "'frozen' must be set on the shared layer, not on another call of it"
            (place / "frozen").error(self.report, "conflicting-arguments", message, "key")
        written = step.arguments.get("layer")
        wanted = self.names.resolved(written, scope.parameters, place / "layer")
        if isinstance(wanted, Failure):
            return self.names.failed(name, scope, wanted)
        if not isinstance(wanted, str):
            message = "'shared' needs 'layer', the name of an earlier layer"
            code = "wrong-type" if "layer" in step.arguments else "missing-argument"
            notes = scope.parameters.nulls(written)
            failure = (place / "layer").error(self.report, code, message, "given", notes=notes)
            return self.names.failed(name, scope, failure)
        value = self.names.look_up(wanted, scope, place / "layer")
        scoped = self.names.named(name, "shared", scope, place)
        if isinstance(value, Failure) or isinstance(inputs, Failure) or isinstance(scoped, Failure):
            return self.names.failed(name, scope, failure_of(value, inputs, scoped))
        target = self.names.by_name.get(value[0].node) if value else None
        if target is not None and target.is_operation:
            message = f"'{wanted}' is an operation, which has no weights to share; call it again"
            failure = (place / "layer").error(self.report, "conflicting-arguments", message)
            return self.names.failed(name, scope, failure)
        if target is None or len(value) > 1 or value != target.value:
            message = f"'{wanted}' is not a layer that can be called again"
            failure = (place / "layer").error(self.report, "unknown-name", message)
            return self.names.failed(name, scope, failure)
        original = self.names.by_name[target.layer_name]
        layer = called_again(original.layer, wanted, of_call, scope, place, self.report)
        if isinstance(layer, Failure):
            return self.names.failed(name, scope, layer)
        for each in self.lacking(layer) if of_call and isinstance(layer, Layer) else ():
            place.problem(self.report, each)
        again = replace(original, layer=layer)
        shared = replace(again, name=node_name(scoped), scoped=scoped, shares=original.name)
        return self.names.add(replace(shared, inputs=inputs, place=place, block=scope.block))

    def submodel(
        self, step: Step, scope: Scope, inputs: Value, place: Place, name: str | None
    ) -> Value:
        """Expand a call of a submodel; later calls share the weights of the first."""
        for key in step.arguments:
            message = f"a submodel takes no arguments, and '{key}' is not a key of a step"
            near = step_key(key, step)
            (place / key).unknown(self.report, "unknown-argument", message, near, "key")
        layer = self.submodels.read(step.kind, self.definitions.submodels[step.kind])
        return self.call_of(layer, step.kind, scope, inputs, place, name)

    def call_of(
        self,
        layer: SubmodelLayer | Failure,
        kind: str,
        scope: Scope,
        inputs: Value,
        place: Place,
        name: str | None,
    ) -> Value:
        """Make the node of a call of a submodel."""
        scoped = self.names.named(name, kind, scope, place)
        if isinstance(layer, Failure) or isinstance(inputs, Failure) or isinstance(scoped, Failure):
            return self.names.failed(name, scope, failure_of(layer, inputs, scoped))
        earlier = next((node for node in self.names.nodes if is_call_of(node, layer)), None)
        frozen = scope.frozen or layer.frozen
        if scope.frozen and not layer.frozen:
            layer = replace(layer, graph=freeze(layer.graph))
        if earlier is not None and isinstance(earlier.layer, SubmodelLayer):
            how, before, now = None, earlier.layer.every_step, layer.every_step
            is_alike = (before and before.given) == (now and now.given)
            if now is not None and not is_alike:
                how = f"with another {now.kind()}" if before else f"without {now.kind()}"
            elif before is not None and not is_alike:
                how = f"with {before.kind()}"
            elif frozen and not earlier.frozen:
                how = "without 'frozen'"
            if how is not None:
                message = f"'{layer.key}' is called above {how}, but its calls share their weights"
                note = earlier.place.note("it is called here first", "kind")
                code = "conflicting-arguments"
                failure = place.error(self.report, code, message, "kind", notes=[note])
                if not is_alike:
                    return self.names.failed(name, scope, failure)
        node = Node(node_name(scoped), scoped, layer, inputs, place, frozen, block=scope.block)
        if earlier is not None:
            node = replace(
                node, shares=earlier.layer_name, layer=earlier.layer, frozen=earlier.frozen
            )
        return self.names.add(node)


def is_call_of(node: Node, submodel: SubmodelLayer) -> bool:
    """Whether a node calls a submodel."""
    return isinstance(node.layer, SubmodelLayer) and node.layer.key == submodel.key

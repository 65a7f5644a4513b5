"""Collects the definitions of a spec and its imports: parameters, defaults, blocks, submodels."""

from pathlib import Path
from typing import Any, TypeVar

from cnnspec.diagnostics.problems import Failure, Problem
from cnnspec.diagnostics.report import Report
from cnnspec.expand.loading import Loader
from cnnspec.expand.parameters import NO_PARAMETERS, Parameters, resolve_parameters
from cnnspec.language.document import Block, Document, Submodel
from cnnspec.language.expressions import substituted
from cnnspec.layers.base import LAYERS, Layer
from cnnspec.operations.steps import family_of_step
from cnnspec.records import Record
from cnnspec.syntax.paths import real
from cnnspec.syntax.places import Place


class BlockDefinition(Record):
    """A block, its location, and the parameters of its file."""

    block: Block
    place: Place
    parameters: Parameters


class SubmodelDefinition(Record):
    """A submodel, its location, and the parameters of its file."""

    submodel: Submodel
    place: Place
    parameters: Parameters


_Defined = TypeVar("_Defined", BlockDefinition, SubmodelDefinition)


class Default(Record):
    """A default for an argument of a kind, and its location."""

    declaration: type[Layer]
    name: str
    written: Any
    value: Any
    place: Place
    parameters: Parameters
    failure: Failure | None
    """That of its references; its value is then known only in part."""

    def problem(self, report: Report, problem: Problem) -> Failure:
        """Report a problem with a call of the kind, whose path starts with the argument."""
        notes = self.parameters.nulls(self.written, problem.at[1:])
        problem.at = problem.at[1:]
        return self.place.problem(report, problem, notes=notes)


class Definitions:
    """Everything that a step may call by name, and the defaults of kinds."""

    def __init__(self) -> None:
        self.blocks: dict[str, BlockDefinition] = {}
        self.submodels: dict[str, SubmodelDefinition] = {}
        self.defaults: dict[str, dict[str, Default]] = {}
        self.every_default: list[Default] = []
        """Also those that others take precedence over."""


def gather(document: Document, place: Place, parameters: Parameters, loader: Loader) -> Definitions:
    """Collect the definitions and imports of a document; its own defaults take precedence."""
    return _gather(document, place, parameters, loader, ())


def _gather(
    document: Document,
    place: Place,
    parameters: Parameters,
    loader: Loader,
    importing: tuple[Path, ...],
) -> Definitions:
    found = Definitions()
    for position, reference in enumerate(document.imports):
        where = place / "imports" / position
        if isinstance(path := loader.locate(reference, where), Failure):
            continue
        if real(path) in importing:
            message = f"'{reference}' imports itself"
            where.error(loader.report, "recursive-import", message)
            continue
        if isinstance(read := loader.document(path, where), Failure):
            continue
        imported, source = read
        inner = Place(source, (), where)
        values = resolve_parameters(
            imported.params, {}, NO_PARAMETERS, inner / "params", loader.report
        )
        _merge(
            found,
            _gather(imported, inner, values, loader, (*importing, real(path))),
            loader.report,
        )
    own = Definitions()
    own.blocks = {
        name: BlockDefinition(block, place / "blocks" / name, parameters)
        for name, block in document.blocks.items()
    }
    own.submodels = {
        name: SubmodelDefinition(submodel, place / "submodels" / name, parameters)
        for name, submodel in document.submodels.items()
    }
    own.defaults = _defaults(document, place / "defaults", parameters, loader.report)
    own.every_default = [each for said in own.defaults.values() for each in said.values()]
    _merge(found, own, loader.report)
    _check_names(found, loader.report)
    return found


def _merge(into: Definitions, other: Definitions, report: Report) -> None:
    _merge_named(into.blocks, other.blocks, report)
    _merge_named(into.submodels, other.submodels, report)
    into.every_default += other.every_default
    for kind, arguments in other.defaults.items():
        into.defaults[kind] = {**into.defaults.get(kind, {}), **arguments}


def _merge_named(into: dict[str, _Defined], other: dict[str, _Defined], report: Report) -> None:
    for name, definition in other.items():
        first = into.setdefault(name, definition)
        if first.place != definition.place:
            _defined_twice(name, first.place, definition.place, report)


def _defined_twice(name: str, first: Place, second: Place, report: Report) -> None:
    note = first.note("it is defined here first", "key")
    message = f"the name '{name}' is defined twice"
    second.error(report, "duplicate-name", message, "key", notes=[note])


def _check_names(found: Definitions, report: Report) -> None:
    places = [(name, block.place) for name, block in found.blocks.items()]
    places += [(name, submodel.place) for name, submodel in found.submodels.items()]
    for name, place in places:
        family = family_of_step(name)
        if name in family:
            what = "a layer kind" if family is LAYERS else "an operation"
            message = f"'{name}' is the name of {what}"
            place.error(report, "duplicate-name", message, "key")
    for name in (each for each in found.blocks if each in found.submodels):
        _defined_twice(name, found.blocks[name].place, found.submodels[name].place, report)


def _defaults(
    document: Document, place: Place, parameters: Parameters, report: Report
) -> dict[str, dict[str, Default]]:
    defaults: dict[str, dict[str, Default]] = {}
    for word, arguments in document.defaults.items():
        where = place / word
        try:
            declaration = family_of_step(word).find(word)
        except Problem as problem:
            _report_kind(where, problem, report)
            continue
        of_kind = defaults.setdefault(declaration.kind(), {})
        for name, value in arguments.items():
            if name not in declaration.arguments():
                _report_argument(where, declaration, name, arguments, report)
                continue
            problems: list[Problem] = []
            known = substituted(value, parameters, problems)
            at = where / name
            failures = [
                at.problem(report, each, notes=parameters.nulls(value, each.at))
                for each in problems
            ]
            failure = failures[0] if failures else None
            of_kind[name] = Default(declaration, name, value, known, at, parameters, failure)
    return defaults


def _report_kind(place: Place, problem: Problem, report: Report) -> None:
    """Report that a key is not a kind."""
    from cnnspec.diagnostics.rewrites import Rewrite  # not needed for specs without errors

    suggestion, fix = problem.suggestion, None
    kind = getattr(problem.replacement, "kind", None)
    if kind is not None and problem.replacement == Rewrite(kind):
        suggestion = f"did you mean '{kind}'?"
        fix = place.replaced_by(kind, "key", is_safe=problem.is_safe)
    place.error(report, problem.code, problem.message, "key", suggestion=suggestion, fix=fix)


def _report_argument(
    place: Place, declaration: type[Layer], name: str, given: dict[str, Any], report: Report
) -> None:
    """Report that a kind does not have an argument, unless another one says it already."""
    from cnnspec.declarations.hints import argument_problem  # not needed for specs without errors
    from cnnspec.diagnostics.rewrites import Rewrite

    message = f"{declaration.kind()} has no argument '{name}'"
    problem, _ = argument_problem("layers", declaration, name, given, message)
    if problem is None:
        return
    fix = None
    if isinstance(problem.replacement, Rewrite):
        fix = place.rewritten(problem.replacement, is_safe=problem.is_safe, is_call=False)
    code, suggestion = problem.code, problem.suggestion
    (place / name).error(report, code, message, "key", suggestion=suggestion, fix=fix)

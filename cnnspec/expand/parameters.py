"""The values of parameters, and the places that give them."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from cnnspec.diagnostics.problems import FAILED, Problem
from cnnspec.diagnostics.report import Note, Report
from cnnspec.language.expressions import (
    has_failed,
    is_pattern,
    is_reference,
    parameters_in,
    substituted,
)
from cnnspec.syntax.places import Place
from cnnspec.syntax.reading import MAX_ALIASED_VALUES, MAX_DEPTH


class Parameters(dict[str, Any]):
    """The values of parameters by name; `givers` are the mappings that give them."""

    def __init__(self, values: Mapping[str, Any], givers: Mapping[str, Place]) -> None:
        super().__init__(values)
        self.givers = dict(givers)

    def at(self, index: object) -> "Parameters":
        """Return the parameters in a repetition of a step."""
        return Parameters({**self, "index": index}, self.givers)

    def nulls(self, written: object, at: Collection[str | int] = ()) -> tuple[Note, ...]:
        """Make notes on the parameters that put a null at a path in a value of the spec."""
        path = list(at)
        while path and isinstance(written, dict | list):
            written = _child(written, path.pop(0))
        notes = []
        for name, rest in self._named(written, path):
            value = self.get(name, FAILED)
            for part in rest:
                value = _child(value, part)
            if value is None and name in self.givers:
                place = (self.givers[name] / name).within(rest)
                notes.append(place.note(f"the parameter '{name}' is null", "key"))
        return tuple(dict.fromkeys(notes))

    def _named(
        self, written: object, path: list[str | int]
    ) -> Iterator[tuple[str, list[str | int]]]:
        """Yield the parameters in a value, each with the path to follow in its own value."""
        if isinstance(written, list):
            for item in written:
                yield from self._named(item, [])
        elif is_reference(written) or is_pattern(written):
            try:
                names = parameters_in(written)
            except Problem:
                return
            is_name = not is_pattern(written) and not str(written).startswith("$(")
            for name in names:
                yield name, path if is_name else []


NO_PARAMETERS = Parameters({}, {})


def _child(value: object, part: str | int) -> object:
    """Return an item of a value; in a call `Kind: {...}`, the path may omit the kind."""
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    if not isinstance(value, dict):
        return FAILED
    if part in value:
        return value[part]
    inner = next(iter(value.values())) if len(value) == 1 else None
    return inner.get(part, FAILED) if isinstance(inner, dict) else FAILED


def resolve_parameters(
    defined: Mapping[str, Any],
    given: Mapping[str, Any],
    outer: Parameters,
    place: Place,
    report: Report,
    *,
    call: Place | None = None,
) -> Parameters:
    """Return the values of parameters: given ones, or defaults, which may use parameters above.

    `place` is the `params` mapping, and `call` is the block call that gives values. A parameter
    whose definition has an error is `FAILED`; nothing that uses it is reported.
    """
    values = Parameters(outer, outer.givers)
    for name, default in defined.items():
        if name == "index":
            message = "the name 'index' is reserved: $index counts the repetitions of a step"
            (place / name).error(report, "bad-name", message, "key")
            continue
        is_given = name in given
        if is_given and isinstance(default, str | list | dict):
            check_references(default, values, place / name, report)
        value, giver = given.get(name), place if call is None or not is_given else call
        if not is_given:
            problems: list[Problem] = []
            value = substituted(default, values, problems)
            for problem in problems:
                (place / name).problem(report, problem, notes=values.nulls(default, problem.at))
        if isinstance(value, dict | list):
            excess = _excess(value)
            if excess is not None:
                message = f"the parameter '{name}' {excess}"
                value = (giver / name).error(report, "too-large", message)
            elif has_failed(value):
                value = FAILED
        values[name], values.givers[name] = value, giver
    return values


def check_references(
    value: object, parameters: Mapping[str, Any], place: Place, report: Report
) -> None:
    """Check references in a value that is not used, whatever the values of the parameters are."""
    problems: list[Problem] = []
    substituted(value, dict.fromkeys(parameters, FAILED), problems)
    for problem in problems:
        place.problem(report, problem)


def _excess(value: object) -> str | None:
    """Return what is too large about a value, which parameters can multiply like aliases."""
    waiting, count = [(value, 1)], 0
    for each, depth in waiting:
        if not isinstance(each, dict | list):
            continue
        if depth > MAX_DEPTH:
            return f"is nested more than {MAX_DEPTH} levels deep"
        count += len(each)
        if count > MAX_ALIASED_VALUES:
            return f"has more than {MAX_ALIASED_VALUES} values"
        items = each.values() if isinstance(each, dict) else each
        waiting += [(item, depth + 1) for item in items]
    return None


def is_number(value: object, *, whole: bool) -> bool:
    """Whether a value is a number, and a whole one where that is asked for."""
    return isinstance(value, int if whole else int | float) and not isinstance(value, bool)

"""Checks calls of which some values are not known: what does not depend on these values."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from cnnspec.declarations.declaration import (
    Checked,
    Declaration,
    Expects,
    _checked,
    _meant,
    _unknown_and_missing,
)
from cnnspec.declarations.family import Family, split_call
from cnnspec.diagnostics.problems import FAILED, Problem, Problems


def problems_of(
    declaration: type[Declaration],
    arguments: Mapping[str, Any],
    word: str,
    others: Iterable[str] = (),
) -> list[Problem]:
    """Return the problems of a call whose arguments contain `FAILED` for what is not known.

    A conflict is one only if it is there whether the values are null or anything else.
    """
    problems = [*_unknown_and_missing(declaration, arguments, others)]
    known = {name: arguments[name] for name in arguments if name in declaration.arguments()}
    for name, value in known.items():
        if found := argument_problems(declaration, name, value):
            problems += _meant(declaration, arguments, Problems(found)).problems
    if problems:
        return problems
    open_arguments = [name for name, value in known.items() if _is_open(value)]
    checked = declaration.defaults() | {
        name: _checked(declaration, name, value)
        for name, value in known.items()
        if name not in open_arguments
    }
    unknown = dict.fromkeys(open_arguments, _NOT_KNOWN)
    nulls = {name: None for name in open_arguments if _takes_null(declaration, name)}
    conflicts = _conflicts(declaration, word, {**arguments, **unknown}, {**checked, **unknown})
    if nulls and conflicts:
        given = {**arguments, **unknown, **nulls}
        with_nulls = _conflicts(declaration, word, given, {**checked, **unknown, **nulls})
        messages = {each.message for each in with_nulls}
        conflicts = [each for each in conflicts if each.message in messages]
    return conflicts


def argument_problems(declaration: type[Declaration], name: str, value: Any) -> list[Problem]:
    """Return the problems of the value of an argument, which may contain `FAILED`."""
    try:
        if _is_open(value):
            inner = _inner_problems(value, declaration.expected()[name])
            return [each.inside(name) for each in inner]
        _checked(declaration, name, value)
    except Problems as refused:
        return list(refused.problems)
    return []


def _is_open(value: object) -> bool:
    if isinstance(value, list | dict):
        return any(map(_is_open, value.values() if isinstance(value, dict) else value))
    return value is FAILED


def _inner_problems(value: object, expects: Expects) -> Iterator[Problem]:
    """Yield the problems of the calls in a value."""
    family = expects.family if isinstance(expects, Checked) else None
    if family is None or value is FAILED:
        return
    if isinstance(value, list):
        for position, item in enumerate(value):
            yield from (each.inside(position) for each in _inner_problems(item, expects))
    elif isinstance(value, str | dict):
        yield from _call_problems(value, family)


def _call_problems(call: object, family: Family[Any]) -> Iterable[Problem]:
    try:
        word, arguments = split_call(call, family.noun)
        return problems_of(family.find(word, arguments), arguments, word)
    except Problem as problem:
        return [problem]
    except Problems as refused:
        return refused.problems


class _NotKnownError(Exception):
    """A rule looked at a value that is not known."""


def _refuse(*_: object) -> NoReturn:
    raise _NotKnownError


_LOOKS = (
    "abs", "add", "bool", "call", "contains", "eq", "float", "floordiv", "format", "ge", "getattr",
    "getitem", "gt", "hash", "index", "int", "iter", "le", "len", "lt", "mod", "mul", "ne", "neg",
    "pos", "pow", "radd", "rfloordiv", "rmod", "rmul", "round", "rpow", "rsub", "rtruediv", "str",
    "sub", "truediv",
)  # fmt: skip
_NOT_KNOWN: Any = type("_NotKnown", (), {f"__{look}__": _refuse for look in _LOOKS})()
"""Stands for a value in a rule; whatever looks at it fails."""


def _takes_null(declaration: type[Declaration], name: str) -> bool:
    try:
        _checked(declaration, name, None)
    except Problems:
        return False
    return True


def _conflicts(
    declaration: type[Declaration], word: str, given: dict[str, Any], checked: dict[str, Any]
) -> list[Problem]:
    """Return the conflicts that can be seen without the values that are not known."""
    call = declaration.__new__(declaration)
    call.__dict__.update(checked)
    call.given, call.word = given, word
    found = []
    try:
        for problem in call.conflicts():
            found.append(problem)
    except _NotKnownError:
        pass
    return found

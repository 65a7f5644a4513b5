"""Writes calls as in a spec: with all given arguments, and in their shortest form."""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.diagnostics.problems import Problems

MOST_WHOLE = 2**53
"""Floats from here on cannot represent every whole number, and are written as floats."""


def written(value: Any) -> Any:
    """Convert a value or a call to plain data, as in a spec."""
    if isinstance(value, Declaration):
        return _called(value.word, written(value.given))
    if isinstance(value, Mapping):
        return {key: written(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [written(item) for item in value]
    return value


def shortest(call: Declaration) -> Any:
    """A call in the fewest words, the same for all calls that mean the same.

    Only the order of its arguments is that in which they were given.
    """
    if (alias := short_alias(call)) is not None:
        return alias
    arguments = shortest_arguments(call)
    if not arguments and call.kind().lower() in call.open_words:
        arguments = {"name": call.meant("name")}  # the word alone would leave the kind open
    return _called(call.meant_kind(), arguments)


def short_alias(call: Declaration) -> str | None:
    """Return the alias that stands for a call, in families that are written with aliases."""
    alias = call.alias()
    return alias if alias != call.kind() and _is_meant_by(call, alias) else None


def shortest_arguments(call: Declaration) -> dict[str, Any]:
    """Return the arguments that differ from their defaults, in their shortest form."""
    return {name: shortest_argument(call, name) for name in call.given if not call.is_default(name)}


def _called(word: str, arguments: Mapping[str, Any]) -> Any:
    """Return `Kind`, or `{Kind: arguments}` if there are any."""
    return {word: dict(arguments)} if arguments else word


def _is_meant_by(call: Declaration, word: str) -> bool:
    """Whether a word alone has the same meaning as a call."""
    try:
        return type(call).of({}, word=word).meaning() == call.meaning()
    except Problems:  # it needs arguments
        return False


def shortest_argument(call: Declaration, name: str) -> Any:
    """Return the shortest form of an argument."""
    value = call.meant(name)
    if isinstance(value, Declaration):
        return shortest(value)
    if isinstance(value, tuple) and value and isinstance(value[0], Declaration):
        return [shortest(item) for item in value]
    plain = written(call.canonical(name))
    if not call.means(name, plain):  # only a number has this meaning
        plain = written(value)
    whole = _whole(plain)
    if repr(whole) != repr(plain) and call.keeps(name, whole):
        plain = whole
    return next((form for form in _shorter(plain) if call.means(name, form)), plain)


def _shorter(value: Any) -> Iterator[Any]:
    """Yield short forms of a list, shortest first: one of its equal items, or the last one."""
    if not isinstance(value, list) or not value:
        return
    items = [next(_shorter(item), item) for item in value]
    if all(item == items[0] for item in items):
        yield items[0]
    if all(item == value[0] for item in value):
        yield value[0]
    if isinstance(value[-1], int | float):
        yield value[-1]
    if items != value:
        yield items


def _whole(value: Any) -> Any:
    """Replace 1.0 by 1."""
    if isinstance(value, list):
        return [_whole(item) for item in value]
    is_whole = isinstance(value, float) and value.is_integer() and abs(value) < MOST_WHOLE
    return int(value) if is_whole else value

"""The shortest arguments of a call that mean the same: what is so by default is not said."""

from collections.abc import Iterator, Mapping
from typing import Any

from cnnspec.declarations import Declaration, Problems
from cnnspec.naming import snake_case
from cnnspec.objects import CONSTRAINTS, INITIALIZERS, REGULARIZERS

IMPLIED = {"data_format": "channels_last", "dtype": "float32"}
"""What a layer is built with where a spec says nothing and the default is null."""
BY_ALIAS = (CONSTRAINTS, INITIALIZERS, REGULARIZERS)
"""Families whose kinds mean the same by their aliases, such as `he_normal`."""


def shortest(declaration: type[Declaration], arguments: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments of a call without those that the kind has by itself, each as short as it can be.

    Arguments that do not check are given back as they are: what is wrong with them is told later.
    """
    try:
        call = declaration.of(arguments)
    except Problems:
        return dict(arguments)
    return {name: _short(call, name) for name in arguments if not _is_default(call, name)}


def short_call(call: Declaration) -> Any:
    """A checked call as a spec writes it: `Kind`, an alias, or `{Kind: arguments}`."""
    if arguments := shortest(type(call), call.given):
        return {call.word: arguments}
    alias = snake_case(call.kind())
    return alias if call.family in BY_ALIAS and alias in call.aliases else call.word


def _is_default(call: Declaration, name: str) -> bool:
    defaults = call.defaults()
    if name not in defaults:
        return False
    value, default = _meaning(call.checked(name)), _meaning(defaults[name])
    if value == default:
        return True
    if default is not None:
        return False
    if name == "strides" and "pool_size" in call.arguments():
        return bool(value == _meaning(call.checked("pool_size")))
    is_linear = name.endswith("activation") and value == "linear"
    return is_linear or bool(value == IMPLIED.get(name))


def _short(call: Declaration, name: str) -> Any:
    value, checked = call.given[name], call.checked(name)
    if isinstance(checked, Declaration):
        return short_call(checked)
    if isinstance(checked, tuple) and checked and isinstance(checked[0], Declaration):
        return [short_call(each) for each in checked]
    for shorter in _shorter(value):
        try:
            again = type(call).of(call.given | {name: shorter}).checked(name)
        except Problems:
            continue
        if again == checked and type(again) is type(checked):
            return shorter
    return value


def _shorter(value: Any) -> Iterator[Any]:
    """Lists of equal items as one item, the shortest form first."""
    if not isinstance(value, list) or not value:
        return
    items = [next(_shorter(item), item) for item in value]
    if all(item == items[0] for item in items):
        yield items[0]
    if all(item == value[0] for item in value):
        yield value[0]
    if items != value:
        yield items


def _meaning(value: Any) -> Any:
    """A checked value as plain data; a call is its kind with the values of all its arguments."""
    if isinstance(value, Declaration):
        return value.kind(), {name: _meaning(value.checked(name)) for name in value.arguments()}
    if isinstance(value, list | tuple):
        return [_meaning(item) for item in value]
    return value

"""Removes errors from a document, so that they do not hide other errors."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from cnnspec.language.document import BROKEN_STEP
from cnnspec.language.values import name_problem
from cnnspec.syntax.places import TreePath

Change = Callable[[Any], Any]


def without(data: Any, paths: Iterable[TreePath], unknown: Iterable[TreePath]) -> Any:
    """Return a copy of the data of a document with the values at some paths made harmless.

    `unknown` are the paths that lead to unknown keys. None if the rest cannot be understood without
    the values.
    """
    keys = set(unknown)
    changes: dict[TreePath, list[Change]] = {}
    for path in paths:
        found = _change(path, path in keys)
        if found is None:
            return None
        changes.setdefault(found[0], []).append(found[1])
    for path in sorted(changes, key=len):
        if any(path[:length] in changes for length in range(len(path))):
            continue
        for change in dict.fromkeys(changes[path]):
            data = _changed(data, path, change)
    return data


def _change(path: TreePath, is_unknown_key: bool) -> tuple[TreePath, Change] | None:
    """Return where and how to change the data for an error at a path."""
    if path[:1] == ("train",):
        return path[:1], partial(_without_key, key=path[1]) if len(path) > 1 else _nothing
    if path[-1:] == ("[key]",):
        return None
    steps = [place for place, part in enumerate(path) if part in ("layers", "branches")]
    if steps:
        end = steps[0] + (2 if path[steps[0]] == "layers" else 3)
        return (path[:end], _broken) if len(path) >= end else None
    if path[0] == "outputs" and len(path) > 2 and path[2] != "from":
        return path[:2], _bare_output
    if is_unknown_key:
        return path[:-1], partial(_without_key, key=path[-1])
    return None


def _without_key(mapping: dict[str | int, Any], key: str | int) -> dict[str | int, Any]:
    return {each: value for each, value in mapping.items() if each != key}


def _nothing(_: Any) -> None:
    return None


def _bare_output(output: Any) -> Any:
    """Return an output without its loss and metrics."""
    return {"from": output["from"]} if isinstance(output, dict) and "from" in output else None


def _broken(step: Any) -> Any:
    """Return the replacement of an invalid step, which keeps its name for references."""
    names = [step.get("name")] if isinstance(step, dict) else []
    inner = next(iter(step.values()), None) if isinstance(step, dict) else None
    names += [inner.get("name")] if isinstance(inner, dict) else []
    name = next((name for name in names if name_problem(name) is None), None)
    return {BROKEN_STEP: {} if name is None else {"name": name}}


def _changed(data: Any, path: TreePath, change: Callable[[Any], Any]) -> Any:
    """Return a copy of nested data with the value at a path changed."""
    if not path:
        return change(data)
    head, rest = path[0], path[1:]
    if isinstance(data, list):
        at = int(head)
        return [*data[:at], _changed(data[at], rest, change), *data[at + 1 :]]
    if not isinstance(data, dict):
        return None
    if len(data) == 1 and head not in data:
        ((kind, inner),) = data.items()
        return {kind: _changed(inner, path, change)}
    return {**data, head: _changed(data[head], rest, change)}

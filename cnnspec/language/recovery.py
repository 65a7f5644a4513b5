"""Removes errors from a document, so that they do not hide other errors."""

from collections.abc import Callable, Iterable
from typing import Any

from cnnspec.language.document import BrokenStep
from cnnspec.language.values import name_problem
from cnnspec.syntax.source import TreePath

Change = Callable[[Any], Any]


def without(data: Any, paths: Iterable[TreePath], unknown: Iterable[TreePath]) -> Any:
    """Return a copy of the data of a document with the values at some paths made harmless.

    `unknown` are the paths that lead to unknown keys. None if the rest cannot be understood without
    the values.
    """
    keys = set(unknown)
    changes = _Changes()
    for path in paths:
        found = _change(path, path in keys)
        if found is None:
            return None
        where, change = found
        here = changes
        for part in where:
            here = here.inner.setdefault(part, _Changes())
        if callable(change):
            here.change = here.change or change
        else:
            here.keys.add(change)
    return changes.made(data)


class _Changes:
    """The changes of a value, and of those in it."""

    def __init__(self) -> None:
        self.change: Change | None = None
        self.keys: set[str | int] = set()
        """The keys to remove."""
        self.inner: dict[str | int, _Changes] = {}

    def made(self, data: Any) -> Any:
        """Return a copy of a value with the changes."""
        if self.change is not None:
            return self.change(data)
        if isinstance(data, list):
            items = data.copy()
            for position, inner in self.inner.items():
                items[int(position)] = inner.made(items[int(position)])
            return items
        if not isinstance(data, dict):
            return None
        if len(data) == 1 and self.inner and not self.inner.keys() & data.keys():
            ((kind, value),) = data.items()
            return {kind: self.made(value)}
        mapping = {key: value for key, value in data.items() if key not in self.keys}
        return mapping | {
            key: inner.made(mapping[key]) for key, inner in self.inner.items() if key in mapping
        }


def _change(path: TreePath, is_unknown_key: bool) -> tuple[TreePath, Change | str | int] | None:
    """Return where to change the data for an error at a path: how, or the key to remove."""
    if path[:1] == ("train",):
        return path[:1], path[1] if len(path) > 1 else _nothing
    if (expected := _expected(path)) is not None:
        return expected
    if path[-1:] == ("[key]",):
        return None
    steps = [place for place, part in enumerate(path) if part in ("layers", "branches")]
    if steps:
        end = steps[0] + (2 if path[steps[0]] == "layers" else 3)
        return (path[:end], _broken) if len(path) >= end else None
    if path[0] == "outputs" and len(path) > 2 and path[2] != "from":
        return path[:2], _bare_output
    if is_unknown_key:
        return path[:-1], path[-1]
    return None


def _expected(path: TreePath) -> tuple[TreePath, Change | str | int] | None:
    """Return the expectation to remove for an error in an `expect` section, if it is in one."""
    start = 0
    while path[start : start + 1] == ("submodels",) and path[start + 2 : start + 3] == ("spec",):
        start += 3
    if path[start : start + 1] != ("expect",):
        return None
    end = start + (3 if path[start + 1 : start + 2] in _BY_NAME else 2)
    if len(path) < end:
        return path, _none
    return path[: end - 1], path[end - 1]


_BY_NAME = [("receptive_field",), ("outputs",), ("layers",)]


def _none(expected: Any) -> Any:
    return {}


def _nothing(_: Any) -> None:
    return None


def _bare_output(output: Any) -> Any:
    """Return an output without its loss and metrics."""
    return {"from": output["from"]} if isinstance(output, dict) and "from" in output else None


def _broken(step: Any) -> Any:
    """Return the replacement of an invalid step, which keeps its name for references."""
    if isinstance(step, BrokenStep):
        return step
    names = [step.get("name")] if isinstance(step, dict) else []
    inner = next(iter(step.values()), None) if isinstance(step, dict) else None
    names += [inner.get("name")] if isinstance(inner, dict) else []
    name = next((name for name in names if name_problem(name) is None), None)
    return BrokenStep(kind="", name=name)

"""Moves arguments that all steps of a kind share into defaults."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from cnnspec.language.document import Step
from cnnspec.language.expressions import is_reference


def common_arguments(bodies: Iterable[list[Step]]) -> dict[str, dict[str, Any]]:
    """Remove the arguments that every step of a kind shares, and return them as defaults by kind.

    Only kinds with several steps get defaults.
    """
    steps = [step for body in bodies for step in _all(body)]
    counts = Counter(step.kind for step in steps)
    found: dict[str, dict[str, Any]] = {}
    for kind in dict.fromkeys(step.kind for step in steps):
        same = [step for step in steps if step.kind == kind]
        if counts[kind] < 2 or kind == "shared":
            continue
        common = {
            name: value
            for name, value in same[0].arguments.items()
            if not _holds_reference(value)
            and all(name in step.arguments and step.arguments[name] == value for step in same)
        }
        if common:
            found[kind] = common
            for step in same:
                step.arguments = {k: v for k, v in step.arguments.items() if k not in common}
    return found


def _all(steps: list[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for branch in step.branches.steps.values() if step.branches else ():
            yield from _all(branch)


def _holds_reference(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_holds_reference, value))
    if isinstance(value, dict):
        return any(map(_holds_reference, value.values()))
    return is_reference(value)

"""Moves arguments that most steps of a kind share into defaults."""

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from cnnspec.decompile.compact.parameters import MISSING, WIDTHS, default_of, holds_reference
from cnnspec.language.document import Step
from cnnspec.operations.steps import family_of_step


def common_arguments(bodies: Iterable[list[Step]]) -> dict[str, dict[str, Any]]:
    """Remove the arguments that most steps of a kind share, and return them as defaults by kind.

    Steps without such an argument get the default of Keras. Only kinds with several steps get
    defaults.
    """
    of_kind: dict[str, list[Step]] = {}
    for step in (step for body in bodies for step in _all(body)):
        if (kind := _kind(step.kind)) is not None:
            of_kind.setdefault(kind, []).append(step)
    found: dict[str, dict[str, Any]] = {}
    for kind, steps in of_kind.items():
        if len(steps) > 1 and (common := _common(kind, steps)):
            found[kind] = common
            for step in steps:
                step.arguments = _without(step.arguments, kind, common)
    return found


def _kind(word: str) -> str | None:
    """Return the kind of a layer or an operation; None for calls of anything else."""
    family = family_of_step(word)
    return str(family.find(word).kind()) if word in family else None


def _common(kind: str, steps: list[Step]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in dict.fromkeys(key for step in steps for key in step.arguments):
        values = [step.arguments[key] for step in steps if key in step.arguments]
        counts = Counter(repr(value) for value in values if not holds_reference(value))
        if not counts:
            continue
        text, count = counts.most_common(1)[0]
        value = next(value for value in values if repr(value) == text)
        lacking = len(steps) - len(values)
        if count == len(steps) or _is_worth(kind, key, value, count, lacking, len(steps)):
            found[key] = value
    return found


def _is_worth(kind: str, key: str, value: Any, count: int, lacking: int, steps: int) -> bool:
    """Whether a default that others override is shorter than the argument in most steps.

    `lacking` is the number of steps that must say the default of Keras.
    """
    default = default_of(kind, key)
    if key in WIDTHS or 2 * count <= steps or count < 3 or (lacking and default is MISSING):
        return False
    length, other = len(f", {key}: {value}"), len(f", {key}: {default}")
    return (count - 1) * length > lacking * other


def _without(arguments: dict[str, Any], kind: str, common: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments that a step must have besides the defaults of its kind."""
    own = {
        key: value
        for key, value in arguments.items()
        if key not in common or repr(value) != repr(common[key])
    }
    lacking = {key: default_of(kind, key) for key in common if key not in arguments}
    return {**own, **lacking}


def _all(steps: list[Step]) -> Iterator[Step]:
    for step in steps:
        yield step
        for branch in step.branches.steps.values() if step.branches else ():
            yield from _all(branch)

"""The keys of the language that a step has, and those that it could have."""

from collections.abc import Iterable
from typing import Any

from cnnspec.diagnostics.suggestions import Match
from cnnspec.language.document import STEP_KEYS, Step


def keys_of(step: Step) -> dict[str, Any]:
    """Return what a step has besides the arguments of its kind, as it is written."""
    dumped = step.model_dump()
    given = dumped[step.kind] if isinstance(dumped, dict) else {}
    return {key: value for key, value in given.items() if key in STEP_KEYS}


def left_keys(step: Step) -> list[str]:
    """Return the keys that a step could have and does not have."""
    given = keys_of(step)
    return [key for key in STEP_KEYS if key not in given]


def step_key(key: str, step: Step, others: Iterable[str] = ()) -> Match | None:
    """Return what is meant by an unknown key of a step: another one, or one of other words."""
    from cnnspec.declarations.hints import key_match  # not needed for specs without errors

    return key_match("step", key, [*others, *left_keys(step)])

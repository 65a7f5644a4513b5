"""Checks plain argument types: true or false, text, numbers within bounds, optionally null.

The checks are as strict as those of pydantic, whose schemas for these types would take longer to
build than the rest of the validation of a short spec.
"""

import math
import operator
from collections.abc import Callable, Iterator
from functools import cache
from types import NoneType
from typing import Any, get_args

from annotated_types import Ge, Gt, Le, Lt

_Comparison = tuple[Callable[[Any, Any], bool], Any]


@cache
def checker(hint: Any) -> Callable[[object], Any]:
    """Return the function that checks values of a type and returns what rules see.

    It raises `TypeError` for a value of another type, and `ValueError` for one out of range.
    """
    plain, allows_null, comparisons = _parts(hint)

    def check(value: Any) -> Any:
        if value is None and allows_null:
            return None
        if isinstance(value, bool) != (plain is bool):
            raise TypeError
        if plain is float and isinstance(value, int):
            value = _as_float(value)
        if not isinstance(value, plain):
            raise TypeError
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError
        if not all(is_within(value, bound) for is_within, bound in comparisons):
            raise ValueError
        return value

    return check


def _parts(hint: Any) -> tuple[type, bool, tuple[_Comparison, ...]]:
    """Return the type that a hint allows, whether it allows null, and its bounds."""
    if hint in (bool, float, int, str):
        return hint, False, ()
    inner, *rest = (part for part in get_args(hint) if part is not NoneType)
    plain, allows_null, comparisons = _parts(inner)
    return plain, allows_null or NoneType in get_args(hint), (*comparisons, *_comparisons(rest))


def _comparisons(notes: list[Any]) -> Iterator[_Comparison]:
    for note in notes:
        match note:
            case Ge(bound):
                yield operator.ge, bound
            case Gt(bound):
                yield operator.gt, bound
            case Le(bound):
                yield operator.le, bound
            case Lt(bound):
                yield operator.lt, bound


def _as_float(value: int) -> float:
    try:
        return float(value)
    except OverflowError:
        raise ValueError from None

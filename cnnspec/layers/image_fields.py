"""Argument types of image layers."""

import math
from typing import Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import Choice, bounded, doubled
from cnnspec.diagnostics.problems import At, Problem


def _pair(value: list[Any] | tuple[Any, ...]) -> tuple[Any, Any]:
    if len(value) != 2:
        raise Problem("wrong-type", "")
    return value[0], value[1]


class Factor(Checked):
    """Type of the strength of a change: a number, or a list of two bounds to draw from.

    A number means the range from its negative to itself, cut off at the bounds unless `signed`.
    """

    def __init__(
        self,
        low: float,
        high: float,
        *,
        whole: bool = False,
        optional: bool = False,
        signed: bool = False,
    ) -> None:
        def number(value: Any, at: At = ()) -> float:
            if whole and not isinstance(value, int):
                raise Problem("wrong-type", "", at)
            return bounded(value, low, high, at)

        def check(value: Any, _: type[Declaration]) -> float | tuple[float, ...] | None:
            if value is None and optional:
                return None
            if not isinstance(value, list | tuple):
                return number(value)
            return tuple(number(item, (place,)) for place, item in enumerate(_pair(value)))

        def between(value: float | tuple[float, ...]) -> tuple[float, ...]:
            if isinstance(value, tuple):
                return tuple(sorted(value))
            most = abs(value)
            return (-most if signed else max(-most, low), most)

        kind = "whole number" if whole else "number"
        phrase = f"a {kind} from {low} to {high}, or a list of two{', or null' if optional else ''}"
        one = {"type": "integer" if whole else "number", "minimum": low, "maximum": high}
        choices: list[dict[str, Any]] = [one, _two(one)]
        choices += [{"type": "null"}] if optional else []
        super().__init__(phrase, check=check, schema={"anyOf": choices}, alike=between)


def _two(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item, "minItems": 2, "maxItems": 2}


FromZero = Annotated[float | tuple[float, ...], Factor(0, 1)]
"""Between 0 and 1; a number is the upper bound."""
SignedFromZero = Annotated[float | tuple[float, ...], Factor(0, 1, signed=True)]
"""Between 0 and 1; a number means the range from its negative to itself."""
BothWays = Annotated[float | tuple[float, ...], Factor(-1, 1)]
"""Between -1 and 1; a number is the bound in both directions."""
OptionalFromZero = Annotated[float | tuple[float, ...] | None, Factor(0, 1, optional=True)]
OptionalBothWays = Annotated[float | tuple[float, ...] | None, Factor(-1, 1, optional=True)]
Bits = Annotated[int | tuple[int, ...], Factor(1, 8, whole=True)]


def _value_range(value: Any, _: type[Declaration]) -> tuple[float, float]:
    if not isinstance(value, list | tuple):
        raise Problem("wrong-type", "")
    low, high = _pair(value)
    low, high = bounded(low, -math.inf, at=(0,)), bounded(high, -math.inf, at=(1,))
    if low >= high:
        raise Problem("out-of-range", "")
    return low, high


ValueRange = Annotated[
    tuple[float, float],
    Checked(
        "a list of two numbers, the smaller one first",
        check=_value_range,
        schema=_two({"type": "number"}),
    ),
]
"""The smallest and largest value of a pixel."""


def _fill(value: Any, _: type[Declaration]) -> float | tuple[float, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        return bounded(value, -math.inf)
    if len(value) != 3:
        raise Problem("wrong-type", "")
    return tuple(bounded(item, -math.inf, at=(place,)) for place, item in enumerate(value))


Fill = Annotated[
    float | tuple[float, ...] | None,
    Checked("a number, a list of one for each of three channels, or null", check=_fill),
]


def _odd(value: Any, _: type[Declaration]) -> int | tuple[int, ...]:
    listed = isinstance(value, list | tuple)
    for place, item in enumerate(_pair(value) if listed else (value,)):
        at = (place,) if listed else ()
        if isinstance(item, bool) or not isinstance(item, int):
            raise Problem("wrong-type", "", at)
        if item < 1 or item % 2 == 0:
            raise Problem("out-of-range", "", at)
    return tuple(value) if listed else value


OddSize = Annotated[
    int | tuple[int, ...],
    Checked("an odd whole number, or a list of two", check=_odd, alike=doubled),
]
FillMode = Annotated[str, Choice("reflect", "wrap", "constant", "nearest")]
Interpolation = Annotated[str, Choice("nearest", "bilinear")]

"""Argument types shared by all families of declarations."""

import math
import sys
from collections.abc import Callable, Iterable
from typing import Annotated, Any

from annotated_types import Ge, Gt, Le, Lt

from cnnspec.declarations.declaration import Checked, Declaration, Expects, default
from cnnspec.diagnostics.problems import At, Problem
from cnnspec.diagnostics.suggestions import closest

__all__ = ["default"]

Flag = Annotated[bool, Expects("true or false")]
Text = Annotated[str, Expects("text")]
PositiveInt = Annotated[int, Ge(1), Expects("a whole number of at least 1")]
NonNegativeInt = Annotated[int, Ge(0), Expects("a whole number of at least 0")]
Number = Annotated[float, Expects("a number")]
PositiveNumber = Annotated[float, Gt(0), Expects("a number above 0")]
NonNegativeNumber = Annotated[float, Ge(0), Expects("a number of at least 0")]
OptionalNonNegativeNumber = Annotated[
    Annotated[float, Ge(0)] | None, Expects("a number of at least 0, or null")
]
UnitInterval = Annotated[float, Ge(0), Le(1), Expects("a number from 0 to 1")]
Decay = Annotated[float, Ge(0), Lt(1), Expects("a number from 0 to below 1")]
Seed = Annotated[int | None, Expects("a whole number or null")]


def unknown_word(word: str, known: Iterable[str]) -> Problem:
    """Return the problem of a value that is not one of the known words, with the closest one."""
    near = closest(word.rpartition(".")[2], known)
    if near is None:
        return Problem("unknown-value", "")
    return Problem(
        "unknown-value",
        "",
        suggestion=near.text,
        replacement=near.word,
        is_safe=near.is_certain,
    )


class Choice(Checked):
    """Type of an argument that takes one of a few words."""

    def __init__(
        self,
        *words: str | None,
        synonyms: dict[str, str] | None = None,
        null: str | Callable[[Any], str] | None = None,
        alike: Callable[[Any], Any] | None = None,
    ) -> None:
        known = {word: word for word in words if word is not None} | (synonyms or {})

        def check(value: Any, _: type[Declaration]) -> str | None:
            if value is None and None in words:
                return None
            if not isinstance(value, str):
                raise Problem("wrong-type", "")
            if value not in known:
                raise unknown_word(value, known)
            return known[value]

        said = [f"'{word}'" for word in words if word is not None]
        said += ["null"] if None in words else []
        phrase = f"{', '.join(said[:-1])} or {said[-1]}" if len(said) > 1 else said[0]
        schema = {"enum": [*known, *([None] if None in words else [])]}
        super().__init__(phrase, check=check, schema=schema, null=null, alike=alike)


FLOAT_TYPES: tuple[str, ...] = ("float16", "bfloat16", "float32", "float64")
INT_TYPES: tuple[str, ...] = (
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
)
DATA_TYPES: tuple[str, ...] = (*FLOAT_TYPES, *INT_TYPES, "bool", "string")
PENALIZED_TYPES = (*FLOAT_TYPES, "int32", "int64", "uint32", "uint64")
"""The data types of values that TensorFlow adds up and multiplies by a fraction."""
DEFAULT_TYPE = "float32"
"""The default data type; Keras would read it from the configuration of the user."""

Dtype = Annotated[str | None, Choice(*FLOAT_TYPES, *INT_TYPES, "bool", None)]


def _policy(value: Any, _: type[Declaration]) -> str | None:
    known = (*DATA_TYPES, "mixed_float16", "mixed_bfloat16")
    if value is None or value in known:
        return value  # type: ignore[no-any-return]
    if not isinstance(value, str):
        raise Problem("wrong-type", "")
    raise unknown_word(value, known)


class Policy(Checked):
    """Type of an argument that takes a dtype policy."""

    def __init__(self, *, null: str | Callable[[Any], str]) -> None:
        phrase = "a data type such as 'float32', 'mixed_float16' or null"
        super().__init__(phrase, check=_policy, null=null)


DtypePolicy = Annotated[str | None, Policy(null=DEFAULT_TYPE)]
"""A dtype policy: one type for weights and computation, or `mixed_float16`, `mixed_bfloat16`."""
FloatPolicy = Annotated[
    str | None,
    Choice(*FLOAT_TYPES, "mixed_float16", "mixed_bfloat16", None, null=DEFAULT_TYPE),
]
"""A dtype policy with a float type."""


def listed(value: Any) -> Any:
    """Convert a number to the equivalent list with one item."""
    return value if isinstance(value, list | tuple) else (value,)


def doubled(value: Any) -> Any:
    """Convert a number to the equivalent list with two items."""
    return value if isinstance(value, list | tuple) else (value, value)


def unwrapped(value: Any) -> Any:
    """Unwrap lists with a single item."""
    while isinstance(value, list | tuple) and len(value) == 1:
        (value,) = value
    return value


def int_or_ints(value: Any, _: type[Declaration]) -> int | tuple[int, ...]:
    """Check an integer, or a list of integers, which becomes a tuple."""
    items = value if isinstance(value, list | tuple) else (value,)
    for position, item in enumerate(items):
        if isinstance(item, bool) or not isinstance(item, int):
            raise Problem("wrong-type", "", (position,) if len(items) > 1 else ())
    return tuple(value) if isinstance(value, list | tuple) else value


Axis = Annotated[int, Expects("a whole number (an axis)")]
Axes = Annotated[
    int | tuple[int, ...],
    Checked("a whole number or a list of them (axes)", check=int_or_ints, alike=listed),
]


def _optional_ints(value: Any, declaration: type[Declaration]) -> int | tuple[int, ...] | None:
    return None if value is None else int_or_ints(value, declaration)


class AxesOrNull(Checked):
    """Type of a whole number, a list of them (axes), or null."""

    def __init__(self, *, null: Callable[[Any], tuple[int, ...]] | None = None) -> None:
        phrase = "a whole number, a list of them (axes) or null"
        super().__init__(phrase, check=_optional_ints, null=null, alike=listed)


OptionalAxes = Annotated[int | tuple[int, ...] | None, AxesOrNull()]


def _list_of_axes(value: Any, declaration: type[Declaration]) -> tuple[int, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list | tuple):
        raise Problem("wrong-type", "")
    return tuple(listed(int_or_ints(value, declaration)))


OptionalListOfAxes = Annotated[
    tuple[int, ...] | None,
    Checked(
        "a list of whole numbers (axes) or null",
        check=_list_of_axes,
        schema={"type": ["array", "null"]},
    ),
]


OptionalText = Annotated[str | None, Expects("text or null")]
OptionalInt = Annotated[int | None, Expects("a whole number or null")]
OptionalNonNegativeInt = Annotated[
    Annotated[int, Ge(0)] | None, Expects("a whole number of at least 0, or null")
]
OptionalPositiveInt = Annotated[
    Annotated[int, Ge(1)] | None, Expects("a whole number of at least 1, or null")
]


def positive_or(null: Callable[[Any], int]) -> Expects:
    """Describe a positive whole number, or null for a default that depends on the call."""
    return Expects("a whole number of at least 1, or null", null=null)


class ScopeName(Checked):
    """Type of a name that Keras uses as a name scope, which `/` would split."""

    def __init__(self, *, optional: bool = False, null: Callable[[Any], str] | None = None) -> None:
        def check(value: Any, _: type[Declaration]) -> str | None:
            if value is None and optional:
                return None
            if not isinstance(value, str):
                raise Problem("wrong-type", "")
            if "/" in value:
                raise Problem("bad-name", "")
            return value

        phrase = f"text without '/'{', or null' if optional else ''}"
        super().__init__(phrase, check=check, null=null)


def bounded(value: Any, minimum: float, maximum: float = math.inf, at: At = ()) -> float:
    """Check a finite number within bounds, and return it as given."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Problem("wrong-type", "", at)
    if not (minimum <= value <= maximum and abs(value) <= sys.float_info.max):
        raise Problem("out-of-range", "", at)
    return value


class Numbers(Checked):
    """Type of a list of numbers or a single number; Keras does not accept tuples."""

    def __init__(
        self,
        phrase: str,
        *,
        minimum: float,
        maximum: float = math.inf,
        whole: bool = False,
        single: bool = False,
        optional: bool = False,
        null: Callable[[Any], float | None] | None = None,
        alike: Callable[[Any], Any] | None = None,
    ) -> None:
        def number(value: Any, at: At = ()) -> float:
            if whole and not isinstance(value, int):
                raise Problem("wrong-type", "", at)
            checked = bounded(value, minimum, maximum, at)
            return checked if whole else float(checked)

        def check(value: Any, _: type[Declaration]) -> float | list[float] | None:
            if value is None and optional:
                return None
            if isinstance(value, list | tuple) and value:
                return [number(item, (position,)) for position, item in enumerate(value)]
            if single:
                return number(value)
            raise Problem("wrong-type", "")

        super().__init__(phrase, check=check, null=null, alike=alike)

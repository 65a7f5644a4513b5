"""Argument types of operations."""

from typing import Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration, Expects
from cnnspec.declarations.fields import FLOAT_TYPES, INT_TYPES, Choice, bounded
from cnnspec.diagnostics.problems import Problem

LARGEST = 1e308


def _number(value: Any, _: type[Declaration]) -> Any:
    return value if isinstance(value, bool) else bounded(value, -LARGEST, LARGEST)


def _optional_number(value: Any, _: type[Declaration]) -> Any:
    return None if value is None else bounded(value, -LARGEST, LARGEST)


def _whole(value: Any, _: type[Declaration]) -> Any:
    return bounded(value, -(2**31), 2**31 - 1) if isinstance(value, int) else _no_number()


def _no_number() -> Any:
    raise Problem("wrong-type", "")


Single = Annotated[float | bool, Checked("a number, true or false", check=_number)]
"""A number as it is given: 2 stays whole."""
OptionalNumber = Annotated[float | None, Checked("a number or null", check=_optional_number)]
"""A number as it is given, or null."""
Whole = Annotated[int, Checked("a whole number", check=_whole)]
"""A whole number of 32 bits."""
NumberType = Annotated[str, Choice(*FLOAT_TYPES, *INT_TYPES, "bool")]
"""A data type of numbers."""
OptionalAxis = Annotated[int | None, Expects("a whole number (an axis) or null")]
"""One axis, or null."""

"""Initializers, regularizers and constraints of Keras among the arguments of custom classes."""

from collections.abc import Mapping
from typing import Any

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.family import Family
from cnnspec.objects.families import CONSTRAINTS, INITIALIZERS, REGULARIZERS

_FAMILIES = {family.noun: family for family in (INITIALIZERS, REGULARIZERS, CONSTRAINTS)}


def family_of(argument: str) -> Family[Declaration] | None:
    """Return the family of an argument such as `kernel_initializer`, by its name."""
    return _FAMILIES.get(argument.rpartition("_")[2])


def as_object(argument: str, value: Any) -> Any:
    """Return a call of such an object, which the class gets as an object; other values stay.

    Raises:
        Problems: the arguments of the call are wrong.

    """
    family = family_of(argument)
    if family is None or not isinstance(value, Mapping) or len(value) != 1:
        return value
    (word,) = value
    return family.check(value) if word in family else value

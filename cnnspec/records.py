"""Immutable values with named fields.

For each class, `dataclasses` generates and compiles six functions whenever the class is imported.
For the classes that a short validation needs, this takes a sixth of the time. Records share these
functions.
"""

from collections.abc import Callable, Collection
from dataclasses import FrozenInstanceError
from inspect import get_annotations
from operator import attrgetter
from typing import Any, ClassVar, NoReturn, TypeVar, dataclass_transform


@dataclass_transform(frozen_default=True)
class Record:
    """An immutable value. A subclass annotates its fields; those without a default come first.

    Two records are equal if they have the same class and equal fields. A class can exclude fields
    from the comparison: `class Node(Record, uncompared=("block",))`.
    """

    _names: ClassVar[tuple[str, ...]] = ()
    """All fields, in order."""
    _known: ClassVar[frozenset[str]] = frozenset()
    _required: ClassVar[frozenset[str]] = frozenset()
    _counts: ClassVar[range] = range(1)
    """The accepted number of values."""
    _uncompared: ClassVar[frozenset[str]] = frozenset()
    _compared: ClassVar[Callable[[Any], Any]]
    """Returns the values that are compared."""

    def __init_subclass__(cls, *, uncompared: Collection[str] = ()) -> None:
        names = (*cls._names, *get_annotations(cls))
        cls._names, cls._known = names, frozenset(names)
        cls._required = frozenset(name for name in names if not hasattr(cls, name))
        cls._counts = range(len(cls._required), len(names) + 1)
        cls._uncompared = cls._uncompared.union(uncompared)
        cls._compared = attrgetter(*(name for name in names if name not in cls._uncompared))

    def __init__(self, *values: Any, **named: Any) -> None:
        # Missing values are looked up in the class, which has the defaults.
        given = self.__dict__
        for name, value in zip(self._names, values, strict=False):
            given[name] = value
        if named or len(values) not in self._counts:
            given.update(named)
            is_each_once = len(given) == len(values) + len(named)
            if not (is_each_once and self._required <= given.keys() <= self._known):
                wanted = f"{type(self).__name__}({', '.join(self._names)})"
                raise TypeError(f"{wanted} got {values} and {named}")

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        compared = type(self)._compared
        return bool(compared(self) == compared(other))

    def __hash__(self) -> int:
        return hash(type(self)._compared(self))

    def __repr__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in fields(self).items())
        return f"{type(self).__qualname__}({shown})"


AnyRecord = TypeVar("AnyRecord", bound=Record)


def fields(record: Record) -> dict[str, Any]:
    """Return the values of all fields, by name."""
    return {name: getattr(record, name) for name in record._names}


def replace(record: AnyRecord, **changes: Any) -> AnyRecord:
    """Copy a record with some fields replaced."""
    return type(record)(*(fields(record) | changes).values())

"""Records: immutable values that are made, compared, shown and changed as frozen dataclasses are."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass, field
from dataclasses import replace as replace_dataclass
from typing import Any

import pytest

from cnnspec.records import Record, fields, replace


class Point(Record, uncompared=("note",)):
    x: int
    y: int = 0
    note: str | None = None


class Named(Point):
    name: str = "origin"


@dataclass(frozen=True)
class Twin:
    x: int
    y: int = 0
    note: str | None = field(default=None, compare=False)


ARGUMENTS: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((1,), {}),
    ((1, 2), {}),
    ((1, 2, "a"), {}),
    ((1,), {"note": "b"}),
    ((), {"y": 3, "x": 1}),
    ((), {"x": [1]}),
]
WRONG: list[tuple[tuple[Any, ...], dict[str, Any]]] = [
    ((), {}),
    ((), {"y": 1}),
    ((1, 2, "a", 4), {}),
    ((1,), {"x": 1}),
    ((1,), {"z": 1}),
]


def outcome(action: Callable[[], Any]) -> Any:
    """What an action gives, or the type of what it raises."""
    try:
        return action()
    except (AttributeError, TypeError) as error:
        return type(error)


def values(made: Any) -> tuple[Any, ...]:
    return made.x, made.y, made.note


@pytest.mark.parametrize(("given", "named"), ARGUMENTS)
def test_a_record_behaves_as_its_dataclass(given: Any, named: Any) -> None:
    record, twin = Point(*given, **named), Twin(*given, **named)
    assert values(record) == values(twin)
    assert fields(record) == {"x": twin.x, "y": twin.y, "note": twin.note}
    assert repr(record) == repr(twin).replace("Twin", "Point")
    assert outcome(lambda: hash(record) == hash(Point(*given, **named))) == outcome(
        lambda: hash(twin) == hash(Twin(*given, **named))
    )
    assert values(replace(record, y=7)) == values(replace_dataclass(twin, y=7))
    for other, (others, by_name) in enumerate(ARGUMENTS):
        same_as_twin = twin == Twin(*others, **by_name)
        assert (other, record == Point(*others, **by_name)) == (other, same_as_twin)


@pytest.mark.parametrize(("given", "named"), WRONG)
def test_what_is_missing_unknown_or_given_twice_is_refused(given: Any, named: Any) -> None:
    assert outcome(lambda: Point(*given, **named)) is TypeError
    assert outcome(lambda: Twin(*given, **named)) is TypeError


def test_a_record_does_not_change() -> None:
    point = Point(1)
    with pytest.raises(FrozenInstanceError):
        point.x = 2
    with pytest.raises(FrozenInstanceError):
        delattr(point, "x")
    with pytest.raises(TypeError, match="Point"):
        replace(point, z=1)
    assert point == Point(1, 0)


def test_a_record_of_another_class_is_another() -> None:
    assert Named(1) != Point(1)
    assert Named(1, name="a") != Named(1, name="b")
    assert fields(Named(1, 2, "c", "d")) == {"x": 1, "y": 2, "note": "c", "name": "d"}
    assert Named(1, note="a") == Named(1, note="b")

"""Plain argument types: the checks give what pydantic's strict validation gives."""

import math
from typing import Annotated, Any

import pytest
from annotated_types import Ge, Gt, Le, Lt
from pydantic import ConfigDict, TypeAdapter, ValidationError

from cnnspec.declarations.declaration import Checked, Expects, expectation
from cnnspec.declarations.plain_types import checker
from cnnspec.language.families import ALL_FAMILIES

VALUES: list[Any] = [
    None, True, False, -1, 0, 1, 2, 3, 10**30, -1.0, -0.0, 0.0, 0.5, 1.0, 1.5, 2.0, 1e308, math.inf,
    -math.inf, math.nan, "", "1", "true", b"1", [], [1], (1,), {}, {"a": 1}, 1j, object(),
]  # fmt: skip

FORMS: list[Any] = [
    bool, int, float, str, bool | None, int | None, str | None,
    Annotated[float, Ge(0), Lt(1)],
    Annotated[int, Gt(0), Le(2)],
    Annotated[Annotated[float, Gt(-1)] | None, Expects("a number above -1, or null")],
    Annotated[Annotated[int, Ge(1)] | None, Le(2)],
]  # fmt: skip


def declared() -> list[Any]:
    """Every plain type that an argument of any kind has."""
    families = ALL_FAMILIES
    hints = [
        hint
        for family in families
        for declaration in family.kinds.values()
        for hint in declaration.arguments().values()
    ]
    return [hint for hint in hints if not isinstance(expectation(hint), Checked)]


def by_checker(hint: Any, value: Any) -> Any:
    try:
        return repr(checker(hint)(value))
    except TypeError:
        return "wrong type"
    except ValueError:
        return "out of range"


def by_pydantic(adapter: TypeAdapter[Any], value: Any) -> Any:
    try:
        return repr(adapter.validate_python(value))
    except ValidationError as error:
        is_type = error.errors(include_url=False)[0]["type"].endswith("_type")
        return "wrong type" if is_type else "out of range"


@pytest.mark.parametrize("hint", [*dict.fromkeys([*FORMS, *declared()])])
def test_the_checks_are_those_of_pydantic(hint: Any) -> None:
    adapter = TypeAdapter[Any](hint, config=ConfigDict(strict=True, allow_inf_nan=False))
    assert [(value, by_checker(hint, value)) for value in VALUES] == [
        (value, by_pydantic(adapter, value)) for value in VALUES
    ]


def test_a_whole_number_too_large_for_a_fraction_is_out_of_range() -> None:
    assert by_checker(float, -(10**400)) == "out of range"

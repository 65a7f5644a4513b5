"""The types of values that pydantic checks in a document."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    GetCoreSchemaHandler,
)
from pydantic_core import CoreSchema, PydanticCustomError
from pydantic_core.core_schema import no_info_before_validator_function

from cnnspec.diagnostics.problems import shown
from cnnspec.language.expressions import is_pattern, is_reference
from cnnspec.naming import JOINERS

SHARED = "shared"
"""The kind of steps that call an earlier layer again."""


def refuse(code: str, message: str) -> PydanticCustomError:
    """Make an error whose code and message pass through pydantic unchanged."""
    return PydanticCustomError("cnnspec", "refused", {"code": code, "message": message})


def name_problem(value: object) -> tuple[str, str] | None:
    """Return the code and message of the problem with a name, if there is one."""
    if not isinstance(value, str):
        return "wrong-type", f"a name must be text, not {shown(value)}"
    problem = None
    if not value.strip():
        problem = "a name cannot be empty"
    elif "/" in value:
        problem = "a name cannot contain '/', which separates scopes"
    elif value.startswith("$"):
        problem = "a name cannot start with '$', which marks parameters"
    elif not value.translate(JOINERS).isprintable():
        problem = "a name cannot contain non-printable characters"
    return ("bad-name", problem) if problem else None


def _name(value: object) -> object:
    if problem := name_problem(value):
        raise refuse(*problem)
    return value


def _kind_name(value: object) -> object:
    if value == SHARED:
        raise refuse(
            "bad-name", f"'{value}' is the kind of shared calls, so it cannot be a name here"
        )
    return _name(value)


def _step_name(value: object) -> object:
    is_made = value is None or is_reference(value) or is_pattern(value)
    return value if is_made else _name(value)


def _unnamed(value: object) -> object:
    if value in (None, "keras"):
        return value
    raise refuse("wrong-type", f"'unnamed' can only be keras, not {shown(value)}")


def _references(value: object) -> object:
    """Return one reference or a list of them as a list."""
    if value is None:
        return None
    items = value if isinstance(value, list) else [value]
    for item in items:
        if not isinstance(item, str):
            raise refuse(
                "wrong-type", f"'from' must be a name or a list of names, not {shown(value)}"
            )
    if not items:
        raise refuse("wrong-structure", "'from' must not be an empty list")
    return items


def _cut(value: object) -> object:
    """Return the layer that a submodel is cut at, or the list of several."""
    if isinstance(value, list):
        for item in value:
            if not isinstance(item, str):
                message = f"'until' must be a name or a list of names, not {shown(value)}"
                raise refuse("wrong-type", message)
        if not value:
            raise refuse("wrong-structure", "'until' must not be an empty list")
    elif value is not None and not isinstance(value, str):
        message = f"'until' must be a name or a list of names, not {shown(value)}"
        raise refuse("wrong-type", message)
    return value


def _flag(value: object) -> object:
    if value is not None and not isinstance(value, bool) and not is_reference(value):
        raise refuse("wrong-type", f"this must be true or false, not {shown(value)}")
    return value


def _number(value: object) -> object:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is not None and not number and not is_reference(value):
        raise refuse("wrong-type", f"this must be a number, not {shown(value)}")
    return value


def _count(value: object) -> object:
    whole = isinstance(value, int) and not isinstance(value, bool)
    if value is not None and not whole and not is_reference(value):
        raise refuse("wrong-type", f"this must be a whole number, not {shown(value)}")
    return value


def _classes(value: object) -> object:
    """Return the names of classes as text; whole numbers are names, too."""
    if value is None:
        return None
    names = value if isinstance(value, list) else []
    for name in names:
        if (
            isinstance(name, bool)
            or not isinstance(name, str | int)
            or str(name) != str(name).strip()
            or not str(name)
        ):
            message = (
                f"the name of a class must be text without spaces around it, not {shown(name)}"
            )
            raise refuse("wrong-type", message)
    texts = [*map(str, names)]
    if len(texts) < 2:
        message = f"'classes' must be a list of at least two names, not {shown(value)}"
        raise refuse("wrong-structure", message)
    if twice := [name for place, name in enumerate(texts) if name in texts[:place]]:
        raise refuse("duplicate-name", f"the class '{twice[0]}' is listed twice")
    return texts


class Form:
    """The form of a value in a spec: its definition in the JSON Schema, and its parser."""

    def __init__(
        self,
        name: str,
        read: Callable[[object], object] | None = None,
        *,
        is_short: bool = False,
    ) -> None:
        """Name the definition; with `is_short`, values may also be written as in their type.

        Without a name, they are always written as in their type.
        """
        self.name = name
        self.read = read
        self.is_short = is_short

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Read a value before it is checked, as `BeforeValidator`, which inspects each function."""
        schema = handler(source)
        return schema if self.read is None else no_info_before_validator_function(self.read, schema)

    def __get_pydantic_json_schema__(
        self, schema: Any, handler: Callable[[Any], dict[str, Any]]
    ) -> dict[str, Any]:
        """Refer to the definition, which only editors need and which is therefore in `schema`."""
        if not self.name:
            return handler(schema)
        form = {"form": self.name}
        return {"anyOf": [form, handler(schema)]} if self.is_short else form


Name = Annotated[str, Form("name", _name)]
"""Matches valid names of layers, inputs, outputs, blocks, parameters and models."""
KindName = Annotated[str, Form("kind_name", _kind_name)]
"""Matches valid names of blocks and submodels, which steps call as kinds."""
Flag = Annotated[bool | str, Form("flag", _flag)]
Number = Annotated[float | int | str, Form("number", _number)]
Count = Annotated[int | str, Form("count", _count)]


def _needed_count(value: object) -> object:
    if value is None:
        raise refuse("wrong-type", "this must be a whole number, not null")
    return _count(value)


def _weight(value: object) -> object:
    if value is None:
        raise refuse("wrong-type", "this must be a number, not null")
    return _number(value)


Weight = Annotated[float | int | str, Form("weight", _weight)]

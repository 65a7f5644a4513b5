"""Calls: a kind and its arguments."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, cast

from pydantic import (
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    ValidationInfo,
    model_validator,
)
from pydantic_core import CoreSchema
from pydantic_core.core_schema import any_schema, plain_serializer_function_ser_schema

from cnnspec.diagnostics.problems import shown
from cnnspec.language.values import Form, refuse
from cnnspec.objects.families import APPLICATIONS, CALLBACKS, DATA, LOSSES, METRICS, OPTIMIZERS

FROM_TEXT = "the data come from a text"
"""The validation context for data written in the language, and not in Python form."""


def is_python_form(value: object, field: str, info: ValidationInfo) -> bool:
    """Whether data are the fields of a model itself, as when it is built in Python."""
    return info.context is not FROM_TEXT and isinstance(value, Mapping) and field in value


class Model(BaseModel):
    """Base class of the parts of a document."""

    usual: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    """What a key means that is not there, if it is not the default of its field."""

    model_config = ConfigDict(
        extra="forbid",
        strict=True,
        populate_by_name=True,
        defer_build=True,  # the Document is built with all its parts when it is first used
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Serialize a part by its method `_write`, if it has one.

        That is what `model_serializer` does, whose module takes time to import.
        """
        schema = handler(source)
        if hasattr(cls, "_write"):
            write = plain_serializer_function_ser_schema(cls._write, return_schema=any_schema())
            cast("dict[str, Any]", handler.resolve_ref_schema(schema))["serialization"] = write
        return schema

    @classmethod
    def spec_keys(cls) -> tuple[str, ...]:
        """The keys that a spec uses for the fields, in canonical order."""
        return tuple(field.alias or name for name, field in cls.model_fields.items())


class Call(Model):
    """A call: `Kind`, or `Kind: {argument: value, ...}`."""

    kind: str
    arguments: dict[str, Any] = {}

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        if is_python_form(value, "kind", info):
            return value
        kind, arguments = _split(value)
        return {"kind": kind, "arguments": arguments}

    def _write(self) -> Any:
        return {self.kind: self.arguments} if self.arguments else self.kind


Loss = Annotated[Call, Form(LOSSES.namespace)]
Metric = Annotated[Call, Form(METRICS.namespace)]
Optimizer = Annotated[Call, Form(OPTIMIZERS.namespace)]
Callback = Annotated[Call, Form(CALLBACKS.namespace)]
Source = Annotated[Call, Form(DATA.namespace)]
Application = Annotated[Call, Form(APPLICATIONS.namespace)]


def _split(value: object) -> tuple[str, dict[str, Any]]:
    if isinstance(value, str):
        return value, {}
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, arguments),) = value.items()
        if isinstance(kind, str) and (arguments is None or isinstance(arguments, Mapping)):
            return kind, dict(arguments or {})
        if isinstance(kind, str):
            message = f"the arguments of {kind} must be a mapping, `{kind}: {{argument: value}}`, not {shown(arguments)}"
            raise refuse("wrong-structure", message)
    if isinstance(value, Mapping) and len(value) > 1:
        kind = next(iter(value))
        message = f"this mapping has {len(value)} keys; write arguments inside the kind, `{kind}: {{argument: value}}`"
        raise refuse("wrong-structure", message)
    raise refuse(
        "wrong-structure", f"this must be `Kind` or `Kind: {{argument: value}}`, not {shown(value)}"
    )

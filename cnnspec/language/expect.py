"""The `expect` section of a document: what must hold of the model."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import ValidationInfo, model_validator

from cnnspec.diagnostics.problems import shown
from cnnspec.language.calls import Model, is_python_form
from cnnspec.language.expressions import is_reference
from cnnspec.language.values import Form, refuse

NUMBER_FORMS = "a whole number, or its bounds such as `{max: 60000}`"
SHAPE_FORM = "a list of sizes without the batch, such as [13, 13, 32]"


def _bound(value: object) -> object:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not is_whole and not is_reference(value):
        raise refuse("wrong-type", f"a bound must be a whole number, not {shown(value)}")
    return value


Bound = Annotated[int | str | None, Form("count", _bound)]


class Amount(Model):
    """A number: what it is exactly, or the least and the most that it may be."""

    min: Bound = None
    """The least that it may be."""
    max: Bound = None
    """The most that it may be."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: Any, info: ValidationInfo) -> Any:
        if isinstance(value, Amount) or is_python_form(value, "min", info):
            return value
        if isinstance(value, Mapping):
            if not value:
                raise refuse("wrong-structure", "these bounds need 'min', 'max' or both")
            return value
        is_whole = isinstance(value, int) and not isinstance(value, bool)
        if not is_whole and not is_reference(value):
            raise refuse("wrong-type", f"this must be {NUMBER_FORMS}, not {shown(value)}")
        return {"min": value, "max": value}

    def _write(self) -> Any:
        if self.min == self.max:
            return self.min
        bounds = {"min": self.min, "max": self.max}
        return {key: bound for key, bound in bounds.items() if bound is not None}


def _shape(value: object) -> object:
    if not isinstance(value, list) and not is_reference(value):
        raise refuse("wrong-type", f"an expected shape must be {SHAPE_FORM}, not {shown(value)}")
    return value


Shape = Annotated[list[Any] | str, Form("shape", _shape)]


def _needed(value: object) -> object:
    if value is None:
        raise refuse("wrong-type", f"this must be {NUMBER_FORMS}, not null")
    return value


Number = Annotated[Amount | None, Form("Amount", _needed)]


class Expect(Model):
    """What must hold of the model; anything else is an error at its line."""

    total_params: Number = None
    """The number of values in its weights."""
    trainable_params: Number = None
    """The number of values that training changes."""
    macs: Number = None
    """The multiply-accumulates for one sample."""
    receptive_field: dict[str, Number] = {}
    """For each layer: how much of the input each of its values depends on, along the smallest axis."""
    outputs: dict[str, Shape] = {}
    """The shapes of outputs without the batch axis; null for an unknown size."""
    layers: dict[str, Shape] = {}
    """The shapes of layers without the batch axis; null for an unknown size."""


TOTALS = ("total_params", "trainable_params", "macs")
"""The keys that are about the whole model."""

"""The `train` section of a document."""

from collections.abc import Mapping
from typing import Annotated, Any

from cnnspec.diagnostics.problems import shown
from cnnspec.language.calls import Callback, Model, Optimizer, Source
from cnnspec.language.expressions import is_reference
from cnnspec.language.values import Count, Form, Name, Weight, _needed_count, refuse
from cnnspec.objects.families import DATA


class LastLayers(Model):
    """The last frozen layers that have weights."""

    last: Count
    """How many layers."""


def _unfrozen(value: object) -> object:
    """Return one pattern or a list of them as a list, or the number of layers."""
    if isinstance(value, Mapping) and list(value) == ["last"]:
        return {"last": _needed_count(value["last"])}
    patterns = [value] if isinstance(value, str) else value
    is_list = isinstance(patterns, list) and all(isinstance(each, str) for each in patterns)
    if value is None or isinstance(value, LastLayers) or (is_list and patterns):
        return patterns
    forms = "a pattern of layer names, a list of them, or `{last: 3}`"
    raise refuse("wrong-structure", f"'unfreeze' must be {forms}, not {shown(value)}")


def _validation(value: object) -> object:
    """A fraction, or a mapping of columns."""
    if isinstance(value, Mapping):
        for other in value.values():
            if not isinstance(other, str):
                raise refuse("wrong-type", f"the name of a column must be text, not {shown(other)}")
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None or number or is_reference(value):
        return value
    forms = "a fraction of the data, or a mapping of columns"
    raise refuse("wrong-type", f"'validation' must be {forms}, not {shown(value)}")


def _expression(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        message = (
            f"an expression over the columns must be text, such as `x / 255`, not {shown(value)}"
        )
        raise refuse("wrong-type", message)
    return value


class Phase(Model):
    """A phase of training."""

    epochs: Annotated[int | str, Form("count", _needed_count)]
    """Number of epochs."""
    optimizer: Optimizer | None = None
    """The optimizer of this phase. Default: that of the section."""
    unfreeze: Annotated[
        list[str] | LastLayers | None, Form("pattern", _unfrozen, is_short=True)
    ] = None
    """The layers to unfreeze from here on: patterns of their names, or the last ones."""


Expression = Annotated[str, Form("column_expression", _expression)]
"""An expression over the columns of the data; a number is also an expression."""


def _source(value: object) -> object:
    """A data source; `{keras: mnist}` is short for `{keras: {name: mnist}}`."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, said),) = value.items()
        if isinstance(said, str) and kind in DATA:
            first = next(iter(DATA.find(kind).arguments()))
            return {kind: {first: said}}
    return value


class Train(Model):
    """The training of a model."""

    optimizer: Optimizer | None = None
    """The optimizer; its learning rate may be a schedule."""
    data: Annotated[Source | None, Form("short_source", _source, is_short=True)] = None
    """The data source; `{keras: mnist}` is short for `{keras: {name: mnist}}`."""
    inputs: dict[Name, Expression] = {}
    """For each input: an expression over the columns of the data."""
    targets: dict[Name, Expression] = {}
    """For each output: an expression over the columns of the data."""
    validation: Annotated[
        float | int | str | dict[str, str] | None, Form("validation", _validation)
    ] = None
    """A fraction of the data, or the columns to use instead of others."""
    batch_size: Count | None = None
    """Number of samples per batch."""
    epochs: Count | None = None
    """Number of epochs."""
    seed: Count | None = None
    """Seed of the weights and of the order of the data."""
    callbacks: list[Callback] = []
    """Callbacks, such as `EarlyStopping`."""
    class_weight: dict[Name, dict[Annotated[Any, Form("class_number")], Weight]] = {}
    """For each output: the weight of each class."""
    sample_weight: dict[Name, Expression] = {}
    """For each output: an expression over the columns of the data for the weight of each sample."""
    phases: list[Phase] = []
    """The phases of training, in order."""

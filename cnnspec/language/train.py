"""The `train` section of a document."""

from collections.abc import Mapping
from typing import Annotated, Any

from cnnspec.diagnostics.problems import shown
from cnnspec.language.calls import Callback, Model, Optimizer, Source
from cnnspec.language.expressions import is_reference
from cnnspec.language.values import Count, Form, Name, Weight, _needed_count, refuse
from cnnspec.objects.families import DATA


class LastLayers(Model):
    """How many of the last frozen layers that have weights."""

    last: Count
    """How many layers."""


def _unfrozen(value: object) -> object:
    """One pattern or a list of them as a list, or how many layers."""
    if isinstance(value, Mapping) and list(value) == ["last"]:
        return {"last": _needed_count(value["last"])}
    patterns = [value] if isinstance(value, str) else value
    is_list = isinstance(patterns, list) and all(isinstance(each, str) for each in patterns)
    if value is None or isinstance(value, LastLayers) or (is_list and patterns):
        return patterns
    forms = "a pattern of layer names, a list of them, or `{last: 3}`"
    raise refuse("wrong-structure", f"'unfreeze' takes {forms}, not {shown(value)}")


def _validation(value: object) -> object:
    """A fraction, or a mapping of columns."""
    if isinstance(value, Mapping):
        for other in value.values():
            if not isinstance(other, str):
                raise refuse("wrong-type", f"a column is named by a text, not {shown(other)}")
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None or number or is_reference(value):
        return value
    forms = "a fraction of the data, or a mapping of columns"
    raise refuse("wrong-type", f"'validation' takes {forms}, not {shown(value)}")


def _expression(value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        message = f"an expression over the columns is text, such as `x / 255`, not {shown(value)}"
        raise refuse("wrong-type", message)
    return value


class Phase(Model):
    """A stage of training."""

    epochs: Annotated[int | str, Form("count", _needed_count)]
    """How many epochs it trains."""
    optimizer: Optimizer | None = None
    """The optimizer of this stage. Default: that of the section."""
    unfreeze: Annotated[
        list[str] | LastLayers | None, Form("pattern", _unfrozen, is_short=True)
    ] = None
    """The layers that are trained from here on: patterns of their names, or the last few."""


Expression = Annotated[str, Form("column_expression", _expression)]
"""An expression over the columns of the data; a number is one too."""


def _source(value: object) -> object:
    """A data source; `{keras: mnist}` is short for `{keras: {name: mnist}}`."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((kind, said),) = value.items()
        if isinstance(said, str) and kind in DATA:
            first = next(iter(DATA.find(kind).arguments()))
            return {kind: {first: said}}
    return value


class Train(Model):
    """How the model is trained."""

    optimizer: Optimizer | None = None
    """What changes the weights; its learning rate may be a schedule."""
    data: Annotated[Source | None, Form("short_source", _source, is_short=True)] = None
    """The data source; `{keras: mnist}` is short for `{keras: {name: mnist}}`."""
    inputs: dict[Name, Expression] = {}
    """By input: an expression over the columns of the data."""
    targets: dict[Name, Expression] = {}
    """By output: an expression over the columns of the data."""
    validation: Annotated[
        float | int | str | dict[str, str] | None, Form("validation", _validation)
    ] = None
    """A fraction of the data, or the columns that stand for others."""
    batch_size: Count | None = None
    """How many samples are in a batch."""
    epochs: Count | None = None
    """How many epochs it trains."""
    seed: Count | None = None
    """The seed of the weights and of the order of the data."""
    callbacks: list[Callback] = []
    """What Keras calls while it trains, such as `EarlyStopping`."""
    class_weight: dict[Name, dict[Annotated[Any, Form("class_number")], Weight]] = {}
    """By output: the weight of each class."""
    sample_weight: dict[Name, Expression] = {}
    """By output: an expression over the columns of the data, the weight of each sample."""
    phases: list[Phase] = []
    """The stages of training, one after the other."""

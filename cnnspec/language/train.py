"""The `train` section of a document."""

import re
from collections.abc import Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import Annotated, Any

from cnnspec.diagnostics.problems import shown
from cnnspec.language.calls import Callback, Model, Optimizer, Source
from cnnspec.language.values import Count, Form, Name, Weight, _needed_count, refuse
from cnnspec.objects.families import DATA, USUAL_OPTIMIZER

PERCENTAGE = r"^ *[0-9.]+ *%$"
"""A percentage, which must not be taken for a path."""


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


def _other_rows(value: object) -> object:
    """A fraction, a path, or a mapping of columns."""
    if isinstance(value, Mapping):
        if not value:
            raise refuse("wrong-structure", "this mapping names no columns")
        for other in value.values():
            if not isinstance(other, str):
                raise refuse("wrong-type", f"the name of a column must be text, not {shown(other)}")
        return value
    number = isinstance(value, int | float) and not isinstance(value, bool)
    is_path = (
        isinstance(value, str) and value and "\0" not in value and not re.search(PERCENTAGE, value)
    )
    if value is None or number or is_path:
        return value
    forms = "a fraction of the data, a path, or a mapping of columns"
    raise refuse("wrong-type", f"this must be {forms}, not {shown(value)}")


def _expression(value: object) -> object:
    if isinstance(value, list) and value:
        parts = [_part(each) for each in value]
        for text, rest in pairwise(parts):
            if _is_split(text, rest):
                raise _unquoted("brackets", f"[..., {_in_quotes(f'{text}, {rest}')}]")
        return parts
    return _part(value)


def _is_split(text: str, rest: str) -> bool:
    """Whether YAML has split an expression at its comma, as in `[one_hot(y, 10)]`."""
    return text.count("(") > text.count(")") and rest.count("(") < rest.count(")")


def _unquoted(where: str, written: str) -> Exception:
    message = f"an expression with a comma must be quoted inside {where}: {written}"
    return refuse("bad-expression", message)


def _in_quotes(text: str) -> str:
    return f"'{text}'" if '"' in text else f'"{text}"'


def _part(value: object) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        message = (
            f"an expression over the columns must be text, such as `x / 255`, not {shown(value)}"
        )
        raise refuse("wrong-type", message)
    return value


def _quoted(value: object) -> object:
    """Refuse an expression that YAML has split at its comma, as in `{digit: one_hot(y, 10)}`."""
    if isinstance(value, Mapping):
        for (name, text), (rest, nothing) in pairwise(value.items()):
            are_texts = nothing is None and isinstance(text, str) and isinstance(rest, str)
            if are_texts and _is_split(text, rest):
                raise _unquoted("braces", f"{{{name}: {_in_quotes(f'{text}, {rest}')}}}")
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


Expression = Annotated[str | list[str], Form("column_expression", _expression)]
"""An expression over the columns of the data, or a list of them, which is a vector."""
Expressions = Annotated[dict[Name, Expression], Form("", _quoted)]
OtherRows = Annotated[float | int | str | dict[str, str] | None, Form("other_rows", _other_rows)]


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

    usual = MappingProxyType(
        {"optimizer": USUAL_OPTIMIZER, "batch_size": 32, "epochs": 1, "seed": 0}
    )

    optimizer: Optimizer | None = None
    """The optimizer; its learning rate may be a schedule."""
    data: Annotated[Source | None, Form("short_source", _source, is_short=True)] = None
    """The data source; `{keras: mnist}` is short for `{keras: {name: mnist}}`."""
    inputs: Expressions = {}
    """For each input: an expression over the columns of the data."""
    targets: Expressions = {}
    """For each output: an expression over the columns of the data."""
    validation: OtherRows = None
    """The validation data: a fraction of the data, a path, or the columns to use instead."""
    test: OtherRows = None
    """The test data, in the same forms. Default: that of the source, if it has some."""
    batch_size: Count | None = None
    """Number of samples per batch."""
    epochs: Count | None = None
    """Number of epochs."""
    seed: Count | None = None
    """Seed of the weights and of the order of the data."""
    callbacks: list[Callback] = []
    """Callbacks, such as `EarlyStopping`."""
    class_weight: dict[Name, dict[Annotated[Any, Form("class")], Weight]] = {}
    """For each output: the weight of each class, by its number or name."""
    sample_weight: Expressions = {}
    """For each output: an expression over the columns of the data for the weight of each sample."""
    phases: list[Phase] = []
    """The phases of training, in order."""

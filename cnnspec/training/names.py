"""What losses and metrics are called: by the output that they belong to, as the spec names it.

Keras leaves the output out of the names of a model that has only one, and calls outputs by the names
of their layers.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from cnnspec.graph import Output
from cnnspec.naming import keras_name

VALIDATION = "val_"
WHOLE = ("epoch", "learning_rate", "loss")
"""What belongs to no output; `loss` is the sum that is trained."""


def by_output(logs: Mapping[str, Any], outputs: Collection[Output]) -> dict[str, float]:
    """What Keras measured, as plain numbers by name: `accuracy` of a `digit` is `digit_accuracy`.

    Of a metric with a number for each class, such as `F1Score`, every number has its place in its
    name, `digit_f1_score_0`.
    """
    return {
        name: number
        for key, value in logs.items()
        for name, number in _numbers(as_said(key, outputs), value)
    }


def parted(name: str, outputs: Collection[Output]) -> tuple[str | None, str]:
    """The output that a name of `by_output` belongs to, if any, and the name that is left."""
    for each in _longest_first(outputs):
        if name not in WHOLE and name.startswith(f"{each.name}_"):
            return each.name, name.removeprefix(f"{each.name}_")
    return None, name


def as_keras(name: str, outputs: Collection[Output]) -> str:
    """What Keras calls a value of `by_output`; a name of Keras's own is given back."""
    part, rest = _split(name)
    output, measure = parted(rest, outputs)
    if output is None:
        return name
    return f"{part}{measure}" if len(outputs) == 1 else f"{part}{keras_name(output)}_{measure}"


def as_said(key: str, outputs: Collection[Output]) -> str:
    """The name of `by_output` for one of Keras's."""
    part, rest = _split(key)
    if rest in WHOLE:
        return key
    if len(outputs) == 1:
        return "".join(f"{part}{each.name}_{rest}" for each in outputs)
    for each in _longest_first(outputs):
        if rest.startswith(f"{keras_name(each.name)}_"):
            return f"{part}{each.name}_{rest.removeprefix(f'{keras_name(each.name)}_')}"
    return key


def _split(key: str) -> tuple[str, str]:
    """What tells validation, and the rest."""
    rest = key.removeprefix(VALIDATION)
    return key.removesuffix(rest), rest


def _longest_first(outputs: Collection[Output]) -> list[Output]:
    """Outputs, one before another whose name it starts with."""
    return sorted(outputs, key=lambda each: len(each.name), reverse=True)


def _numbers(name: str, value: Any) -> Iterator[tuple[str, float]]:
    if not len(getattr(value, "shape", ())):
        yield name, float(value)
        return
    for place, number in enumerate(value):
        yield f"{name}_{place}", float(number)

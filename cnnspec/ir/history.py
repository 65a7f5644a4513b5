"""The values of a history: names losses and metrics after the outputs of the spec.

Keras omits the output in models with a single output, and names outputs after their layers.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cnnspec.ir.graph import Output
from cnnspec.naming import keras_name

if TYPE_CHECKING:
    from cnnspec.objects.metric import Metric

VALIDATION = "val_"
WHOLE = ("epoch", "learning_rate", "loss")
"""Values that belong to no output; `loss` is the total loss."""


def by_output(logs: Mapping[str, Any], outputs: Collection[Output]) -> dict[str, float]:
    """Return the values of Keras as plain numbers: `accuracy` of `digit` becomes `digit_accuracy`.

    If a metric has several numbers, one per class, such as `F1Score`, each gets an index:
    `digit_f1_score_0`. Versions of Keras differ in whether a single one is an array.
    """
    return {
        name: number
        for key, value in logs.items()
        for name, number in _numbers(as_said(key, outputs), value)
    }


def parted(name: str, outputs: Collection[Output]) -> tuple[str | None, str]:
    """Split a name of `by_output` into the output, if any, and the rest."""
    for output in _longest_first(outputs):
        if name not in WHOLE and name.startswith(f"{output.name}_"):
            return output.name, name.removeprefix(f"{output.name}_")
    return None, name


def as_keras(name: str, outputs: Collection[Output]) -> str:
    """Return the Keras name for a name of `by_output`; a Keras name is returned unchanged."""
    part, rest = _split(name)
    output, measure = parted(rest, outputs)
    if output is None:
        return name
    return f"{part}{measure}" if len(outputs) == 1 else f"{part}{keras_name(output)}_{measure}"


def as_said(key: str, outputs: Collection[Output]) -> str:
    """Return the name of `by_output` for a Keras name."""
    part, rest = _split(key)
    if rest in WHOLE:
        return key
    if len(outputs) == 1:
        return "".join(f"{part}{output.name}_{rest}" for output in outputs)
    for output in _longest_first(outputs):
        if rest.startswith(f"{keras_name(output.name)}_"):
            return f"{part}{output.name}_{rest.removeprefix(f'{keras_name(output.name)}_')}"
    return key


def _split(key: str) -> tuple[str, str]:
    """Split off the prefix of validation."""
    rest = key.removeprefix(VALIDATION)
    return key.removesuffix(rest), rest


def _longest_first(outputs: Collection[Output]) -> list[Output]:
    """Return the outputs, the longest names first where one is the prefix of another."""
    return sorted(outputs, key=lambda output: len(output.name), reverse=True)


def _numbers(name: str, value: Any) -> Iterator[tuple[str, float]]:
    shape: tuple[int, ...] = getattr(value, "shape", ())
    if len(shape) and shape[0] != 1:
        for place, number in enumerate(value):
            yield f"{name}_{place}", float(number)
    else:
        yield name, float(value[0] if len(shape) else value)


def measured_losses(outputs: Collection[Output]) -> Iterator[str]:
    """Yield the names of the losses in a history."""
    yield "loss"
    with_loss = [each for each in outputs if each.loss is not None]
    for each in with_loss if len(with_loss) > 1 else ():
        yield f"{each.name}_loss"


def measured_metrics(outputs: Collection[Output]) -> "dict[str, Metric]":
    """Return the metrics in a history by name."""
    return {
        f"{each.name}_{metric.meant('name')}": metric for each in outputs for metric in each.metrics
    }

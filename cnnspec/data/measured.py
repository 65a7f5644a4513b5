"""Checks the metrics of an output against its labels, which a loss may leave open."""

from collections.abc import Iterator

import numpy as np

from cnnspec.data.parts import ROWS, Part
from cnnspec.data.problems import DataProblem, DataWarning
from cnnspec.diagnostics.problems import At
from cnnspec.ir.graph import Output
from cnnspec.objects.measure import IN_WORDS, SAME_SHAPE
from cnnspec.shapes import UNKNOWN, Shape


def check_metrics(output: Output, predicted: Shape, part: Part) -> Iterator[DataWarning]:
    """Yield warnings about metrics whose values mean nothing for the labels.

    Raises:
        DataProblem: Keras cannot compute a metric from the labels.

    """
    size = predicted[-1] if predicted is not UNKNOWN else None
    if size is None or len(predicted) < 2:
        return
    at: At = ("targets", output.name)
    given = part.forms[output.name]
    forms = output.loss.labels_for(size) if output.loss else ()
    for call in output.metrics:
        metric = call.meant_for(size, (given,))
        if metric is None or (len(forms) == 1 and given != "values"):
            continue
        form = metric.form()
        if len(forms) != 1 and size != 1 and form != given:
            message = f"{metric.kind()} takes {IN_WORDS[form]}, but the data has {IN_WORDS[given]}"
            hint = metric.instead.get(given)
            if not metric.runs_on(given, len(predicted)):
                raise DataProblem("unusable-metric", message, at, suggestion=hint)
            if form not in SAME_SHAPE or given not in SAME_SHAPE:
                yield DataWarning("metric-labels", message, at, hint)
        elif form == "0 to 1" and given == "values" and (found := _outside(output.name, part)):
            yield DataWarning(
                "metric-labels", f"{metric.kind()} takes {IN_WORDS[form]}, but {found}", at
            )


def _outside(name: str, part: Part) -> str:
    """Say which row has a label below 0 or above 1; empty if none has."""
    target = part.targets[name]
    if any(part.columns[column].is_image for column in target.columns):
        return ""
    for block, values in enumerate(part.finite_values(target, ("targets", name))):
        wrong = (values < 0) | (values > 1)
        if wrong.any():
            row = part.row(target, block * ROWS + int(np.argwhere(wrong)[0][0]))
            return f"row {row} has {values[wrong][0]}"
    return ""

"""Checks the weights of classes and samples against the labels that they weigh."""

from collections.abc import Mapping

from cnnspec.counts import counted
from cnnspec.data.labels import Classes, listed
from cnnspec.data.parts import Part, fits
from cnnspec.data.problems import DataProblem
from cnnspec.diagnostics.problems import At
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.ir.graph import Output
from cnnspec.objects.loss import NUMBERED, Areas, Labels
from cnnspec.shapes import UNKNOWN, Shape, text


def weights_of_classes(
    output: Output,
    weights: Mapping[int | str, float],
    form: Labels,
    size: int | None,
    classes: Classes,
) -> dict[int, float]:
    """Return the weight of each class by its number.

    Raises:
        DataProblem: the labels are no classes, or there is no such class.

    """
    at: At = ("class_weight", output.name)
    count = 2 if form == "0 to 1" and size == 1 else size
    is_class = form in NUMBERED or form == "one-hot" or (form == "0 to 1" and size == 1)
    if not is_class or isinstance(output.loss, Areas):
        why = "several labels at once" if form == "0 to 1" else "no classes"
        message = f"'class_weight' needs one class for each value, but '{output.name}' has {why}"
        hint = "weigh its rows with `sample_weight`"
        raise DataProblem("conflicting-arguments", message, at, suggestion=hint)
    found = {}
    for label, weight in weights.items():
        number: int | str = label
        if isinstance(label, str):
            if label not in classes.names:
                known = f": {listed(classes.names)}" if classes.names else ", only numbers"
                message = f"'{output.name}' has no class '{label}'{known}"
                closest = did_you_mean(label, classes.names)
                raise DataProblem(
                    "unknown-name", message, (*at, label), where="key", suggestion=closest
                )
            number = classes.names.index(label)
        elif form != "groups" and count is not None and label >= count:
            known = f" ({listed(classes.names)})" if classes.names else ""
            message = f"'{output.name}' has {counted(count, 'class')}, 0 to {count - 1}{known}, not {label}"
            raise DataProblem("out-of-range", message, (*at, label), where="key")
        found[int(number)] = weight
    return found


def check_sample_weight(output: Output, predicted: Shape, part: Part) -> None:
    """Check that there is one weight for each row, or for each value of the loss.

    Raises:
        DataProblem: there are more or fewer, or one is negative.

    """
    at: At = ("sample_weight", output.name)
    weight = part.weights[output.name]
    for block, values in enumerate(part.finite_values(weight, at)):
        if (wrong := values < 0).any():
            where = part.where(weight, block, wrong)
            message = f"a weight must be at least 0, but {where} has {values[wrong][0]}"
            raise DataProblem("out-of-range", message, at)
    shape = part.row_shape(weight)
    if shape in ((), (1,)):
        return
    expected = () if predicted is UNKNOWN else weighed(predicted, part.forms.get(output.name))
    is_fitting = any(fits(shape, each) for each in (expected, (*expected, 1)))
    if not is_fitting or isinstance(output.loss, Areas):
        more = f" or has the shape {text(expected)}" if expected else ""
        message = (
            f"a row of weights has the shape {text(shape)}, "
            f"but one for '{output.name}' is one number{more}"
        )
        raise DataProblem("shape-mismatch", message, at)


def weighed(predicted: Shape, form: Labels | None) -> tuple[int | None, ...]:
    """Return the shape of the losses of a row, which are what can be weighed."""
    is_whole = predicted is UNKNOWN or form == "sequences"
    return () if is_whole else tuple(predicted[1:-1])

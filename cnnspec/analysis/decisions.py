"""What the values of an output decide: a class, yes or no, several labels, or nothing."""

from collections.abc import Sequence
from typing import Literal

from cnnspec.analysis.lint.heads import head, last_size
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Output
from cnnspec.language.column_expressions import names_over_columns
from cnnspec.objects.activations import SIGMOID, SOFTMAX
from cnnspec.objects.loss import Areas
from cnnspec.records import Record
from cnnspec.shapes import UNKNOWN

Sort = Literal["class", "yes or no", "labels", "values"]
"""`class` is one of several classes, `yes or no` one of two; `labels` are any number of classes."""
CHANNELS = (1, 3, 4)
"""The numbers of channels of images: shades of grey, colours, and colours with transparency."""
PLAIN_RANKS = (2, 4)
"""The ranks of predictions, with the batch axis, that are classes if softmax alone says so."""


class Decision(Record):
    """How to read the values of an output."""

    sort: Sort
    activation: str | None
    """The last activation, if it is known."""
    axis: int = -1
    """The axis of the classes."""
    is_logits: bool = False
    """Whether the loss applies the activation itself."""
    is_probability: bool = True
    """Whether the values are probabilities, after the activation; otherwise they are scores."""
    classes: tuple[str, ...] = ()
    """The names of the classes, if they are known."""
    ignored: int | None = None
    """The class whose labels the loss ignores."""

    def name(self, label: int) -> str | None:
        """Return the name of a class, if it is known."""
        return self.classes[label] if label < len(self.classes) else None


def picture_sort(
    decision: Decision, shape: Sequence[int | None] | None
) -> Literal["mask", "image"] | None:
    """Return what images of an output show; None if its batches, of this shape, are no images."""
    if shape is None or len(shape) != 4:
        return None
    if decision.sort in ("class", "yes or no"):
        return "mask"
    return "image" if decision.sort == "values" and shape[-1] in CHANNELS else None


def has_pictures(checked: CheckedGraph) -> bool:
    """Whether an output has images."""
    return any(
        picture_sort(each, None if shape is UNKNOWN else shape) is not None
        for name, each in decisions(checked).items()
        for shape in [checked.outputs[name].shape]
    )


def decisions(checked: CheckedGraph) -> dict[str, Decision]:
    """Return the decision of each output."""
    nodes = {node.name: node for node in checked.nodes}
    found = {}
    for output in checked.graph.outputs:
        last = head(nodes, output.ref)
        found[output.name] = _decision(output, checked, last.activation if last else None)
    return found


def _decision(output: Output, checked: CheckedGraph, activation: str | None) -> Decision:
    tensor = checked.outputs[output.name]
    size, loss = last_size(tensor), output.loss
    values = Decision("values", activation, classes=output.classes)
    if loss is None:
        sort = _by_activation(output, activation, size, _rank(checked, output))
        are_scores = sort == "class" and activation not in SOFTMAX
        return Decision(sort, activation, is_probability=not are_scores, classes=output.classes)
    chosen = loss.chosen(size)
    is_logits = bool(getattr(loss, "from_logits", False))
    axis = getattr(loss, "axis", -1)
    axis = axis if isinstance(axis, int) else -1
    if chosen.fits == SOFTMAX or "one-hot" in loss.labels_for(size):
        if size == 1 and axis == -1:
            return values
        is_probability = chosen.fits == SOFTMAX
        ignored = getattr(loss, "ignore_class", None)
        return Decision(
            "class", activation, axis, is_logits, is_probability, output.classes, ignored
        )
    is_area = isinstance(loss, Areas)
    if is_area and activation in SOFTMAX and size != 1:
        return Decision("class", activation, classes=output.classes)
    if chosen.fits != SIGMOID and not (is_area and activation in SIGMOID):
        return values
    if not output.classes and not is_area and _is_of_inputs(output, checked):
        return values
    if size == 1:
        return Decision("yes or no", activation, -1, is_logits, classes=output.classes)
    if output.classes or _rank(checked, output) == 2:
        return Decision("labels", activation, -1, is_logits, classes=output.classes)
    return values


def _by_activation(
    output: Output, activation: str | None, size: int | None, rank: int | None
) -> Sort:
    """Return the decision of an output without a loss."""
    if activation in SOFTMAX and size != 1 and (output.classes or rank in PLAIN_RANKS):
        return "class"
    if not output.classes:
        return "values"
    if activation in SIGMOID:
        return "yes or no" if size == 1 else "labels"
    return "values" if size == 1 else "class"


def _rank(checked: CheckedGraph, output: Output) -> int | None:
    shape = checked.outputs[output.name].shape
    return None if shape is UNKNOWN else len(shape)


def _is_of_inputs(output: Output, checked: CheckedGraph) -> bool:
    """Whether its labels are computed from a column of an input, as those of an autoencoder."""
    training = checked.graph.training
    if training is None or output.name not in training.targets:
        return False
    columns = {name for text in training.inputs.values() for name in names_over_columns(text)}
    shared = columns & names_over_columns(training.targets[output.name])
    return bool(shared - {*training.parameters})

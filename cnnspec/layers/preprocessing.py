"""Normalization by statistics of the data, and preprocessing layers in a row."""

import math
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.declarations import At, Checked, Declaration, Problem, Problems
from cnnspec.fields import Flag, FloatPolicy, OptionalAxes, bounded
from cnnspec.layers import reach_rules
from cnnspec.layers.base import LAYERS, Example, Layer, Weight, kind, known
from cnnspec.layers.shape_rules import check_axis
from cnnspec.layers.vocabulary import Lookup
from cnnspec.shapes import Shape, text

Nested = float | tuple[Any, ...]
"""A number, or equally long lists of such."""


class Statistics(Checked):
    """Marks an argument of one number, or of one for each place along the axes of the layer."""

    def __init__(self, minimum: float) -> None:
        def nested(value: Any, at: At) -> Nested:
            if not isinstance(value, list | tuple):
                return bounded(value, minimum, at=at)
            return tuple(nested(item, (*at, place)) for place, item in enumerate(value))

        def check(value: Any, _: type[Declaration]) -> Nested | None:
            return None if value is None else nested(value, ())

        least = "" if minimum == -math.inf else f" of at least {minimum}"
        super().__init__(f"a number{least}, a list of them, or null", check=check)


def dimensions(value: Nested) -> tuple[int, ...] | None:
    """How long nested lists are; None if they are not equally long, or empty."""
    if not isinstance(value, tuple):
        return ()
    inner = {dimensions(item) for item in value}
    first = inner.pop() if len(inner) == 1 else None
    return None if first is None else (len(value), *first)


def kept_axes(layer: "Normalization", shape: Shape) -> tuple[int, ...]:
    """The sizes along the axes that have statistics of their own, in the order of the input's axes.

    Raises:
        Problem: an axis is not there, is named twice, or its size is unknown.

    """
    axes = (layer.axis,) if isinstance(layer.axis, int) else layer.axis or ()
    places = [check_axis(layer, axis, shape) for axis in axes]
    if len(set(places)) < len(places):
        message = f"Normalization names an axis of its input {text(shape)} twice"
        raise Problem("conflicting-arguments", message, "axis")
    return tuple(known(shape[place], place, shape, layer) for place in sorted(places))


def normalized(layer: "Normalization", shape: Shape) -> Shape:
    """The shape stays; given statistics stretch to the sizes of the axes."""
    sizes = kept_axes(layer, shape)
    given = () if layer.mean is None else dimensions(layer.mean) or ()
    for has, size in zip(reversed(given), reversed(sizes), strict=False):
        if has not in (1, size):
            message = f"'mean' of Normalization has {has} numbers for an axis of {size}"
            raise Problem("shape-mismatch", message, "mean")
    return shape


def statistics(layer: "Normalization", shape: Shape) -> tuple[Weight, ...]:
    """The statistics that are not given, and how many values they are of."""
    if layer.mean is not None:
        return ()
    sizes = kept_axes(layer, shape)
    moments = (Weight("mean", sizes, trainable=False), Weight("variance", sizes, trainable=False))
    return (*moments, Weight("count", (), trainable=False))


@kind
class Normalization(Layer):
    """Takes the mean from its input and divides by the standard deviation.

    Without `mean` and `variance` they are weights, which a weights file brings along, or `adapt` in
    Keras; until then nothing changes.
    """

    dtype: FloatPolicy = None
    axis: OptionalAxes = -1
    """The axis or axes that have a mean for every place; null for one mean of everything."""
    mean: Annotated[Any, Statistics(-math.inf)] = None
    """One number, or one for every place along the axes."""
    variance: Annotated[Any, Statistics(0)] = None
    """The same for the square of the standard deviation."""
    invert: Flag = False
    """Whether a normalized input is brought back."""

    shape = normalized
    weights = statistics
    reach = reach_rules.pointwise
    examples = (
        Example(
            {"mean": [0.485, 0.456, 0.406], "variance": [0.052, 0.05, 0.051]},
            (None, None, 28, 3),
            (None, None, 28, 3),
        ),
        Example({"axis": None, "mean": 3, "variance": 2, "invert": True}, (None, 5), (None, 5)),
        Example({"axis": [2, 1]}, (None, 4, 3), (None, 4, 3)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Both statistics are given, of one form, or none."""
        yield from super().conflicts()
        for name, other in (("mean", "variance"), ("variance", "mean")):
            if self.checked(name) is not None and self.checked(other) is None:
                message = f"Normalization needs '{other}' where '{name}' is given"
                yield Problem("missing-argument", message)
        if self.mean is None or self.variance is None:
            return
        mean, variance = dimensions(self.mean), dimensions(self.variance)
        axes = 1 if isinstance(self.axis, int) else len(self.axis or ())
        if mean is None or len(mean) > axes:
            message = f"'mean' of Normalization is a number, or lists of it for {axes} axes"
            yield Problem("wrong-type", message, "mean")
        elif variance != mean:
            message = "'variance' of Normalization has as many numbers as 'mean'"
            yield Problem("conflicting-arguments", message, "variance")


def _layers(value: Any, _: type[Declaration]) -> tuple[Declaration, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise Problem("wrong-type", "")
    found, problems = [], []
    for position, item in enumerate(value):
        try:
            found.append(LAYERS.check(item))
        except Problems as refused:
            problems += [each.inside(position) for each in refused.problems]
    if problems:
        raise Problems(problems)
    return tuple(found)


LayerCalls = Annotated[
    tuple[Layer, ...],
    Checked(
        "a list of layers",
        check=_layers,
        schema={"type": "array", "items": {"$ref": "#/$defs/layers"}, "minItems": 1},
    ),
]


def in_a_row(layer: "Pipeline", shape: Shape) -> Shape:
    """Every layer takes what the one before gives."""
    for position, each in enumerate(layer.layers):
        try:
            if each.weights(shape):
                message = f"{each.kind()} has weights, and belongs in `layers` of the model"
                raise Problem("conflicting-arguments", message)
            shape = each.shape(shape)
        except Problem as problem:
            raise problem.inside(position).inside("layers") from None
    return shape


@kind
class Pipeline(Layer):
    """Several preprocessing layers as one."""

    absent = ("trainable", "dtype", "activity_regularizer")
    not_inside: ClassVar[tuple[str, ...]] = ("Normalization",)
    """What Keras cannot run there: its constants belong to the trace that first made them."""

    layers: LayerCalls
    """The layers, the first one first."""

    shape = in_a_row
    examples = (
        Example(
            {"layers": [{"Resizing": {"height": 24, "width": 20}}, "RandomFlip"]},
            (None, None, None, 3),
            (None, 24, 20, 3),
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Only plain layers of one input and one output can stand in a row."""
        yield from super().conflicts()
        for position, each in enumerate(self.layers):
            several = each.max_inputs != 1 or each.outputs()
            if several or isinstance(each, Lookup) or each.kind() in self.not_inside:
                message = f"{each.kind()} cannot stand in a Pipeline"
                yield Problem("conflicting-arguments", message, ("layers", position), where="kind")

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Keras takes it to be in training wherever nothing is said, even in an export."""
        return tuple(inputs), {"training": False}

    def check_dtypes(self, *inputs: str) -> None:
        """Every layer must take what the one before gives."""
        (dtype,) = inputs
        for position, each in enumerate(self.layers):
            try:
                each.check_dtypes(dtype)
            except Problem as problem:
                raise problem.inside(position).inside("layers") from None
            dtype = each.output_dtype(dtype)

    def output_dtype(self, *inputs: str) -> str:
        """That of the last layer."""
        (dtype,) = inputs
        for each in self.layers:
            dtype = each.output_dtype(dtype)
        return dtype

    def in_inference(self) -> Layer:
        """Every layer does what it does in inference."""
        return Pipeline.of({"layers": [each.in_inference() for each in self.layers]})

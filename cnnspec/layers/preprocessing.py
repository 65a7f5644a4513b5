"""Normalization by statistics of the data, and pipelines of preprocessing layers."""

import math
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import AxesOrNull, Flag, FloatPolicy, bounded, unwrapped
from cnnspec.diagnostics.problems import At, Problem, Problems
from cnnspec.layers import reach_rules
from cnnspec.layers.base import LAYERS, Example, Layer, Weight, kind, known
from cnnspec.layers.shape_rules import check_axis
from cnnspec.layers.vocabulary import Lookup
from cnnspec.shapes import Shape, text

Nested = float | tuple[Any, ...]
"""A number, or nested lists of numbers with equal lengths."""


class Statistics(Checked):
    """Type of an argument with one number, or one per position along the axes of the layer."""

    def __init__(self, minimum: float) -> None:
        def nested(value: Any, at: At) -> Nested:
            if not isinstance(value, list | tuple):
                return bounded(value, minimum, at=at)
            return tuple(nested(item, (*at, place)) for place, item in enumerate(value))

        def check(value: Any, _: type[Declaration]) -> Nested | None:
            return None if value is None else nested(value, ())

        least = "" if minimum == -math.inf else f" of at least {minimum}"
        super().__init__(f"a number{least}, a list of them, or null", check=check, alike=unwrapped)


def dimensions(value: Nested) -> tuple[int, ...] | None:
    """Return the lengths of nested lists; None if they differ or are empty."""
    if not isinstance(value, tuple):
        return ()
    inner = {dimensions(item) for item in value}
    first = inner.pop() if len(inner) == 1 else None
    return None if first is None else (len(value), *first)


def kept_axes(layer: "Normalization", shape: Shape) -> tuple[int, ...]:
    """Return the sizes of the axes with separate statistics, in the order of the axes of the input.

    Raises:
        Problem: an axis does not exist, is named twice, or has an unknown size.

    """
    axes = (layer.axis,) if isinstance(layer.axis, int) else layer.axis or ()
    places = [check_axis(layer, axis, shape) for axis in axes]
    if len(set(places)) < len(places):
        message = f"Normalization names an axis of its input {text(shape)} twice"
        raise Problem("conflicting-arguments", message, "axis")
    return tuple(known(shape[place], place, shape, layer) for place in sorted(places))


def normalized(layer: "Normalization", shape: Shape) -> Shape:
    """Shape rule: the shape stays the same; given statistics broadcast to the sizes of the axes."""
    sizes = kept_axes(layer, shape)
    given = () if layer.mean is None else dimensions(layer.mean) or ()
    for has, size in zip(reversed(given), reversed(sizes), strict=False):
        if has not in (1, size):
            message = f"'mean' of Normalization has {has} numbers for an axis of size {size}"
            raise Problem("shape-mismatch", message, "mean")
    return shape


def statistics(layer: "Normalization", shape: Shape) -> tuple[Weight, ...]:
    """The statistics that are not given, and the number of values they are computed from."""
    if layer.mean is not None:
        return ()
    sizes = kept_axes(layer, shape)
    moments = (Weight("mean", sizes, trainable=False), Weight("variance", sizes, trainable=False))
    return (*moments, Weight("count", (), trainable=False))


KeptAxes = Annotated[int | tuple[int, ...] | None, AxesOrNull(null=lambda _: ())]


@kind
class Normalization(Layer):
    """Subtracts the mean and divides by the standard deviation.

    Without `mean` and `variance`, these are weights, which are loaded from a file or computed by
    `adapt` in Keras; until then the layer has no effect.
    """

    hands_masks_on = True
    dtype: FloatPolicy = None
    axis: KeptAxes = -1
    """Axis or axes with a separate mean per position; null for a single mean."""
    mean: Annotated[Any, Statistics(-math.inf)] = None
    """Mean: one number, or one per position along the axes."""
    variance: Annotated[Any, Statistics(0)] = None
    """Variance, in the same form as the mean."""
    invert: Flag = False
    """Whether to invert the normalization."""

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
        """Check that both statistics are given in the same form, or none."""
        yield from super().conflicts()
        for name, other in (("mean", "variance"), ("variance", "mean")):
            if self.checked(name) is not None and self.checked(other) is None:
                message = f"Normalization needs '{other}' if '{name}' is given"
                yield Problem("missing-argument", message)
        if self.mean is None or self.variance is None:
            return
        mean, variance = dimensions(self.mean), dimensions(self.variance)
        axes = 1 if isinstance(self.axis, int) else len(self.axis or ())
        if mean is None or len(mean) > axes:
            message = f"'mean' of Normalization must be a number, or nested lists for {axes} axes"
            yield Problem("wrong-type", message, "mean")
        elif variance != mean:
            message = "'variance' of Normalization must have as many numbers as 'mean'"
            yield Problem("conflicting-arguments", message, "variance")


def _layers(value: Any, _: type[Declaration]) -> tuple[Declaration, ...]:
    if not isinstance(value, list | tuple) or not value:
        raise Problem("wrong-type", "")
    layers, problems = [], []
    for position, item in enumerate(value):
        try:
            layers.append(LAYERS.check(item))
        except Problems as refused:
            problems += [each.inside(position) for each in refused.problems]
    if problems:
        raise Problems(problems)
    return tuple(layers)


LayerCalls = Annotated[
    tuple[Layer, ...],
    Checked(
        "a list of layers",
        check=_layers,
        family=LAYERS,
        schema={"type": "array", "items": {"$ref": "#/$defs/layers"}, "minItems": 1},
    ),
]


def in_a_row(layer: "Pipeline", shape: Shape) -> Shape:
    """Apply the layers one after another."""
    for position, inner in enumerate(layer.layers):
        try:
            if inner.weights(shape):
                message = f"{inner.kind()} has weights, so it must be in `layers` of the model"
                raise Problem("conflicting-arguments", message)
            shape = inner.shape(shape)
        except Problem as problem:
            raise problem.inside(position).inside("layers") from None
    return shape


@kind
class Pipeline(Layer):
    """A sequence of preprocessing layers as one layer."""

    absent = ("trainable", "dtype", "activity_regularizer")
    not_inside: ClassVar[tuple[str, ...]] = ("Normalization",)
    """Layers that Keras cannot run here, because their constants belong to the first trace."""

    layers: LayerCalls
    """The layers, in order."""

    shape = in_a_row
    examples = (
        Example(
            {"layers": [{"Resizing": {"height": 24, "width": 20}}, "RandomFlip"]},
            (None, None, None, 3),
            (None, 24, 20, 3),
        ),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that all layers have one input and one output."""
        yield from super().conflicts()
        for position, layer in enumerate(self.layers):
            several = layer.max_inputs != 1 or layer.outputs()
            if several or isinstance(layer, Lookup) or layer.kind() in self.not_inside:
                message = f"{layer.kind()} cannot be used in a Pipeline"
                yield Problem("conflicting-arguments", message, ("layers", position), where="kind")

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Keras runs it in training mode by default, even in an exported model."""
        return tuple(inputs), {"training": False}

    def check_dtypes(self, *inputs: str) -> None:
        """Check that every layer accepts the output of the one before."""
        (dtype,) = inputs
        for position, layer in enumerate(self.layers):
            try:
                layer.check_dtypes(dtype)
            except Problem as problem:
                raise problem.inside(position).inside("layers") from None
            dtype = layer.output_dtype(dtype)

    def output_dtype(self, *inputs: str) -> str:
        """The type of the output of the last layer."""
        (dtype,) = inputs
        for layer in self.layers:
            dtype = layer.output_dtype(dtype)
        return dtype

    def in_inference(self) -> Layer:
        """Return the inference behaviour of every layer."""
        return Pipeline.of({"layers": [layer.in_inference() for layer in self.layers]})

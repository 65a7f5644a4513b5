"""Layers that Keras uses only in its own networks, ConvNeXt and InceptionResNetV2."""

from cnnspec.declarations.fields import FLOAT_TYPES, FloatPolicy, Number, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import dtype_rules, merging_rules, reach_rules, shape_rules
from cnnspec.layers.base import Example, Layer, Named, Weight, kind, known
from cnnspec.layers.core import Identity
from cnnspec.layers.merging import Merging
from cnnspec.layers.regularization import RateBelowOne
from cnnspec.shapes import Shape, text


def scaled(layer: "LayerScale", shape: Shape) -> Shape:
    """Shape rule: the shape does not change. There must be one scale per channel."""
    size = known(shape[-1], -1, shape, layer) if len(shape) > 1 else None
    if size != layer.projection_dim:
        message = f"LayerScale has {layer.projection_dim} scales, but its input is {text(shape)}"
        raise Problem("shape-mismatch", message, "projection_dim")
    return shape


def one_scale_a_channel(layer: "LayerScale", shape: Shape) -> tuple[Weight, ...]:
    """Weight rule: the scales. Keras does not name them."""
    return (Weight("variable", (layer.projection_dim,)),)


class OfFloats(Layer):
    """Base class of layers that take only floats."""

    takes = FLOAT_TYPES
    dtype: FloatPolicy = None
    reach = reach_rules.pointwise


@kind
class LayerScale(OfFloats):
    """Multiplies every channel by its own weight (Touvron et al., 2021, arXiv:2103.17239)."""

    takes = dtype_rules.WHOLE  # TensorFlow takes the product with a bool for a bool
    init_values: Number
    """Initial value of the weights."""
    projection_dim: PositiveInt
    """Number of channels of the input."""

    shape = scaled
    weights = one_scale_a_channel
    examples = (
        Example(
            {"init_values": 0.000001, "projection_dim": 8}, (None, 14, 14, 8), (None, 14, 14, 8)
        ),
    )


@kind
class StochasticDepth(OfFloats):
    """Drops whole samples in training, for residual branches (Huang et al., 2016, arXiv:1603.09382).

    Keras uses its global random generator, not a seed of the layer.
    """

    passes_values_on = True
    takes = ("float32",)  # Keras draws the samples in float32
    drop_path_rate: RateBelowOne
    """Fraction of the samples to drop."""

    shape = shape_rules.same
    examples = (Example({"drop_path_rate": 0.1}, (None, 14, 14, 8), (None, 14, 14, 8)),)

    def in_inference(self) -> Layer:
        """Return the inference behaviour: the input does not change."""
        return Identity.of({} if self.dtype is None else {"dtype": self.dtype})


def stretched(layer: Named, first: Shape, second: Shape) -> Shape:
    """Shape rule: broadcast sizes of 1; an unknown size is that of the other input, if not 1."""
    if len(first) != len(second):
        message = f"{layer.kind()} cannot merge {text(first)} and {text(second)}"
        raise Problem("shape-mismatch", message)
    merged = merging_rules.broadcast(layer, first, second)
    known = [
        max((size for size in sizes if size), default=None)
        for sizes in zip(first, second, strict=True)
    ]
    return tuple(b if a is None and b != 1 else a for a, b in zip(merged, known, strict=True))


@kind
class CustomScaleLayer(OfFloats, Merging):
    """Adds the second input, times `scale`, to the first (Szegedy et al., 2016, arXiv:1602.07261)."""

    hands_masks_on = False
    min_inputs = 2
    max_inputs = 2
    scale: Number
    """Factor of the second input."""

    shape = stretched
    examples = (Example({"scale": 0.2}, [(None, 8, 8, 4), (None, 8, 8, 4)], (None, 8, 8, 4)),)

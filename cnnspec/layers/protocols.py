"""Protocols for the arguments that rules read from a layer, one per group of arguments."""

from collections.abc import Mapping
from typing import Any, ClassVar, Protocol

from cnnspec.layers.base import Named, Weight
from cnnspec.shapes import Shape


class HasBias(Named, Protocol):
    """A layer with an optional bias."""

    use_bias: bool


class Spatial(Named, Protocol):
    """A layer over `rank` spatial axes."""

    rank: ClassVar[int]


class Sliding(Spatial, Protocol):
    """A layer whose window moves over its input; strides of None are the size of the window."""

    strides: tuple[int, ...] | None
    padding: str


class Kernel(Sliding, HasBias, Protocol):
    """A layer with a convolution kernel."""

    kernel_size: tuple[int, ...]
    dilation_rate: tuple[int, ...]
    strides: tuple[int, ...]


class Convolution(Kernel, Protocol):
    """A convolution with `filters` output channels."""

    filters: int


class GroupedConvolution(Convolution, Protocol):
    """A convolution over groups of channels."""

    groups: int


class DepthwiseConvolution(Kernel, Protocol):
    """A convolution of every channel by itself."""

    depth_multiplier: int


class SeparableConvolution(Convolution, DepthwiseConvolution, Protocol):
    """A depthwise convolution followed by a 1 x 1 convolution."""


class TransposedConvolution(Convolution, Protocol):
    """A transposed convolution."""

    output_padding: tuple[int, ...] | None


class Pooling(Sliding, Protocol):
    """A layer that pools windows."""

    pool_size: tuple[int, ...]


class GlobalPooling(Spatial, Protocol):
    """A layer that pools whole channels."""

    keepdims: bool


class AdaptivePooling(Spatial, Protocol):
    """A layer that pools to a given size."""

    output_size: tuple[int, ...]


class Resizing(Spatial, Protocol):
    """A layer that enlarges its input by whole factors."""

    size: int | tuple[int, ...]


class Units(HasBias, Protocol):
    """A layer with `units` output features."""

    units: int


class Embeds(Named, Protocol):
    """A layer that turns each of `input_dim` numbers into a vector."""

    input_dim: int
    output_dim: int


class EmbedsBothWays(Embeds, Protocol):
    """An embedding that can be reversed."""

    tie_weights: bool
    reverse: bool


class DropsByShape(Named, Protocol):
    """A dropout layer with the shape of its noise."""

    noise_shape: Shape | None


class OverAxes(Named, Protocol):
    """A layer that works along one axis or several."""

    axis: int | tuple[int, ...]


class OverOneAxis(Named, Protocol):
    """A layer that works along one axis."""

    axis: int


class Scaling(OverAxes, Protocol):
    """A normalization with an optional scale and offset."""

    scale: bool
    center: bool


class GroupScaling(Scaling, Protocol):
    """A normalization of groups of channels."""

    groups: int


class BatchScaling(Scaling, Protocol):
    """A normalization with statistics of the batch."""

    renorm: bool


class SharedSlopes(Named, Protocol):
    """A layer with a slope for every value, shared along some axes."""

    shared_axes: int | tuple[int, ...] | None


class TwoAxes(Named, Protocol):
    """A product along one axis of each input."""

    axes: int | tuple[int, ...]


class Weighted(Named, Protocol):
    """A layer whose weights are counted."""

    def weights(self, *inputs: Shape) -> tuple[Weight, ...]:
        """The weights for inputs of these shapes."""


class Shaped(Weighted, Protocol):
    """A layer of one output, with weights."""

    def shape(self, *inputs: Shape) -> Shape:
        """The shape of the output for inputs of these shapes."""


class Letters(Protocol):
    """The letters of an equation, one for each axis."""

    inputs: str
    kernel: str
    output: str
    left: bool
    right: bool


class Einsum(Weighted, Protocol):
    """A dense layer defined by an equation."""

    equation: str
    output_shape: int | Shape
    bias_axes: str | None

    @property
    def parts(self) -> Letters:
        """The equation, taken apart."""


class Frames(Weighted, Spatial, Protocol):
    """A layer that transforms overlapping frames of a signal."""

    frame_length: int
    padding: str

    def step(self) -> int:
        """The number of samples between frames."""


class Padded(Spatial, Protocol):
    """A layer that adds values at the ends of its spatial axes."""

    padding: Any


class Cropped(Spatial, Protocol):
    """A layer that cuts values off the ends of its spatial axes."""

    cropping: Any


class Reshapes(Named, Protocol):
    """A layer that changes the shape of one sample."""

    target_shape: tuple[int, ...]


class Permutes(Named, Protocol):
    """A layer that reorders axes."""

    dims: tuple[int, ...]


class Repeats(Named, Protocol):
    """A layer that repeats a vector `n` times."""

    n: int


class Scaled(Named, Protocol):
    """An attention layer with optional learned factors of the scores."""

    use_scale: bool


class ScoresAttention(Scaled, Protocol):
    """An attention layer with a choice of scores."""

    score_mode: str


class Attends(Named, Protocol):
    """An attention layer without heads."""

    return_attention_scores: bool

    def adds_up(self) -> bool:
        """Whether query and key are added, so that a size of 1 broadcasts."""


class Heads(Named, Protocol):
    """An attention layer with heads."""

    return_attention_scores: bool
    axes: tuple[int, ...] | None
    use_bias: bool
    use_gate: bool
    sliding_window: int | None
    steps_only: ClassVar[bool]
    stored_as: ClassVar[Mapping[str, str]]

    def heads(self) -> dict[str, tuple[int, int]]:
        """The number of heads and the size of one, for each projection."""

    def projected(self, query: Shape, value: Shape) -> Shape:
        """The shape of the output."""


class ShapedTransposed(TransposedConvolution, Shaped, Protocol):
    """A transposed convolution that gives its own shape."""

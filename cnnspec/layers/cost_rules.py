"""Rules for the multiply-accumulates of one sample, used by layers as `macs`.

Only the products of kernels and attention count, as in published tables; biases, activations,
normalization and pooling do not. The result is None if it depends on an unknown size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cnnspec.layers.shape_rules import images, windows
from cnnspec.shapes import Dim, Shape, product

if TYPE_CHECKING:
    from cnnspec.layers.protocols import (
        Einsum,
        EmbedsBothWays,
        Frames,
        Heads,
        Scaled,
        Shaped,
        TwoAxes,
        Weighted,
    )
    from cnnspec.layers.sequence_protocols import RecurrentConvolution, Wraps, WrapsBothWays


def times(*factors: Dim) -> Dim:
    """Return the product of factors, or None if one is unknown."""
    return product(factors)


def plus(*terms: Dim) -> Dim:
    """Return the sum of terms, or None if one is unknown."""
    known = [term for term in terms if term is not None]
    return sum(known) if len(known) == len(terms) else None


def kernel_sizes(layer: Weighted, *shapes: Shape) -> int:
    """Return the number of values in the kernels of a layer."""
    return sum(weight.size for weight in layer.weights(*shapes) if "kernel" in weight.name)


def places(layer: object, shape: Shape) -> Dim:
    """Return the number of positions of an image, without channels."""
    first = getattr(layer, "data_format", None) == "channels_first"
    return product(shape[2:] if first else shape[1:-1])


def kernel_at_every_output(layer: Shaped, shape: Shape) -> Dim:
    """Every value of the kernels is used once per output position.

    For a convolution this is `positions * kernel_size * channels / groups * filters`, for a
    depthwise convolution `positions * kernel_size * channels * depth_multiplier`, and for a separable one the
    sum of a depthwise and a 1 x 1 convolution (Howard et al., 2017, arXiv:1704.04861, section 3.1).
    """
    return times(places(layer, layer.shape(shape)), kernel_sizes(layer, shape))


def kernel_at_every_input(layer: Weighted, shape: Shape) -> Dim:
    """A transposed convolution spreads each input position over a kernel.

    (Dumoulin and Visin, 2016, arXiv:1603.07285, section 4.)
    """
    return times(places(layer, shape), kernel_sizes(layer, shape))


def einsum(layer: Einsum, shape: Shape) -> Dim:
    """One product for every combination of the letters of the equation, except the batch."""
    kernel = next(weight for weight in layer.weights(shape) if weight.name == "kernel")
    letters = zip(layer.parts.kernel, kernel.shape, strict=True)
    new = [size for letter, size in letters if letter not in layer.parts.inputs]
    return product((*shape[1:], *new))


def kernels_at_every_step(layer: Weighted, sequence: Shape, *states: Shape) -> Dim:
    """The input and recurrent kernels are used once per step."""
    return times(sequence[1], kernel_sizes(layer, sequence, *states))


def kernels_once(layer: Weighted, *shapes: Shape) -> Dim:
    """The kernels are used once."""
    return kernel_sizes(layer, *shapes)


def convolutions_at_every_step(layer: RecurrentConvolution, sequence: Shape, *states: Shape) -> Dim:
    """The input and recurrent kernels are applied to an image at each step."""
    output, _ = layer.step_shapes((sequence[0], *sequence[2:]))
    return times(sequence[1], places(layer, output), kernel_sizes(layer, sequence, *states))


def at_every_step(layer: Wraps, shape: Shape) -> Dim:
    """The cost of the inner layer, for every step."""
    return times(shape[1], layer.layer.macs((shape[0], *shape[2:])))


def as_wrapped(layer: Wraps, shape: Shape) -> Dim:
    """The cost of the inner layer."""
    cost: Dim = layer.layer.macs(shape)
    return cost


def both_ways(layer: WrapsBothWays, sequence: Shape, *states: Shape) -> Dim:
    """The cost of the forward and the backward layer."""
    return plus(layer.layer.macs(sequence), layer.backwards().macs(sequence))


def waves(layer: Frames, shape: Shape) -> Dim:
    """Every channel of a sound is convolved with the kernels, once per frame step."""
    (samples,), channels = images(layer, shape)
    steps = windows(samples, layer.frame_length, layer.step(), layer.padding)
    return times(steps, channels, kernel_sizes(layer, shape))


def reverse_projection(layer: EmbedsBothWays, shape: Shape) -> Dim:
    """Numbers select vectors; in reverse, every vector is multiplied with all of them."""
    return times(product(shape[1:]), layer.input_dim) if layer.reverse else 0


def dot(layer: TwoAxes, first: Shape, second: Shape) -> Dim:
    """One product per value of the first input and matching row of the second."""
    axes = layer.axes if isinstance(layer.axes, tuple) else (layer.axes, layer.axes)
    met = axes[1] % len(second)
    others = [size for axis, size in enumerate(second) if axis not in (0, met)]
    return times(product(first[1:]), product(others))


def attention(layer: object, query: Shape, value: Shape, key: Shape | None = None) -> Dim:
    """The products of queries with keys, and of scores with values."""
    scores = times(product(query[1:-1]), value[-2])
    return plus(times(scores, query[-1]), times(scores, value[-1]))


def summed_attention(layer: Scaled, query: Shape, value: Shape, key: Shape | None = None) -> Dim:
    """Scores that are sums need products only for a learned factor of each feature."""
    scores = times(product(query[1:-1]), value[-2])
    factors = times(scores, query[-1]) if layer.use_scale else 0
    return plus(factors, times(scores, value[-1]))


def attention_with_heads(layer: Heads, query: Shape, value: Shape, key: Shape | None = None) -> Dim:
    """The projections of all inputs and of the output, and the products within each head.

    (Vaswani et al., 2017, arXiv:1706.03762, section 3.2.)
    """
    key_features = (key or value)[-1]
    heads = {name: product(sizes) for name, sizes in layer.heads().items()}
    queries, values = product(query[1:-1]), product(value[1:-1])
    last = len(query) - 1
    axes = range(1, last) if layer.axes is None else [axis % len(query) for axis in layer.axes]
    attended = product([value[axis] for axis in axes])
    output = product(layer.projected(query, value)[last:])
    return plus(
        times(queries, query[-1], heads["query"]),
        times(values, key_features, heads["key"]),
        times(values, value[-1], heads["value"]),
        times(queries, query[-1], heads["gate"]) if layer.use_gate else 0,
        times(queries, attended, heads["query"]),
        times(queries, attended, heads["gate"]),
        times(queries, heads["gate"], output),
    )

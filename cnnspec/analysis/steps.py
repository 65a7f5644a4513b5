"""The tensors of a submodel that is applied to every step of a sequence."""

from cnnspec.layers.base import Layer
from cnnspec.layers.dtype_rules import converted
from cnnspec.shapes import UNKNOWN, TensorSpec


def at_one_step(wrapper: Layer, sequence: TensorSpec) -> TensorSpec:
    """Return what a submodel gets.

    Raises:
        Problem: the input of the wrapper is not a sequence.

    """
    (dtype,) = converted(wrapper, (sequence.dtype,))
    if sequence.shape is UNKNOWN:
        return TensorSpec(UNKNOWN, dtype)
    wrapper.shape(sequence.shape)
    return TensorSpec((sequence.shape[0], *sequence.shape[2:]), dtype)


def at_every_step(output: TensorSpec, sequence: TensorSpec) -> TensorSpec:
    """Return the output for a sequence, from that of a step."""
    if output.shape is UNKNOWN or sequence.shape is UNKNOWN:
        return TensorSpec(UNKNOWN, output.dtype)
    return TensorSpec((output.shape[0], sequence.shape[1], *output.shape[1:]), output.dtype)

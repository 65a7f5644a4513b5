"""Convolutional LSTMs over sequences of images."""

from collections.abc import Iterator

from cnnspec.declarations.declaration import default
from cnnspec.declarations.fields import FLOAT_TYPES, PositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules, sequence_rules
from cnnspec.layers.base import Example, kind
from cnnspec.layers.cells import LSTMCell, LSTMGates
from cnnspec.layers.fields import DataFormat, Padding, Size
from cnnspec.layers.recurrent import Recurrent
from cnnspec.shapes import Shape


class ConvLSTM(LSTMGates, Recurrent):
    """Base class of convolutional LSTMs (Shi et al., 2015, arXiv:1506.04214).

    The first axis after the batch is the time axis.
    """

    filters: PositiveInt
    """Number of output channels, and of channels of each state."""
    kernel_size: Size
    """Size of the kernels along each spatial axis."""
    strides: Size = default(1)
    """Stride of the input kernel along each spatial axis."""
    padding: Padding = "valid"
    """`valid` adds nothing; `same` adds zeros, so that a stride of 1 preserves the size."""
    data_format: DataFormat = None
    """Position of the channels: `channels_last` (the default) or `channels_first`."""
    dilation_rate: Size = default(1)
    """Distance between the values that the input kernel is applied to."""

    absent = ("unroll",)
    takes = FLOAT_TYPES
    passes_trainable_on = False
    weights = sequence_rules.convolution_gates
    macs = cost_rules.convolutions_at_every_step

    def step_shapes(self, step: Shape) -> tuple[Shape, tuple[Shape, ...]]:
        """Output and both states have the shape of the convolution."""
        shape = sequence_rules.convolve_step(self, step)
        return shape, (shape, shape)

    def state_names(self) -> tuple[str, ...]:
        """The states of an LSTM."""
        return LSTMCell.states

    def drops(self) -> bool:
        """Whether part of the input or of the state is dropped."""
        return self.dropout > 0 or self.recurrent_dropout > 0

    def states_are_flat(self) -> bool:
        """The only cell."""
        return True

    def conflicts(self) -> Iterator[Problem]:
        """Check that strides and dilation are not combined."""
        yield from super().conflicts()
        if max(self.strides) > 1 and max(self.dilation_rate) > 1:
            message = f"{self.kind()} cannot have both 'strides' and 'dilation_rate' above 1"
            yield Problem("conflicting-arguments", message, "dilation_rate")


@kind
class ConvLSTM1D(ConvLSTM):
    """1-D convolutional LSTM, over sequences of sequences."""

    rank = 1
    examples = (
        Example({"filters": 4, "kernel_size": 3}, (None, 5, 8, 2), (None, 6, 4)),
        Example(
            {"filters": 4, "kernel_size": 3, "data_format": "channels_first", "use_bias": False},
            (None, None, 2, 8),
            (None, 4, 6),
        ),
    )


@kind
class ConvLSTM2D(ConvLSTM):
    """2-D convolutional LSTM, over sequences of images."""

    rank = 2
    examples = (
        Example(
            {"filters": 4, "kernel_size": [3, 2], "padding": "same", "strides": 2},
            (None, 5, 8, 7, 3),
            (None, 4, 4, 4),
        ),
        Example(
            {"filters": 4, "kernel_size": 3, "return_sequences": True, "return_state": True},
            [(None, None, 8, 8, 3), (None, 6, 6, 4), (None, 6, 6, 4)],
            [(None, None, 6, 6, 4), (None, 6, 6, 4), (None, 6, 6, 4)],
        ),
    )


@kind
class ConvLSTM3D(ConvLSTM):
    """3-D convolutional LSTM, over sequences of volumes."""

    rank = 3
    examples = (
        Example(
            {"filters": 4, "kernel_size": 2, "dilation_rate": 2},
            (None, 5, 6, 7, 8, 3),
            (None, 4, 5, 6, 4),
        ),
    )

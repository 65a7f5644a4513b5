"""Protocols for what the rules of recurrent layers and wrappers read from a layer."""

from typing import Any, Protocol

from cnnspec.layers.base import Layer, Named, Weight
from cnnspec.layers.protocols import Spatial, Weighted
from cnnspec.shapes import Shape


class Trainable(Protocol):
    """A layer that training may change."""

    trainable: bool


class Stateful(Named, Protocol):
    """A layer whose states can be given as inputs."""

    def states_are_flat(self) -> bool:
        """Whether its states are a list of tensors."""


class Cell(Stateful, Protocol):
    """The cell of a recurrent layer: what it does in one step."""

    def drops(self) -> bool:
        """Whether values are dropped in training."""

    def state_sizes(self) -> dict[str, int]:
        """The sizes of its states, by name."""

    def output_size(self) -> int:
        """The size of its output."""

    def gate_weights(self, size: int) -> tuple[Weight, ...]:
        """Its weights for an input of `size` features."""


class HoldsCell(Named, Protocol):
    """A recurrent layer that is made of a cell."""

    @classmethod
    def arguments(cls) -> dict[str, Any]:
        """The type of every argument, by name."""

    def step_cell(self) -> Any:
        """The cell."""


class ConvolutionCell(Trainable, Protocol):
    """A recurrent layer whose gates are convolutions."""

    kernel_size: tuple[int, ...]
    filters: int
    use_bias: bool
    data_format: str | None


class Recurrent(Stateful, Spatial, Protocol):
    """A layer that goes over the steps of a sequence."""

    return_sequences: bool
    return_state: bool
    stateful: bool
    unroll: bool

    def step_shapes(self, step: Shape) -> tuple[Shape, tuple[Shape, ...]]:
        """The shapes of the output and of the states after one step."""

    def state_names(self) -> tuple[str, ...]:
        """The names of the states."""


class RecurrentConvolution(Weighted, Protocol):
    """A recurrent layer whose cell is a convolution."""

    def step_shapes(self, step: Shape) -> tuple[Shape, tuple[Shape, ...]]:
        """The shapes of the output and of the states after one step."""


class Wraps(Named, Protocol):
    """A layer around another one."""

    layer: Layer


class WrapsBothWays(Stateful, Protocol):
    """A layer around one that goes over a sequence forwards, and one that goes backwards."""

    layer: Any
    backward_layer: Any
    merge_mode: str | None

    def backwards(self) -> Any:
        """The layer that goes backwards."""

    def state_names(self) -> tuple[str, ...]:
        """The names of the states of both layers."""

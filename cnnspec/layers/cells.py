"""Recurrent cells: a single step of a recurrent layer, used as `cell` of RNN or as a layer."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from cnnspec.declarations.declaration import default
from cnnspec.declarations.fields import FLOAT_TYPES, Decay, Flag, FloatPolicy, PositiveInt, Seed
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules, sequence_rules
from cnnspec.layers.base import Example, Layer, Weight, kind
from cnnspec.layers.dtype_rules import compute_dtype
from cnnspec.layers.fields import Activation, Constraint, Initializer, Regularizer


class Gates(Layer):
    """Arguments that every recurrent layer shares with its cell."""

    activation: Activation = "tanh"
    """Activation of the output."""
    use_bias: Flag = True
    """Whether to add a bias."""
    kernel_initializer: Initializer = default("glorot_uniform")
    recurrent_initializer: Initializer = default("orthogonal")
    bias_initializer: Initializer = default("zeros")
    kernel_regularizer: Regularizer = None
    recurrent_regularizer: Regularizer = None
    bias_regularizer: Regularizer = None
    kernel_constraint: Constraint = None
    recurrent_constraint: Constraint = None
    bias_constraint: Constraint = None
    dropout: Decay = 0.0
    """Fraction of the input features to drop, the same at every step."""
    recurrent_dropout: Decay = 0.0
    """Fraction of the state values to drop, the same at every step."""
    seed: Seed = None

    def conflicts(self) -> Iterator[Problem]:
        """Check the data type: TensorFlow cannot make orthogonal matrices in bfloat16."""
        yield from super().conflicts()
        for name in ("kernel_initializer", "recurrent_initializer"):
            if self.dtype == "bfloat16" and self.checked(name).kind() == "Orthogonal":
                message = f"{self.kind()} cannot have bfloat16 weights with an orthogonal '{name}'; mixed_bfloat16 can"
                yield Problem("conflicting-arguments", message, "dtype")


class Units(Gates):
    """Arguments of layers with a state of `units` values."""

    units: PositiveInt
    """Size of the output and of each state."""


class LSTMGates(Gates):
    """Arguments of gated layers with a memory cell."""

    recurrent_activation: Activation = "sigmoid"
    """Activation of the gates."""
    unit_forget_bias: Flag = True
    """Whether to initialize the bias of the forget gate to one (Jozefowicz et al., 2015)."""


class GRUGates(Gates):
    """Arguments of layers with reset and update gates."""

    recurrent_activation: Activation = "sigmoid"
    """Activation of the gates."""
    reset_after: Flag = True
    """Whether to apply the reset gate after the product with the recurrent kernel, as on GPUs."""


def without_dropout(layer: Layer, **changed: Any) -> Layer:
    """Return the same call without dropout and with changed arguments."""
    given = {key: value for key, value in layer.given.items() if "dropout" not in key}
    return type(layer).of(given | changed, word=layer.word)


class Cell(Layer):
    """A single step. As a layer it takes the input and all states: `from: [x, state_h, state_c]`.

    Its outputs are `output` and the states by name.
    """

    dtype: FloatPolicy = None
    min_inputs = 2
    max_inputs = None
    shape = sequence_rules.one_step
    weights = sequence_rules.one_step_weights
    macs = cost_rules.kernels_once

    def state_sizes(self) -> dict[str, int]:
        """The sizes of the states, by name."""
        raise NotImplementedError

    def output_size(self) -> int:
        """The size of the output."""
        raise NotImplementedError

    def gate_weights(self, size: int) -> tuple[Weight, ...]:
        """Return the weights for an input with this number of features."""
        raise NotImplementedError

    def drops(self) -> bool:
        """Whether values are dropped in training."""
        raise NotImplementedError

    def states_are_flat(self) -> bool:
        """Whether Keras takes the states as one list."""
        return True

    def outputs(self) -> tuple[str, ...]:
        """The output, then the states."""
        return ("output", *self.state_sizes())

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Pass the input, and a list of the states."""
        return (inputs[0], list(inputs[1:])), {}

    def check_dtypes(self, *inputs: str) -> None:
        """Check the data types: a cell used as a layer does not cast its states."""
        super().check_dtypes(*inputs)
        for name, dtype in zip(self.state_sizes(), inputs[1:], strict=False):
            if dtype not in FLOAT_TYPES:
                message = f"the state '{name}' of {self.kind()} must be floats, not {dtype}"
                raise Problem("wrong-dtype", message)

    def output_dtype(self, *inputs: str) -> list[str]:
        """All outputs have the type that the cell computes in."""
        return [compute_dtype(self.dtype)] * len(self.outputs())


class SingleCell(Units, Cell):
    """Base class of cells with `units` values in each state."""

    gates: ClassVar[int]
    """The number of products computed from the input, and from the state."""
    states: ClassVar[tuple[str, ...]] = ("state",)

    def state_sizes(self) -> dict[str, int]:
        """All states have the size of the output."""
        return dict.fromkeys(self.states, self.units)

    def output_size(self) -> int:
        """The output is the first state."""
        return self.units

    def bias_shape(self) -> tuple[int, ...]:
        """A bias for each product."""
        return (self.gates * self.units,)

    def gate_weights(self, size: int) -> tuple[Weight, ...]:
        """An input kernel, a recurrent kernel, and a bias."""
        width = self.gates * self.units
        bias = (Weight("bias", self.bias_shape()),) if self.use_bias else ()
        kernels = (Weight("kernel", (size, width)), Weight("recurrent_kernel", (self.units, width)))
        return (*kernels, *bias)

    def drops(self) -> bool:
        """Whether part of the input or of the state is dropped."""
        return self.dropout > 0 or self.recurrent_dropout > 0

    def in_inference(self) -> Layer:
        """Return the inference behaviour: nothing is dropped."""
        return without_dropout(self)


@kind
class SimpleRNNCell(SingleCell):
    """One step of a SimpleRNN."""

    gates = 1
    examples = (Example({"units": 4}, [(None, 3), (None, 4)], [(None, 4)] * 2),)


@kind
class LSTMCell(LSTMGates, SingleCell):
    """One step of an LSTM."""

    gates = 4
    states = ("state_h", "state_c")
    examples = (Example({"units": 4}, [(None, 3), (None, 4), (None, 4)], [(None, 4)] * 3),)


@kind
class GRUCell(GRUGates, SingleCell):
    """One step of a GRU."""

    gates = 3
    examples = (
        Example({"units": 4}, [(None, 3), (None, 4)], [(None, 4)] * 2),
        Example({"units": 4, "reset_after": False}, [(None, 3), (None, 4)], [(None, 4)] * 2),
    )

    def bias_shape(self) -> tuple[int, ...]:
        """With `reset_after`, the products of input and state have separate biases."""
        return (2, *super().bias_shape()) if self.reset_after else super().bias_shape()

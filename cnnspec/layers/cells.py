"""Cells: what a recurrent layer does at one step. They stand in `cell` of RNN, or by themselves."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.declarations import Checked, Declaration, Problem, Problems, default
from cnnspec.fields import FLOAT_TYPES, Decay, Flag, FloatPolicy, PositiveInt, Seed
from cnnspec.layers import cost_rules, sequence_rules
from cnnspec.layers.base import (
    LAYERS,
    Example,
    Layer,
    Weight,
    check_initializers,
    compute_dtype,
    kind,
)
from cnnspec.layers.fields import Activation, Constraint, Initializer, Regularizer
from cnnspec.naming import snake_case


class Gates(Layer):
    """The arguments that every recurrent layer shares with its cell."""

    activation: Activation = "tanh"
    """What is applied to the output."""
    use_bias: Flag = True
    """Whether a bias is added."""
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
    """Share of the input's features that is dropped, the same at every step."""
    recurrent_dropout: Decay = 0.0
    """Share of the state's values that is dropped, the same at every step."""
    seed: Seed = None

    def conflicts(self) -> Iterator[Problem]:
        """TensorFlow makes no orthogonal matrices of bfloat16."""
        yield from super().conflicts()
        for name in ("kernel_initializer", "recurrent_initializer"):
            if self.dtype == "bfloat16" and self.checked(name).kind() == "Orthogonal":
                message = f"{self.kind()} cannot have bfloat16 weights with an orthogonal '{name}'; mixed_bfloat16 can"
                yield Problem("conflicting-arguments", message, "dtype")


class Units(Gates):
    """The arguments of what has a state of `units` values."""

    units: PositiveInt
    """Size of the output, and of each state."""


class LSTMGates(Gates):
    """The arguments of gates with a memory of their own."""

    recurrent_activation: Activation = "sigmoid"
    """What is applied to the gates."""
    unit_forget_bias: Flag = True
    """Whether the bias of the forget gate starts at one (Jozefowicz et al., 2015)."""


class GRUGates(Gates):
    """The arguments of gates that decide how much of the state is kept."""

    recurrent_activation: Activation = "sigmoid"
    """What is applied to the gates."""
    reset_after: Flag = True
    """Whether the reset gate acts after the product with the recurrent kernel, as on GPUs."""


def without_dropout(layer: Layer, **changed: Any) -> Layer:
    """The same call without its dropout, and with other arguments put in."""
    given = {key: value for key, value in layer.given.items() if "dropout" not in key}
    return type(layer).of(given | changed, word=layer.word)


class Cell(Layer):
    """One step. By itself it takes the input and all states: `from: [x, state_h, state_c]`.

    Its outputs are `output` and the states by their names.
    """

    dtype: FloatPolicy = None
    min_inputs = 2
    max_inputs = None
    shape = sequence_rules.one_step
    weights = sequence_rules.one_step_weights
    macs = cost_rules.kernels_once

    def state_sizes(self) -> dict[str, int]:
        """The sizes of its states, by their names."""
        raise NotImplementedError

    def output_size(self) -> int:
        """The size of its output."""
        raise NotImplementedError

    def gate_weights(self, size: int) -> tuple[Weight, ...]:
        """Its weights, for an input of so many features."""
        raise NotImplementedError

    def drops(self) -> bool:
        """Whether it drops values in training."""
        raise NotImplementedError

    def states_are_flat(self) -> bool:
        """Whether Keras takes its states as one list."""
        return True

    def outputs(self) -> tuple[str, ...]:
        """The output, and the states."""
        return ("output", *self.state_sizes())

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The input, and a list of the states."""
        return (inputs[0], list(inputs[1:])), {}

    def check_dtypes(self, *inputs: str) -> None:
        """By itself it computes with the states as they come."""
        super().check_dtypes(*inputs)
        for name, dtype in zip(self.state_sizes(), inputs[1:], strict=False):
            if dtype not in FLOAT_TYPES:
                message = f"the state '{name}' of {self.kind()} must be floats, not {dtype}"
                raise Problem("wrong-dtype", message)

    def output_dtype(self, *inputs: str) -> list[str]:
        """All of them in the type that it computes in."""
        return [compute_dtype(self.dtype)] * len(self.outputs())


class SingleCell(Units, Cell):
    """A cell with `units` values in each state."""

    gates: ClassVar[int]
    """How many products are made of the input, and of the state."""
    states: ClassVar[tuple[str, ...]] = ("state",)

    def state_sizes(self) -> dict[str, int]:
        """Every state has the size of the output."""
        return dict.fromkeys(self.states, self.units)

    def output_size(self) -> int:
        """The output is the first state."""
        return self.units

    def bias_shape(self) -> tuple[int, ...]:
        """A bias for each product."""
        return (self.gates * self.units,)

    def gate_weights(self, size: int) -> tuple[Weight, ...]:
        """A kernel over the input, one over the state, and a bias."""
        width = self.gates * self.units
        bias = (Weight("bias", self.bias_shape()),) if self.use_bias else ()
        kernels = (Weight("kernel", (size, width)), Weight("recurrent_kernel", (self.units, width)))
        return (*kernels, *bias)

    def drops(self) -> bool:
        """Whether a share of the input or of the state is dropped."""
        return self.dropout > 0 or self.recurrent_dropout > 0

    def in_inference(self) -> Layer:
        """Nothing is dropped."""
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
        """With `reset_after` the products of input and state have biases of their own."""
        return (2, *super().bias_shape()) if self.reset_after else super().bias_shape()


def cell_of(value: Any, declaration: type[Declaration]) -> SingleCell:
    """Check a call of a cell that is no stack.

    Raises:
        Problem: it is another layer.

    """
    found = LAYERS.check(value)
    if not isinstance(found, SingleCell):
        message = f"{declaration.kind()} needs cells such as LSTMCell, and {found.kind()} is none"
        raise Problem("wrong-type", message)
    return found


def cells_of(value: Any, declaration: type[Declaration]) -> tuple[SingleCell, ...]:
    """Check a list of calls of cells.

    Raises:
        Problem: it is no list, or has no items.
        Problems: an item is wrong.

    """
    if not isinstance(value, list | tuple) or not value:
        raise Problem("wrong-type", "")
    found, problems = [], []
    for position, item in enumerate(value):
        try:
            found.append(cell_of(item, declaration))
        except Problem as problem:
            problems.append(problem.inside(position))
        except Problems as nested:
            problems += [each.inside(position) for each in nested.problems]
    if problems:
        raise Problems(problems)
    return tuple(found)


CELLS = {"type": "array", "items": {"$ref": "#/$defs/layers"}, "minItems": 1}
Cells = Annotated[
    tuple[SingleCell, ...],
    Checked("a list of cells such as LSTMCell", check=cells_of, schema=CELLS),
]


@kind
class StackedRNNCells(Cell):
    """Several cells, each of which takes the output of the one before.

    Its states are those of all cells: `cell_1_state_h`, `cell_1_state_c`, `cell_2_state`.
    """

    cells: Cells
    """The cells, the first one first."""

    examples = (
        Example(
            {"cells": [{"GRUCell": {"units": 4}}, {"SimpleRNNCell": {"units": 5}}]},
            [(None, 3), (None, 4), (None, 5)],
            [(None, 5), (None, 4), (None, 5)],
        ),
    )

    def state_sizes(self) -> dict[str, int]:
        """The states of each cell, by its position."""
        return {
            f"cell_{position}_{name}": size
            for position, cell in enumerate(self.cells, start=1)
            for name, size in cell.state_sizes().items()
        }

    def output_size(self) -> int:
        """The output is that of the last cell."""
        return self.cells[-1].output_size()

    def gate_weights(self, size: int) -> tuple[Weight, ...]:
        """The weights of each cell; Keras stores them by class and counter."""
        found: list[Weight] = []
        kinds: list[str] = []
        for position, cell in enumerate(self.cells):
            weights = cell.gate_weights(size)
            try:
                check_initializers(cell, weights)
            except Problem as problem:
                raise problem.inside(position).inside("cells") from None
            name = snake_case(cell.kind())
            counter = f"_{kinds.count(name)}" if name in kinds else ""
            kinds.append(name)
            found += sequence_rules.held(f"cells/{name}{counter}", cell, weights)
            size = cell.output_size()
        return tuple(found)

    def output_dtype(self, *inputs: str) -> list[str]:
        """Each in the type that its cell computes in."""
        each = [compute_dtype(cell.dtype) for cell in self.cells for _ in cell.states]
        return [compute_dtype(self.cells[-1].dtype), *each]

    def drops(self) -> bool:
        """Whether any cell does."""
        return any(cell.drops() for cell in self.cells)

    def states_are_flat(self) -> bool:
        """Keras wants a list within the list for a cell of several states."""
        return all(len(cell.states) == 1 for cell in self.cells)

    def in_inference(self) -> Layer:
        """No cell drops anything."""
        return without_dropout(self, cells=[cell.in_inference() for cell in self.cells])

"""Recurrent cells: a single step of a recurrent layer, used as `cell` of RNN or as a layer."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration, default
from cnnspec.declarations.fields import FLOAT_TYPES, Decay, Flag, FloatPolicy, PositiveInt, Seed
from cnnspec.diagnostics.problems import Problem, Problems
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


def cell_of(value: Any, declaration: type[Declaration]) -> SingleCell:
    """Check a call of a cell that is not a stack.

    Raises:
        Problem: it is not a cell.

    """
    cell = LAYERS.check(value)
    if not isinstance(cell, SingleCell):
        message = f"{declaration.kind()} needs cells such as LSTMCell; {cell.kind()} is not a cell"
        raise Problem("wrong-type", message)
    return cell


def cells_of(value: Any, declaration: type[Declaration]) -> tuple[SingleCell, ...]:
    """Check a list of calls of cells.

    Raises:
        Problem: it is not a list, or is empty.
        Problems: an item is invalid.

    """
    if not isinstance(value, list | tuple) or not value:
        raise Problem("wrong-type", "")
    cells, problems = [], []
    for position, item in enumerate(value):
        try:
            cells.append(cell_of(item, declaration))
        except Problem as problem:
            problems.append(problem.inside(position))
        except Problems as nested:
            problems += [each.inside(position) for each in nested.problems]
    if problems:
        raise Problems(problems)
    return tuple(cells)


CELLS = {"type": "array", "items": {"$ref": "#/$defs/layers"}, "minItems": 1}
Cells = Annotated[
    tuple[SingleCell, ...],
    Checked("a list of cells such as LSTMCell", check=cells_of, schema=CELLS),
]


@kind
class StackedRNNCells(Cell):
    """A stack of cells, each of which takes the output of the previous one.

    Its states are those of all cells: `cell_1_state_h`, `cell_1_state_c`, `cell_2_state`.
    """

    cells: Cells
    """The cells, in order."""

    examples = (
        Example(
            {"cells": [{"GRUCell": {"units": 4}}, {"SimpleRNNCell": {"units": 5}}]},
            [(None, 3), (None, 4), (None, 5)],
            [(None, 5), (None, 4), (None, 5)],
        ),
    )

    def state_sizes(self) -> dict[str, int]:
        """The states of each cell, by position."""
        return {
            f"cell_{position}_{name}": size
            for position, cell in enumerate(self.cells, start=1)
            for name, size in cell.state_sizes().items()
        }

    def output_size(self) -> int:
        """The output is that of the last cell."""
        return self.cells[-1].output_size()

    def gate_weights(self, size: int) -> tuple[Weight, ...]:
        """The weights of each cell, which Keras stores by class and counter."""
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
        """Each state has the type that its cell computes in."""
        dtypes = [compute_dtype(cell.dtype) for cell in self.cells for _ in cell.states]
        return [compute_dtype(self.cells[-1].dtype), *dtypes]

    def drops(self) -> bool:
        """Whether any cell drops values."""
        return any(cell.drops() for cell in self.cells)

    def states_are_flat(self) -> bool:
        """Keras expects a nested list for a cell with several states."""
        return all(len(cell.states) == 1 for cell in self.cells)

    def in_inference(self) -> Layer:
        """Return the inference behaviour: no cell drops anything."""
        return without_dropout(self, cells=[cell.in_inference() for cell in self.cells])

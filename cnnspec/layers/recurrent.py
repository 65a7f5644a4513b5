"""Recurrent layers, which apply a cell to the steps of a sequence."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import FLOAT_TYPES, Flag, FloatPolicy
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers import cost_rules, dtype_rules, reach_rules, sequence_rules
from cnnspec.layers.base import LAYERS, Example, Layer, kind
from cnnspec.layers.cells import (
    Cell,
    GRUCell,
    GRUGates,
    LSTMCell,
    LSTMGates,
    SimpleRNNCell,
    Units,
    without_dropout,
)
from cnnspec.layers.dtype_rules import compute_dtype
from cnnspec.layers.stacked_cells import StackedRNNCells, cells_of
from cnnspec.shapes import Shape


class Recurrent(Layer):
    """Base class of layers with a state that process the steps of a sequence.

    The sequence may be followed by the initial states, all of them: `from: [x, state_h, state_c]`.
    With `return_state` there are several outputs: `output`, to which the name of the step refers,
    and the last states by name. An LSTM has `state_h` and `state_c`, other cells have `state`, and
    a stack of cells has `cell_1_state_h`, `cell_1_state_c`, `cell_2_state`.
    """

    hands_masks_on = True
    return_sequences: Flag = False
    """Whether to return all steps rather than the last one."""
    return_state: Flag = False
    """Whether to return the last states too."""
    go_backwards: Flag = False
    """Whether to process the sequence backwards; the output is also reversed."""
    stateful: Flag = False
    """Whether the last states of a batch are the initial states of the next one."""
    unroll: Flag = False
    """Whether to unroll the loop over steps, which is faster but needs more memory."""

    dtype: FloatPolicy = None
    max_inputs = None
    shape = sequence_rules.recur
    weights = sequence_rules.cell_weights
    macs = cost_rules.kernels_at_every_step
    reach = reach_rules.everything

    def step_cell(self) -> Cell:
        """The cell."""
        raise NotImplementedError

    def step_shapes(self, step: Shape) -> tuple[Shape, tuple[Shape, ...]]:
        """The shapes of the output and the states after one step."""
        cell = self.step_cell()
        states = tuple((step[0], size) for size in cell.state_sizes().values())
        return (step[0], cell.output_size()), states

    def state_names(self) -> tuple[str, ...]:
        """The names of the states, in order."""
        return tuple(self.step_cell().state_sizes())

    def states_are_flat(self) -> bool:
        """Whether Keras takes the states as one list."""
        return self.step_cell().states_are_flat()

    def drops(self) -> bool:
        """Whether values are dropped in training."""
        return self.step_cell().drops()

    def outputs(self) -> tuple[str, ...]:
        """With `return_state`, the output and the states."""
        return ("output", *self.state_names()) if self.return_state else ()

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Pass the sequence, and a list of the initial states if there are any."""
        return ((inputs[0], list(inputs[1:])) if len(inputs) > 1 else tuple(inputs)), {}

    def computes_on(self) -> tuple[str, ...]:
        """Only floats can be dropped."""
        return FLOAT_TYPES if self.drops() else self.takes

    def output_dtype(self, *inputs: str) -> Any:
        """All outputs have the type that the layer computes in."""
        dtype = compute_dtype(self.dtype)
        return [dtype] * len(self.outputs()) or dtype

    def in_inference(self) -> Layer:
        """Return the inference behaviour: nothing is dropped."""
        return without_dropout(self)


def _cell(value: Any, declaration: type[Declaration]) -> Cell:
    if isinstance(value, list | tuple):
        return StackedRNNCells.of({"cells": cells_of(value, declaration)})
    cell = LAYERS.check(value)
    if not isinstance(cell, Cell):
        message = f"'cell' of RNN must be a cell such as LSTMCell; {cell.kind()} is not a cell"
        raise Problem("wrong-type", message)
    return cell


CellCall = Annotated[
    Cell,
    Checked(
        "a cell such as LSTMCell, or a list of them",
        check=_cell,
        family=LAYERS,
        schema={"anyOf": [{"$ref": "#/$defs/layers"}, {"type": "array"}]},
    ),
]


@kind
class RNN(Recurrent):
    """Applies a cell, or a stack of cells, to the steps of a sequence."""

    cell: CellCall
    """The cell; a list of cells is a stack."""
    zero_output_for_mask: Flag = False
    """Whether masked steps output zeros instead of the previous output."""

    examples = (
        Example({"cell": {"LSTMCell": {"units": 4}}}, (None, 7, 3), (None, 4)),
        Example(
            {"cell": {"GRUCell": {"units": 4}}, "return_sequences": True},
            (None, None, 3),
            (None, None, 4),
        ),
        Example(
            {
                "cell": {
                    "StackedRNNCells": {
                        "cells": [{"LSTMCell": {"units": 4}}, {"GRUCell": {"units": 5}}]
                    }
                },
                "return_state": True,
            },
            (None, 7, 3),
            [(None, 5), (None, 4), (None, 4), (None, 5)],
        ),
        Example(
            {"cell": [{"GRUCell": {"units": 4}}, {"GRUCell": {"units": 4}}]},
            [(None, 7, 3), (None, 4), (None, 4)],
            (None, 4),
        ),
    )

    def step_cell(self) -> Cell:
        """The given cell."""
        return self.cell

    def conflicts(self) -> Iterator[Problem]:
        """Check that cells that drop values compute in the same type as the layer."""
        yield from super().conflicts()
        cells = self.cell.cells if isinstance(self.cell, StackedRNNCells) else (self.cell,)
        for cell in cells:
            if cell.drops():
                yield from dtype_rules.dropping_conflicts(self, cell, "cell")

    def in_inference(self) -> Layer:
        """Return the inference behaviour: the cell drops nothing."""
        return without_dropout(self, cell=self.cell.in_inference())


def _of_cell(layer: Layer, cell: type[Cell]) -> Any:
    """Make the cell of a layer from the arguments of the layer."""
    known = cell.arguments()
    given = {name: value for name, value in layer.given.items() if name in known}
    return cell.of(given)


@kind
class SimpleRNN(Units, Recurrent):
    """Fully connected recurrent layer, whose output is fed back into it."""

    absent = ("activity_regularizer",)  # Keras does not hand it to the layer
    examples = (
        Example({"units": 4}, (None, 7, 3), (None, 4)),
        Example(
            {"units": 4, "return_sequences": True, "use_bias": False},
            [(None, None, 3), (None, 4)],
            (None, None, 4),
        ),
    )

    def step_cell(self) -> Cell:
        """The cell with the same arguments."""
        return _of_cell(self, SimpleRNNCell)  # type: ignore[no-any-return]


def _use_cudnn(value: Any, _: type[Declaration]) -> bool | str:
    if isinstance(value, bool) or value == "auto":
        return value  # type: ignore[no-any-return]
    raise Problem("unknown-value" if isinstance(value, str) else "wrong-type", "")


UseCudnn = Annotated[
    bool | str,
    Checked("'auto', true or false", check=_use_cudnn, schema={"enum": ["auto", True, False]}),
]


class OnGPU(Units, Recurrent):
    """Base class of layers that cuDNN can compute on GPUs for some arguments."""

    use_cudnn: UseCudnn = "auto"
    """Whether to use cuDNN; `true` needs a GPU, `auto` uses it if possible."""
    cudnn_needs: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "recurrent_dropout": 0,
        "unroll": False,
        "use_bias": True,
    }
    """The arguments that cuDNN supports."""

    def conflicts(self) -> Iterator[Problem]:
        """Check that cuDNN supports the arguments if it must be used."""
        yield from super().conflicts()
        for name, needed in self.cudnn_needs.items() if self.use_cudnn is True else ():
            if getattr(self, name) != needed:
                expected = {True: "true", False: "false"}.get(needed, f"'{needed}'")
                expected = "0" if name == "recurrent_dropout" else expected
                message = f"cuDNN supports {self.kind()} only if '{name}' is {expected}"
                yield Problem("conflicting-arguments", message, "use_cudnn")


@kind
class LSTM(LSTMGates, OnGPU):
    """Long short-term memory layer (Hochreiter and Schmidhuber, 1997)."""

    examples = (
        Example({"units": 4}, (None, 7, 3), (None, 4)),
        Example({"units": 4, "return_sequences": True}, (None, None, 3), (None, None, 4)),
        Example(
            {"units": 4, "return_sequences": True, "return_state": True, "unroll": True},
            [(None, 7, 3), (None, 4), (None, 4)],
            [(None, 7, 4), (None, 4), (None, 4)],
        ),
        Example(
            {"units": 4, "use_bias": False, "go_backwards": True, "dropout": 0.2},
            (None, 7, 3),
            (None, 4),
        ),
    )

    def step_cell(self) -> Cell:
        """The cell with the same arguments."""
        return _of_cell(self, LSTMCell)  # type: ignore[no-any-return]


@kind
class GRU(GRUGates, OnGPU):
    """Gated recurrent unit layer (Cho et al., 2014, arXiv:1406.1078)."""

    cudnn_needs: ClassVar[dict[str, Any]] = {**OnGPU.cudnn_needs, "reset_after": True}

    examples = (
        Example({"units": 4}, (None, 7, 3), (None, 4)),
        Example(
            {"units": 4, "reset_after": False, "return_state": True},
            [(None, None, 3), (None, 4)],
            [(None, 4), (None, 4)],
        ),
        Example(
            {"units": 4, "use_bias": False, "return_sequences": True},
            (None, None, 3),
            (None, None, 4),
        ),
    )

    def step_cell(self) -> Cell:
        """The cell with the same arguments."""
        return _of_cell(self, GRUCell)  # type: ignore[no-any-return]

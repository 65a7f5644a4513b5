"""Recurrent layers: a cell that goes over the steps of a sequence."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar

from cnnspec.declarations import Checked, Declaration, Problem
from cnnspec.fields import Flag, FloatPolicy
from cnnspec.layers import cost_rules, reach_rules, sequence_rules
from cnnspec.layers.base import LAYERS, Example, Layer, compute_dtype, kind
from cnnspec.layers.cells import (
    Cell,
    GRUCell,
    GRUGates,
    LSTMCell,
    LSTMGates,
    SimpleRNNCell,
    StackedRNNCells,
    Units,
    cells_of,
    without_dropout,
)
from cnnspec.shapes import Shape


class Recurrent(Layer):
    """What goes over the steps of a sequence, with a state.

    Behind the sequence it may take initial states, all of them: `from: [x, state_h, state_c]`. With
    `return_state` it has several outputs: `output`, which its name stands for, and the last states
    by their names. An LSTM has `state_h` and `state_c`, other cells have `state`, and a stack of
    cells has `cell_1_state_h`, `cell_1_state_c`, `cell_2_state`.
    """

    return_sequences: Flag = False
    """Whether the output holds every step rather than the last."""
    return_state: Flag = False
    """Whether the last states are outputs too."""
    go_backwards: Flag = False
    """Whether the last step comes first; the output stays in that order."""
    stateful: Flag = False
    """Whether a batch starts with the states that the one before ended with."""
    unroll: Flag = False
    """Whether the steps are written out rather than looped over: faster, and larger."""

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
        """What the cell makes of one step: its output, and its states."""
        cell = self.step_cell()
        states = tuple((step[0], size) for size in cell.state_sizes().values())
        return (step[0], cell.output_size()), states

    def state_names(self) -> tuple[str, ...]:
        """The names of the states, in their order."""
        return tuple(self.step_cell().state_sizes())

    def states_are_flat(self) -> bool:
        """Whether Keras takes the states as one list."""
        return self.step_cell().states_are_flat()

    def drops(self) -> bool:
        """Whether it drops values in training."""
        return self.step_cell().drops()

    def outputs(self) -> tuple[str, ...]:
        """With `return_state`, the output and the states."""
        return ("output", *self.state_names()) if self.return_state else ()

    @classmethod
    def arranged(cls, inputs: Sequence[Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The sequence, and a list of the initial states if there are any."""
        return ((inputs[0], list(inputs[1:])) if len(inputs) > 1 else tuple(inputs)), {}

    def output_dtype(self, *inputs: str) -> Any:
        """All of them in the type that it computes in."""
        dtype = compute_dtype(self.dtype)
        return [dtype] * len(self.outputs()) or dtype

    def in_inference(self) -> Layer:
        """Nothing is dropped."""
        return without_dropout(self)


def _cell(value: Any, declaration: type[Declaration]) -> Cell:
    if isinstance(value, list | tuple):
        return StackedRNNCells.of({"cells": cells_of(value, declaration)})
    found = LAYERS.check(value)
    if not isinstance(found, Cell):
        message = f"'cell' of RNN must be a cell such as LSTMCell, and {found.kind()} is none"
        raise Problem("wrong-type", message)
    return found


CellCall = Annotated[
    Cell,
    Checked(
        "a cell such as LSTMCell, or a list of them",
        check=_cell,
        schema={"anyOf": [{"$ref": "#/$defs/layers"}, {"type": "array"}]},
    ),
]


@kind
class RNN(Recurrent):
    """Goes over a sequence with a cell of one's choice, or with a stack of them."""

    cell: CellCall
    """The cell; a list of cells is a stack."""
    zero_output_for_mask: Flag = False
    """Whether masked steps give zeros rather than the output before them."""

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
        """The cell that it is given."""
        return self.cell

    def conflicts(self) -> Iterator[Problem]:
        """Cells that drop values must compute as the layer does."""
        yield from super().conflicts()
        cells = self.cell.cells if isinstance(self.cell, StackedRNNCells) else (self.cell,)
        for each in cells:
            if each.drops():
                yield from sequence_rules.check_types(self, each, "cell")

    def in_inference(self) -> Layer:
        """The cell drops nothing."""
        return without_dropout(self, cell=self.cell.in_inference())


def _of_cell(layer: Layer, cell: type[Cell]) -> Any:
    """The cell that a layer makes of its own arguments."""
    known = cell.arguments()
    given = {name: value for name, value in layer.given.items() if name in known}
    return cell.of(given)


@kind
class SimpleRNN(Units, Recurrent):
    """A fully connected layer that also sees its own last output."""

    examples = (
        Example({"units": 4}, (None, 7, 3), (None, 4)),
        Example(
            {"units": 4, "return_sequences": True, "use_bias": False},
            [(None, None, 3), (None, 4)],
            (None, None, 4),
        ),
    )

    def step_cell(self) -> Cell:
        """A cell of the same arguments."""
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
    """What has an implementation of its own on GPUs, which takes only some arguments."""

    use_cudnn: UseCudnn = "auto"
    """Whether cuDNN computes it; `true` needs a GPU, `auto` takes it where it can."""
    cudnn_needs: ClassVar[dict[str, Any]] = {
        "activation": "tanh",
        "recurrent_activation": "sigmoid",
        "recurrent_dropout": 0,
        "unroll": False,
        "use_bias": True,
    }
    """The arguments that cuDNN can compute with."""

    def conflicts(self) -> Iterator[Problem]:
        """What must be computed by cuDNN, it must be able to compute."""
        yield from super().conflicts()
        for name, needed in self.cudnn_needs.items() if self.use_cudnn is True else ():
            if getattr(self, name) != needed:
                said = {True: "true", False: "false"}.get(needed, f"'{needed}'")
                said = "0" if name == "recurrent_dropout" else said
                message = f"cuDNN computes {self.kind()} only where '{name}' is {said}"
                yield Problem("conflicting-arguments", message, "use_cudnn")


@kind
class LSTM(LSTMGates, OnGPU):
    """A recurrent layer with a memory that gates open and close (Hochreiter and Schmidhuber, 1997)."""

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
        """A cell of the same arguments."""
        return _of_cell(self, LSTMCell)  # type: ignore[no-any-return]


@kind
class GRU(GRUGates, OnGPU):
    """A recurrent layer whose gates decide how much of the state is kept (Cho et al., 2014, arXiv:1406.1078)."""

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
        """A cell of the same arguments."""
        return _of_cell(self, GRUCell)  # type: ignore[no-any-return]

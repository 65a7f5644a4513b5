"""Cells of recurrent layers that are made of several cells."""

from typing import Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.layers import sequence_rules
from cnnspec.layers.base import (
    LAYERS,
    Example,
    Layer,
    Weight,
    kind,
)
from cnnspec.layers.cells import Cell, SingleCell, without_dropout
from cnnspec.layers.dtype_rules import compute_dtype
from cnnspec.layers.object_rules import check_weights
from cnnspec.naming import snake_case


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
    Checked("a list of cells such as LSTMCell", check=cells_of, schema=CELLS, family=LAYERS),
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
                check_weights(cell, weights)
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

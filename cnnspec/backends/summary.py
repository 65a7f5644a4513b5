"""Summarizes a CheckedGraph as a table like that of Keras, or as plain data."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cnnspec.analysis.cost import NOTHING, Cost, Costs, costs, together
from cnnspec.analysis.receptive_field import ReceptiveField
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Ref
from cnnspec.shapes import Shape, text

BYTES_A_PARAMETER = 4
"""Bytes per weight: like Keras, the table assumes float32."""


@dataclass(frozen=True, slots=True)
class Row:
    """A layer in the table."""

    name: str
    kind: str
    sources: tuple[str, ...]
    output_shapes: tuple[Shape, ...]
    params: int
    trainable: bool
    depth: int = 0
    """The number of submodels around it."""
    cost: Cost | None = None
    """The cost of all its calls together; None if it was not requested."""

    def data(self) -> dict[str, Any]:
        """Return the row as plain data; several outputs give a list of shapes."""
        shapes = [list(shape) for shape in self.output_shapes]
        data = {
            "name": self.name,
            "kind": self.kind,
            "from": list(self.sources),
            "output_shape": shapes[0] if len(shapes) == 1 else shapes,
            "params": self.params,
            "trainable": self.trainable,
        }
        return data if self.cost is None else data | _cost_data(self.cost)


def _cost_data(cost: Cost) -> dict[str, Any]:
    """Return the costs of a layer as plain data; unknown costs are null."""
    field = cost.receptive_field
    return {
        "macs": cost.macs,
        "activation_bytes": cost.activation_bytes,
        "receptive_field": field
        and {"size": [axis.size for axis in field], "stride": [axis.stride for axis in field]},
    }


def rows(
    checked: CheckedGraph,
    *,
    expand: bool = False,
    found: Sequence[Costs] = (),
    depth: int = 0,
) -> Iterator[Row]:
    """Return every layer once, in the order of the spec; `expand` adds those of submodels.

    `found` are the costs of each call of the model; without them rows have no costs.
    """
    cost = NOTHING if found else None
    for each in checked.inputs:
        yield Row(each.name, "InputLayer", (), (each.tensor.shape,), 0, True, depth, cost)
    sources: dict[str, list[str]] = {}
    calls: dict[str, list[str]] = {}
    layer_of = {node.name: node.node.layer_name for node in checked.nodes}
    for node in checked.nodes:
        refs = [str(Ref(layer_of.get(ref.node, ref.node), ref.output)) for ref in node.node.inputs]
        sources.setdefault(node.node.layer_name, []).extend(refs)
        calls.setdefault(node.node.layer_name, []).append(node.name)
    for node in checked.nodes:
        if not node.is_first_call:
            continue
        own = calls[node.node.layer_name]
        cost = together(each.nodes[name] for each in found for name in own) if found else None
        yield _row(node, tuple(sources[node.node.layer_name]), depth, cost)
        if expand and node.submodel is not None:
            inner = [each.submodels[name] for each in found for name in own]
            yield from rows(node.submodel, expand=True, found=inner, depth=depth + 1)


def _row(node: CheckedNode, sources: tuple[str, ...], depth: int, cost: Cost | None) -> Row:
    shapes = tuple(tensor.shape for tensor in node.outputs.values())
    name = node.node.layer_name
    return Row(name, node.kind, sources, shapes, node.params, node.trainable, depth, cost)


def summary_data(checked: CheckedGraph, *, cost: bool = False) -> dict[str, Any]:
    """Return the summary as plain data; with `cost`, also the costs of layers for one sample."""
    all_costs = [costs(checked)] if cost else []
    totals = {
        f"total_{name}": getattr(each.total, name)
        for each in all_costs
        for name in ("macs", "activation_bytes")
    }
    return {
        "name": checked.name,
        "total_params": checked.params,
        "trainable_params": checked.trainable_params,
        "non_trainable_params": checked.params - checked.trainable_params,
        **totals,
        "layers": [row.data() for row in rows(checked, found=all_costs)],
    }


def summary_text(
    checked: CheckedGraph, *, expand: bool = False, cost: bool = False, width: int | None = None
) -> str:
    """Return the summary as a table, as wide as it needs to be unless a width is given.

    With `cost`, it has columns for the cost of every layer for one sample.
    """
    from rich.box import HEAVY_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table("Layer (type)", "Output Shape", box=HEAVY_HEAD, show_lines=False)
    table.add_column("Param #", justify="right")
    all_costs = [costs(checked)] if cost else []
    for title in ("MACs", "Activations", "Receptive field") if cost else ():
        table.add_column(title, justify="right")
    table.add_column("Connected to")
    for row in rows(checked, expand=expand, found=all_costs):
        mark = "  " * row.depth + ("└ " if row.depth else "")
        kind = row.kind if row.trainable else f"{row.kind}, frozen"
        shapes = "\n".join(text(shape) for shape in row.output_shapes)
        cells = _cost_cells(row.cost) if row.cost else ()
        sources = ", ".join(row.sources) or "-"
        table.add_row(f"{mark}{row.name} ({kind})", shapes, f"{row.params:,}", *cells, sources)
    target = io.StringIO()
    console = Console(
        file=target, width=width or 10_000, highlight=False, markup=False, emoji=False
    )
    console.print(table)
    lines = [line.rstrip() for line in target.getvalue().splitlines()]
    frozen = checked.params - checked.trainable_params
    totals = [
        f" Total params: {_with_size(checked.params)}",
        f" Trainable params: {_with_size(checked.trainable_params)}",
        f" Non-trainable params: {_with_size(frozen)}",
    ]
    for total in (each.total for each in all_costs):
        totals.append(f" Multiply-accumulates: {_number(total.macs)}")
        totals.append(f" Activations: {_size(total.activation_bytes)}")
    return "\n".join([f'Model: "{checked.name}"', *lines, *totals]) + "\n"


def _cost_cells(cost: Cost) -> tuple[str, str, str]:
    return _number(cost.macs), _size(cost.activation_bytes), _field(cost.receptive_field)


def _number(number: int | None) -> str:
    return "unknown" if number is None else f"{number:,}"


def _field(field: tuple[ReceptiveField, ...] | None) -> str:
    """Format sizes along spatial axes, and strides after a slash; equal ones are merged."""
    if field is None:
        return "-"
    sizes = ["all" if axis.size is None else str(axis.size) for axis in field]
    strides = [f"{axis.stride:g}" for axis in field]
    return " / ".join(
        each[0] if len(set(each)) == 1 else " x ".join(each) for each in (sizes, strides)
    )


def _with_size(params: int) -> str:
    """Format a number of parameters with their memory."""
    return f"{params:,} ({_size(params * BYTES_A_PARAMETER)})"


def _size(number: int | None) -> str:
    """Format a number of bytes with a suitable unit."""
    if number is None:
        return "unknown"
    size = float(number)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            break
        size /= 1024
    return f"{size:.2f} {unit}"

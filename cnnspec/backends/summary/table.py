"""Summarizes a CheckedGraph as a table like that of Keras, or as plain data."""

from typing import Any

from cnnspec.analysis.cost import Cost, costs
from cnnspec.analysis.receptive_field import ReceptiveField
from cnnspec.backends.summary.layout import SHEET, Column, Sheet, table_lines
from cnnspec.backends.summary.rows import Row, rows
from cnnspec.ir.checked import CheckedGraph
from cnnspec.shapes import text

SHORTEST = 7
"""The width to which names are shortened before the kinds beside them are left out."""
BYTES_A_PARAMETER = 4
"""Bytes per weight: like Keras, the table assumes float32."""


def summary_data(
    checked: CheckedGraph, *, cost: bool = False, depth: int | None = None
) -> dict[str, Any]:
    """Return the summary as plain data; with `cost`, also the costs of layers for one sample.

    Blocks are folded to one entry each below a `depth`.
    """
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
        "layers": [row.data() for row in rows(checked, depth=depth, found=all_costs)],
    }


def summary_text(
    checked: CheckedGraph,
    *,
    expand: bool = False,
    depth: int | None = None,
    cost: bool = False,
    sheet: Sheet = SHEET,
) -> str:
    """Return the summary as a table, which fits a sheet if it has a width.

    With `expand`, it has the layers of submodels; with `cost`, columns for the cost of every layer
    for one sample. Blocks, and with `expand` submodels, are folded to one row each below a `depth`.
    """
    from rich.cells import cell_len

    def short_label(text: str, width: int) -> str:
        """Shorten the name in the label of a layer, or leave its kind out if there is no room."""
        name, _, kind = text.rpartition(" (")
        left = width - cell_len(kind) - len(" (")
        if left >= min(SHORTEST, cell_len(name)):
            return f"{sheet.shortened(name, left)} ({kind}"
        without = f"{name} ({sheet.mark('…', '...')})"
        return without if cell_len(without) <= width else sheet.shortened(name, width)

    columns = [Column("Layer (type)", shorten=short_label), Column("Output Shape")]
    columns.append(Column("Param #", is_number=True))
    all_costs = [costs(checked)] if cost else []
    for title in ("MACs", "Activations", "Receptive field") if cost else ():
        columns.append(Column(title, is_number=True))
    columns.append(Column("Connected to", shorten=sheet.shortened))
    lines = []
    for row in rows(checked, expand=expand, depth=depth, found=all_costs):
        shapes = "\n".join(text(shape) for shape in row.output_shapes)
        cells = _cost_cells(row.cost) if row.cost else ()
        sources = ", ".join(row.sources) or "-"
        lines.append((_label(row, sheet), shapes, f"{row.params:,}", *cells, sources))
    frozen = checked.params - checked.trainable_params
    totals = [
        f" Total params: {_with_size(checked.params)}",
        f" Trainable params: {_with_size(checked.trainable_params)}",
        f" Non-trainable params: {_with_size(frozen)}",
    ]
    for total in (each.total for each in all_costs):
        totals.append(f" Multiply-accumulates: {_number(total.macs)}")
        totals.append(f" Activations: {_size(total.activation_bytes)}")
    title = f'Model: "{sheet.writable(checked.name)}"'
    if sheet.width is not None:
        title = sheet.shortened(title, sheet.width)
    return "\n".join([title, *table_lines(columns, lines, sheet), *totals]) + "\n"


def _label(row: Row, sheet: Sheet) -> str:
    mark = "  " * row.level + (f"{sheet.mark('└', '-')} " if row.level else "")
    said = [row.kind]
    if row.layers is not None:
        said.append("1 layer" if row.layers == 1 else f"{row.layers} layers")
    if not row.trainable:
        said.append("frozen")
    return f"{mark}{row.name} ({', '.join(said)})"


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

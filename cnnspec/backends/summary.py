"""CheckedGraph to the table that Keras users know, or to the same as plain data."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cnnspec.graph import CheckedGraph, CheckedNode, Ref
from cnnspec.shapes import Shape, text

BYTES_A_PARAMETER = 4
"""Weights are float32 unless a layer says otherwise; the sizes in the table assume it, as Keras does."""


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
    """How many submodels it is inside of."""

    def data(self) -> dict[str, Any]:
        """The row as plain data; several outputs give a list of shapes."""
        shapes = [list(shape) for shape in self.output_shapes]
        return {
            "name": self.name,
            "kind": self.kind,
            "from": list(self.sources),
            "output_shape": shapes[0] if len(shapes) == 1 else shapes,
            "params": self.params,
            "trainable": self.trainable,
        }


def rows(checked: CheckedGraph, *, expand: bool = False, depth: int = 0) -> Iterator[Row]:
    """Every layer once, in the order of the spec; `expand` puts those of submodels under them."""
    for each in checked.inputs:
        yield Row(each.name, "InputLayer", (), (each.tensor.shape,), 0, True, depth)
    sources: dict[str, list[str]] = {}
    layer_of = {node.name: node.node.layer_name for node in checked.nodes}
    for node in checked.nodes:
        refs = [str(Ref(layer_of.get(ref.node, ref.node), ref.output)) for ref in node.node.inputs]
        sources.setdefault(node.node.layer_name, []).extend(refs)
    for node in checked.nodes:
        if not node.is_first_call:
            continue
        yield _row(node, tuple(sources[node.node.layer_name]), depth)
        if expand and node.submodel is not None:
            yield from rows(node.submodel, expand=True, depth=depth + 1)


def _row(node: CheckedNode, sources: tuple[str, ...], depth: int) -> Row:
    shapes = tuple(tensor.shape for tensor in node.outputs.values())
    name = node.node.layer_name
    return Row(name, node.kind, sources, shapes, node.params, node.trainable, depth)


def summary_data(checked: CheckedGraph) -> dict[str, Any]:
    """The summary as plain data."""
    return {
        "name": checked.name,
        "total_params": checked.params,
        "trainable_params": checked.trainable_params,
        "non_trainable_params": checked.params - checked.trainable_params,
        "layers": [row.data() for row in rows(checked)],
    }


def summary_text(checked: CheckedGraph, *, expand: bool = False, width: int | None = None) -> str:
    """The summary as a table, as wide as it needs to be unless a width is given."""
    from rich.box import HEAVY_HEAD
    from rich.console import Console
    from rich.table import Table

    table = Table("Layer (type)", "Output Shape", box=HEAVY_HEAD, show_lines=False)
    table.add_column("Param #", justify="right")
    table.add_column("Connected to")
    for row in rows(checked, expand=expand):
        mark = "  " * row.depth + ("└ " if row.depth else "")
        kind = row.kind if row.trainable else f"{row.kind}, frozen"
        shapes = "\n".join(text(shape) for shape in row.output_shapes)
        table.add_row(
            f"{mark}{row.name} ({kind})", shapes, f"{row.params:,}", ", ".join(row.sources) or "-"
        )
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
    return "\n".join([f'Model: "{checked.name}"', *lines, *totals]) + "\n"


def _with_size(params: int) -> str:
    """A number of parameters with the memory that they take."""
    size = float(params * BYTES_A_PARAMETER)
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024 or unit == "GB":
            break
        size /= 1024
    return f"{params:,} ({size:.2f} {unit})"

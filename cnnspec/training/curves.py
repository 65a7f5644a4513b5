"""Draws the curves of a training, if Matplotlib is installed."""

import math
import warnings
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from cnnspec.ir.graph import Output
from cnnspec.training.files import write
from cnnspec.training.panels import Curve, Panel, panels_of, ranges

FONTS = (
    "DejaVu Sans",
    "Noto Sans",
    "Noto Sans CJK SC",
    "Noto Sans CJK JP",
    "Noto Sans CJK KR",
    "PingFang SC",
    "Hiragino Sans",
    "Apple SD Gothic Neo",
    "Microsoft YaHei",
    "Yu Gothic",
    "Malgun Gothic",
    "Noto Sans Arabic",
    "Noto Sans Hebrew",
    "Noto Sans Devanagari",
    "Noto Color Emoji",
    "Arial",
)
"""The fonts of the text, which stays text: a viewer uses the first that has a letter."""
SETTINGS = {
    "font.family": ["sans-serif"],
    "font.sans-serif": [*FONTS],
    "svg.fonttype": "none",
    "svg.hashsalt": "cnnspec",  # so that equal curves are equal files
    "axes.unicode_minus": True,
}
WITH_MARKERS = 40
"""Up to how many epochs each one has a marker."""
LONGEST = 50
"""The length from which a name is cut off."""
IN_A_COLUMN = 8
"""The number of curves in a column of a legend."""
WIDTH, HEIGHT = 6.0, 3.2
"""The size of a panel in inches."""


def can_draw() -> bool:
    """Whether Matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw_curves(
    history: Sequence[Mapping[str, float]],
    outputs: Collection[Output],
    begins: Sequence[int],
    file: Path,
) -> None:
    """Draw the losses and metrics by output; does nothing without Matplotlib.

    `begins` are the first epochs of the phases, counted from 0.
    """
    panels = panels_of(history, outputs)
    if not panels or not can_draw():
        return
    with import_module("matplotlib").rc_context(SETTINGS), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Glyph")  # which a viewer has, in another font
        figure = _figure(panels, [each for each in begins if each], len(history))
        write(file, lambda beside: figure.savefig(beside, format="svg", metadata={"Date": None}))


def _figure(panels: Sequence[Panel], begins: Sequence[int], epochs: int) -> Any:
    columns = _columns(len(panels))
    rows = math.ceil(len(panels) / columns)
    figure_module = import_module("matplotlib.figure")
    figure = figure_module.Figure(figsize=(WIDTH * columns, HEIGHT * rows), layout="constrained")
    for position, panel in enumerate(panels):
        axes = figure.add_subplot(rows, columns, position + 1)
        _draw(axes, panel, epochs)
        _mark_phases(axes, begins, epochs)
    return figure


def _columns(count: int) -> int:
    """Return the number of columns for so many panels."""
    return 1 if count <= 3 else 2 if count <= 8 else 3


def _draw(axes: Any, panel: Panel, epochs: int) -> None:
    left, right = panel.apart()
    lines = _lines(axes, left, epochs, 0)
    if right:
        other = axes.twinx()
        names = len({each.measure for each in left})
        lines += _lines(other, right, epochs, names)
        other.margins(y=0.2)  # so that curves of one form do not hide each other
        other.set_ylabel(_printable(_measures(right)), parse_math=False)
        axes.set_ylabel(_printable(_measures(left)), parse_math=False)
    axes.set_title(_printable(panel.title), parse_math=False, loc="left")
    axes.set_xlabel("epoch")
    axes.set_xlim(0.5, epochs + 0.5)
    axes.xaxis.set_major_locator(
        import_module("matplotlib.ticker").MaxNLocator(integer=True, min_n_ticks=1)
    )
    axes.grid(visible=True, alpha=0.3)
    lost = sorted({epoch for each in panel.curves for epoch in each.lost})
    if lost:
        which = "epoch" if len(lost) == 1 else "epochs"
        text = f"not finite in {which} {ranges(lost)}"
        axes.text(0.02, 0.04, text, transform=axes.transAxes, color="tab:red", fontsize="small")
    labels = [each.get_label() for each in lines]
    legend = axes.legend(lines, labels, fontsize="small", ncols=1 + len(lines) // IN_A_COLUMN)
    for each in legend.get_texts():
        each.set_parse_math(False)


def _lines(axes: Any, curves: Sequence[Curve], epochs: int, first: int) -> list[Any]:
    """Draw curves; a measure has a colour, and validation is dashed."""
    colours = {name: first + at for at, name in enumerate(dict.fromkeys(c.measure for c in curves))}
    lines = []
    for each in curves:
        part = "validation" if each.is_validation else "training"
        lines += axes.plot(
            each.epochs,
            each.values,
            label=_printable(f"{part} {each.measure}"),
            color=f"C{colours[each.measure]}",
            linestyle="--" if each.is_validation else "-",
            marker=("s" if each.is_validation else "o") if epochs <= WITH_MARKERS else None,
            markersize=3.5,
        )
    return lines


def _mark_phases(axes: Any, begins: Sequence[int], epochs: int) -> None:
    """Draw a line where a phase begins."""
    for number, begin in enumerate(begins, start=2):
        if begin < epochs:
            axes.axvline(begin + 0.5, color="gray", linewidth=0.8, linestyle=":")
            axes.text(
                begin + 0.5,
                0.98,
                f" phase {number}",
                transform=axes.get_xaxis_transform(),
                color="gray",
                fontsize="small",
                ha="left",
                va="top",
            )


def _measures(curves: Sequence[Curve]) -> str:
    return ", ".join(dict.fromkeys(each.measure for each in curves))


def _printable(text: str) -> str:
    """Return a text on one line that is not too long, without what XML cannot hold."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."

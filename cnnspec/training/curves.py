"""Plots the curves of a training, if Matplotlib is installed."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from cnnspec.training.files import write


def can_draw() -> bool:
    """Whether Matplotlib is installed."""
    return find_spec("matplotlib") is not None


def draw_curves(history: list[dict[str, float]], file: Path) -> None:
    """Plot the curve of every loss and metric; does nothing without Matplotlib."""
    if not can_draw() or not history:
        return
    figure_module = import_module("matplotlib.figure")

    names = [name for name in history[0] if name != "epoch" and not name.startswith("val_")]
    figure = figure_module.Figure(figsize=(6, 2.5 * len(names)), layout="constrained")
    for axes, name in zip(figure.subplots(len(names), squeeze=False)[:, 0], names, strict=True):
        for each in (name, f"val_{name}"):
            rows = [row for row in history if each in row]
            if rows:
                axes.plot(
                    [row["epoch"] + 1 for row in rows], [row[each] for row in rows], label=each
                )
        axes.set_xlabel("epoch")
        axes.legend()
    write(file, lambda beside: figure.savefig(beside, format="svg"))

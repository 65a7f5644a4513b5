"""How a training goes: a bar on a terminal, a line for each epoch elsewhere."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import click


@dataclass(slots=True)
class Lines:
    """A plain line for each epoch."""

    epochs: int

    def batch(self, epoch: int, step: int, steps: int, logs: Mapping[str, float]) -> None:
        """Say nothing of a batch."""

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Tell the losses and metrics of an epoch."""
        click.echo(f"epoch {epoch + 1}/{self.epochs}: {_said(logs)}", err=True)


@dataclass(slots=True)
class Bar:
    """A bar over all epochs with the time that is left, and below it what was measured last."""

    epochs: int
    live: Any
    bar: Any
    task: Any
    below: Callable[[list[str]], Any]
    """What is shown: the bar, and texts in columns below it, none of them cut."""

    def batch(self, epoch: int, step: int, steps: int, logs: Mapping[str, float]) -> None:
        """Move the bar."""
        said = f"epoch {epoch + 1}/{self.epochs}, step {step}/{steps}"
        done, total = epoch * steps + step, self.epochs * steps
        self.bar.update(self.task, total=total, completed=done, description=said, left="left")
        self.live.update(self.below(_measures(logs)))

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Leave a line for an epoch; the terminal breaks it where it must."""
        said = f"epoch {epoch + 1}/{self.epochs}: {_said(logs)}"
        self.live.console.print(said, highlight=False, markup=False, soft_wrap=True)


def _said(logs: Mapping[str, float]) -> str:
    return ", ".join(_measures(logs))


def _measures(logs: Mapping[str, float]) -> list[str]:
    return [f"{name} {float(value):.4g}" for name, value in logs.items() if name != "epoch"]


@contextmanager
def progress(epochs: int, quiet: bool) -> Iterator[Lines | Bar | None]:
    """Give what shows a training of some epochs."""
    if quiet:
        yield None
        return
    if not sys.stderr.isatty():
        yield Lines(epochs)
        return
    from rich.columns import Columns
    from rich.console import Console, Group
    from rich.live import Live
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[left]}"),
    )
    task = bar.add_task("building the model", total=None, left="")
    with Live(bar, console=Console(stderr=True), transient=True) as live:
        yield Bar(epochs, live, bar, task, lambda texts: Group(bar, Columns(texts, padding=(0, 3))))

"""How a training goes: a bar on a terminal, a line for each epoch elsewhere."""

import sys
from collections.abc import Iterator, Mapping
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
    """A bar over all epochs, with the time that is left."""

    epochs: int
    shown: Any
    task: Any

    def batch(self, epoch: int, step: int, steps: int, logs: Mapping[str, float]) -> None:
        """Move the bar."""
        said = f"epoch {epoch + 1}/{self.epochs}  {_said(logs)}"
        done = epoch * steps + step
        self.shown.update(self.task, total=self.epochs * steps, completed=done, description=said)

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Leave a line for an epoch."""
        self.shown.console.print(f"epoch {epoch + 1}/{self.epochs}: {_said(logs)}", highlight=False)


def _said(logs: Mapping[str, float]) -> str:
    return ", ".join(
        f"{name} {float(value):.4g}" for name, value in logs.items() if name != "epoch"
    )


@contextmanager
def progress(epochs: int, quiet: bool) -> Iterator[Lines | Bar | None]:
    """Give what shows a training of some epochs."""
    if quiet:
        yield None
        return
    if not sys.stderr.isatty():
        yield Lines(epochs)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(20), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield Bar(epochs, shown, shown.add_task("training", total=None))

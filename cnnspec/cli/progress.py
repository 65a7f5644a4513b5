"""Shows the progress of training: a bar on a terminal, otherwise a line per epoch."""

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from cnnspec.cli.printing import echo, live_console
from cnnspec.cli.streams import is_animated
from cnnspec.training.display import Lines, measures

SECONDS_BETWEEN_LINES = 10


@dataclass(slots=True)
class Bar:
    """A progress bar over all epochs, with the remaining time and the latest metrics below it."""

    epochs: int
    live: Any
    bar: Any
    task: Any
    below: Callable[[list[str]], Any]
    """Renders the bar, with texts in columns below it."""

    _pass: tuple[str, Any] | None = None
    """The pass outside of the epochs that is going on, with the task of its own bar."""

    def batch(self, epoch: int, step: int, steps: int, logs: Mapping[str, float]) -> None:
        """Update the bar."""
        self._end_pass()
        said = f"epoch {epoch + 1}/{self.epochs}, step {step}/{steps}"
        done, total = epoch * steps + step, self.epochs * steps
        self.bar.update(self.task, total=total, completed=done, description=said, left="left")
        self.live.update(self.below(measures(logs)))

    def follow(self, what: str, step: int, steps: int, epoch: int | None = None) -> None:
        """Show a pass over data: within an epoch beside the bar, otherwise with a bar of its own."""
        if epoch is not None:
            said = f"epoch {epoch + 1}/{self.epochs}, {what} {step}/{steps}"
            self.bar.update(self.task, description=said)
            return
        if self._pass is None or self._pass[0] != what or step <= 1:
            self._end_pass()
            self.bar.update(self.task, visible=False)
            self._pass = what, self.bar.add_task(what, total=steps, left="left")
            self.live.update(self.bar)
        said = f"{what}, step {step}/{steps}"
        self.bar.update(self._pass[1], total=steps, completed=step, description=said)

    def _end_pass(self) -> None:
        if self._pass is not None:
            self.bar.remove_task(self._pass[1])
            self.bar.update(self.task, visible=True)
            self._pass = None

    def epoch(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Print a line for an epoch above the bar."""
        self.tell(f"epoch {epoch + 1}/{self.epochs}: {', '.join(measures(logs))}")

    def tell(self, line: str) -> None:
        """Print a line above the bar."""
        self.live.console.print(line, highlight=False, markup=False, soft_wrap=True)


@contextmanager
def progress(epochs: int, quiet: bool) -> Iterator[Lines | Bar | None]:
    """Yield a listener that shows the progress of training, or None if `quiet` is set."""
    if quiet:
        yield None
    elif is_animated(sys.stderr):
        with _bar(epochs, "building the model") as bar:
            yield bar
    else:
        yield Lines(epochs, partial(echo, err=True))


@contextmanager
def pass_progress(what: str) -> Iterator[Bar | None]:
    """Yield what shows the progress of a pass over data; None if that is not on a terminal."""
    if is_animated(sys.stderr):
        with _bar(0, what) as bar:
            yield bar
    else:
        yield None


@contextmanager
def _bar(epochs: int, first: str) -> Iterator[Bar]:
    from rich.columns import Columns
    from rich.console import Group
    from rich.live import Live
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[left]}"),
    )
    task = bar.add_task(first, total=None, left="")
    with Live(bar, console=live_console(), transient=True) as live:
        yield Bar(epochs, live, bar, task, lambda texts: Group(bar, Columns(texts, padding=(0, 3))))


@contextmanager
def counting(doing: str, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Yield what shows how many rows of how many are done, or None if `quiet` is set.

    A terminal shows a bar, anything else a line every few seconds.
    """
    if quiet:
        yield None
        return
    if not is_animated(sys.stderr):
        yield _CountedLines(doing).show
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = TextColumn(doing), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    with Progress(*columns, console=live_console(), transient=True) as bar:
        task = bar.add_task(doing, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@dataclass(slots=True)
class _CountedLines:
    """Prints how much is done, not more often than every few seconds."""

    doing: str
    last: float = field(default_factory=time.monotonic)

    def show(self, done: int, total: int) -> None:
        if time.monotonic() - self.last >= SECONDS_BETWEEN_LINES and done < total:
            self.last = time.monotonic()
            echo(f"{self.doing}: {done:,} of {total:,}", err=True)

"""Statements whose tensors have no variables yet."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cnnspec.backends.python.layout import Code

Lane = tuple[str, ...]
"""The branches that a tensor is made in, the outermost first."""


@dataclass(eq=False, slots=True)
class Value:
    """A tensor, or a layer that is kept."""

    lane: Lane
    name: str
    """What it is called where it needs a variable of its own."""
    is_named: bool = False
    """Whether it always has one."""


@dataclass(eq=False, slots=True)
class Assign:
    """A call, and the values that it gives; None for one that nobody reads."""

    results: tuple[Value | None, ...]
    reads: tuple[Value, ...]
    code: Callable[[Sequence[str]], Code]
    """The call, from the variables of what it reads."""
    comment: str = ""
    """What has to be known of it, in lines; a function says it once."""

    def inputs(self) -> Iterator[Value]:
        """What it reads."""
        yield from self.reads


@dataclass(eq=False, slots=True)
class Loop:
    """Statements done several times, each time with what the last time gave."""

    index: str
    times: Code
    start: Value
    carried: Value
    """What a turn takes."""
    body: "list[Statement]"
    last: Value
    """What a turn gives."""
    result: Value

    @property
    def results(self) -> tuple[Value | None, ...]:
        """What it gives."""
        return (self.result,)

    def inputs(self) -> Iterator[Value]:
        """What it reads before the first turn."""
        yield self.start


Statement = Assign | Loop


def all_read(statements: Sequence[Statement]) -> set[Value]:
    """All that some statements read, their own values among it."""
    found: set[Value] = set()
    for statement in statements:
        found |= set(statement.inputs())
        if isinstance(statement, Loop):
            found |= {statement.last, *all_read(statement.body)}
    return found

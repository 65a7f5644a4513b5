"""Statements whose values have no variables yet."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cnnspec.backends.python.layout import Code

Lane = tuple[str, ...]
"""The branches that a tensor is made in, outermost first."""


@dataclass(eq=False, slots=True)
class Value:
    """A tensor, or a layer in a variable."""

    lane: Lane
    name: str
    """The name of its own variable, if it needs one."""
    is_named: bool = False
    """Whether it always has its own variable."""


@dataclass(eq=False, slots=True)
class Assign:
    """A call, and its results; None for unused ones."""

    results: tuple[Value | None, ...]
    reads: tuple[Value, ...]
    code: Callable[[Sequence[str]], Code]
    """Return the call, for the variables of its inputs."""
    comment: str = ""
    """Lines of a comment; a function contains it only once."""

    def inputs(self) -> Iterator[Value]:
        """Return the values that it uses."""
        yield from self.reads


@dataclass(eq=False, slots=True)
class Loop:
    """Statements that are repeated, each time with the previous result."""

    index: str
    times: Code
    start: Value
    carried: Value
    """The input of an iteration."""
    body: "list[Statement]"
    last: Value
    """The result of an iteration."""
    result: Value

    @property
    def results(self) -> tuple[Value | None, ...]:
        """Return its results."""
        return (self.result,)

    def inputs(self) -> Iterator[Value]:
        """Return the values that it uses before the first iteration."""
        yield self.start


Statement = Assign | Loop


def all_read(statements: Sequence[Statement]) -> set[Value]:
    """Return all values that some statements use, including their own."""
    found: set[Value] = set()
    for statement in statements:
        found |= set(statement.inputs())
        if isinstance(statement, Loop):
            found |= {statement.last, *all_read(statement.body)}
    return found

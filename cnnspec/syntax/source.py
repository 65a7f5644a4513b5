"""Sources: the text of a document, and the tree of its values with their locations."""

from functools import cached_property
from pathlib import Path
from typing import Any

from cnnspec.diagnostics.report import Span
from cnnspec.records import Record

TreePath = tuple[str | int, ...]
"""Keys and indices from the root of a document to a value."""


class Mark(Record):
    """A position in the text, counted from 0."""

    line: int
    column: int


class Tree:
    """A value of the document, its location, and the trees inside it."""

    __slots__ = ("children", "end", "size", "start", "value")

    def __init__(
        self,
        value: Any,
        start: Any,
        end: Any,
        children: "list[Tree] | dict[str | int, tuple[Tree, Tree]] | None" = None,
        size: int = 1,
    ) -> None:
        self.value, self.start, self.end, self.children = value, start, end, children
        self.size = size
        """The number of values in it, with aliases expanded."""


class Source(Record):
    """A parsed document: its text, its tree and its origin."""

    name: str
    """The file as named by the user."""
    text: str
    tree: Tree
    folder: Path
    """The folder that relative paths in the document refer to."""

    __eq__ = object.__eq__  # a document may be read twice
    __hash__ = object.__hash__

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text."""
        return self.text.splitlines()

    def span(self, path: TreePath = (), *, on_key: bool = False) -> Span:
        """Return the span of a value or its key.

        In a call `Kind: {argument: value}`, the path may omit the kind. For a path that leads
        beyond the document, the last existing value is used.
        """
        node, key = self.tree, None
        for part in path:
            step = child(node, part)
            if step is None:
                break
            key, node = step
        if on_key and key is not None:
            node = key
        return self.between(node.start, node.end)

    def between(self, start: Any, end: Any) -> Span:
        """Return the span from one mark to another."""
        last = end.line
        if end.column == 0 and last > start.line:
            lines = self.lines
            # A block scalar ends where the next line starts, but its content ends before that.
            last -= 1
            while last > start.line and not lines[last].strip():
                last -= 1
            return Span(self.name, start.line + 1, start.column + 1, last + 1, len(lines[last]) + 1)
        last, column = max((last, end.column), (start.line, start.column))
        return Span(self.name, start.line + 1, start.column + 1, last + 1, column + 1)


def child(node: Tree, part: str | int) -> tuple[Tree | None, Tree] | None:
    """Return the key and the value at a part of a path; None if there is none."""
    children = node.children
    if isinstance(children, dict):
        if part in children:
            return children[part]
        if len(children) == 1:
            ((_, inner),) = children.values()
            if isinstance(inner.children, dict) and part in inner.children:
                return inner.children[part]
    elif isinstance(children, list) and str(part).isdecimal() and int(part) < len(children):
        return None, children[int(part)]
    return None

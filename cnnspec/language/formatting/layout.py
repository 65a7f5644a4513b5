"""The layout of a document: its values with their comments and blank lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment and its position."""

    text: str
    index: int
    line: int
    column: int
    own_line: bool
    """Whether it is alone on its line."""
    gap: bool
    """Whether a blank line precedes it."""


@dataclass(slots=True)
class Node:
    """A value: a scalar or alias, or a mapping or sequence with its entries."""

    text: str = ""
    """A scalar or alias as written on its own line or after a key."""
    flow: str = ""
    """The same inside brackets, where commas and brackets must be quoted."""
    entries: "list[Entry] | None" = None
    """The entries; None for a scalar or alias."""
    is_mapping: bool = False
    anchor: str = ""
    """`&name` and a space, if the value is referred to below."""
    closing: list[Comment] = field(default_factory=list)
    """The comments after the last entry."""

    def has_comments(self) -> bool:
        """Whether it contains a comment."""
        return bool(self.closing) or any(
            entry.before or entry.beside or entry.value.has_comments()
            for entry in self.entries or ()
        )

    def keys(self) -> Iterator[str]:
        """The keys in it, at any depth."""
        for entry in self.entries or ():
            if self.is_mapping:
                yield entry.key
            yield from entry.value.keys()


@dataclass(slots=True)
class Entry:
    """An item of a sequence, or a key of a mapping with its value."""

    before: list[Comment]
    """The comments above it."""
    gap: bool
    """Whether a blank line directly precedes it, after its comments."""
    key: str = ""
    """The key; empty for an item."""
    flow_key: str = ""
    value: Node = field(default_factory=Node)
    beside: list[Comment] = field(default_factory=list)
    """The comment at the end of its first line, which may continue on the lines below."""


@dataclass(slots=True)
class Layout:
    """A whole document."""

    root: Node
    header: list[Comment]
    """The comments at the top of the file."""
    has_aliases: bool
    """Whether a value refers to an earlier one, so that entries must not be reordered."""

"""A document as its text has it: values with their comments and blank lines."""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment, and where it stood."""

    text: str
    index: int
    line: int
    column: int
    own_line: bool
    """Whether nothing stands in front of it."""
    gap: bool
    """Whether a blank line stands above it."""


@dataclass(slots=True)
class Node:
    """A value: a scalar or alias, or a mapping or sequence with its entries."""

    text: str = ""
    """A scalar or alias as it is written on a line of its own, or after a key."""
    flow: str = ""
    """The same within brackets, where commas and brackets have to be quoted."""
    entries: "list[Entry] | None" = None
    """None for a scalar or alias."""
    is_mapping: bool = False
    anchor: str = ""
    """`&name` and a space, where the value is referred to further down."""
    closing: list[Comment] = field(default_factory=list)
    """What stands below the last entry."""

    def has_comments(self) -> bool:
        """Whether a comment stands inside of it."""
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
    """Whether a blank line stands right above it, below its comments."""
    key: str = ""
    """Empty for an item."""
    flow_key: str = ""
    value: Node = field(default_factory=Node)
    beside: list[Comment] = field(default_factory=list)
    """The comment at the end of its first line; others go on with it in the lines below."""


@dataclass(slots=True)
class Layout:
    """A whole document."""

    root: Node
    header: list[Comment]
    """The comments at the top of the file."""
    has_aliases: bool
    """Whether a value refers to one further up, so that nothing may change places."""

"""Reads the layout of a text from the events of the parser, and attaches comments.

A comment on its own line belongs to what follows it, unless it is indented like the block that ends
above it. A comment at the end of a line belongs to that line; lines below that start in the same
column continue it.
"""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterator
from typing import Any

import yaml

from cnnspec.language.formatting.layout import Comment, Entry, Layout, Node
from cnnspec.language.formatting.scalars import scalar_text
from cnnspec.syntax.reading import PARSER

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_COMMENT = re.compile("#[^\n\r\x85\u2028\u2029]*")
_SPACES = re.compile("[ \t]*")
_INDICATORS = re.compile(r"[ \t]*([-?:][ \t]+)*")
_ENDS = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


def read(text: str) -> Layout:
    """Read the layout of a text that is known to be a valid document."""
    return _Reader(text).layout()


class _Lines:
    """The lines and columns of a text, counted from 0 like in the parser."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.starts = [0, *(match.end() for match in _BREAK.finditer(text))]

    def line(self, index: int) -> int:
        return bisect_right(self.starts, index) - 1

    def before(self, index: int) -> str:
        """Return the text before a position on the same line."""
        return self.text[self.starts[self.line(index)] : index]

    def indentation(self, index: int) -> int:
        """Return the column of the first character of the line."""
        start = self.starts[self.line(index)]
        spaces = _SPACES.match(self.text, start)
        return spaces.end() - start if spaces else 0

    def gap(self, index: int) -> bool:
        """Whether this is the first token of its line, and the line above is blank."""
        line = self.line(index)
        if line == 0 or not _INDICATORS.fullmatch(self.before(index)):
            return False
        return not self.text[self.starts[line - 1] : self.starts[line]].strip()


def _comments(text: str, lines: _Lines) -> Iterator[Comment]:
    """Return all comments: text after `#` between tokens or in the first line of a block scalar."""
    at = 0
    for token in yaml.scan(text, Loader=PARSER):
        start, end = token.start_mark.index, token.end_mark.index
        yield from (_comment(match, lines) for match in _COMMENT.finditer(text, at, start))
        if getattr(token, "style", None) in ("|", ">"):
            head = _BREAK.search(text, start, end)
            until = head.start() if head else end
            yield from (_comment(match, lines) for match in _COMMENT.finditer(text, start, until))
        at = max(at, end)
    yield from (_comment(match, lines) for match in _COMMENT.finditer(text, at))


def _comment(match: re.Match[str], lines: _Lines) -> Comment:
    before = lines.before(match.start())
    return Comment(
        match[0].rstrip(),
        match.start(),
        lines.line(match.start()),
        len(before),
        not before.strip(),
        lines.gap(match.start()),
    )


class _Reader:
    """Builds the layout of a document."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = _Lines(text)
        self.events: deque[Any] = deque(
            event
            for event in yaml.parse(text, Loader=PARSER)
            if isinstance(event, yaml.NodeEvent | yaml.CollectionEndEvent)
        )
        self.has_aliases = any(isinstance(event, yaml.AliasEvent) for event in self.events)
        self.comments = deque(_comments(text, self.lines))
        self.waiting: list[Comment] = []
        """Comments above the next event."""
        self.last: Entry | None = None
        """The entry that a comment on this line belongs to."""
        self.end = 0
        """The end of the last event."""

    def layout(self) -> Layout:
        event = self.next()
        header, self.waiting = self.waiting, []
        root = self.node(event, None, -1)
        self.take(len(self.text) + 1)
        root.closing += self.waiting
        return Layout(root, header, self.has_aliases)

    def next(self) -> Any:
        """Return the next event, after reading the comments before it."""
        event = self.events.popleft()
        inside = isinstance(event, yaml.ScalarEvent) and event.anchor is not None
        self.take(event.end_mark.index if inside else event.start_mark.index)
        self.end = max(self.end, event.end_mark.index)
        return event

    def take(self, limit: int) -> None:
        """Attach the comments up to a position, or keep them for the next event."""
        while self.comments and self.comments[0].index < limit:
            comment = self.comments.popleft()
            if self.last is not None and self.is_beside(comment, self.last.beside):
                self.last.beside.append(comment)
            else:
                self.waiting.append(comment)

    def is_beside(self, comment: Comment, beside: list[Comment]) -> bool:
        """Whether a comment is at the end of the line, or continues such a comment."""
        if not comment.own_line:
            return not _BREAK.search(self.text, self.end, max(self.end, comment.index))
        where = (comment.line, comment.column)
        return bool(beside) and where == (beside[-1].line + 1, beside[-1].column)

    def entry(self, event: Any) -> Entry:
        """Start an entry, which gets the pending comments."""
        entry = Entry(self.waiting, self.lines.gap(event.start_mark.index))
        self.waiting = []
        return entry

    def node(self, event: Any, owner: Entry | None, outer: int) -> Node:
        """Read the value of an entry; `outer` is the column of the enclosing collection."""
        if isinstance(event, yaml.CollectionStartEvent):
            return self.collection(event, owner, outer)
        if owner is not None:
            owner.before += self.waiting
            self.waiting = []
        self.last = owner
        if isinstance(event, yaml.AliasEvent):
            alias = f"*{event.anchor}"
            return Node(alias, alias)
        anchor = _anchor(event)
        block, flow = scalar_text(event, flow=False), scalar_text(event, flow=True)
        return Node(anchor + block, anchor + flow)

    def collection(self, start: Any, owner: Entry | None, outer: int) -> Node:
        is_mapping = isinstance(start, yaml.MappingStartEvent)
        node = Node(entries=[], is_mapping=is_mapping, anchor=_anchor(start))
        assert node.entries is not None
        column = start.start_mark.column
        if start.anchor and not start.flow_style:  # it starts at the anchor, not at its entries
            self.last = owner
            self.take(start.end_mark.index)
            column = self.column_of_entries(start)
        self.last = owner if start.flow_style else None
        while not isinstance(event := self.next(), _ENDS):
            entry = self.entry(event)
            node.entries.append(entry)
            if is_mapping:
                entry.key = scalar_text(event, flow=False)
                entry.flow_key = scalar_text(event, flow=True)
                self.last = entry
                event = self.next()
            entry.value = self.node(event, entry, column)
            if not is_mapping:
                _lift(entry)
        if start.flow_style:
            node.closing, self.waiting = self.waiting, []
            self.last = owner
        elif column > outer:
            node.closing = self.closing(column)
        if not node.entries and owner is not None:
            owner.before += node.closing
            node.closing = []
        return node

    def column_of_entries(self, start: Any) -> int:
        """Return the column of the first key or dash of a block with an anchor."""
        mark = start.end_mark
        is_behind_dash = isinstance(start, yaml.SequenceStartEvent) and not self.text.startswith(
            "-", mark.index
        )
        return int(mark.column) - is_behind_dash

    def closing(self, column: int) -> list[Comment]:
        """Return the pending comments that are indented like the block that ends here."""
        following = next((event for event in self.events if not isinstance(event, _ENDS)), None)
        after = self.lines.indentation(following.start_mark.index) if following else -1
        found = []
        while self.waiting and self.waiting[0].column >= max(column, after + 1):
            found.append(self.waiting.pop(0))
        return found


def _anchor(event: Any) -> str:
    return f"&{event.anchor} " if event.anchor else ""


def _lift(item: Entry) -> None:
    """Move the comments above what follows a dash to above the dash, if it is on that line."""
    if item.value.entries and not item.value.anchor:
        first = item.value.entries[0]
        item.before += first.before
        first.before = []

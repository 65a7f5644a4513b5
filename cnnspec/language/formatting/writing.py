"""Writes a layout as text: one line per section and step, calls on one line if they fit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby

from cnnspec.language.document import FIRST_KEYS, LAST_KEYS, Document
from cnnspec.language.dump import ROLES, ROLES_WITHIN, SECTIONS, WIDTH
from cnnspec.language.formatting.layout import Comment, Entry, Layout, Node

_DISTANCE = 2
"""The smallest distance between a line and the comment at its end."""


@dataclass(slots=True)
class _Line:
    """A line of the result, and the comment at its end."""

    text: str = ""
    beside: list[Comment] = field(default_factory=list)


def written(layout: Layout) -> str:
    """Write the text of a layout."""
    writer = _Writer(may_move=not layout.has_aliases)
    writer.document(layout)
    return "".join(f"{line}\n" for line in _aligned(writer.lines))


class _Writer:
    """Writes entries one after another."""

    def __init__(self, *, may_move: bool) -> None:
        self.lines: list[_Line] = []
        self.may_move = may_move

    def document(self, layout: Layout) -> None:
        entries = layout.root.entries or []
        self.comments(layout.header, 0)
        if entries and layout.header and entries[0].gap:
            self.lines.append(_Line())
        if entries:
            entries[0].gap = False  # the header has it
        self.block(layout.root, 0, "document")

    def ordered(
        self, entries: list[Entry], first: tuple[str, ...], last: tuple[str, ...] = ()
    ) -> list[Entry]:
        """Return the entries with some keys first and some last, the others in their order."""
        if not self.may_move:
            return entries
        places = {key: at - len(first) for at, key in enumerate(first)}
        places |= {key: at + 1 for at, key in enumerate(last)}
        return sorted(entries, key=lambda entry: places.get(entry.key, 0))

    def entries(self, node: Node, role: str) -> list[tuple[Entry, str]]:
        """Return the entries of a collection in their order, with the roles of their values."""
        entries = node.entries or []
        if role == "document":
            entries = self.ordered(entries, Document.spec_keys())
        elif role == "arguments":
            entries = self.ordered(entries, FIRST_KEYS, LAST_KEYS)
        within = ROLES_WITHIN.get(role, "")
        return [(entry, within or ROLES.get(entry.key, "")) for entry in entries]

    def block(self, node: Node, indent: int, role: str) -> None:
        for at, (entry, inner) in enumerate(self.entries(node, role)):
            is_open = role == "document" and entry.key in SECTIONS
            if at and (_has_gap(entry) or (is_open and indent == 0)):
                self.lines.append(_Line())
            head = f"{entry.key}:" if node.is_mapping else "-"
            self.entry(entry, " " * indent + head, inner, is_open=is_open)
        if node.closing and node.closing[0].gap:
            self.lines.append(_Line())
        self.comments(node.closing, indent)

    def entry(self, entry: Entry, head: str, role: str, *, is_open: bool) -> None:
        value, is_item = entry.value, head.endswith("-")
        indent = len(head) - len(head.lstrip())
        self.comments(entry.before, indent)
        if entry.before and entry.gap:
            self.lines.append(_Line())
        if not value.entries or not (is_open or _is_block(value, role, is_item=is_item)):
            line = f"{head} {self.flow(value, role)}"
            if not value.entries or len(line) <= WIDTH:
                self.lines.append(_Line(line, entry.beside))
                return
        if not is_item or value.anchor:
            self.lines.append(_Line(f"{head} {value.anchor}".rstrip(), entry.beside))
            self.block(value, indent + 2, role)
            return
        self.comments(entry.beside, indent)
        at = len(self.lines)
        self.block(value, indent + 2, role)
        while _is_comment(self.lines[at]):  # comments of the entry go above the dash
            self.lines[at].text = self.lines[at].text[2:]
            at += 1
        first = self.lines[at]
        first.text = head + first.text[len(head) :]

    def flow(self, node: Node, role: str) -> str:
        if node.entries is None:
            return node.text
        parts = [
            (f"{entry.flow_key}: " if node.is_mapping else "") + self.within(entry.value, inner)
            for entry, inner in self.entries(node, role)
        ]
        opened, closed = "{}" if node.is_mapping else "[]"
        return f"{node.anchor}{opened}{', '.join(parts)}{closed}"

    def within(self, node: Node, role: str) -> str:
        """Write a value inside brackets."""
        return node.flow if node.entries is None else self.flow(node, role)

    def comments(self, comments: list[Comment], indent: int) -> None:
        for at, comment in enumerate(comments):
            if at and comment.gap:
                self.lines.append(_Line())
            self.lines.append(_Line(" " * indent + comment.text))


def _is_comment(line: _Line) -> bool:
    return line.text == "" or line.text.lstrip().startswith("#")


def _has_gap(entry: Entry) -> bool:
    """Whether a blank line precedes an entry and its comments."""
    return entry.before[0].gap if entry.before else entry.gap


def _is_block(value: Node, role: str, *, is_item: bool) -> bool:
    """Whether every entry of a value gets its own line, however short it is.

    This is the case for steps and everything that contains steps, for lists of calls, and for
    values that contain comments.
    """
    if role in ("steps", "branches", "document") or value.has_comments():
        return True
    if not ROLES.keys().isdisjoint(value.keys()):
        return True
    return is_item if value.is_mapping else _has_calls(value)


def _has_calls(value: Node) -> bool:
    """Whether a list, or a list in it, has a call among its items."""
    if value.is_mapping:
        return bool(value.entries)
    return any(_has_calls(entry.value) for entry in value.entries or ())


def _aligned(lines: list[_Line]) -> Iterator[str]:
    """Return the lines with the comments at their ends, in their original columns.

    If a line has become too long for that, all comments of its paragraph in the same column move
    with its comment.
    """
    for _, paragraph in groupby(lines, lambda line: line.text == ""):
        together = list(paragraph)
        columns: dict[int, int] = {}
        for line in together:
            for comment in line.beside[:1]:
                least = max(comment.column, len(line.text) + _DISTANCE)
                columns[comment.column] = max(columns.get(comment.column, 0), least)
        for line in together:
            if not line.beside:
                yield line.text
                continue
            column = columns[line.beside[0].column]
            yield f"{line.text:<{column}}{line.beside[0].text}"
            yield from (" " * column + comment.text for comment in line.beside[1:])

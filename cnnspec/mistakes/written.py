"""A text with its tree, and the edits that rules make in it."""

from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise
from typing import Any

from cnnspec.diagnostics.edits import Lines
from cnnspec.diagnostics.report import Span
from cnnspec.records import Record, replace
from cnnspec.syntax.reading import parse_text
from cnnspec.syntax.source import Tree, TreePath
from cnnspec.syntax.yaml_problems import YamlProblem

Range = tuple[int, int]
"""The start and end of a part of the text, as offsets."""
Replacement = tuple[int, int, str]
"""The start and end of what is replaced, and the new text."""


class Mistake(Record):
    """A form that is not of the language, at offsets of its text."""

    code: str
    message: str | None
    """None if the error says it, and only lacks the edits."""
    at: Range
    """What the error points at."""
    edits: tuple[Replacement, ...] = ()
    region: Range | None = None
    """The errors that start here are this mistake. Default: those in `at`."""
    suggestion: str | None = None
    """Default: the first line that the edits change, as it should be."""
    fallback: str | None = None
    """The suggestion if the edits do not help. Without one, it is then not this mistake."""
    is_safe: bool = True
    is_outline: bool = False
    """Whether the edits mend a form whose content may have other errors."""
    explains: tuple[str, ...] = ()
    """The codes of errors at the start of the file that are this mistake, too."""
    claims: tuple[str, ...] = ()
    """The codes of errors anywhere that may be this mistake."""


class Entry(Record):
    """A value of the document, and what contains it."""

    path: TreePath
    node: Tree
    key: Tree | None
    """Its key in a mapping."""
    parent: Tree | None

    @property
    def value(self) -> Any:
        """The value as data."""
        return self.node.value


class Written:
    """The text of a spec with errors."""

    def __init__(self, file: str, text: str, tree: Tree | None = None) -> None:
        """Parse a text, or take one of the documents in it."""
        self.file = file
        self.text = text
        self.lines = Lines(text)
        self.problem: YamlProblem | None = None
        """Why the text is not YAML."""
        self.tree = tree
        if tree is not None:
            return
        try:
            self.tree = parse_text(text)
        except YamlProblem as problem:
            self.problem = problem

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All values of the document, each before those inside it, without other documents."""
        return tuple(_entries(self.tree)) if self.tree else ()

    @cached_property
    def documents(self) -> "tuple[Written, ...]":
        """The text as the document, and as each of those that are written in it."""
        inner = [entry.node for entry in self.entries if _is_document(entry)]
        views = [Written(self.file, self.text, tree) for tree in inner]
        return (self, *(document for view in views for document in view.documents))

    @cached_property
    def document(self) -> dict[str, Any]:
        """The document, if it is a mapping."""
        value = self.tree.value if self.tree else None
        return value if isinstance(value, dict) else {}

    def entry(self, *path: str | int) -> Entry | None:
        """Return the value at a path."""
        return self._by_path.get(path)

    @cached_property
    def _by_path(self) -> dict[TreePath, Entry]:
        return {entry.path: entry for entry in self.entries}

    def after(self, entry: Entry) -> Iterator[tuple[Tree, Tree]]:
        """Yield the keys and values after an entry of a mapping."""
        while (pair := self._following.get(id(entry.node))) is not None:
            yield pair
            entry = replace(entry, node=pair[1])

    @cached_property
    def _following(self) -> dict[int, tuple[Tree, Tree]]:
        """The key and value after each value of a mapping, by its identity."""
        mappings = [each.node.children for each in self.entries]
        return {
            id(before[1]): pair
            for children in mappings
            if isinstance(children, dict)
            for before, pair in pairwise(children.values())
        }

    def start(self, node: Tree) -> int:
        """Return where a value starts."""
        return self.lines.offset(node.start.line + 1, node.start.column + 1)

    def end(self, node: Tree) -> int:
        """Return where a value ends, without line ends and spaces after it."""
        start = self.start(node)
        end = self.lines.offset(node.end.line + 1, node.end.column + 1)
        return start + len(self.text[start:end].rstrip())

    def range(self, node: Tree) -> Range:
        """Return where a value stands."""
        return self.start(node), self.end(node)

    def raw(self, node: Tree) -> str:
        """Return a value as written."""
        return self.text[slice(*self.range(node))]

    def is_flow(self, node: Tree) -> bool:
        """Whether a collection is written in brackets."""
        return self.text[self.start(node) : self.start(node) + 1] in ("{", "[")

    def is_one_line(self, node: Tree) -> bool:
        """Whether a value stands on one line."""
        return "\n" not in self.raw(node).replace("\r", "\n")

    def line_start(self, offset: int) -> int:
        """Return where the line of an offset starts."""
        return self.lines.starts[self.line_of(offset) - 1]

    def line_end(self, offset: int) -> int:
        """Return where the line of an offset ends, with its end of line."""
        return self.lines.starts[min(self.line_of(offset), len(self.lines.lines))]

    def line_of(self, offset: int) -> int:
        """Return the number of the line of an offset."""
        return self.lines.span("", offset, offset).line

    def column(self, offset: int) -> int:
        """Return the number of characters before an offset in its line."""
        return offset - self.line_start(offset)

    def span(self, at: Range) -> Span:
        """Return the span of a range."""
        return self.lines.span(self.file, *at)

    def indented(self, start: int, end: int, by: int) -> list[Replacement]:
        """Return the edits that move the lines after the one of `start`, up to `end`, sideways."""
        edits: list[Replacement] = []
        for number in range(self.line_of(start) + 1, self.line_of(end) + 1):
            at, line = self.lines.starts[number - 1], self.lines.line(number)
            if not line.strip():
                continue
            if by >= 0:
                edits.append((at, at, " " * by))
            elif line[:-by].isspace():
                edits.append((at, at - by, ""))
        return edits

    def without(self, entry: Entry) -> list[Replacement]:
        """Return the edits that remove an entry of a mapping, or an item of a list."""
        assert entry.parent is not None
        head = entry.key or entry.node
        start, end = self.start(head), max(self.end(entry.node), self.end(head))
        if self.is_flow(entry.parent):
            after = self.text[end:]
            following = after[: len(after) - len(after.lstrip(", \t"))]
            if "," in following:
                return [(start, end + len(following), "")]
            before = self.text[:start]
            return [(len(before.rstrip(", \t")), end, "")]
        line = self.line_start(start)
        is_first = self.text[line:start].strip() not in ("", "-") or (
            entry.key is not None and self.text[line:start].strip() == "-"
        )
        if is_first:  # it shares its line with the dash of the mapping
            siblings = list(entry.parent.children.values())  # type: ignore[union-attr]
            if len(siblings) > 1:
                return [(start, self.start(siblings[1][0]), "")]
        return [(line, self.line_end(max(end - 1, start)), "")]

    def inserted(self, mapping: Tree, text: str) -> list[Replacement]:
        """Return the edits that add an entry to the end of a mapping or of a null."""
        start, end = self.range(mapping)
        if mapping.value is None:
            at = start if start == end else end
            return [(start, at, f"{'' if self.text[start - 1] == ' ' else ' '}{{{text}}}")]
        if self.is_flow(mapping):
            inner = self.text[start + 1 : end - 1]
            close = start + 1 + len(inner.rstrip().rstrip(","))
            return [(close, close, f", {text}" if inner.strip() else text)]
        column = self.column(start)
        at = self.line_end(end - 1)
        newline = "" if self.text[:at].endswith(("\n", "\r")) else "\n"
        return [(at, at, f"{newline}{' ' * column}{text}\n")]


def _is_document(entry: Entry) -> bool:
    """Whether a value is a submodel that is written in place."""
    match entry.path:
        case ("submodels", _, "spec"):
            return isinstance(entry.value, dict)
    return False


def _entries(tree: Tree) -> Iterator[Entry]:
    waiting = [Entry((), tree, None, None)]
    while waiting:
        entry = waiting.pop()
        yield entry
        node, path = entry.node, entry.path
        if _is_document(entry):
            continue
        inner: list[Entry] = []
        if isinstance(node.children, dict):
            inner = [
                Entry((*path, key), child, at, node) for key, (at, child) in node.children.items()
            ]
        elif isinstance(node.children, list):
            inner = [
                Entry((*path, position), child, None, node)
                for position, child in enumerate(node.children)
            ]
        waiting += reversed(inner)


def merged(edits: list[Replacement]) -> list[Replacement]:
    """Join insertions with the replacements that start where they do."""
    found: dict[int, Replacement] = {}
    for start, end, text in edits:
        before = found.get(start)
        found[start] = (
            (start, max(end, before[1]), before[2] + text) if before else (start, end, text)
        )
    return list(found.values())

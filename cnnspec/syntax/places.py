"""Places: the locations of values in the text of a document."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cnnspec.diagnostics.problems import FAILED, Failure, Problem
from cnnspec.diagnostics.report import Diagnostic, Edit, Fix, Note, Report, Severity, Span
from cnnspec.records import Record

if TYPE_CHECKING:
    from cnnspec.diagnostics.rewrites import Rewrite
    from cnnspec.diagnostics.suggestions import Match

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

    def span(self, path: TreePath = (), *, on_key: bool = False) -> Span:
        """Return the span of a value or its key.

        In a call `Kind: {argument: value}`, the path may omit the kind. For a path that leads
        beyond the document, the last existing value is used.
        """
        node, key = self.tree, None
        for part in path:
            step = _child(node, part)
            if step is None:
                break
            key, node = step
        if on_key and key is not None:
            node = key
        return self._span(node.start, node.end)

    def _span(self, start: Any, end: Any) -> Span:
        last = end.line
        if end.column == 0 and last > start.line:
            lines = self.text.splitlines()
            # A block scalar ends where the next line starts, but its content ends before that.
            last -= 1
            while last > start.line and not lines[last].strip():
                last -= 1
            return Span(self.name, start.line + 1, start.column + 1, last + 1, len(lines[last]) + 1)
        last, column = max((last, end.column), (start.line, start.column))
        return Span(self.name, start.line + 1, start.column + 1, last + 1, column + 1)


def _child(node: Tree, part: str | int) -> tuple[Tree | None, Tree] | None:
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


Where = Literal["value", "key", "kind", "name", "given", "caller", "start"]
"""The part of a location that is meant:

- `value`, `key`: the value, or its key
- `kind`: the kind of the call
- `name`: the name of a step or an entry
- `given`: the value if it is in the text, otherwise the kind of the call without it
- `caller`: what refers to a block or another file: a call by its kind, an entry by its key
- `start`: the start of the document
"""


class Place(Record, uncompared=("caller",)):
    """A location in a document, and the call that led to it.

    Problems are reported through it, so that the notes on the calls that led there are never
    forgotten.
    """

    source: Source | None
    """None for a document that was built in Python."""
    path: TreePath
    caller: "Place | None" = None
    """The step that calls the block of this place, or what refers to its file."""

    def __truediv__(self, part: str | int) -> "Place":
        return Place(self.source, (*self.path, part), self.caller)

    def within(self, path: Sequence[str | int]) -> "Place":
        """Return the place at a path from here."""
        return Place(self.source, (*self.path, *path), self.caller)

    def span(self, where: Where = "value") -> Span | None:
        """Return its span in the text; None if there is no text."""
        if self.source is None:
            return None
        match where:
            case "start":
                return Span(self.source.name, 1, 1, 1, 1)
            case "kind":
                return self._kind(self.source)
            case "name":
                in_list = bool(self.path) and isinstance(self.path[-1], int)
                name = self / "name"
                is_named = isinstance(name.value(), str)
                return name.span() if is_named else self.span("kind" if in_list else "key")
            case "caller":
                is_entry = bool(self.path) and isinstance(self.path[-1], str)
                is_mapping = isinstance(self.value(), dict)
                return self.span("key" if is_entry and is_mapping else "kind")
            case "given" if self.node() is None and self.path:
                return self._outer()._kind(self.source)
        return self.source.span(self.path, on_key=where == "key")

    def _kind(self, source: Source) -> Span:
        node = self.node()
        if node is None:
            return source.span(self.path)
        if isinstance(node.children, dict) and len(node.children) == 1:
            ((key, _),) = node.children.values()
            return source._span(key.start, key.end)
        return source._span(node.start, node.end)

    def _outer(self) -> "Place":
        """Return the innermost existing place on the path."""
        place = self
        while place.node() is None and place.path:
            place = Place(place.source, place.path[:-1], place.caller)
        return place

    def node(self) -> Tree | None:
        """Return the tree at this place; None if there is no text, or no value."""
        node = self.source.tree if self.source else None
        for part in self.path:
            step = _child(node, part) if node else None
            node = step[1] if step else None
        return node

    def value(self) -> Any:
        """Return the parsed value at this place; None if there is none."""
        node = self.node()
        return node.value if node else None

    def has_list(self, part: str) -> bool:
        """Whether the value of a key is a list."""
        return isinstance((self / part).value(), list)

    def outward(self) -> Iterator["Place"]:
        """Yield the place, and the block calls that led to it, innermost first."""
        each: Place | None = self
        while each is not None:
            yield each
            each = each.caller

    def callers(self) -> tuple[Note, ...]:
        """Return notes on the calls that led here, innermost first."""
        return self.caller.calls() if self.caller else ()

    def calls(self) -> tuple[Note, ...]:
        """Return notes on the call at this place and those that led to it, innermost first."""
        return tuple(call.note("called from here", "caller") for call in self.outward())

    def note(self, message: str, where: Where = "name") -> Note:
        """Make a note on this place for a diagnostic at another one."""
        return Note(message, self.span(where))

    def error(
        self,
        report: Report,
        code: str,
        message: str,
        where: Where = "value",
        *,
        notes: Sequence[Note] = (),
        suggestion: str | None = None,
        fix: Fix | None = None,
    ) -> Failure:
        """Report an error here, with notes on the calls that led here."""
        self._report(report, "error", code, message, where, notes, suggestion, fix)
        return FAILED

    def warning(
        self,
        report: Report,
        code: str,
        message: str,
        where: Where = "value",
        *,
        notes: Sequence[Note] = (),
        suggestion: str | None = None,
        fix: Fix | None = None,
    ) -> None:
        """Report a warning here, with notes on the calls that led here."""
        self._report(report, "warning", code, message, where, notes, suggestion, fix)

    def unknown(
        self,
        report: Report,
        code: str,
        message: str,
        near: "Match | None",
        where: Where = "value",
        *,
        notes: Sequence[Note] = (),
    ) -> Failure:
        """Report an unknown word, and suggest the one that is near."""
        text, is_safe = (near.text, near.is_certain) if near else (None, False)
        fix = self.replaced_by(near.word, where, is_safe=is_safe) if near else None
        return self.error(report, code, message, where, notes=notes, suggestion=text, fix=fix)

    def replaced_by(self, text: str, where: Where = "value", *, is_safe: bool = True) -> Fix | None:
        """Return the fix that replaces a part of this place; None if there is no text."""
        span = self.span(where)
        return Fix((Edit(span, text),), is_safe) if span else None

    def rewritten(
        self, rewrite: "Rewrite", *, is_safe: bool = True, is_call: bool = True
    ) -> Fix | None:
        """Return the fix that changes the call at this place, or its arguments alone.

        None if the text does not allow it.
        """
        from cnnspec.syntax.rewriting import changes  # not needed for specs without errors

        node = self.node()
        if self.source is None or node is None:
            return None
        in_list = bool(self.path) and isinstance(self.path[-1], int)
        found = changes(self.source.text, node, rewrite, is_call=is_call, in_list=in_list)
        name = self.source.name
        edits = (Edit(Span(name, *(at + 1 for at in (*ends, *to))), new) for ends, to, new in found)
        return Fix(tuple(edits), is_safe) if found else None

    def problem(self, report: Report, problem: Problem, *, notes: Sequence[Note] = ()) -> Failure:
        """Report a problem of a declaration or an expression, whose path starts here."""
        if problem.is_reported:
            return FAILED
        where: Where = "given" if problem.where == "value" else problem.where
        place, fix = self.within(problem.at), None
        if isinstance(problem.replacement, str):
            fix = place.replaced_by(problem.replacement, where, is_safe=problem.is_safe)
        elif problem.replacement is not None:
            call = place if where == "kind" else self.within(problem.at[:-1])
            fix = call.rewritten(problem.replacement, is_safe=problem.is_safe)
        said, hint = (problem.code, problem.message, where), problem.suggestion
        return place.error(report, *said, notes=notes, suggestion=hint, fix=fix)

    def _report(
        self,
        report: Report,
        severity: Severity,
        code: str,
        message: str,
        where: Where,
        notes: Sequence[Note],
        suggestion: str | None,
        fix: Fix | None,
    ) -> None:
        all_notes = tuple(dict.fromkeys((*notes, *self.callers())))
        span = self.span(where)
        path = self.path if self.source is None else ()
        report.add(Diagnostic(severity, code, message, span, all_notes, suggestion, fix, path))

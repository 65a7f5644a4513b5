"""Places: the locations of values in the text of a document."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

from cnnspec.diagnostics.problems import FAILED, Failure, Problem
from cnnspec.diagnostics.report import Diagnostic, Edit, Fix, Note, Report, Severity, Span
from cnnspec.records import Record
from cnnspec.syntax.source import Source, Tree, TreePath, child

if TYPE_CHECKING:
    from cnnspec.diagnostics.rewrites import Rewrite
    from cnnspec.diagnostics.suggestions import Match

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
            return source.between(key.start, key.end)
        return source.between(node.start, node.end)

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
            step = child(node, part) if node else None
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
        found = changes(self.source.lines, node, rewrite, is_call=is_call, in_list=in_list)
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

"""YAML text to a tree of plain values, in which every value knows its place.

The tree is built from the C parser's events: the YAML 1.2 core schema, one document, no tags,
no duplicate keys, bounded depth, and aliases that cannot multiply.
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import yaml

from cnnspec.diagnostics import Diagnostic, Note, Report, Severity, Span
from cnnspec.records import Record

if TYPE_CHECKING:
    from cnnspec.declarations import Problem

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 100
MAX_ALIASED_VALUES = 100_000
MAX_DIGITS = 30

PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Parses in C where PyYAML was built with it; only its events and tokens are used."""

TreePath = tuple[str | int, ...]
"""Keys and indices that lead from the root of a document to a value in it."""

_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
# Most specs need no more: what else there is, is compiled when it is first looked for.
_OTHER_BASE = r"0o[0-7]+|0x[0-9a-fA-F]+"
_FLOAT = r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"
_SPECIAL_FLOAT = r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class YamlProblem(Exception):
    """The text cannot be read; there is one such problem for a file, at the first bad place."""

    def __init__(self, code: str, message: str, start: "Mark", end: "Mark | None" = None) -> None:
        super().__init__(message)
        self.code, self.message, self.start, self.end = code, message, start, end
        self.first: Tree | None = None


class Mark(Record):
    """A position in the text, counted from 0."""

    line: int
    column: int


class Tree:
    """A value of the document, its place, and the trees of what is inside it."""

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
        """How many values it holds, aliases written out."""


class Source(Record):
    """A document that was read: its text, its tree and where it came from."""

    name: str
    """The file as the reader named it."""
    text: str
    tree: Tree
    folder: Path
    """Relative paths in the document start here."""

    __eq__ = object.__eq__  # a document that was read twice stands in two places
    __hash__ = object.__hash__

    def span(self, path: TreePath = (), *, on_key: bool = False) -> Span:
        """Locate a value, or its key.

        A call `Kind: {argument: value}` is looked through: a path may leave the kind out. A path
        that leads further than the document does gives the last value on the way.
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
            # Literal text ends where the next line starts; what is meant ends before that.
            last -= 1
            while last > start.line and not lines[last].strip():
                last -= 1
            return Span(self.name, start.line + 1, start.column + 1, last + 1, len(lines[last]) + 1)
        return Span(self.name, start.line + 1, start.column + 1, last + 1, end.column + 1)


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
"""What is meant at a place.

- `value`, `key`: what stands there, or the key that it stands under
- `kind`: the kind of the call that stands there
- `name`: what gives a step or an entry its name
- `given`: the value where the text has one, else the kind of the call that lacks it
- `caller`: what brings in a block or another file: a call by its kind, an entry by its key
- `start`: the very start of the document
"""


class Place(Record, uncompared=("caller",)):
    """Where in which document something is said, and from where that was called.

    What is wrong there is reported through it, so that the notes on the calls that led there are
    never left out.
    """

    source: Source | None
    """None for a document that was built in Python."""
    path: TreePath
    caller: "Place | None" = None
    """The step that calls the block of this place, or what names the file that it is in."""

    def __truediv__(self, part: str | int) -> "Place":
        return Place(self.source, (*self.path, part), self.caller)

    def within(self, path: Sequence[str | int]) -> "Place":
        """The place that a path leads to from here."""
        return Place(self.source, (*self.path, *path), self.caller)

    def span(self, where: Where = "value") -> Span | None:
        """Locate it in the text; None where there is no text."""
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
        """The innermost place on the way here at which something stands."""
        place = self
        while place.node() is None and place.path:
            place = Place(place.source, place.path[:-1], place.caller)
        return place

    def node(self) -> Tree | None:
        """Return the tree that stands here; None where there is no text, or nothing here."""
        node = self.source.tree if self.source else None
        for part in self.path:
            step = _child(node, part) if node else None
            node = step[1] if step else None
        return node

    def value(self) -> Any:
        """Return what stands here in the text, as it was read; None where nothing does."""
        node = self.node()
        return node.value if node else None

    def has_list(self, part: str) -> bool:
        """Whether a list stands under a key here."""
        return isinstance((self / part).value(), list)

    def outward(self) -> Iterator["Place"]:
        """Yield the place, and the block calls that led to it, the nearest first."""
        each: Place | None = self
        while each is not None:
            yield each
            each = each.caller

    def callers(self) -> tuple[Note, ...]:
        """Notes on the calls that led here, the nearest first."""
        return self.caller.calls() if self.caller else ()

    def calls(self) -> tuple[Note, ...]:
        """Notes on the call that stands here and on those that led to it, the nearest first."""
        return tuple(call.note("called from here", "caller") for call in self.outward())

    def note(self, message: str, where: Where = "name") -> Note:
        """A remark on this place, which explains a finding at another one."""
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
    ) -> None:
        """Report an error here, with notes on the calls that led here."""
        self._report(report, "error", code, message, where, notes, suggestion)

    def warning(
        self,
        report: Report,
        code: str,
        message: str,
        where: Where = "value",
        *,
        notes: Sequence[Note] = (),
        suggestion: str | None = None,
    ) -> None:
        """Report a warning here, with notes on the calls that led here."""
        self._report(report, "warning", code, message, where, notes, suggestion)

    def problem(self, report: Report, problem: "Problem", *, notes: Sequence[Note] = ()) -> None:
        """Report what a declaration or an expression refuses; its own path starts here."""
        if problem.is_reported:
            return
        where: Where = "given" if problem.where == "value" else problem.where
        self.within(problem.at).error(
            report, problem.code, problem.message, where, notes=notes, suggestion=problem.suggestion
        )

    def _report(
        self,
        report: Report,
        severity: Severity,
        code: str,
        message: str,
        where: Where,
        notes: Sequence[Note],
        suggestion: str | None,
    ) -> None:
        all_notes = tuple(dict.fromkeys((*notes, *self.callers())))
        report.add(Diagnostic(severity, code, message, self.span(where), all_notes, suggestion))


def read(
    path: Path, report: Report, *, name: str | None = None, caller: Place | None = None
) -> Source | None:
    """Read a file; what is wrong with its text goes into the report.

    `caller` is what names the file in another one.

    Raises:
        OSError: the file is missing or cannot be read.

    """
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    return parse_bytes(data, name or str(path), path.parent, report, caller=caller)


def parse_bytes(
    data: bytes, name: str, folder: Path, report: Report, *, caller: Place | None = None
) -> Source | None:
    """Turn the bytes of a document into a located tree, or into one diagnostic."""

    def place(start: Mark, end: Mark) -> Place:
        return Place(Source(name, text, Tree(None, start, end), folder), (), caller)

    text = ""
    if len(data) > MAX_BYTES:
        message = f"a spec may have at most {MAX_BYTES // (1024 * 1024)} MB, this has more"
        place(Mark(0, 0), Mark(0, 0)).error(report, "file-too-large", message)
        return None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8", "replace")
        start = Mark(before.count("\n"), len(before) - before.rfind("\n") - 1)
        message = f"the file is not UTF-8 text (byte {error.start})"
        place(start, Mark(start.line, start.column + 1)).error(report, "not-utf8", message)
        return None
    report.texts[name] = text
    try:
        tree = parse_text(text)
    except YamlProblem as problem:
        end = problem.end or Mark(problem.start.line, problem.start.column + 1)
        notes: list[Note] = []
        if (first := problem.first) is not None:
            notes.append(place(first.start, first.end).note("it stands here first", "value"))
        place(problem.start, end).error(report, problem.code, problem.message, notes=notes)
        return None
    return Source(name, text, tree, folder)


def parse_text(text: str) -> Tree:
    """Read one YAML document.

    Raises:
        YamlProblem: the text is not a document that a spec may be.

    """
    if bad := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, bad.start())
        column = bad.start() - (text.rfind("\n", 0, bad.start()) + 1)
        what = f"U+{ord(bad.group()):04X}"
        raise YamlProblem("yaml-syntax", f"the character {what} is not text", Mark(line, column))
    try:
        return _Builder(text).document()
    except yaml.YAMLError as error:
        raise _syntax_problem(error, text) from error


_HINTS = {
    "mapping values are not allowed": "a ':' stands where no key can be; is a line above unfinished, "
    "or the indentation wrong?",
    "did not find expected key": "the indentation of this line fits nothing above it, "
    "or a '}' or ',' is missing",
    "did not find expected '-' indicator": "this line should start with '-' or be indented otherwise",
    "did not find expected ',' or '}'": "a ',' or '}' is missing",
    "did not find expected ',' or ']'": "a ',' or ']' is missing",
    "could not find expected ':'": "a ':' is missing after a key",
    "found unexpected end of stream": "a quote is opened here or above and never closed",
    "found character that cannot start any token": "no value can start with this character; "
    "put the text in quotes",
    "did not find expected node content": "a value is missing here",
}


def _syntax_problem(error: yaml.YAMLError, text: str) -> YamlProblem:
    """What keeps a text from being YAML, at the place where a reader would mend it."""
    said = getattr(error, "problem", None) or str(error)
    lines = text.splitlines() or [""]
    start = _mark(getattr(error, "problem_mark", None))
    line = lines[start.line] if start.line < len(lines) else ""
    before = line[: start.column]
    if "cannot start any token" in said and line[start.column : start.column + 1] == "\t":
        return YamlProblem("yaml-tab", "a tab stands here; YAML is indented with spaces", start)
    indentation = line[: len(line) - len(line.lstrip())]
    if "\t" in indentation:
        tab = Mark(start.line, indentation.index("\t"))
        return YamlProblem("yaml-tab", "a tab indents this line; YAML is indented with spaces", tab)
    opened = _mark(getattr(error, "context_mark", None))
    context = getattr(error, "context", None) or ""
    is_late = opened.line < start.line and not before.strip()
    if is_late and ("flow" in context or "quoted" in context):
        return YamlProblem(
            "yaml-syntax", "this is not YAML: what is opened here is never closed", opened
        )
    if "simple key" in context:
        key = lines[opened.line].partition(" #")[0].rstrip()
        end = Mark(opened.line, len(key))
        return YamlProblem(
            "yaml-syntax", "this is not YAML: a ':' is missing after a key", opened, end
        )
    if start.line >= len(lines):
        start = opened
    hint = next((hint for key, hint in _HINTS.items() if key in said), said)
    return YamlProblem("yaml-syntax", f"this is not YAML: {hint}", start)


def _mark(mark: Any) -> Mark:
    return Mark(mark.line, mark.column) if mark else Mark(0, 0)


class _Builder:
    """Builds the tree of one document out of the parser's events."""

    def __init__(self, text: str) -> None:
        self.parser = PARSER(text)
        self.anchors: dict[str, Tree | None] = {}
        self.aliased = 0
        self.end: Any = None
        """Where the last value or bracket ended; a block collection ends there too."""

    def document(self) -> Tree:
        event = self.next()  # the start of the stream
        event = self.next()
        if isinstance(event, yaml.StreamEndEvent):
            raise YamlProblem(
                "wrong-structure", "the file is empty; a spec is a mapping", Mark(0, 0)
            )
        tree = self.value(self.next(), 0)
        self.next()  # the end of the document
        event = self.next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise YamlProblem(
                "yaml-documents", "a second document starts here; a spec is one", event.start_mark
            )
        return tree

    def next(self) -> Any:
        event = self.parser.get_event()
        if event.end_mark.index > event.start_mark.index:
            self.end = event.end_mark
        return event

    def value(self, event: Any, depth: int) -> Tree:
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        if event.tag is not None:
            raise YamlProblem(
                "yaml-tag",
                f"the tag '{event.tag}' is not allowed; a spec is plain data",
                event.start_mark,
            )
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            tree = Tree(scalar(event), event.start_mark, event.end_mark)
        elif depth == MAX_DEPTH:
            raise YamlProblem(
                "yaml-depth", f"nested more than {MAX_DEPTH} levels deep", event.start_mark
            )
        elif isinstance(event, yaml.SequenceStartEvent):
            tree = self.sequence(event, depth + 1)
        else:
            tree = self.mapping(event, depth + 1)
        if event.anchor is not None:
            self.anchors[event.anchor] = tree
        return tree

    def alias(self, event: Any) -> Tree:
        if event.anchor not in self.anchors:
            raise YamlProblem(
                "yaml-alias",
                f"no anchor '&{event.anchor}' stands above",
                event.start_mark,
                event.end_mark,
            )
        tree = self.anchors[event.anchor]
        if tree is None:
            raise YamlProblem(
                "yaml-alias", f"'&{event.anchor}' contains itself", event.start_mark, event.end_mark
            )
        self.aliased += tree.size
        if self.aliased > MAX_ALIASED_VALUES:
            message = f"aliases write out to more than {MAX_ALIASED_VALUES} values"
            raise YamlProblem("yaml-alias", message, event.start_mark, event.end_mark)
        return tree

    def sequence(self, start: Any, depth: int) -> Tree:
        children: list[Tree] = []
        event = self.next()
        while not isinstance(event, yaml.SequenceEndEvent):
            children.append(self.value(event, depth))
            event = self.next()
        size = 1 + sum(child.size for child in children)
        return Tree([child.value for child in children], start.start_mark, self.end, children, size)

    def mapping(self, start: Any, depth: int) -> Tree:
        children: dict[str | int, tuple[Tree, Tree]] = {}
        event = self.next()
        while not isinstance(event, yaml.MappingEndEvent):
            key = self.key(event)
            if key.value in children:
                problem = YamlProblem(
                    "duplicate-key",
                    f"the key '{key.value}' stands twice in this mapping",
                    key.start,
                    key.end,
                )
                problem.first = children[key.value][0]
                raise problem
            children[key.value] = (key, self.value(self.next(), depth))
            event = self.next()
        values = {key: child.value for key, (_, child) in children.items()}
        size = 1 + sum(child.size for _, child in children.values())
        return Tree(values, start.start_mark, self.end, children, size)

    def key(self, event: Any) -> Tree:
        if isinstance(event, yaml.ScalarEvent) and event.tag is None and event.anchor is None:
            value = scalar(event)
            if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
                return Tree(value, event.start_mark, event.end_mark)
        raise YamlProblem(
            "yaml-key",
            "a key must be plain text (or a whole number)",
            event.start_mark,
            event.end_mark,
        )


def scalar(event: Any) -> str | int | float | bool | None:
    """The value of a scalar event; only plain ones can be other than text."""
    if not event.implicit[0]:
        return str(event.value)
    try:
        return plain_scalar(event.value)
    except OverflowError as error:
        raise YamlProblem("yaml-number", str(error), event.start_mark, event.end_mark) from error


def plain_scalar(text: str) -> str | int | float | bool | None:
    """Resolve a plain scalar by the YAML 1.2 core schema.

    Raises:
        OverflowError: it is a number beyond what a spec can mean.

    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    return number(text) if text[0].isdigit() or text[0] in "+-." else text


def number(text: str) -> str | int | float:
    """Read a number of the core schema; any other text is given back.

    Raises:
        OverflowError: the number is beyond what a spec can mean.

    """
    if len(text.lstrip("+-")) > MAX_DIGITS and (
        _INT.fullmatch(text) or re.fullmatch(_OTHER_BASE, text)
    ):
        raise OverflowError(f"a number of more than {MAX_DIGITS} digits")
    if _INT.fullmatch(text):
        return int(text)
    if re.fullmatch(_FLOAT, text):
        value = float(text)
        if value in (float("inf"), float("-inf")):
            raise OverflowError(f"'{text[:MAX_DIGITS]}' is too large for a number")
        return value
    if re.fullmatch(_SPECIAL_FLOAT, text):
        return float(text.replace(".", ""))
    if re.fullmatch(_OTHER_BASE, text):
        return int(text, 0)
    return text

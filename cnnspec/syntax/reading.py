"""YAML text to a tree of plain values, in which every value knows its place.

The tree is built from the C parser's events: the YAML 1.2 core schema, one document, no tags,
no duplicate keys, bounded depth, and aliases that cannot multiply.
"""

import re
from pathlib import Path
from typing import Any

import yaml

from cnnspec.diagnostics.report import Note, Report
from cnnspec.syntax.places import Mark, Place, Source, Tree
from cnnspec.syntax.scalars import plain_scalar

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 100
MAX_ALIASED_VALUES = 100_000

PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Parses in C where PyYAML was built with it; only its events and tokens are used."""
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class YamlProblem(Exception):
    """The text cannot be read; there is one such problem for a file, at the first bad place."""

    def __init__(self, code: str, message: str, start: "Mark", end: "Mark | None" = None) -> None:
        super().__init__(message)
        self.code, self.message, self.start, self.end = code, message, start, end
        self.first: Tree | None = None


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

"""Parses YAML text to a tree of plain values, each with its location.

The tree is built from the events of the C parser: YAML 1.2 core schema, one document, no tags, no
duplicate keys, bounded depth, and bounded expansion of aliases.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from cnnspec.diagnostics.report import Note, Report
from cnnspec.files.reading import opened
from cnnspec.syntax.places import Place
from cnnspec.syntax.scalars import plain_scalar
from cnnspec.syntax.source import Mark, Source, Tree
from cnnspec.syntax.yaml_problems import YamlProblem

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 100
MAX_ALIASED_VALUES = 100_000

BYTE_ORDER_MARK = "\ufeff"
PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Parses in C if PyYAML supports it; only its events and tokens are used."""
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read(
    path: Path,
    report: Report,
    *,
    name: str | None = None,
    caller: Place | None = None,
    edited: Mapping[str, str] = MappingProxyType({}),
) -> Source | None:
    """Read a file; errors in its text are added to the report.

    `caller` is what refers to the file in another one, and `edited` has the texts of files that are
    taken instead of what they contain, by name.

    Raises:
        OSError: the file is missing or cannot be read.

    """
    if name is not None and name in edited:
        data = edited[name].encode()
    else:
        with opened(path, or_stream=caller is None) as file:
            data = file.read(MAX_BYTES + 1)
    return parse_bytes(data, name or str(path), path.parent, report, caller=caller)


def parse_bytes(
    data: bytes, name: str, folder: Path, report: Report, *, caller: Place | None = None
) -> Source | None:
    """Parse the bytes of a document to a located tree, or report a single diagnostic."""

    def place(start: Mark, end: Mark) -> Place:
        return Place(Source(name, text, Tree(None, start, end), folder), (), caller)

    text = ""
    if len(data) > MAX_BYTES:
        message = (
            f"a spec may have at most {MAX_BYTES // (1024 * 1024)} MB, but this file is larger"
        )
        report.texts[name] = ""
        place(Mark(0, 0), Mark(0, 0)).error(report, "file-too-large", message)
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        report.texts[name] = text = data.decode("utf-8", "replace").removeprefix(BYTE_ORDER_MARK)
        start = _mark(before.removeprefix(BYTE_ORDER_MARK))
        message = f"the file is not UTF-8 text (byte {error.start})"
        place(start, _after(start, text)).error(report, "not-utf8", message)
        return None
    report.texts[name] = text = text.removeprefix(BYTE_ORDER_MARK)
    try:
        tree = parse_text(text)
    except YamlProblem as problem:
        end = problem.end or _after(problem.start, text)
        notes: list[Note] = []
        if (first := problem.first) is not None:
            notes.append(place(first.start, first.end).note("it first appears here", "value"))
        place(problem.start, end).error(
            report, problem.code, problem.message, notes=notes, suggestion=problem.suggestion
        )
        return None
    return Source(name, text, tree, folder)


def parse_text(text: str) -> Tree:
    """Parse a YAML document.

    Raises:
        YamlProblem: the text is not a valid document.

    """
    if bad := _UNPRINTABLE.search(text):
        what = f"U+{ord(bad.group()):04X}"
        start = _mark(text[: bad.start()])
        raise YamlProblem("yaml-syntax", f"the character {what} is not allowed", start)
    try:
        return _Builder(text).document()
    except yaml.YAMLError as error:
        if getattr(error, "problem", None) == "exceeded maximum nesting depth":
            # The scanner is ahead by many levels; what it has read has too many by itself.
            return parse_text(text[: error.problem_mark.index])  # type: ignore[attr-defined]
        from cnnspec.syntax.yaml_errors import syntax_problem

        raise YamlProblem(*syntax_problem(error, text)) from error


def _mark(before: str) -> Mark:
    """Return the position behind a text, with the lines that YAML has."""
    *lines, last = f"{before} ".splitlines()
    return Mark(len(lines), len(last) - 1)


def _after(start: Mark, text: str) -> Mark:
    """Return the position behind a character; at the end of a line there is none."""
    lines = text.splitlines()
    is_inside = start.line < len(lines) and start.column < len(lines[start.line])
    return Mark(start.line, start.column + is_inside)


class _Builder:
    """Builds the tree of a document from the events of the parser."""

    def __init__(self, text: str) -> None:
        self.parser = PARSER(text)
        self.anchors: dict[str, Tree | None] = {}
        self.aliased = 0
        self.end: Any = None
        """The end of the last value or bracket, where a block collection ends too."""

    def document(self) -> Tree:
        event = self.next()  # the start of the stream
        event = self.next()
        if isinstance(event, yaml.StreamEndEvent):
            raise YamlProblem(
                "wrong-structure", "the file is empty; a spec must be a mapping", Mark(0, 0)
            )
        tree = self.value(self.next(), 0)
        self.next()  # the end of the document
        event = self.next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise YamlProblem(
                "yaml-documents",
                "a second document starts here; a spec must be a single document",
                event.start_mark,
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
                f"the tag '{event.tag}' is not allowed; a spec must be plain data",
                event.start_mark,
            )
        if event.anchor is not None:
            self.anchors[event.anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            tree = Tree(scalar(event), event.start_mark, event.end_mark)
        elif depth == MAX_DEPTH:
            raise YamlProblem(
                "yaml-depth",
                f"this is nested more than {MAX_DEPTH} levels deep",
                event.start_mark,
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
                f"the anchor '&{event.anchor}' is not defined above",
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
            message = f"aliases expand to more than {MAX_ALIASED_VALUES} values"
            raise YamlProblem("yaml-alias", message, event.start_mark, event.end_mark)
        return tree

    def sequence(self, start: Any, depth: int) -> Tree:
        children: list[Tree] = []
        event = self.next()
        while not isinstance(event, yaml.SequenceEndEvent):
            children.append(self.value(event, depth))
            event = self.next()
        size = 1 + sum(child.size for child in children)
        values = [child.value for child in children]
        return Tree(values, start.start_mark, self.end_of(start), children, size)

    def mapping(self, start: Any, depth: int) -> Tree:
        children: dict[str | int, tuple[Tree, Tree]] = {}
        event = self.next()
        while not isinstance(event, yaml.MappingEndEvent):
            key = self.key(event)
            if key.value in children:
                problem = YamlProblem(
                    "duplicate-key",
                    f"the key '{key.value}' appears twice in this mapping",
                    key.start,
                    key.end,
                )
                problem.first = children[key.value][0]
                raise problem
            children[key.value] = (key, self.value(self.next(), depth))
            event = self.next()
        values = {key: child.value for key, (_, child) in children.items()}
        size = 1 + sum(child.size for _, child in children.values())
        return Tree(values, start.start_mark, self.end_of(start), children, size)

    def end_of(self, start: Any) -> Any:
        """Return the end of a collection; one of empty values has no more than its indicator."""
        mark = start.start_mark
        is_empty = self.end is None or self.end.index <= mark.index
        return Mark(mark.line, mark.column + 1) if is_empty else self.end

    def key(self, event: Any) -> Tree:
        if isinstance(event, yaml.ScalarEvent) and event.tag is None and event.anchor is None:
            value = scalar(event)
            if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
                return Tree(value, event.start_mark, event.end_mark)
        message = "a key must be plain text (or a whole number)"
        problem = YamlProblem("yaml-key", message, event.start_mark, event.end_mark)
        if isinstance(event, yaml.SequenceStartEvent):
            problem.suggestion = "quote a value that contains commas or brackets"
        raise problem


def scalar(event: Any) -> str | int | float | bool | None:
    """Return the value of a scalar event; only plain scalars can be anything except text."""
    if not event.implicit[0]:
        return str(event.value)
    try:
        return plain_scalar(event.value)
    except OverflowError as error:
        raise YamlProblem("yaml-number", str(error), event.start_mark, event.end_mark) from error

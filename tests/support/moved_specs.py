"""Specs of tests/bad with what is wrong in them moved into a block, a submodel or an import."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from cnnspec.compiler import Compilation, compile_file, compile_text
from cnnspec.diagnostics.report import Diagnostic, Note, Report, Span
from cnnspec.language.dump import dump_data
from cnnspec.language.parse import parse
from cnnspec.records import replace
from cnnspec.syntax.reading import parse_bytes
from tests.support.paths import BAD_FILES

NAMES = [file.name for file in BAD_FILES]
OUTER = "<text>"
"""What the spec around them is called."""


@cache
def compiled(name: str) -> Compilation:
    """A spec of tests/bad as it stands there."""
    return compile_file(Path(name))


@cache
def is_read(name: str) -> bool:
    """Whether nothing is wrong with its text and structure, so that it is written out."""
    report = Report()
    source = parse_bytes(Path(name).read_bytes(), name, Path(), report)
    return source is not None and parse(source, report) is not None and not list(report)


@cache
def is_spec(name: str) -> bool:
    """Whether its text is that of a spec, whatever is wrong with what it says."""
    source = parse_bytes(Path(name).read_bytes(), name, Path(), Report())
    return (
        source is not None and isinstance(source.tree.value, dict) and "layers" in source.tree.value
    )


@dataclass(frozen=True)
class Moved:
    """The text of a spec, with the lines of another one in it."""

    name: str
    lines: tuple[tuple[int | None, int, str], ...]
    """For each line: which one it was, if any, by how much it is indented, and what it holds."""
    in_block: bool = False
    """Whether the names of its layers are those in the block call `it`."""

    @property
    def text(self) -> str:
        return "".join(f"{' ' * by}{line}\n" for _, by, line in self.lines)

    def findings(self, caller: Note) -> list[Diagnostic]:
        """What was found in the other one, where it stands now, and called from somewhere."""
        return [
            replace(
                found,
                span=self._span(found.span),
                notes=(
                    *(replace(note, span=self._span(note.span)) for note in found.notes),
                    caller,
                ),
            )
            for found in compiled(self.name).report
        ]

    def _span(self, span: Span | None) -> Span | None:
        if span is None or span.file != self.name:
            return span
        now = {was: (line, by) for line, (was, by, _) in enumerate(self.lines, 1) if was}
        (line, by), (end_line, _) = now[span.line], now[span.end_line]
        return Span(OUTER, line, span.column + by, end_line, span.end_column + by)

    def without_prefix(self, found: Diagnostic) -> Diagnostic:
        """A finding with the names of layers as they were."""
        notes = (replace(note, message=self._plain(note.message)) for note in found.notes)
        return replace(found, message=self._plain(found.message), notes=tuple(notes))

    def _plain(self, message: str) -> str:
        return re.sub(r"\b(it/|it_)", "", message) if self.in_block else message


def note(line: int, column: int, what: str) -> Note:
    """The note on what calls, in the spec around."""
    return Note("called from here", Span(OUTER, line, column, line, column + len(what)))


def _sections(name: str) -> Iterator[tuple[str, list[tuple[int, str]]]]:
    """The lines of every section of a spec, with their numbers."""
    lines = list(enumerate(Path(name).read_text("utf-8").splitlines(), 1))
    starts = [at for at, (_, line) in enumerate(lines) if re.match("[a-z]", line)]
    for start, end in zip(starts, [*starts, len(lines)][1:], strict=True):
        yield lines[start][1].partition(":")[0], lines[start:end]


Lines = list[tuple[int | None, int, str]]


def _parts(name: str) -> tuple[Lines, Lines, list[tuple[int, str]]] | None:
    """The sections of a spec, its blocks, and its steps, in which the mistake is.

    None where that would be another mistake in other steps, or the mistake is in none of them.
    """
    if not is_spec(name):
        return None
    sections = dict(_sections(name))
    if sections.keys() & {"outputs", "train"}:
        return None
    steps, blocks = sections.pop("layers"), sections.pop("blocks", [])
    (found,) = compiled(name).report
    if found.span is None or not steps[0][0] <= found.span.line <= steps[-1][0]:
        return None
    others: Lines = [(number, 0, line) for lines in sections.values() for number, line in lines]
    return others, [(number, 0, line) for number, line in blocks], steps


def in_block(name: str, *, called: bool = True) -> Moved | None:
    """The steps of a spec as those of the block `it`, which its last line calls, if anything does.

    None where that would be another mistake, or the mistake is in none of the steps.
    """
    if (parts := _parts(name)) is None:
        return None
    lines, blocks, steps = parts
    lines += [(blocks[0][0] if blocks else None, 0, "blocks:"), (None, 2, "it:")]
    lines += [(number, 4, line) for number, line in steps]
    lines += [*blocks[1:], (None, 0, "layers:")]
    last = "- it: {name: it}" if called else _another_step(name)
    return Moved(name, (*lines, (None, 2, last)), True)


def in_no_repetition(name: str) -> Moved | None:
    """The steps of a spec as the branch `layers` of a step that is repeated zero times.

    None where that would be another mistake, or the mistake is in none of the steps.
    """
    if (parts := _parts(name)) is None:
        return None
    lines, blocks, steps = parts
    lines += [*blocks, (None, 0, "layers:"), (None, 2, "- Concatenate:"), (None, 6, "repeat: 0")]
    lines += [(None, 6, f"from: {_first_input(name)}")]
    lines += [(None, 6, "branches:"), *((number, 8, line) for number, line in steps)]
    return Moved(name, (*lines, (None, 2, _another_step(name))))


def _first_input(name: str) -> str:
    return next(iter(_inputs(name)))


def _another_step(name: str) -> str:
    return f"- Identity: {{from: {_first_input(name)}}}"


def in_place(name: str) -> Moved | None:
    """A spec as the submodel `base`, written in place; None where it cannot be read there."""
    if not is_spec(name):
        return None
    lines = enumerate(Path(name).read_text("utf-8").splitlines(), 1)
    first, *rest = around(name, "").splitlines()
    head = ((None, 0, first), (None, 0, "submodels:"), (None, 2, "base:"), (None, 4, "spec:"))
    inner = ((number, 6, line) for number, line in lines)
    return Moved(name, (*head, *inner, *((None, 0, line) for line in rest)))


def around(name: str, submodel: str) -> str:
    """A spec that calls the submodel `base`, which is what a spec of tests/bad says."""
    inner, inputs = compiled(name), _inputs(name)
    sections = {
        "inputs": inputs,
        "layers": [{"base": {"name": "called", "from": [*inputs]}}],
    }
    if inner.checked is not None:
        first = inner.checked.graph.outputs[0].name
        sections["outputs"] = {"end": {"from": f"called/{first}"}}
    return f"cnnspec: 1\n{submodel}{dump_data(sections)}"


def _inputs(name: str) -> dict[str, Any]:
    """The inputs of a spec; those that most have, where its own cannot be understood."""
    document = compiled(name).document
    inputs = document.to_data().get("inputs", {}) if document else {}
    tried = {
        "cnnspec": 1,
        "inputs": inputs,
        "layers": [{"Identity": {"from": next(iter(inputs), "")}}],
    }
    fine = bool(inputs) and not compile_text(dump_data(tried).encode()).report.has_errors
    return inputs if fine else {"image": [28, 28, 1]}

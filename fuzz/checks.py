"""What must hold of every answer, whatever was asked."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cnnspec.backends.python.models import NoScript
from cnnspec.backends.python.script import script
from cnnspec.compiler import Compilation, compile_text
from cnnspec.decompile.flat import written_out
from cnnspec.diagnostics.report import Diagnostic, Report
from cnnspec.diagnostics.reporters import as_github, as_json, as_sarif, as_text
from cnnspec.diff.compare import compare
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.dump import dumps
from cnnspec.language.formatting.formatter import ChangedMeaning, formatted
from cnnspec.mistakes.fixing import fixed
from cnnspec.syntax.reading import parse_bytes

FILE = "spec.yaml"
NO_PLACE = ("weights-not-checked",)
"""The codes of what is about no place in a file."""
OF_PYTHON = re.compile(r"Traceback|<[\w.]+ object at|<class |NoneType|pydantic|Error\(")


def check_text(data: bytes, folder: Path) -> Iterator[str]:
    """Compile a text in a folder, and yield what does not hold."""

    def compiled(text: bytes) -> Compilation:
        return compile_text(text, FILE, folder=folder, root=folder)

    compilation = compiled(data)
    yield from check_report(compilation.report)
    source = parse_bytes(data, FILE, folder, Report())
    if source is not None and compilation.document is not None:
        yield from _check_format(source.text)
    if source is not None and compilation.report.has_errors:
        fixed(FILE, source.text, lambda text: compiled(text.encode(errors="surrogatepass")))
    if compilation.checked is not None:
        yield from _check_model(compilation.checked, folder)


def check_report(report: Report) -> Iterator[str]:
    """Yield what is wrong with diagnostics: places that are not in the text, words of Python."""
    for each in report:
        yield from _check_place(each, report)
        said = f"{each.message} {each.suggestion or ''}"
        if OF_PYTHON.search(said):
            yield f"words of Python: {said[:200]}"
    for form in (as_text, as_json, as_github, as_sarif):
        form(report)


def _check_place(found: Diagnostic, report: Report) -> Iterator[str]:
    span = found.span
    if span is None:
        if found.code not in NO_PLACE:
            yield f"{found.code} has no place"
        return
    lines = report.texts.get(span.file, "").splitlines() or [""]
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    if not (1 <= span.line <= len(lines) + 1 and span.column >= 1 and start <= end):
        yield f"{found.code} is at {start} to {end} of {len(lines)} lines"


def _check_format(text: str) -> Iterator[str]:
    try:
        once = formatted(text)
    except ChangedMeaning as error:
        yield f"formatting changes the meaning: {error}"
        return
    if formatted(once) != once:
        yield "formatting twice is not formatting once"
    before, after = (
        parse_bytes(each.encode(errors="surrogatepass"), FILE, Path(), Report())
        for each in (text, once)
    )
    if before is None or after is None or _said(before.tree.value) != _said(after.tree.value):
        yield "a formatted text has another meaning"


def _said(value: Any) -> str:
    """Return a value as text; the order of keys does not count."""
    if isinstance(value, dict):
        return repr(sorted((repr(key), _said(item)) for key, item in value.items()))
    return repr([_said(item) for item in value] if isinstance(value, list) else value)


def _check_model(checked: CheckedGraph, folder: Path) -> Iterator[str]:
    once = dumps(written_out(checked.graph, folder))
    again = compile_text(once.encode(errors="surrogatepass"), FILE, folder=folder, root=folder)
    if again.checked is None:
        errors = [each for each in again.report if each.severity == "error"]
        yield f"the expanded spec is refused: {errors[:1]}"
        return
    if dumps(written_out(again.checked.graph, folder)) != once:
        yield "expanding twice is not expanding once"
    if not compare(checked, checked).is_empty:
        yield "a spec differs from itself"
    if not compare(checked, again.checked).is_empty:
        yield "a spec differs from what it is expanded to"
    try:
        ast.parse(script(checked))
    except NoScript:
        pass
    except SyntaxError as error:
        yield f"the script is no Python: {error}"

"""The pipeline on one page: text -> Document -> Graph -> CheckedGraph -> warnings.

Text that is no document ends it; what is wrong from there on is reported all at once.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from cnnspec.diagnostics import Report, SpecError
from cnnspec.document import Document
from cnnspec.expand import expand
from cnnspec.graph import CheckedGraph
from cnnspec.infer import infer
from cnnspec.lint import lint
from cnnspec.loading import Loader, shown_path
from cnnspec.parse import parse
from cnnspec.records import Record
from cnnspec.source import Place, Source, parse_bytes, read
from cnnspec.weights import check_weights


class Compilation(Record):
    """All that came out of one spec."""

    report: Report
    source: Source | None = None
    document: Document | None = None
    checked: CheckedGraph | None = None
    """None where there are errors, and for a file that only defines blocks."""


def compile_file(
    path: Path, *, overrides: Mapping[str, Any] | None = None, root: Path | None = None
) -> Compilation:
    """Compile the spec in a file.

    Raises:
        OSError: the file is missing or cannot be read.

    """
    report = Report()
    source = read(path, report, name=shown_path(path))
    return _compile_source(source, report, (path.resolve(),), overrides, root)


def compile_text(
    text: bytes,
    name: str = "<stdin>",
    *,
    folder: Path | None = None,
    overrides: Mapping[str, Any] | None = None,
    root: Path | None = None,
) -> Compilation:
    """Compile the text of a spec; relative paths in it start at `folder`, or here."""
    report = Report()
    source = parse_bytes(text, name, folder or Path(), report)
    return _compile_source(source, report, (), overrides, root)


def compile_archive(path: Path) -> Compilation:
    """Compile the model of a `.keras` file, read as data; its weights are not read.

    Raises:
        OSError: the file is missing or cannot be read.

    """
    from cnnspec.frontends import read_archive

    with path.open("rb"):
        return _compile_read(lambda: read_archive(path), f"'{shown_path(path)}': ")


def compile_json(text: str) -> Compilation:
    """Compile what `keras.Model.to_json` gives."""
    from cnnspec.frontends import read_json

    return _compile_read(lambda: read_json(text), "")


def _compile_read(read_model: Callable[[], Document], where: str) -> Compilation:
    """Compile a model that is read as data."""
    from cnnspec.frontends import UnreadableModel

    try:
        return compile_document(read_model())
    except UnreadableModel as error:
        report = Report()
        report.error("unreadable-model", f"{where}{error}")
        return Compilation(report, None)


def compile_document(
    document: Document, *, overrides: Mapping[str, Any] | None = None, root: Path | None = None
) -> Compilation:
    """Compile a document that was built in Python; relative paths in it start here."""
    return _compile(document, None, Report(), (), overrides, root)


def _compile_source(
    source: Source | None,
    report: Report,
    reading: tuple[Path, ...],
    overrides: Mapping[str, Any] | None,
    root: Path | None,
) -> Compilation:
    document = parse(source, report) if source else None
    if source is None or document is None:
        return Compilation(report, source)
    return _compile(document, source, report, reading, overrides, root)


def _compile(
    document: Document,
    source: Source | None,
    report: Report,
    reading: tuple[Path, ...],
    overrides: Mapping[str, Any] | None,
    root: Path | None,
) -> Compilation:
    loader = Loader(report, root)
    place = Place(source, ())
    graph = expand(document, place, loader, overrides=overrides, reading=reading)
    checked = None if document.is_library else infer(graph, report)
    if checked is not None:
        check_weights(checked, report)
    if report.has_errors:
        checked = None
    else:
        lint(document, checked, place, report)
    report.ignore(document.ignore)
    return Compilation(report, source, document, checked)


def checked_or_raise(compilation: Compilation) -> CheckedGraph:
    """The checked graph of a compilation.

    Raises:
        SpecError: there is none.

    """
    if compilation.checked is None:
        if not compilation.report.has_errors:
            message = "this file only defines blocks for other specs to import; it has no model"
            place = Place(compilation.source, ())
            place.error(compilation.report, "not-a-model", message, "start")
        raise SpecError(compilation.report)
    return compilation.checked

"""A located tree to a Document; what pydantic finds becomes located diagnostics."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from cnnspec.declarations import shown
from cnnspec.diagnostics import Report, did_you_mean
from cnnspec.document import (
    FROM_TEXT,
    Block,
    Document,
    Input,
    Output,
    Phase,
    Submodel,
    Train,
    missing_section,
)
from cnnspec.recovery import without
from cnnspec.source import Source, TreePath

_STRUCTURES = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "string_type": "text",
    "string_pattern_mismatch": "a name of letters, digits, '_', '-', '.' and spaces",
}


def parse(source: Source, report: Report) -> Document | None:
    """Read a document.

    Where the rest can be understood without what is wrong, it is: unknown keys are passed over, a
    step that is none keeps its place and name, and an output only its tensor.
    """
    data = source.tree.value
    if not isinstance(data, dict):
        message = f"a spec is a mapping that starts with `cnnspec: 1`, not {_sort(data)}"
        report.error("wrong-structure", message, source.span())
        return None
    if not _has_version(source, data, report):
        return None
    document: Document | None
    try:
        document = Document.model_validate(data, context=FROM_TEXT)
    except ValidationError as error:
        document = _understood(data, error, source, report)
        if document is None:
            return None
    if not document.is_library and not _is_model(document, source, report):
        return None
    return document


def _sort(data: object) -> str:
    return "a list" if isinstance(data, list) else shown(data)


def _has_version(source: Source, data: dict[str, Any], report: Report) -> bool:
    if "cnnspec" not in data:
        message = "the key 'cnnspec' is missing; a spec starts with `cnnspec: 1`"
        report.error("missing-key", message, source.start())
        return False
    version = data["cnnspec"]
    if version != 1 or isinstance(version, bool):
        message = f"this is version {shown(version)} of the language; this release reads version 1"
        report.error("unsupported-version", message, source.span(("cnnspec",)))
        return False
    return True


def _is_model(document: Document, source: Source, report: Report) -> bool:
    mistyped = {found.suggestion for found in report if found.code == "unknown-key"}
    for key in document.missing():
        if f"did you mean '{key}'?" in mistyped:
            return False
        there = key in source.tree.value
        span = source.span((key,), on_key=True) if there else source.start()
        report.error("missing-key", missing_section(key, there=there), span)
        return False
    return True


def _report(error: ValidationError, source: Source, report: Report) -> Iterator[TreePath]:
    """Report every finding; yield the path of each. A mistyped key is not also missing."""
    mistyped = {
        (path[:-1], did_you_mean(str(path[-1]), _keys_at(path[:-1])))
        for details in error.errors(include_url=False)
        if details["type"] == "extra_forbidden" and (path := _document_path(details["loc"]))
    }
    for details in error.errors(include_url=False):
        path = _document_path(details["loc"])
        yield path
        sort, last = details["type"], path[-1] if path else ""
        if sort == "cnnspec":
            context = details["ctx"]
            span = source.span(path[:-1], on_key=True) if last == "[key]" else source.span(path)
            report.error(context["code"], context["message"], span)
        elif sort == "extra_forbidden":
            known = _keys_at(path[:-1])
            message = f"the language has no key '{last}' here"
            suggestion = did_you_mean(str(last), known)
            span = source.span(path, on_key=True)
            report.error("unknown-key", message, span, suggestion=suggestion)
        elif sort == "missing" and (path[:-1], f"did you mean '{last}'?") in mistyped:
            continue
        elif sort == "missing":
            span = source.span(path[:-1], on_key=True)
            report.error("missing-key", f"the key '{last}' is missing here", span)
        else:
            wanted = _STRUCTURES.get(sort, "something else")
            message = f"this must be {wanted}, not {shown(details['input'])}"
            report.error("wrong-structure", message, source.span(path))


def _document_path(loc: TreePath) -> TreePath:
    """A path of pydantic's as the document has it, without the words that only the models have."""
    inner = {("branches", "steps"), ("spec", "path"), ("spec", "document")}
    pairs = zip((None, *loc), loc, strict=False)
    return tuple(part for before, part in pairs if (before, part) not in inner)


_SECTIONS: dict[str, type[BaseModel]] = {
    "blocks": Block,
    "submodels": Submodel,
    "inputs": Input,
    "outputs": Output,
}


def _keys_at(path: TreePath) -> list[str]:
    """The keys that the language has in the mapping that a path leads to."""
    model: type[BaseModel] = Document
    if path:
        model = _SECTIONS.get(str(path[0]), Document)
    if path[:1] == ("train",):
        model = Phase if len(path) > 1 else Train
    return [field.alias or name for name, field in model.model_fields.items()]


def _understood(
    data: Any, error: ValidationError, source: Source, report: Report
) -> Document | None:
    """Report what is wrong; the document without it, or None where that makes no sense."""
    paths = list(_report(error, source, report))
    unknown = [
        _document_path(details["loc"])
        for details in error.errors(include_url=False)
        if details["type"] == "extra_forbidden"
    ]
    rest = without(data, paths, unknown)
    try:
        return None if rest is None else Document.model_validate(rest, context=FROM_TEXT)
    except ValidationError:
        return None

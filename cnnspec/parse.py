"""A located tree to a Document; what pydantic finds becomes located diagnostics."""

from collections.abc import Callable, Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from cnnspec.declarations import shown
from cnnspec.diagnostics import Report, did_you_mean
from cnnspec.document import (
    BROKEN_STEP,
    FROM_TEXT,
    Block,
    Document,
    Input,
    Output,
    Submodel,
    Train,
    name_problem,
)
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
        document = _understood(data, list(_report(error, source, report)))
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
    for key, example in (
        ("inputs", "`inputs: {image: [28, 28, 1]}`"),
        ("layers", "a list of steps"),
    ):
        if f"did you mean '{key}'?" in mistyped:
            return False
        if not getattr(document, key):
            there = key in source.tree.value
            message = f"'{key}' is {'empty' if there else 'missing'}; a model needs {example}"
            span = source.span((key,), on_key=True) if there else source.start()
            report.error("missing-key", message, span)
            return False
    return True


def _report(error: ValidationError, source: Source, report: Report) -> Iterator[TreePath]:
    """Report every finding; yield the path of each."""
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
        elif sort == "missing":
            span = source.span(path[:-1], on_key=True)
            report.error("missing-key", f"the key '{last}' is missing here", span)
        else:
            wanted = _STRUCTURES.get(sort, "something else")
            message = f"{wanted} stands here, not {shown(details['input'])}"
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
        model = Train if path[0] == "train" else _SECTIONS.get(str(path[0]), Document)
    return [field.alias or name for name, field in model.model_fields.items()]


def _understood(data: Any, paths: list[TreePath]) -> Document | None:
    """The document without what is wrong at some paths; None where it makes no sense then."""
    for path in paths:
        data = _without(data, path)
        if data is None:
            return None
    try:
        return Document.model_validate(data, context=FROM_TEXT)
    except ValidationError:
        return None


def _without(data: Any, path: TreePath) -> Any:
    """A copy of a document's data in which what is wrong at a path does no more harm.

    None where the rest could not be understood without it.
    """
    if path[-1:] == ("[key]",):
        return None
    steps = [place for place, part in enumerate(path) if part == "layers" or part == "branches"]
    if steps:
        at = steps[-1] + (2 if path[steps[-1]] == "layers" else 3)
        return _changed(data, path[:at], _broken) if len(path) >= at else None
    if path[0] == "outputs" and len(path) > 2 and path[2] != "from":
        return _changed(
            data, path[:2], lambda output: {"from": output["from"]} if "from" in output else None
        )
    if path[0] == "train" and len(path) > 1:
        return _changed(data, path[:1], lambda _: None)
    if _is_unknown_key(path):
        return _changed(
            data, path[:-1], lambda mapping: {k: v for k, v in mapping.items() if k != path[-1]}
        )
    return None


def _is_unknown_key(path: TreePath) -> bool:
    return path[-1] not in _keys_at(path[:-1]) and (len(path) == 1 or len(path) == 3)


def _broken(step: Any) -> Any:
    """What stands for a step that is none: it keeps its name, so that its readers stay silent."""
    names = [step.get("name")] if isinstance(step, dict) else []
    inner = next(iter(step.values()), None) if isinstance(step, dict) else None
    names += [inner.get("name")] if isinstance(inner, dict) else []
    name = next((name for name in names if name_problem(name) is None), None)
    return {BROKEN_STEP: {} if name is None else {"name": name}}


def _changed(data: Any, path: TreePath, change: Callable[[Any], Any]) -> Any:
    """A copy of nested data with the value at a path changed."""
    if not path:
        return change(data)
    head, rest = path[0], path[1:]
    if isinstance(data, list):
        at = int(head)
        return [*data[:at], _changed(data[at], rest, change), *data[at + 1 :]]
    if not isinstance(data, dict):
        return None
    if len(data) == 1 and head not in data:
        ((kind, inner),) = data.items()
        return {kind: _changed(inner, path, change)}
    return {**data, head: _changed(data[head], rest, change)}

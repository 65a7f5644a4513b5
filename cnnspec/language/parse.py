"""Parses a located tree to a Document; errors of pydantic become located diagnostics."""

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, TypeGuard, Union, get_args, get_origin, get_type_hints

from pydantic import ValidationError

from cnnspec.diagnostics.problems import shown
from cnnspec.diagnostics.report import Report
from cnnspec.diagnostics.suggestions import Match
from cnnspec.language.calls import FROM_TEXT, Model
from cnnspec.language.document import Document, missing_section
from cnnspec.language.recovery import without
from cnnspec.records import replace
from cnnspec.syntax.places import Place
from cnnspec.syntax.source import Source, TreePath

_STRUCTURES = {
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "list_type": "a list",
    "string_type": "text",
    "string_pattern_mismatch": "a name of letters, digits, '_', '-', '.' and spaces",
}


def parse(source: Source, report: Report, *, caller: Place | None = None) -> Document | None:
    """Parse a document; `caller` is what refers to its file in another one.

    Errors are removed if the rest can be understood without them: unknown keys are skipped, an
    invalid step keeps its position and name, and an output keeps only its tensor.
    """
    data, place = source.tree.value, Place(source, (), caller)
    if not isinstance(data, dict):
        message = f"a spec must be a mapping that starts with `cnnspec: 1`, not {_sort(data)}"
        place.error(report, "wrong-structure", message)
        return None
    if not _has_version(place, data, report):
        return None
    document: Document | None
    try:
        document = Document.model_validate(data, context=FROM_TEXT)
    except ValidationError as error:
        document = _understood(data, error, place, report)
        if document is None:
            return None
    if not document.is_library and not _is_whole(document, place, report):
        return None
    return document


def _sort(data: object) -> str:
    return "a list" if isinstance(data, list) else shown(data)


def _has_version(place: Place, data: dict[str, Any], report: Report) -> bool:
    if "cnnspec" not in data:
        message = "the key 'cnnspec' is missing; a spec must start with `cnnspec: 1`"
        place.error(report, "missing-key", message, "start")
        return False
    version = data["cnnspec"]
    if version != 1 or isinstance(version, bool):
        message = f"version {shown(version)} of the language is not supported; this release supports version 1"
        (place / "cnnspec").error(report, "unsupported-version", message)
        return False
    return True


def _is_whole(document: Document, place: Place, report: Report) -> bool:
    mistyped = {found.suggestion for found in report if found.code == "unknown-key"}
    for key in document.missing():
        if f"did you mean '{key}'?" in mistyped:
            return False
        there = key in place.value()
        message = missing_section(key, there=there)
        (place / key).error(report, "missing-key", message, "key" if there else "start")
        return False
    return True


class _Places:
    """Return the place for a path in a document, with the call of its block or submodel.

    The call is the first call of the block, or the name of a submodel that is written in place.
    """

    def __init__(self, document: Place) -> None:
        self.document = document
        self.calls: dict[TreePath, dict[str, Place]] = {}
        """Return the first call of each block, for every document in the document."""

    def at(self, path: TreePath) -> Place:
        places = [self.document]
        for position, part in enumerate(path):
            place = places[-1] / part
            match path[max(position - 2, 0) : position + 1]:
                case ("submodels", _, "spec") if isinstance(place.value(), dict):
                    place = replace(place, caller=places[-1])
                case ("blocks", str(name), _):
                    call = self.first_calls(places[-3]).get(name)
                    place = replace(place, caller=call or place.caller)
            places.append(place)
        return places[-1]

    def first_calls(self, document: Place) -> dict[str, Place]:
        if document.path not in self.calls:
            self.calls[document.path] = _first_calls(document)
        return self.calls[document.path]


def _first_calls(document: Place) -> dict[str, Place]:
    """Return the first call of each block that layers, or the blocks they call, use."""
    calls: dict[str, Place] = {}
    blocks = document / "blocks"
    waiting = [document / "layers"]
    for steps in waiting:
        for step, kind in _steps(steps):
            if isinstance(kind, str) and kind not in calls and (blocks / kind).node() is not None:
                calls[kind] = step
                waiting.append(replace(blocks / kind / "layers", caller=step))
    return calls


def _steps(place: Place) -> Iterator[tuple[Place, object]]:
    """Yield the steps of a list, each with its kind, followed by the steps in its branches."""
    steps = place.value()
    for position, step in enumerate(steps if isinstance(steps, list) else ()):
        at = place / position
        yield at, next(iter(step), None) if isinstance(step, dict) else step
        branches = (at / "branches").value()
        if isinstance(branches, dict | list):
            keys = branches if isinstance(branches, dict) else range(len(branches))
            for key in keys:
                yield from _steps(at / "branches" / key)


def _report(error: ValidationError, places: _Places, report: Report) -> Iterator[TreePath]:
    """Report every error and yield its path; a mistyped key is not reported as missing too."""
    mistyped = {
        (path[:-1], near.word)
        for details in error.errors(include_url=False)
        if details["type"] == "extra_forbidden"
        and (path := _document_path(details["loc"]))
        and (near := _near_key(path)) is not None
    }
    for details in error.errors(include_url=False):
        path = _document_path(details["loc"])
        yield path
        sort, last = details["type"], path[-1] if path else ""
        place, around = places.at(path), places.at(path[:-1])
        if sort == "cnnspec":
            code, message = details["ctx"]["code"], details["ctx"]["message"]
            if last == "[key]":
                around.error(report, code, message, "key")
            else:
                place.error(report, code, message)
        elif sort == "extra_forbidden":
            message = f"unknown key '{last}'"
            near, there = _near_key(path), around.value()
            if near is not None and isinstance(there, dict) and near.word in there:
                place.error(report, "unknown-key", message, "key", suggestion=near.text)
            else:
                place.unknown(report, "unknown-key", message, near, "key")
        elif sort == "missing" and (path[:-1], last) in mistyped:
            continue
        elif sort == "missing":
            around.error(report, "missing-key", f"the key '{last}' is missing", "key")
        else:
            wanted = _STRUCTURES.get(sort, "something else")
            message = f"this must be {wanted}, not {shown(details['input'])}"
            place.error(report, "wrong-structure", message)


def _document_path(loc: TreePath) -> TreePath:
    """Return a path of pydantic as in the document, without words that only the models have."""
    inner = {("branches", "steps"), ("spec", "path"), ("spec", "document")}
    pairs = zip((None, *loc), loc, strict=False)
    return tuple(part for before, part in pairs if (before, part) not in inner)


def _near_key(path: TreePath) -> Match | None:
    """Return the key that is meant by an unknown one."""
    from cnnspec.declarations.hints import key_match  # not needed for specs without errors

    models = _models_at(path[:-1])
    known = [key for model in models for key in model.spec_keys()]
    part = models[0].__name__.lower() if models else ""
    return key_match(part, str(path[-1]), known)


def _models_at(path: TreePath) -> list[type[Model]]:
    """Return the models of the mapping at a path."""
    hints: list[Any] = [Document]
    for part in path:
        hints = [inner for hint in hints for inner in _within(hint, part)]
    return [hint for hint in hints if _is_model(hint)]


def _within(hint: Any, part: str | int) -> Iterator[Any]:
    """Return the types that are valid at a key or position of a value."""
    if _is_model(hint):
        names = (
            name
            for name, key in zip(hint.model_fields, hint.spec_keys(), strict=True)
            if key == part
        )
        for name in names:
            yield from _choices(get_type_hints(hint, include_extras=True)[name])
    elif get_origin(hint) in (dict, list):
        yield from _choices(get_args(hint)[-1])


def _choices(hint: Any) -> Iterator[Any]:
    """Return the alternatives of a type, without annotations."""
    if get_origin(hint) is Annotated:
        yield from _choices(get_args(hint)[0])
    elif get_origin(hint) in (Union, UnionType):
        for choice in get_args(hint):
            yield from _choices(choice)
    else:
        yield hint


def _is_model(hint: object) -> TypeGuard[type[Model]]:
    return isinstance(hint, type) and issubclass(hint, Model)


def _understood(data: Any, error: ValidationError, place: Place, report: Report) -> Document | None:
    """Report errors, and return the document without them, or None if that is not possible."""
    paths = list(_report(error, _Places(place), report))
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

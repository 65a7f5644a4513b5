"""Says of errors of a model that was read which file and which layer they are about."""

from collections.abc import Sequence

from cnnspec.diagnostics.report import Report
from cnnspec.language.document import Document
from cnnspec.records import replace


def with_layers(report: Report, document: Document, file: str) -> Report:
    """Return the report on the document of a file, with the file and the layer of every error."""
    found = report.child()
    for each in report:
        if each.severity == "error":
            layer = _layer(document, each.path)
            each = replace(each, message=f"'{file}': {layer}{each.message}")
        found.add(each)
    return found


def _layer(document: Document, path: Sequence[str | int]) -> str:
    """Return the layer of the step at a path or around it, for the start of a message."""
    match path:
        case ["layers", int(place), *_]:
            step = document.layers[place]
            return f"the layer '{step.name}' ({step.kind}): "
        case ["submodels", str(key), "spec", *inner]:
            spec = document.submodels[key].spec
            return _layer(spec, inner) if isinstance(spec, Document) else ""
    return ""

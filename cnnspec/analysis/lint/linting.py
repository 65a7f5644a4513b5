"""Warnings: what can be built and trained, and is hardly ever meant.

A lint is one small function with a code of its own. It is there only if it is nearly always right;
what it is wrong about, a spec lists under `ignore`.
"""

from cnnspec.analysis.lint import heads, scaling, shapes, training, unused
from cnnspec.analysis.lint.base import DOCUMENT_LINTS, MODEL_LINTS, Finding, Model
from cnnspec.diagnostics.report import Report
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import SubmodelLayer
from cnnspec.language.document import Document
from cnnspec.syntax.places import Place

__all__ = [
    "DOCUMENT_LINTS",
    "MODEL_LINTS",
    "heads",
    "lint",
    "scaling",
    "shapes",
    "training",
    "unused",
]


def lint(document: Document, checked: CheckedGraph | None, place: Place, report: Report) -> None:
    """Add the warnings about a spec without errors.

    `checked` is its model; None for a file that only defines blocks. `place` is that of the
    document. Submodels that are written in place are part of the spec, those in other files not.
    """
    for code, of_document in DOCUMENT_LINTS.items():
        _add(report, code, *of_document(document, place))
    if checked is None:
        return
    model = Model(checked, document)
    for code, of_model in MODEL_LINTS.items():
        _add(report, code, *of_model(model))
    done: set[str] = set()
    for node in checked.nodes:
        if not isinstance(node.layer, SubmodelLayer) or node.layer.key in done:
            continue
        done.add(node.layer.key)
        said = document.submodels.get(node.layer.key)
        if said is not None and isinstance(said.spec, Document):
            inner = report.child()
            lint(said.spec, node.submodel, node.layer.graph.place, inner)
            inner.ignore(said.spec.ignore)
            report.take(inner)


def _add(report: Report, code: str, *findings: Finding) -> None:
    """Report what a lint found: once for a place, though a block may be called often."""
    told = set()
    for found in findings:
        span = found.place.span(found.where)
        if span is None or span not in told:
            message, where, notes, suggestion = (
                found.message,
                found.where,
                found.notes,
                found.suggestion,
            )
            found.place.warning(report, code, message, where, notes=notes, suggestion=suggestion)
        told.add(span)

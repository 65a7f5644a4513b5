"""Warnings about valid specs that are probably not intended.

A lint rule is a small function with its own code. It must be right nearly always; exceptions can be
listed under `ignore` in a spec.
"""

from cnnspec.analysis.lint import batches, heads, masks, metrics, scaling, shapes, training, unused
from cnnspec.analysis.lint.base import DOCUMENT_LINTS, MODEL_LINTS, Finding, Model
from cnnspec.diagnostics.report import Report
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import SubmodelLayer
from cnnspec.language.document import Document
from cnnspec.syntax.places import Place

__all__ = [
    "DOCUMENT_LINTS",
    "MODEL_LINTS",
    "batches",
    "heads",
    "lint",
    "masks",
    "metrics",
    "scaling",
    "shapes",
    "training",
    "unused",
]


def lint(document: Document, checked: CheckedGraph | None, place: Place, report: Report) -> None:
    """Add warnings about a spec without errors.

    `checked` is its model; None for a file that only defines blocks. `place` is the document.
    Submodels that are written in place are checked too, but not those in other files.
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
        submodel = document.submodels.get(node.layer.key)
        if submodel is not None and isinstance(submodel.spec, Document):
            inner = report.child()
            lint(submodel.spec, node.submodel, node.layer.graph.place, inner)
            inner.ignore(submodel.spec.ignore)
            report.take(inner)


def _add(report: Report, code: str, *findings: Finding) -> None:
    """Report the warnings of a rule, once per place, even if a block is called several times."""
    reported = set()
    for finding in findings:
        span = finding.place.span(finding.where)
        if span is None or span not in reported:
            place, where, new = finding.place, finding.where, finding.replacement
            place.warning(
                report,
                code,
                finding.message,
                where,
                notes=finding.notes,
                suggestion=finding.suggestion,
                fix=None if new is None else place.replaced_by(new, where, is_safe=False),
            )
        reported.add(span)

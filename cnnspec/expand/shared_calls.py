"""What another call of a layer may set for itself."""

from collections.abc import Mapping
from typing import Any

from cnnspec.diagnostics.problems import Failure, Problem, Problems
from cnnspec.diagnostics.report import Report
from cnnspec.expand.scopes import Scope
from cnnspec.ir.graph import SubmodelLayer
from cnnspec.language.expressions import substituted
from cnnspec.layers.base import FLAGS, Layer
from cnnspec.layers.custom import STATEMENTS, CustomLayer
from cnnspec.syntax.places import Place

OF_CALLS = (*FLAGS, *STATEMENTS)
"""The arguments that each call of a layer may set for itself."""


def called_again(
    layer: Layer | SubmodelLayer | None,
    name: str,
    step: Mapping[str, Any],
    scope: Scope,
    place: Place,
    report: Report,
) -> Layer | SubmodelLayer | Failure | None:
    """Return a layer as another call of it is, for which a step sets some arguments."""
    of_others = isinstance(layer, CustomLayer)
    if layer is None or (not step and not of_others):
        return layer
    for key in step:
        if not of_others and key in STATEMENTS:
            message = f"'{key}' is only for layer classes of your own, which '{name}' is not"
            return (place / key).error(report, "unknown-argument", message, "key")
        if isinstance(layer, SubmodelLayer):
            message = (
                f"'{name}' is a submodel, which takes no arguments, so '{key}' cannot be given"
            )
            return (place / key).error(report, "unknown-argument", message, "key")
    assert isinstance(layer, Layer)
    problems: list[Problem] = []
    given = substituted(dict(step), scope.parameters, problems)
    try:
        layer = layer if problems else layer.called_again(given)
    except Problems as refused:
        problems = list(refused.problems)
    notes = scope.parameters.nulls
    failures = [place.problem(report, each, notes=notes(step, each.at)) for each in problems]
    return failures[0] if failures else layer

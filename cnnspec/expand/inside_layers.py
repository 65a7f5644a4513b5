"""Blocks and submodels where a layer is an argument: `TimeDistributed: {layer: encoder}`."""

from typing import Any

from cnnspec.declarations.import_paths import is_import_path
from cnnspec.diagnostics.problems import Failure
from cnnspec.diagnostics.report import Report
from cnnspec.diagnostics.suggestions import closest
from cnnspec.expand.definitions import Default, Definitions
from cnnspec.expand.parameters import Parameters
from cnnspec.ir.graph import SubmodelLayer
from cnnspec.language.document import Step
from cnnspec.language.expressions import substituted
from cnnspec.layers.base import INNER, LAYERS
from cnnspec.syntax.places import Place

AT_EVERY_STEP = "TimeDistributed"
"""The kind that applies a submodel as well."""
STAND_IN = "Identity"
"""What stands for the submodel where the other arguments are checked."""


def called_inside(
    step: Step, default: Default | None, parameters: Parameters
) -> tuple[str, *tuple[str, ...]]:
    """Return the kind of the layer that is an argument of a step's, as `called_kinds` does."""
    value = step.arguments.get(INNER)
    if value is None and default is not None:
        value = default.value
    return called_kinds(substituted(value, parameters, []))


def called_kinds(value: Any) -> tuple[str, *tuple[str, ...]]:
    """Return the kind that an argument calls, and the kinds of the layers around it, inside out.

    The kind is empty if the argument is no call.
    """
    around: tuple[str, ...] = ()
    while isinstance(value, dict) and len(value) == 1:
        ((kind, arguments),) = value.items()
        if not isinstance(arguments, dict) or INNER not in arguments:
            value = kind
            break
        around, value = (str(kind), *around), arguments[INNER]
    return (value if isinstance(value, str) else "", *around)


def refused(
    kind: str,
    inside: tuple[str, *tuple[str, ...]],
    definitions: Definitions,
    place: Place,
    report: Report,
) -> Failure | None:
    """Report a block in a layer, a submodel in one that does not take it, or a misspelt submodel."""
    named, *around = inside
    at = place / INNER
    for _ in around:
        at = at / INNER
    takes = kind == AT_EVERY_STEP and not around
    wanted = "a layer or a submodel" if takes else "a layer"
    if named in definitions.blocks:
        message = f"{kind} takes {wanted}, and '{named}' is a block"
        return at.error(report, "wrong-type", message)
    if named in definitions.submodels:
        message = f"{kind} takes {wanted}, and '{named}' is a submodel; only {AT_EVERY_STEP} takes submodels"
        if around:
            message = f"'{named}' is a submodel, which cannot be in a layer in another layer"
        return at.error(report, "wrong-type", message)
    if takes and named and named not in LAYERS and not is_import_path(named):
        near = closest(named, definitions.submodels)
        if near is not None:
            message = f"unknown layer or submodel '{named}'"
            return at.unknown(report, "unknown-kind", message, near)
    return None


def several(layer: SubmodelLayer, place: Place, report: Report) -> Failure | None:
    """Report a submodel with several inputs or outputs."""
    graph = layer.graph
    for what, verb, tensors in (
        ("inputs", "passes one input to", graph.inputs),
        ("outputs", "supports only one output of", graph.outputs),
    ):
        if len(tensors) > 1:
            listed = ", ".join(each.name for each in tensors)
            message = f"{AT_EVERY_STEP} {verb} its layer, but '{layer.key}' has {len(tensors)} {what} ({listed})"
            return (place / INNER).error(report, "conflicting-arguments", message)
    return None

"""Checks the names of classes against the outputs that have them."""

from cnnspec.analysis.submodels import own_submodels
from cnnspec.diagnostics.report import Report
from cnnspec.ir.checked import CheckedGraph
from cnnspec.shapes import UNKNOWN


def check_classes(checked: CheckedGraph, report: Report) -> None:
    """Report outputs, also those of submodels, that have more or fewer classes than units.

    One unit has two classes.
    """
    for submodel in own_submodels(checked):
        check_classes(submodel, report)
    for output in checked.graph.outputs:
        if not output.classes:
            continue
        place = output.place / "classes"
        shape = checked.outputs[output.name].shape
        size = None if shape is UNKNOWN else shape[-1]
        if output.loss is not None and output.loss.labels_for(size) == ("values",):
            message = f"'{output.name}' has no classes, because {output.loss.kind()} takes values"
            place.error(report, "conflicting-arguments", message, "key")
        elif size is not None and len(output.classes) != (2 if size == 1 else size):
            units = "1 unit, so two classes" if size == 1 else f"{size} units"
            message = f"'{output.name}' has {units}, but {len(output.classes)} names of classes"
            place.error(report, "conflicting-arguments", message)

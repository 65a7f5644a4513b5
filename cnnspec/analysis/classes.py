"""Checks the names of classes against the outputs that have them."""

from collections.abc import Mapping

from cnnspec.analysis.submodels import own_submodels
from cnnspec.diagnostics.report import Report
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.graph import Output
from cnnspec.records import replace
from cnnspec.shapes import UNKNOWN
from cnnspec.syntax.places import Place


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
        size = _size(checked, output)
        if output.loss is not None and output.loss.labels_for(size) == ("values",):
            message = f"'{output.name}' has no classes, because {output.loss.kind()} takes values"
            place.error(report, "conflicting-arguments", message, "key")
        else:
            _check_count(output, size, output.classes, place, report)


def with_classes(
    checked: CheckedGraph, classes: Mapping[str, tuple[str, ...]], source: str, report: Report
) -> CheckedGraph:
    """Return a graph with the names of the classes that a trained model has.

    Reports outputs for which the spec lists other names, or that have another number of units;
    `source` is the file of the model.
    """
    outputs = []
    for output in checked.graph.outputs:
        names = classes.get(output.name, output.classes)
        if output.classes and names != output.classes:
            message = f"'{source}' was trained with other classes of '{output.name}': "
            message += ", ".join(f"'{name}'" for name in names)
            hint = "`cnnspec build` with `--weights` makes a model file with other names"
            place = output.place / "classes"
            place.error(report, "conflicting-arguments", message, suggestion=hint)
        elif not output.classes and names:
            size = _size(checked, output)
            _check_count(output, size, names, output.place, report, f" in '{source}'")
        outputs.append(replace(output, classes=names))
    return replace(checked, graph=replace(checked.graph, outputs=tuple(outputs)))


def _size(checked: CheckedGraph, output: Output) -> int | None:
    shape = checked.outputs[output.name].shape
    return None if shape is UNKNOWN else shape[-1]


def _check_count(
    output: Output,
    size: int | None,
    names: tuple[str, ...],
    place: Place,
    report: Report,
    where: str = "",
) -> None:
    if size is not None and len(names) != (2 if size == 1 else size):
        units = "1 unit, so two classes" if size == 1 else f"{size} units"
        message = f"'{output.name}' has {units}, but {len(names)} names of classes{where}"
        place.error(report, "conflicting-arguments", message)

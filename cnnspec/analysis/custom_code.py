"""Checks which packages with code of others a model needs, and whether they are allowed."""

from collections.abc import Collection, Iterator

from cnnspec.declarations.declaration import Declaration
from cnnspec.declarations.import_paths import package_of
from cnnspec.declarations.of_others import paths_in
from cnnspec.diagnostics.report import Report
from cnnspec.ir.checked import CheckedGraph
from cnnspec.syntax.places import Place

BY_OPTION = "--allow-code {package}"
BY_ARGUMENT = "allow_code=['{package}']"
"""How to allow a package on the command line, and in Python."""


def check_code(
    checked: CheckedGraph, allowed: Collection[str], report: Report, how: str = BY_OPTION
) -> None:
    """Report every class and function in a package that is not allowed; `how` allows it."""
    for place, at, path in _code(checked):
        package = package_of(path)
        if package not in allowed:
            message = (
                f"building the model needs code of the package '{package}'; "
                f"{how.format(package=package)} allows it"
            )
            for part in at:
                place = place / part
            place.error(report, "code-not-allowed", message, "value" if at else "kind")


def packages(checked: CheckedGraph) -> set[str]:
    """Return the packages whose code a model needs."""
    return {package_of(path) for path in code_of(checked)}


def code_of(checked: CheckedGraph) -> list[str]:
    """Return the import paths of all classes and functions of other packages in a model."""
    return list(dict.fromkeys(path for _, _, path in _code(checked)))


def _code(checked: CheckedGraph) -> Iterator[tuple[Place, tuple[str | int, ...], str]]:
    """Yield all import paths, each with the place of a step or output and where it is there."""
    for node in checked.nodes:
        if isinstance(node.layer, Declaration):
            for at, path in paths_in(node.layer):
                yield node.node.place, at, path
        if node.submodel is not None:
            yield from _code(node.submodel)
    for output in checked.graph.outputs:
        measures: list[tuple[tuple[str | int, ...], Declaration]] = [
            (("metrics", position), metric) for position, metric in enumerate(output.metrics)
        ]
        if output.loss is not None:
            measures.insert(0, (("loss",), output.loss))
        for where, call in measures:
            for at, path in paths_in(call):
                yield output.place, (*where, *at), path

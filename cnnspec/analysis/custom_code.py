"""Checks which packages with custom code a model needs, and whether they are allowed."""

from collections.abc import Collection, Iterator

from cnnspec.diagnostics.report import Report
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.layers.custom import CustomLayer

BY_OPTION = "--allow-code {package}"
BY_ARGUMENT = "allow_code=['{package}']"
"""How to allow a package on the command line, and in Python."""


def check_code(
    checked: CheckedGraph, allowed: Collection[str], report: Report, how: str = BY_OPTION
) -> None:
    """Report every step whose class is in a package that is not allowed; `how` allows it."""
    for node, layer in _custom_layers(checked):
        if layer.package() not in allowed:
            message = (
                f"building the model needs code of the package '{layer.package()}'; "
                f"{how.format(package=layer.package())} allows it"
            )
            node.node.place.error(report, "code-not-allowed", message, "kind")


def packages(checked: CheckedGraph) -> set[str]:
    """Return the packages whose code a model needs."""
    return {layer.package() for _, layer in _custom_layers(checked)}


def _custom_layers(checked: CheckedGraph) -> Iterator[tuple[CheckedNode, CustomLayer]]:
    for node in checked.nodes:
        if isinstance(node.layer, CustomLayer):
            yield node, node.layer
        if node.submodel is not None:
            yield from _custom_layers(node.submodel)

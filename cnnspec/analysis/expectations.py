"""Checks what specs say must hold of their models."""

from collections.abc import Sequence

from cnnspec.analysis import reasons
from cnnspec.analysis.measuring import Measures
from cnnspec.counts import of_number
from cnnspec.diagnostics.report import Note, Report
from cnnspec.ir.checked import CheckedGraph
from cnnspec.ir.expectations import Expectations, Range, Sizes, Target
from cnnspec.ir.graph import Graph
from cnnspec.shapes import UNKNOWN
from cnnspec.syntax.places import Place, Where

CODE = "expectation"
NOUNS = {
    "total_params": "parameter",
    "trainable_params": "trainable parameter",
    "macs": "multiply-accumulate",
}
"""What the numbers of the whole model count."""
NO_SPATIAL_AXES = 2
"""The most axes that a tensor without spatial axes has."""


def check_expectations(checked: CheckedGraph, report: Report) -> None:
    """Report the expectations that a model does not meet."""
    expected = checked.graph.expectations
    if expected is not None:
        _Check(checked, expected, report).run()


class _Check:
    def __init__(self, checked: CheckedGraph, expected: Expectations, report: Report) -> None:
        self.checked, self.expected, self.report = checked, expected, report
        self.measures = Measures(checked)

    def run(self) -> None:
        for key, wanted in self.expected.totals.items():
            self.total(key, wanted)
        for name, (target, wanted) in self.expected.receptive_field.items():
            if self.is_there(name, target, wanted.place):
                self.receptive_field(name, target, wanted)
        outputs = self.measures.outputs()
        for name, sizes in self.expected.outputs.items():
            self.shape(f"the output '{name}'", outputs[name], sizes)
        for name, (target, sizes) in self.expected.layers.items():
            if self.is_there(name, target, sizes.place):
                self.shape(f"'{name}'", target, sizes)

    def total(self, key: str, wanted: Range) -> None:
        number = self.measures.total(key)
        if number is None:
            message = f"expected {_counted(wanted, key)}, but their number is not known"
            self.error(wanted.place, message, reasons.of_unknown_total(key, self.measures))
        elif not wanted.holds(number):
            message = f"expected {_counted(wanted, key)}, but the model has {number:,}"
            is_too_little = wanted.least is not None and number < wanted.least
            notes = reasons.of_total(key, self.measures, is_too_little=is_too_little)
            self.error(wanted.place, message, notes)

    def is_there(self, name: str, target: Target, place: Place) -> bool:
        """Whether the model has a layer; reports layers that no output depends on."""
        if self.measures.is_there(target):
            return True
        message = f"the model does not have '{name}', because no output depends on it"
        notes = []
        graph = _graph_of(self.checked.graph, target)
        for node in graph.nodes if graph else ():
            if node.name == target.node:
                notes.append(node.place.note("it is defined here"))
        self.error(place, message, notes, "key")
        return False

    def receptive_field(self, name: str, target: Target, wanted: Range) -> None:
        size = self.measures.receptive_field(target)
        says = f"expected a receptive field of {_range(wanted)} at '{name}'"
        if size is None:
            shape = self.measures.shape(target)
            has_none = shape is not UNKNOWN and len(shape) <= NO_SPATIAL_AXES
            why = (
                f"{reasons.shape_text(shape)} has no spatial axes"
                if has_none
                else "it is not known"
            )
            self.error(wanted.place, f"{says}, but {why}", ())
        elif not wanted.holds(size):
            message = f"{says}, but it is {reasons.field_text(size)}"
            self.error(wanted.place, message, reasons.of_receptive_field(target, self.measures))

    def shape(self, what: str, target: Target, wanted: Sizes) -> None:
        shape = self.measures.shape(target)
        if shape is not UNKNOWN and shape and shape[1:] == wanted.sizes:
            return
        found = reasons.shape_text(shape)
        is_found = "its shape is not known" if shape is UNKNOWN else f"it is {found}"
        message = f"expected {what} to be {reasons.sizes_text(wanted.sizes)}, but {is_found}"
        self.error(wanted.place, message, reasons.of_shape(target, wanted.sizes, self.measures))

    def error(
        self, place: Place, message: str, notes: Sequence[Note], where: Where = "value"
    ) -> None:
        place.error(self.report, CODE, message, where, notes=notes)


def _counted(wanted: Range, key: str) -> str:
    last = wanted.least if wanted.most is None else wanted.most
    return f"{_range(wanted)} {of_number(last, NOUNS[key])}"


def _range(wanted: Range) -> str:
    if wanted.is_exact:
        return f"{wanted.least:,}"
    if wanted.least is None:
        return f"at most {wanted.most:,}"
    return (
        f"at least {wanted.least:,}"
        if wanted.most is None
        else f"{wanted.least:,} to {wanted.most:,}"
    )


def _graph_of(graph: Graph, target: Target) -> Graph | None:
    """Return the graph that a target is in."""
    for call in target.calls:
        layer = next((node.layer for node in graph.nodes if node.name == call), None)
        graph = getattr(layer, "graph", graph)
    return graph

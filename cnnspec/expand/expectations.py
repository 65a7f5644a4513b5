"""Reads the `expect` section of a spec: what its names refer to, and its numbers and shapes."""

from collections.abc import Collection
from typing import Any

from cnnspec.diagnostics.problems import Failure, shown
from cnnspec.diagnostics.report import Report
from cnnspec.diagnostics.suggestions import closest
from cnnspec.expand.cutting import known_names, named
from cnnspec.expand.interface import Interface
from cnnspec.expand.parameters import Parameters, is_number
from cnnspec.expand.results import listed
from cnnspec.expand.scopes import Names
from cnnspec.ir.expectations import Expectations, Range, Sizes, Target
from cnnspec.ir.graph import Graph, Ref, SubmodelLayer
from cnnspec.language.expect import TOTALS, Amount, Expect
from cnnspec.syntax.places import Place


def expectations(
    section: Expect,
    declared: Collection[str],
    graph: Graph,
    interface: Interface,
    parameters: Parameters,
    place: Place,
) -> Expectations:
    """Return what a section expects of a graph, without what has errors, which are reported.

    `declared` are the names of the outputs that the spec declares.
    """
    return _Section(declared, graph, interface, parameters, place / "expect").read(section)


class _Section:
    def __init__(
        self,
        declared: Collection[str],
        graph: Graph,
        interface: Interface,
        parameters: Parameters,
        place: Place,
    ) -> None:
        self.declared = declared
        self.graph, self.interface, self.parameters = graph, interface, parameters
        self.names: Names = interface.names
        self.report: Report = interface.report
        self.place = place

    def read(self, section: Expect) -> Expectations:
        totals = {
            key: found
            for key in TOTALS
            if (found := self.range(getattr(section, key), self.place / key)) is not None
        }
        fields, layers, outputs = {}, {}, {}
        for name, amount in section.receptive_field.items():
            place = self.place / "receptive_field" / name
            target, expected = self.target(name, place), self.range(amount, place)
            if target is not None and expected is not None:
                fields[name] = target, expected
        for name, written in section.layers.items():
            place = self.place / "layers" / name
            target, sizes = self.target(name, place), self.sizes(name, written, place)
            if target is not None and sizes is not None:
                layers[name] = target, sizes
        for name, written in section.outputs.items():
            place = self.place / "outputs" / name
            sizes = self.sizes(name, written, place)
            if self.is_output(name, place) and sizes is not None:
                outputs[name] = sizes
        return Expectations(totals, fields, outputs, layers)

    def range(self, amount: Amount | None, place: Place) -> Range | None:
        """Return the numbers that are expected; None after an error."""
        if amount is None:
            return None
        is_mapping = isinstance(place.value(), dict) if place.source else amount.min != amount.max
        bounds: dict[str, int | Failure] = {}
        for key in ("min", "max"):
            if (written := getattr(amount, key)) is not None:
                bounds[key] = self.bound(written, place / key if is_mapping else place)
        least, most = bounds.get("min"), bounds.get("max")
        if isinstance(least, Failure) or isinstance(most, Failure):
            return None
        if least is not None and most is not None and least > most:
            message = f"'min' is {least}, which is more than 'max', {most}"
            place.error(self.report, "conflicting-arguments", message)
            return None
        return Range(least, most, place)

    def bound(self, written: Any, place: Place) -> int | Failure:
        value = self.names.resolved(written, self.parameters, place)
        if isinstance(value, Failure):
            return value
        notes = self.parameters.nulls(written)
        if not is_number(value, whole=True):
            message = f"an expected number must be a whole number, not {shown(value)}"
            return place.error(self.report, "wrong-type", message, notes=notes)
        if value < 0:
            message = f"an expected number must be at least 0, not {value}"
            return place.error(self.report, "out-of-range", message)
        return int(value)

    def sizes(self, name: str, written: Any, place: Place) -> Sizes | None:
        """Return the shape that is expected; None after an error."""
        shape = self.names.resolved(written, self.parameters, place)
        if isinstance(shape, Failure):
            return None
        sizes = self.interface.sizes(name, shape, place, self.parameters.nulls(written))
        return None if isinstance(sizes, Failure) else Sizes(sizes, place)

    def is_output(self, name: str, place: Place) -> bool:
        """Whether the model has an output; reports it otherwise, unless the output has an error."""
        known = [each.name for each in self.graph.outputs]
        if name in known or name in self.declared or not known:
            return name in known
        message = f"the model has no output '{name}'"
        place.unknown(self.report, "unknown-name", message, closest(name, known), "key")
        return False

    def target(self, name: str, place: Place) -> Target | None:
        """Return what a name refers to; None after an error."""
        found = targets(name, self.graph)
        if len(found) == 1:
            return found[0]
        if found:
            message = (
                f"'{name}' has {len(found)} outputs ({listed(map(str, found))}); name one of them"
            )
            place.error(self.report, "unknown-output", message, "key")
        elif not self.may_have_failed(name):
            known = [*(each.name for each in self.graph.inputs), *known_names(self.graph)]
            known += inner_names(self.graph) if "/" in name else ()
            message = f"the model has no layer '{name}'"
            place.unknown(self.report, "unknown-name", message, closest(name, known), "key")
        return None

    def may_have_failed(self, name: str) -> bool:
        """Whether a name that is unknown may belong to a step with an error, which was reported."""
        is_failure = isinstance(self.names.values.get(name), Failure)
        is_counted = self.names.unnamed is not None and name.rpartition("_")[2].isdigit()
        return is_failure or is_counted or self.names.around(name) is not None


def targets(name: str, graph: Graph) -> list[Target]:
    """Return the tensors for the name of an input, layer, step, or of a layer in a submodel."""
    if any(name == each.name for each in graph.inputs):
        return [Target((), name)]
    refs, _ = named(graph, name)
    if refs:
        return [_target(ref) for ref in refs]
    for at in (at for at, letter in enumerate(name) if letter == "/"):
        for node in graph.nodes:
            if name[:at] in (node.scoped, node.name) and isinstance(node.layer, SubmodelLayer):
                inner = targets(name[at + 1 :], node.layer.graph)
                return [Target((node.name, *each.calls), each.node, each.output) for each in inner]
    return []


def _target(ref: Ref) -> Target:
    return Target((), ref.node, ref.output)


def inner_names(graph: Graph) -> list[str]:
    """Return the names of layers in submodels."""
    return [
        f"{node.scoped}/{name}"
        for node in graph.nodes
        if isinstance(node.layer, SubmodelLayer)
        for name in known_names(node.layer.graph)
    ]

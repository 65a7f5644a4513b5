"""Reads submodels: another spec, a Keras file or a known network, optionally cut and frozen."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from cnnspec.declarations.keras_versions import CODE
from cnnspec.diagnostics.budget import MAX_STEPS, TOO_MANY_STEPS
from cnnspec.diagnostics.problems import FAILED, Failure, Problem, shown
from cnnspec.expand.definitions import SubmodelDefinition
from cnnspec.expand.loading import Loader
from cnnspec.ir.graph import Application, Graph, SubmodelLayer
from cnnspec.language.calls import Call
from cnnspec.language.document import SUBMODEL_SOURCES, Document, missing_section
from cnnspec.language.expressions import substituted
from cnnspec.records import replace
from cnnspec.syntax.paths import real, shown_path
from cnnspec.syntax.places import Place

_WANTED: dict[str, Any] = {
    "application": Call,
    "frozen": bool,
    "preprocess": bool,
    "spec": str | Document,
    "until": str | list,
}
"""Keys of a submodel whose values are not text."""


class SubmodelReader:
    """Reads each submodel of a spec once."""

    def __init__(
        self, loader: Loader, expand: Callable[..., Graph], reading: tuple[Path, ...]
    ) -> None:
        self.loader = loader
        self.expand = expand
        """The function that expands a document to a graph."""
        self.reading = reading
        """The spec files that are being read, outermost first."""
        self._read: dict[str, SubmodelLayer | Failure] = {}

    def read(self, key: str, definition: SubmodelDefinition) -> SubmodelLayer | Failure:
        """Return the submodel with a name."""
        if key not in self._read:
            self._read[key] = self._submodel(key, definition)
        return self._read[key]

    def _submodel(self, key: str, definition: SubmodelDefinition) -> SubmodelLayer | Failure:
        place = definition.place
        keys = self._resolved(definition)
        if isinstance(keys, Failure):
            return keys
        weights: Path | None = None
        if keys["weights"] is not None:
            located = self.loader.locate(keys["weights"], place / "weights")
            if isinstance(located, Failure):
                return located
            weights = located
        graph: Graph | Failure
        file = application = None
        if keys["application"] is not None:
            graph, application = self._from_application(keys, definition)
        elif isinstance(keys["spec"], Document):
            graph = self._from_document(keys["spec"], replace(place / "spec", caller=place))
        elif keys["spec"] is not None:
            graph, file = self._from_spec(keys["spec"], place / "spec")
        else:
            graph, file = self._from_archive(keys["keras"], place / "keras")
            weights = weights or file
        if not isinstance(graph, Failure) and keys["until"] is not None:
            from cnnspec.expand.cutting import cut_at  # which few specs need

            graph = cut_at(graph, keys["until"], place / "until", self.loader.report)
        if isinstance(graph, Failure):
            return graph
        own, graph = graph.weights, replace(graph, weights=None)
        is_inline = isinstance(keys["spec"], Document)
        frozen = bool(keys["frozen"])
        return SubmodelLayer(
            key,
            freeze(graph) if frozen else graph,
            file,
            from_keras=keys["keras"] is not None,
            until=_listed(keys["until"]),
            weights=weights or own,
            weights_said=keys["weights"] is not None or (is_inline and own is not None),
            frozen=frozen,
            place=place,
            application=application,
        )

    def _resolved(self, definition: SubmodelDefinition) -> dict[str, Any] | Failure:
        """Return the fields of the submodel with parameters replaced."""
        resolved: dict[str, Any] = {}
        report, parameters = self.loader.report, definition.parameters
        for field_name in type(definition.submodel).model_fields:
            place = definition.place / field_name
            written = getattr(definition.submodel, field_name)
            value, inner = written, written
            if isinstance(value, Call):
                place, inner = place / value.kind, value.arguments
            problems: list[Problem] = []
            value = substituted(inner, parameters, problems)
            failures = [
                place.problem(report, each, notes=parameters.nulls(inner, each.at))
                for each in problems
            ]
            if failures:
                return failures[0]
            if isinstance(written, Call):
                value = Call(kind=written.kind, arguments=value)
            is_source = field_name in SUBMODEL_SOURCES and written is not None
            if (value is not None or is_source) and not isinstance(
                value, _WANTED.get(field_name, str)
            ):
                message, notes = f"'{field_name}' cannot be {shown(value)}", parameters.nulls(inner)
                return place.error(report, "wrong-type", message, notes=notes)
            for position, item in enumerate(value if isinstance(value, list) else ()):
                if not isinstance(item, str):
                    message = f"'{field_name}' cannot contain {shown(item)}"
                    at, notes = place / position, parameters.nulls(inner, (position,))
                    return at.error(report, "wrong-type", message, notes=notes)
            if value == []:
                message = f"'{field_name}' must not be an empty list"
                return place.error(report, "wrong-structure", message)
            resolved[field_name] = value
        return resolved

    def _from_application(
        self, keys: dict[str, Any], definition: SubmodelDefinition
    ) -> tuple[Graph | Failure, Application | None]:
        from cnnspec.expand.applications.calls import checked_application
        from cnnspec.expand.applications.networks import network

        call = definition.submodel.application
        nulls = partial(definition.parameters.nulls, call.arguments if call else {})
        application = checked_application(keys, definition.place, self.loader, nulls)
        if application is None:
            return FAILED, None
        inner = self.loader.for_part()
        graph = network(application, self.expand, inner)
        for found in [each for each in inner.report if each.severity == "error"][:1]:
            assert found.code == CODE, "a network of the package has no other errors"
            message = f"{application.declaration.kind()}: {found.message}"
            at = definition.place / "application"
            failure = at.error(self.loader.report, CODE, message, suggestion=found.suggestion)
            return failure, None
        return graph, application

    def _from_spec(self, reference: str, place: Place) -> tuple[Graph | Failure, Path | None]:
        if isinstance(path := self.loader.locate(reference, place), Failure):
            return path, None
        if real(path) in self.reading:
            message = f"'{shown_path(path)}' includes itself"
            return place.error(self.loader.report, "recursive-import", message), None
        if isinstance(read := self.loader.document(path, place), Failure):
            return read, None
        document, source = read
        if document.is_library:
            message = f"'{shown_path(path)}' defines blocks, but no model"
            return place.error(self.loader.report, "not-a-model", message), None
        file, budget = real(path), self.loader.report.budget
        if file in self.loader.graphs:
            graph, steps = self.loader.graphs[file]
            budget.steps += steps
            if budget.steps > MAX_STEPS:
                return budget.stop(
                    lambda: place.error(self.loader.report, "too-large", TOO_MANY_STEPS)
                ), path
            return graph, path
        before = budget.steps
        graph = self._expanded(document, Place(source, (), place), (*self.reading, file))
        graph = FAILED if self.loader.is_broken(path) else graph
        self.loader.graphs[file] = graph, budget.steps - before
        return graph, path

    def _from_document(self, document: Document, place: Place) -> Graph | Failure:
        for key in document.missing():
            message = missing_section(key, there=False)
            return place.error(self.loader.report, "missing-key", message)
        return self._expanded(document, place, self.reading)

    def _expanded(
        self, document: Document, place: Place, reading: tuple[Path, ...]
    ) -> Graph | Failure:
        """Return the graph of a document without errors."""
        inner = self.loader.for_part()
        graph = self.expand(document, place, inner, reading=reading)
        self.loader.report.take(inner.report)
        if inner.report.has_errors or graph.is_broken:
            return FAILED
        if graph.expectations is not None:
            self.loader.expecting.append(graph)
        return graph

    def _from_archive(self, reference: str, place: Place) -> tuple[Graph | Failure, Path | None]:
        if isinstance(path := self.loader.locate(reference, place), Failure):
            return path, None
        from cnnspec.frontends.archive import read_archive
        from cnnspec.keras_files.problems import UnreadableModel

        inner = self.loader.for_part()
        try:
            graph = self.expand(read_archive(path), Place(None, ()), inner)
            errors = [(each.code, each.message, each.suggestion) for each in inner.report]
        except UnreadableModel as error:
            errors = [("unreadable-model", str(error), None)]
        for code, message, suggestion in errors[:1]:
            code = code if code == CODE else "unreadable-model"
            message = f"'{shown_path(path)}': {message}"
            return place.error(self.loader.report, code, message, suggestion=suggestion), None
        return graph, path


def _listed(names: str | list[str] | None) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names or ())


def freeze(graph: Graph) -> Graph:
    """Return the same graph with all layers frozen, including those of submodels."""
    nodes = []
    for node in graph.nodes:
        layer = node.layer
        if isinstance(layer, SubmodelLayer):
            layer = replace(layer, graph=freeze(layer.graph), frozen=True)
        nodes.append(replace(node, layer=layer, frozen=True))
    expected = graph.expectations and graph.expectations.of_frozen()
    return replace(graph, nodes=tuple(nodes), expectations=expected)

"""Reads submodels: another spec, a Keras file or a known network, optionally cut and frozen."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cnnspec.declarations.keras_versions import CODE
from cnnspec.diagnostics.problems import Problem, shown
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.expand.definitions import SubmodelDefinition
from cnnspec.expand.loading import Loader
from cnnspec.ir.graph import Application, Graph, Output, Ref, SubmodelLayer
from cnnspec.language.calls import Call
from cnnspec.language.document import Document, missing_section
from cnnspec.language.expressions import substitute
from cnnspec.records import replace
from cnnspec.syntax.paths import shown_path
from cnnspec.syntax.places import Place

_WANTED: dict[str, Any] = {
    "application": Call,
    "frozen": bool,
    "preprocess": bool,
    "spec": str | Document,
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
        self._read: dict[str, SubmodelLayer | None] = {}

    def read(self, key: str, definition: SubmodelDefinition) -> SubmodelLayer | None:
        """Return the submodel with a name; None after an error."""
        if key not in self._read:
            self._read[key] = self._submodel(key, definition)
        return self._read[key]

    def _submodel(self, key: str, definition: SubmodelDefinition) -> SubmodelLayer | None:
        place = definition.place
        keys = self._resolved(definition)
        if keys is None:
            return None
        weights: Path | None = None
        if keys["weights"] is not None:
            weights = self.loader.locate(keys["weights"], place / "weights")
            if weights is None:
                return None
        file = application = None
        if keys["application"] is not None:
            graph, application = self._from_application(keys, place)
        elif isinstance(keys["spec"], Document):
            graph = self._from_document(keys["spec"], replace(place / "spec", caller=place))
        elif keys["spec"] is not None:
            graph, file = self._from_spec(keys["spec"], place / "spec")
        else:
            graph, file = self._from_archive(keys["keras"], place / "keras")
            weights = weights or file
        if graph is not None and keys["until"] is not None:
            graph = self._cut(graph, keys["until"], place / "until")
        if graph is None:
            return None
        own, graph = graph.weights, replace(graph, weights=None)
        is_inline = isinstance(keys["spec"], Document)
        frozen = bool(keys["frozen"])
        return SubmodelLayer(
            key,
            freeze(graph) if frozen else graph,
            file,
            from_keras=keys["keras"] is not None,
            until=keys["until"],
            weights=weights or own,
            weights_said=keys["weights"] is not None or (is_inline and own is not None),
            frozen=frozen,
            place=place,
            application=application,
        )

    def _resolved(self, definition: SubmodelDefinition) -> dict[str, Any] | None:
        """Return the fields of the submodel with parameters replaced."""
        resolved: dict[str, Any] = {}
        for field_name in type(definition.submodel).model_fields:
            place = definition.place / field_name
            try:
                value = getattr(definition.submodel, field_name)
                if isinstance(value, Call):
                    place /= value.kind
                    arguments = substitute(value.arguments, definition.parameters)
                    value = Call(kind=value.kind, arguments=arguments)
                value = substitute(value, definition.parameters)
            except Problem as problem:
                place.problem(self.loader.report, problem)
                return None
            wanted = _WANTED.get(field_name, str)
            if value is not None and not isinstance(value, wanted):
                message = f"'{field_name}' cannot be {shown(value)}"
                place.error(self.loader.report, "wrong-type", message)
                return None
            resolved[field_name] = value
        return resolved

    def _from_application(
        self, keys: dict[str, Any], place: Place
    ) -> tuple[Graph | None, Application | None]:
        from cnnspec.expand.applications.calls import checked_application
        from cnnspec.expand.applications.networks import network

        application = checked_application(keys, place, self.loader)
        if application is None:
            return None, None
        inner = self.loader.for_part()
        graph = network(application, self.expand, inner)
        for found in [each for each in inner.report if each.severity == "error"][:1]:
            assert found.code == CODE, "a network of the package has no other errors"
            message = f"{application.declaration.kind()}: {found.message}"
            at = place / "application"
            at.error(self.loader.report, CODE, message, suggestion=found.suggestion)
            return None, None
        return graph, application

    def _from_spec(self, reference: str, place: Place) -> tuple[Graph | None, Path | None]:
        if (path := self.loader.locate(reference, place)) is None:
            return None, None
        if path.resolve() in self.reading:
            message = f"'{shown_path(path)}' includes itself"
            place.error(self.loader.report, "recursive-import", message)
            return None, None
        if (read := self.loader.document(path, place)) is None:
            return None, None
        document, source = read
        if document.is_library:
            message = f"'{shown_path(path)}' defines blocks, but no model"
            place.error(self.loader.report, "not-a-model", message)
            return None, None
        reading = (*self.reading, path.resolve())
        graph = self._expanded(document, Place(source, (), place), reading)
        return None if self.loader.is_broken(path) else graph, path

    def _from_document(self, document: Document, place: Place) -> Graph | None:
        for key in document.missing():
            message = missing_section(key, there=False)
            place.error(self.loader.report, "missing-key", message)
            return None
        return self._expanded(document, place, self.reading)

    def _expanded(
        self, document: Document, place: Place, reading: tuple[Path, ...]
    ) -> Graph | None:
        """Return the graph of a document; None if it has errors, which are reported."""
        inner = self.loader.for_part()
        graph = self.expand(document, place, inner, reading=reading)
        self.loader.report.take(inner.report)
        return None if inner.report.has_errors else graph

    def _from_archive(self, reference: str, place: Place) -> tuple[Graph | None, Path | None]:
        if (path := self.loader.locate(reference, place)) is None:
            return None, None
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
            place.error(self.loader.report, code, message, suggestion=suggestion)
            return None, None
        return graph, path

    def _cut(self, graph: Graph, until: str, place: Place) -> Graph | None:
        node = next((node for node in graph.nodes if until in (node.scoped, node.name)), None)
        if node is None:
            names = [name for each in graph.nodes for name in (each.scoped, each.name)]
            message = f"the submodel has no layer '{until}'"
            suggestion = did_you_mean(until, names)
            place.error(self.loader.report, "unknown-name", message, suggestion=suggestion)
            return None
        if len(node.value) > 1:
            listed = ", ".join(str(ref) for ref in node.value)
            message = f"'{until}' has {len(node.value)} outputs ({listed}); cut at a layer with one"
            place.error(self.loader.report, "unknown-output", message)
            return None
        return cut(graph, node.value[0], node.place)


def cut(graph: Graph, until: Ref, place: Place) -> Graph:
    """Return the part of a graph that computes a tensor, which becomes the only output."""
    wanted = {until.node}
    nodes = []
    for node in reversed(graph.nodes):
        if node.name in wanted:
            nodes.append(node)
            wanted |= {ref.node for ref in node.inputs}
            wanted |= {node.shares} if node.shares else set()
    return replace(
        graph,
        inputs=tuple(each for each in graph.inputs if each.name in wanted),
        nodes=tuple(reversed(nodes)),
        outputs=(Output(until.node, until, place),),
    )


def freeze(graph: Graph) -> Graph:
    """Return the same graph with all layers frozen, including those of submodels."""
    nodes = []
    for node in graph.nodes:
        layer = node.layer
        if isinstance(layer, SubmodelLayer):
            layer = replace(layer, graph=freeze(layer.graph), frozen=True)
        nodes.append(replace(node, layer=layer, frozen=True))
    return replace(graph, nodes=tuple(nodes))

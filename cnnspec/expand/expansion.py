"""Expands a Document to a Graph: blocks, repetitions, branches and parameters are resolved."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cnnspec.diagnostics.problems import Failure, shown
from cnnspec.diagnostics.suggestions import did_you_mean
from cnnspec.expand.definitions import gather
from cnnspec.expand.interface import Interface
from cnnspec.expand.layer_names import LayerNames, explicit_names
from cnnspec.expand.loading import Loader
from cnnspec.expand.parameters import NO_PARAMETERS, Parameters, resolve_parameters
from cnnspec.expand.scopes import Names, Scope, Value
from cnnspec.expand.steps import Writer
from cnnspec.expand.submodels import SubmodelReader
from cnnspec.expand.training import training
from cnnspec.expand.unread import check_unread, unused_submodels
from cnnspec.ir.graph import Graph, Ref
from cnnspec.language.document import Document
from cnnspec.naming import model_name
from cnnspec.records import replace
from cnnspec.syntax.places import Place


def expand(
    document: Document,
    place: Place,
    loader: Loader,
    *,
    overrides: Mapping[str, Any] | None = None,
    reading: tuple[Path, ...] = (),
) -> Graph:
    """Expand a document to a graph; errors are added to the report of the loader.

    `overrides` replace parameters of the spec; `reading` lists the spec files that are being read.
    """
    report = loader.report
    given = dict(overrides or {})
    for name in (each for each in given if each not in document.params):
        suggestion = did_you_mean(name, document.params)
        message = f"the spec has no parameter '{name}'"
        place.error(report, "unknown-parameter", message, suggestion=suggestion)
    parameters = resolve_parameters(document.params, given, NO_PARAMETERS, place / "params", report)
    definitions = gather(document, place, parameters, loader)
    reader = SubmodelReader(loader, expand, reading)
    names = Names(report, LayerNames(document.unnamed, explicit_names(document.layers)))
    writer = Writer(definitions, reader, names, report)
    interface = Interface(names, report, loader.keras)
    graph = _graph(document, parameters, place, writer, interface, loader.root)
    check_unread(document, writer)
    unused = tuple(unused_submodels(writer))
    weights = _weights(document.weights, parameters, place, names, loader)
    graph = replace(
        graph,
        weights=weights,
        unused=unused,
        values=names.of_no_layer(),
        is_broken=names.has_failed,
    )
    if document.expect is None:
        return graph
    from cnnspec.expand.expectations import expectations  # which few specs have

    expected = expectations(document.expect, document.outputs, graph, interface, parameters, place)
    return replace(graph, expectations=expected)


def _weights(
    said: str | None, parameters: Parameters, place: Place, names: Names, loader: Loader
) -> Path | None:
    """Return the weights file of the model, if any."""
    at = place / "weights"
    reference = names.resolved(said, parameters, at)
    if isinstance(reference, str):
        located = loader.locate(reference, at)
        return None if isinstance(located, Failure) else located
    if reference is not None and not isinstance(reference, Failure):
        at.error(loader.report, "wrong-type", f"'weights' cannot be {shown(reference)}")
    return None


def default_name(place: Place) -> str:
    """Return the default name of a model: that of its file, if it has one."""
    file = place.source.name if place.source else "<>"
    return "model" if file.startswith("<") else model_name(Path(file).stem)


def _graph(
    document: Document,
    parameters: Parameters,
    place: Place,
    writer: Writer,
    interface: Interface,
    root: Path | None,
) -> Graph:
    found = [
        interface.input(name, said, parameters, place / "inputs" / name)
        for name, said in document.inputs.items()
    ]
    inputs = tuple(each for each in found if not isinstance(each, Failure))
    for name in document.inputs:
        writer.names.define(name, (Ref(name),), place / "inputs" / name, is_layer=True)
    start: Value = ()
    if len(found) == 1:
        start = found[0] if isinstance(found[0], Failure) else (Ref(found[0].name),)
    scope = Scope(
        "",
        parameters,
        start,
        several_inputs=tuple(document.inputs) if len(document.inputs) > 1 else (),
        explicit=explicit_names(document.layers),
    )
    last = writer.run(document.layers, scope, place / "layers")
    outputs = interface.outputs(document, last, scope, place)
    return Graph(
        document.name or default_name(place),
        inputs,
        tuple(writer.names.nodes),
        outputs,
        interface.optimizer(document, parameters, place),
        place,
        interface.ignored(document, place / "ignore"),
        training(document, parameters, place, outputs, interface, root),
    )

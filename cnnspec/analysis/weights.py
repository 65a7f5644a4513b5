"""Compares weights in files with models, strictly and by layer name."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from cnnspec.counts import counted
from cnnspec.diagnostics.problems import with_article
from cnnspec.diagnostics.report import Note, Report
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import SubmodelLayer
from cnnspec.layers.base import Weight, stored_at
from cnnspec.records import Record
from cnnspec.shapes import text
from cnnspec.syntax.paths import shown_path
from cnnspec.syntax.places import Place

if TYPE_CHECKING:
    from cnnspec.keras_files.stored import StoredLayer


def misfits(
    model: CheckedGraph, stored: "StoredLayer", *, whole: bool, prefix: str = ""
) -> list[str]:
    """Return why stored weights do not match a model, one sentence per layer.

    With `whole`, additional layers in the file are reported too. `prefix` is the path of the models
    around this one.
    """
    messages = []
    known = set()
    for node in model.nodes:
        if node.is_first_call:
            known |= {node.node.layer_name, node.keras_name}
            messages += _misfits_of(node, stored.of(node), whole, prefix)
    return messages + (_left_over(stored, known, prefix) if whole else [])


def _left_over(stored: "StoredLayer", known: set[str], prefix: str) -> list[str]:
    return [
        f"the file has weights for '{prefix}{name}', which is not a layer of the model"
        for name, layer in stored.layers.items()
        if name not in known and not layer.is_empty()
    ]


def _misfits_of(
    node: CheckedNode, stored: "StoredLayer | None", whole: bool, prefix: str
) -> list[str]:
    name = prefix + node.node.layer_name
    if node.submodel is not None and stored is not None:
        return misfits(node.submodel, stored, whole=whole, prefix=f"{name}/")
    if not node.weights_known:
        return []
    if node.submodel is not None:
        return [] if node.params == 0 else [f"the file has no weights for '{name}'"]
    wanted = stored_at(node.weights)
    has = {path: tuple(each.shape) for path, each in stored.variables.items()} if stored else {}
    if wanted and not has:
        return [f"the file has no weights for '{name}'"]
    messages: list[str] = []
    for part in dict.fromkeys(path.rpartition("/")[0] for path in (*wanted, *has)):
        weights = {path: each for path, each in wanted.items() if path.rpartition("/")[0] == part}
        shapes = {path: each for path, each in has.items() if path.rpartition("/")[0] == part}
        messages += _misfit(f"{name}/{part}" if part else name, weights, shapes, inner=part != "")
    if not messages and stored is not None and whole:
        return _left_over(stored, set(), f"{name}/")
    return messages


def _misfit(
    name: str, weights: dict[str, Weight], shapes: dict[str, tuple[int, ...]], *, inner: bool
) -> Iterator[str]:
    """Yield the differences of a layer and of the layers inside it, whose weights are known by path."""
    if {path: weight.shape for path, weight in weights.items()} == shapes:
        return
    if not shapes:
        yield f"the file has no weights for '{name}'"
        return
    if inner and not weights:
        yield f"the file has weights for '{name}', which is not a layer of the model"
        return
    missing = next((path for path in weights if path not in shapes), None)
    if missing is not None and len(weights) == len(shapes):
        other = next(path for path in shapes if path not in weights)
        yield f"the file has no weight '{missing}' for '{name}', but '{other}'"
        return
    for weight, shape in zip(weights.values(), shapes.values(), strict=False):
        if weight.shape != shape:
            named = with_article(weight.name)
            yield f"'{name}' has {named} with shape {text(weight.shape)}, but the file has {text(shape)}"
            return
    yield f"'{name}' has {counted(len(weights), 'weight')}, but the file has {len(shapes)}"


def check_weights(model: CheckedGraph, report: Report) -> None:
    """Compare the weights files of a spec with their models."""
    file = model.graph.weights
    if file is not None:
        place = model.graph.place / "weights"
        _check_file(_Use(model, file, place, f"'{model.name}'"), report)
    for node in model.nodes:
        if node.submodel is None or not node.is_first_call:
            continue
        if (use := _use(node, node.submodel)) is not None:
            _check_file(use, report)
        else:
            check_weights(node.submodel, report)


class _Use(Record):
    """A weights file, and its model."""

    model: CheckedGraph
    file: Path
    place: Place
    called: str
    is_whole: bool = True
    is_counted: bool = False
    """Whether the layers may have the numbers of another process."""


def _use(node: CheckedNode, model: CheckedGraph) -> _Use | None:
    """Return the weights file of a submodel; None if it has none."""
    layer = node.layer
    assert isinstance(layer, SubmodelLayer)
    called, is_whole = f"'{layer.key}'", not layer.until
    if layer.weights is not None:
        source = "keras" if layer.from_keras else "spec"
        place = layer.place / ("weights" if layer.weights_said else source)
        return _Use(model, layer.weights, place, called, is_whole)
    if layer.application is None or (file := layer.application.file) is None:
        return None
    place = layer.place / "application" / layer.application.declaration.word / "weights"
    return _Use(model, file, place, called, is_whole, is_counted=True)


def _check_file(use: _Use, report: Report) -> None:
    from cnnspec.keras_files.stored import UnreadableWeights
    from cnnspec.keras_files.weights import open_weights

    try:
        with open_weights(use.file, use.model) as stored:
            if use.is_counted:
                stored = stored.renumbered(use.model)
            messages = misfits(use.model, stored, whole=use.is_whole)
    except UnreadableWeights as error:
        messages = [str(error)]
    if messages:
        message = f"'{shown_path(use.file)}' does not match {use.called}: {messages[0]}"
        notes = [Note(other) for other in messages[1:]]
        use.place.error(report, "weights-do-not-fit", message, notes=notes)

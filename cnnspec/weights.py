"""Compares the weights in files with models: by layer name, and strictly."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from cnnspec.declarations import with_article
from cnnspec.diagnostics import Note, Report
from cnnspec.graph import CheckedGraph, CheckedNode, SubmodelLayer
from cnnspec.loading import shown_path
from cnnspec.shapes import text

if TYPE_CHECKING:
    from cnnspec.stored_weights import StoredLayer


def misfits(
    model: CheckedGraph, stored: "StoredLayer", *, whole: bool, prefix: str = ""
) -> list[str]:
    """What keeps stored weights from fitting a model, a sentence for each layer.

    With `whole`, layers of the file that the model does not have are misfits too. `prefix` names
    the models around this one.
    """
    found = []
    known = set()
    for node in model.nodes:
        if node.node.shares is None:
            known |= {node.name, node.keras_name}
            found += _misfits_of(node, stored.of(node), whole, prefix)
    return found + (_left_over(stored, known, prefix) if whole else [])


def _left_over(stored: "StoredLayer", known: set[str], prefix: str) -> list[str]:
    return [
        f"the file has weights for '{prefix}{name}', which is no layer of the model"
        for name, layer in stored.layers.items()
        if name not in known and not layer.is_empty()
    ]


def _misfits_of(
    node: CheckedNode, stored: "StoredLayer | None", whole: bool, prefix: str
) -> list[str]:
    name = prefix + node.name
    if node.submodel is not None and stored is not None:
        return misfits(node.submodel, stored, whole=whole, prefix=f"{name}/")
    if not node.weights_known:
        return []
    if node.submodel is not None:
        return [] if node.params == 0 else [f"the file has no weights for '{name}'"]
    wanted = [weight.shape for weight in node.weights]
    has = [tuple(variable.shape) for variable in stored.variables.values()] if stored else []
    is_wrapper = stored is not None and any("/" in path for path in stored.variables)
    if wanted == has or (is_wrapper and set(wanted) == set(has)):
        return _left_over(stored, set(), f"{name}/") if stored and whole else []
    if not has:
        return [f"the file has no weights for '{name}'"]
    for weight, shape in zip(node.weights, has, strict=False):
        if weight.shape != shape and not is_wrapper:
            said = with_article(weight.name)
            return [f"'{name}' has {said} of {text(weight.shape)}, the file one of {text(shape)}"]
    if is_wrapper:
        return [f"'{name}' has weights of {_shapes(wanted)}, the file {_shapes(has)}"]
    return [f"'{name}' has {len(wanted)} weights, the file {len(has)}"]


def _shapes(shapes: list[tuple[int, ...]]) -> str:
    return ", ".join(text(shape) for shape in sorted(shapes))


def check_weights(model: CheckedGraph, report: Report) -> None:
    """Compare the weights files that a spec names with the submodels that they are for."""
    for node in model.nodes:
        layer = node.layer
        if not isinstance(layer, SubmodelLayer) or node.submodel is None or node.node.shares:
            continue
        if layer.weights is None:
            check_weights(node.submodel, report)
            continue
        place = layer.place / ("weights" if layer.weights_said else "keras")
        if find_spec("h5py") is None:
            message = (
                f"the weights in '{shown_path(layer.weights)}' were not compared with the model: "
                "that needs h5py; pip install 'cnnspec[tensorflow]'"
            )
            report.warning("weights-not-checked", message, place.span())
            continue
        from cnnspec.stored_weights import UnreadableWeights, open_weights

        try:
            with open_weights(layer.weights) as stored:
                found = misfits(node.submodel, stored, whole=layer.until is None)
        except UnreadableWeights as error:
            found = [str(error)]
        if found:
            message = f"'{shown_path(layer.weights)}' does not fit '{layer.key}': {found[0]}"
            notes = tuple(Note(said) for said in found[1:])
            report.error("weights-do-not-fit", message, place.span(), notes=notes)

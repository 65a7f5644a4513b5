"""Loads weights from a file into the layers of a built model, by layer name."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnnspec.analysis.weights import misfits
from cnnspec.backends.keras.errors import WeightsDoNotFit
from cnnspec.backends.keras.loading_others import load_other
from cnnspec.counts import counted as counted_in_words
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.keras_files.stored import StoredLayer, UnreadableWeights
from cnnspec.keras_files.weights import open_weights, values
from cnnspec.layers.custom import CustomLayer
from cnnspec.naming import snake_case


@dataclass(frozen=True, slots=True)
class LoadedWeights:
    """A report on loaded weights: the file and the layers."""

    file: Path
    layers: tuple[str, ...]
    """The names of the layers, with those of the models around them."""

    def __str__(self) -> str:
        """Return one line, which the commands print."""
        count = counted_in_words(len(self.layers), "layer")
        return f"{self.file}: loaded the weights of {count} by name: {', '.join(self.layers)}"


def load_weights(
    model: Any, checked: CheckedGraph, file: Path, *, whole: bool, counted: bool = False
) -> LoadedWeights:
    """Load weights by layer name; with `whole`, every layer of the file must be in the model.

    With `counted`, the file may number unnamed layers from any number.

    Raises:
        WeightsDoNotFit: a layer is missing on either side, or a shape differs.

    """
    try:
        with open_weights(file, checked) as stored:
            if counted:
                stored = stored.renumbered(checked)
            found = misfits(checked, stored, whole=whole)
            if found:
                raise WeightsDoNotFit(
                    f"'{file}' does not match '{checked.name}': {'; '.join(found)}"
                )
            layers = tuple(_assign(model, checked, stored, ""))
    except UnreadableWeights as error:
        raise WeightsDoNotFit(f"'{file}': {error}") from None
    return LoadedWeights(file, layers)


def _assign(model: Any, checked: CheckedGraph, stored: StoredLayer, prefix: str) -> Iterator[str]:
    """Load the variables of each layer; yield the names of layers that have any."""
    layers = layers_by_name(model)
    for node in checked.layers:
        source = stored.of(node)
        if not node.is_first_call:
            continue
        layer, name = layers[node.keras_name], f"{prefix}{node.node.layer_name}"
        if isinstance(node.layer, CustomLayer):
            if load_other(layer, source, name):
                yield name
            continue
        if source is None or source.is_empty():
            continue
        if node.submodel is not None:
            model = model_of(node, layer)
            yield from _assign(model, node.submodel, source, f"{name}/")
            continue
        for path, variables in _by_path(source).items():
            _attribute(layer, path).load_own_variables(variables)
        yield name


def _by_path(stored: StoredLayer) -> dict[str, dict[str, Any]]:
    """Return the variables of a layer, and those of wrapped layers by path."""
    by_path: dict[str, dict[str, Any]] = {}
    for key, variable in stored.variables.items():
        path, _, position = key.rpartition("/")
        by_path.setdefault(path, {})[position] = values(variable)
    return by_path


def _attribute(layer: Any, path: str) -> Any:
    """Return the layer at a path of attributes; lists are indexed by class name and counter."""
    for part in path.split("/") if path else ():
        if isinstance(layer, list | tuple):
            counted: Counter[str] = Counter()
            found = {}
            for item in layer:
                name = snake_case(type(item).__name__)
                found[f"{name}_{counted[name]}" if counted[name] else name] = item
                counted[name] += 1
            layer = found[part]
        else:
            layer = getattr(layer, part)
    return layer


def model_of(node: CheckedNode, layer: Any) -> Any:
    """Return the model of a submodel from its layer, which may apply it to every step."""
    return layer if node.every_step is None else layer.layer


def layers_by_name(model: Any) -> dict[str, Any]:
    """Return the layers of a model, without those of submodels."""
    return {layer.name: layer for layer in model.layers}

"""Gives exported models the names of a spec, where Keras has only code points for their letters.

ONNX and TFLite store names as UTF-8. The names of the inputs of a SavedModel are arguments of its
functions, which TensorFlow restricts, so there the names of the spec are in a file beside the graph.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import keras

from cnnspec.naming import keras_name, spoken_name

FILE = Path("assets.extra", "names.json")
"""Where a SavedModel has files that belong to it, but not to its graph."""
_AFTER = re.compile(r"(?::|__|_\d+(?::|$)).*|$")
"""What may follow the name of a layer in the name of a tensor."""


def said_names(model: Any) -> dict[str, str]:
    """Return the names of inputs and layers with letters outside ASCII, by what they are written as."""
    names = [*(each.name for each in model.inputs or ()), *_layers(model)]
    said = {keras_name(name): spoken_name(name) for name in names}
    return {name: each for name, each in said.items() if not each.isascii()}


def said_outputs(model: Any) -> list[str] | None:
    """Return the names of the outputs; None if they are those of the layers."""
    names = getattr(model, "output_names", None)
    return [spoken_name(name) for name in names] if names else None


def exported_inputs(model: Any, form: str, names: Mapping[str, str]) -> list[str]:
    """Return the names of the inputs in an exported model."""
    renamed = input_names(form, names)
    written = [
        keras_name(each.name) if not each.name.isascii() else each.name for each in model.inputs
    ]
    return [renamed.get(name, name) for name in written]


def _layers(model: Any) -> Iterator[str]:
    for layer in getattr(model, "layers", ()):
        yield layer.name
        inner = getattr(layer, "layer", layer)
        if isinstance(inner, keras.Model):
            yield inner.name
            yield from _layers(inner)


def rename(form: str, target: Path, names: Mapping[str, str]) -> None:
    """Give an exported model the names of the spec, or write them beside it."""
    if names:
        _RENAMERS[form](target, names)


def input_names(form: str, names: Mapping[str, str]) -> Mapping[str, str]:
    """Return the names of inputs in an exported model that differ from those in Keras."""
    return {} if form == "saved_model" else names


def _renamed(name: str, names: Mapping[str, str]) -> str:
    """Return the name of a tensor or operation, whose parts may be names of layers."""
    return "/".join(_part(part, names) for part in name.split("/"))


def _part(part: str, names: Mapping[str, str]) -> str:
    if part in names:
        return names[part]
    for known, said in names.items():
        if part.startswith(known) and _AFTER.fullmatch(part, len(known)):
            return said + part[len(known) :]
    return part


def _rename_onnx(target: Path, names: Mapping[str, str]) -> None:
    import onnx

    model = onnx.load(target)
    _rename_graph(model.graph, names)
    for function in model.functions:
        _rename_nodes(function.node, names)
    onnx.save(model, target)


def _rename_graph(graph: Any, names: Mapping[str, str]) -> None:
    for each in (*graph.input, *graph.output, *graph.value_info, *graph.initializer):
        each.name = _renamed(each.name, names)
    _rename_nodes(graph.node, names)


def _rename_nodes(nodes: Any, names: Mapping[str, str]) -> None:
    for node in nodes:
        node.name = _renamed(node.name, names)
        node.input[:] = [_renamed(each, names) for each in node.input]
        node.output[:] = [_renamed(each, names) for each in node.output]
        for attribute in node.attribute:
            for graph in (
                (attribute.g, *attribute.graphs) if attribute.HasField("g") else attribute.graphs
            ):
                _rename_graph(graph, names)


def _rename_tflite(target: Path, names: Mapping[str, str]) -> None:
    from tensorflow.lite.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model(str(target))
    signatures = [each for one in model.signatureDefs or [] for each in one.inputs]
    tensors = [each for graph in model.subgraphs for each in graph.tensors]
    for each in (*signatures, *tensors):
        each.name = _renamed(each.name.decode("utf-8"), names).encode("utf-8")
    flatbuffer_utils.write_model(model, str(target))


def _write_beside(target: Path, names: Mapping[str, str]) -> None:
    file = target / FILE
    file.parent.mkdir(exist_ok=True)
    said = {said: name for name, said in names.items()}
    file.write_text(json.dumps(said, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


_RENAMERS = {
    "onnx": _rename_onnx,
    "tflite": _rename_tflite,
    "saved_model": _write_beside,
}

"""Writes a graph as a document with branches, blocks, repetitions and defaults."""

from enum import Enum, auto
from pathlib import Path
from typing import Any

from cnnspec.decompile.compact.block_names import SECTIONS
from cnnspec.decompile.compact.blocks import Blocks
from cnnspec.decompile.compact.branches import branched
from cnnspec.decompile.compact.counted import free_counted
from cnnspec.decompile.compact.defaults import common_arguments
from cnnspec.decompile.compact.lines import Uses, Value, in_reading_order, lines_of
from cnnspec.decompile.compact.steps import Writer
from cnnspec.decompile.flat import written_out
from cnnspec.ir.graph import Graph, Ref, SubmodelLayer
from cnnspec.language.document import Block, Document
from cnnspec.layers.base import LAYERS
from cnnspec.records import replace


class Names(Enum):
    """What a compact document does with the names of layers."""

    KEPT = auto()
    """Each layer has its name; a step is unnamed where its number in its scope gives the name."""
    COUNTED = auto()
    """Each layer has its name; unnamed ones are counted in the whole model, as Keras does."""
    FREE = auto()
    """Only inputs and outputs, and layers that are called several times, have their names."""


def compacted(graph: Graph, folder: Path | None = None, names: Names = Names.KEPT) -> Document:
    """Return the shortest readable document of a graph.

    It has the same meaning as `written_out(graph, folder)`, apart from names that are free.
    """
    plain = written_out(graph, folder)
    if not graph.nodes:
        return plain
    uses = Uses.of(graph)
    lines = lines_of(graph, plain.layers)
    start = _start(graph)
    outputs = {each.ref.node for each in graph.outputs}
    if names is Names.FREE:
        for line in lines:
            line.is_alone = line.is_alone or line.names[0] in outputs
            line.is_free = not line.is_alone
    lines = in_reading_order(branched(lines, uses), ends_first=names is Names.FREE)
    if names is Names.COUNTED:
        for line in lines:
            line.is_alone = line.is_alone or line.names[0] in outputs
        free_counted(lines, start, {*uses.nodes, *plain.inputs})
    words = ("shared", "previous", *SECTIONS)
    reserved = frozenset((*plain.submodels, *LAYERS.kinds, *LAYERS.aliases, *words))
    blocks = Blocks(outputs, reserved=reserved)
    blocks.call(lines)
    writer = Writer(blocks.found, is_numbered=names is Names.KEPT)
    bodies = {name: writer.block(name) for name in blocks.in_order(lines)}
    body = writer.body(lines, start, "", frozenset(plain.inputs) | outputs)
    steps = body.steps(lines, start)
    paths = {each.name: body.path(each.ref) for each in graph.outputs}
    defaults = common_arguments([*bodies.values(), steps])
    return plain.model_copy(
        update={
            "unnamed": "keras" if names is Names.COUNTED else None,
            "defaults": defaults,
            "blocks": {
                name: Block(params=blocks.found[name].parameters.defaults(), layers=layers)
                for name, layers in bodies.items()
            },
            "submodels": {
                key: _compact_submodel(submodel, key, graph, folder, names)
                for key, submodel in plain.submodels.items()
            },
            "layers": steps,
            "outputs": {
                name: output.model_copy(
                    update={"from_": None if paths[name] == name else paths[name]}
                )
                for name, output in plain.outputs.items()
            },
        }
    )


def _start(graph: Graph) -> Value:
    return (Ref(graph.inputs[0].name),) if len(graph.inputs) == 1 else ()


def _compact_submodel(
    submodel: Any, key: str, graph: Graph, folder: Path | None, names: Names
) -> Any:
    """Return a submodel, which is made compact too if it is written in place."""
    if not isinstance(submodel.spec, Document):
        return submodel
    layer = next(
        node.layer
        for node in graph.nodes
        if isinstance(node.layer, SubmodelLayer) and node.layer.key == key
    )
    inner = replace(layer.graph, training=None)
    return submodel.model_copy(update={"spec": compacted(inner, folder, names)})

"""Writes lines as the steps of a document, with names and references only if needed."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cnnspec.decompile.compact.blocks import Blocks
from cnnspec.decompile.compact.branches import branched
from cnnspec.decompile.compact.defaults import common_arguments
from cnnspec.decompile.compact.lines import Line, Uses, Value, lines_of
from cnnspec.decompile.compact.repetitions import repeated, template
from cnnspec.decompile.flat import written_out
from cnnspec.ir.graph import Graph, Ref, SubmodelLayer, handed_on
from cnnspec.language.document import Block, Branches, Document, Step
from cnnspec.layers.base import LAYERS
from cnnspec.naming import snake_case
from cnnspec.records import replace


def compacted(graph: Graph, folder: Path | None = None) -> Document:
    """Return the shortest readable document of a graph.

    It has the same meaning as `written_out(graph, folder)`.
    """
    plain = written_out(graph, folder)
    uses = Uses.of(graph)
    lines = repeated(branched(lines_of(graph, plain.layers), uses))
    reserved = frozenset((*plain.submodels, *LAYERS.kinds, *LAYERS.aliases, "shared", "previous"))
    blocks = Blocks(reserved=reserved)
    lines = blocks.called(lines)
    of_blocks: dict[str, Paths] = {}
    bodies: dict[str, list[Step]] = {}
    for name, block in blocks.found.items():  # inner blocks were found first
        prefix = f"{block.prefix}_"
        of_blocks[name] = _paths(block.lines, prefix, of_blocks)
        bodies[name] = _Body(prefix, of_blocks[name]).steps(block.lines, block.start)
    body = _Body("", _paths(lines, "", of_blocks))
    steps = body.steps(lines, _start(graph))
    paths = {each.name: body.path(each.ref) for each in graph.outputs}
    return plain.model_copy(
        update={
            "defaults": common_arguments([*bodies.values(), steps]),
            "blocks": {
                name: Block(params=block.parameters.defaults(), layers=bodies[name])
                for name, block in blocks.found.items()
            },
            "submodels": {
                key: _compact_submodel(submodel, key, graph, folder)
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


def _compact_submodel(submodel: Any, key: str, graph: Graph, folder: Path | None) -> Any:
    """Return a submodel, which is made compact too if it is written in place."""
    if not isinstance(submodel.spec, Document):
        return submodel
    layer = next(
        node.layer
        for node in graph.nodes
        if isinstance(node.layer, SubmodelLayer) and node.layer.key == key
    )
    inner = replace(layer.graph, training=None)
    return submodel.model_copy(update={"spec": compacted(inner, folder)})


Paths = dict[str, str]
"""Return the names of layers in a spec, by their Keras names."""


def _paths(lines: list[Line], prefix: str, of_blocks: dict[str, Paths]) -> Paths:
    """Return the paths of all layers of some lines, without the prefix of their names."""
    found = {}
    for line in (inner for each in lines for inner in each.inner()):
        for name in line.names:
            local = name[len(prefix) :]
            found[local] = local
            for inner, path in of_blocks.get(line.kind, {}).items():
                found[f"{local}_{inner}"] = f"{local}/{path}"
    return found


@dataclass(slots=True)
class _Body:
    """Writes the steps of a scope: those of the model, or of a block."""

    prefix: str
    """The prefix of the Keras names in this scope."""
    paths: Paths
    counted: Counter[str] = field(default_factory=Counter)

    def steps(self, lines: list[Line], above: Value) -> list[Step]:
        """Return the steps of lines that follow a value."""
        found = []
        for line in lines:
            found.append(self.step(line, above))
            above = handed_on(line.value)
        return found

    def step(self, line: Line, above: Value) -> Step:
        """Return the step of a line."""
        branches = None
        if line.branches is not None:
            written = [self.steps(each, line.inputs) for each in line.branches]
            branches = Branches(
                named=False, steps={str(at): each for at, each in enumerate(written)}
            )
        arguments = line.arguments
        if line.kind == "shared":
            arguments = {"layer": self.path(Ref(arguments["layer"]))}
        return Step(
            kind=line.kind,
            arguments=arguments,
            name=self.name(line),
            from_=None if line.inputs == above else [self.path(ref) for ref in line.inputs],
            branches=branches,
            repeat=line.times if line.times > 1 else None,
            frozen=line.frozen,
        )

    def path(self, ref: Ref) -> str:
        """Return the reference to a tensor in this scope."""
        local = ref.node.removeprefix(self.prefix)
        return str(replace(ref, node=self.paths.get(local, local)))

    def name(self, line: Line) -> str | None:
        """Return the name that a step must have; None if its numbered name is right."""
        names = tuple(name[len(self.prefix) :] for name in line.names)
        word = line.kind if line.is_block or line.kind == "shared" else snake_case(line.kind)
        count = self.counted[word]
        if names == tuple(f"{word}_{count + turn}" for turn in range(1, line.times + 1)):
            self.counted[word] += line.times
            return None
        if line.times == 1:
            return names[0]
        found = template(names)
        assert found is not None, "only lines with counted names are joined"
        before, first, after = found
        return f"{before}$({f'index + {first}' if first else 'index'}){after}"

"""CheckedGraph to DOT: a box a layer, as textbooks draw Keras models.

Ids follow from names alone, so that the same spec gives the same bytes anywhere.
"""

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

import graphviz

from cnnspec.graph import CheckedGraph, CheckedNode, Ref
from cnnspec.shapes import Shape, text

FONT = "Helvetica,Arial,sans-serif"
FROZEN_FILL = "#dbeafe"
FROZEN_LINE = "#1d4ed8"


def to_dot(checked: CheckedGraph, *, expand: bool = False) -> str:
    """The DOT source of a model's figure.

    A submodel is one box, or with `expand` a cluster of its own layers. A layer that is called
    several times is one box with all its connections.
    """
    dot = graphviz.Digraph(
        checked.name,
        graph_attr={"rankdir": "TB", "fontname": FONT, "fontsize": "12"},
        node_attr={"shape": "record", "fontname": FONT, "fontsize": "11", "height": "0.4"},
        edge_attr={"arrowsize": "0.7"},
    )
    _Drawing(dot, "", expand).draw(checked)
    return str(dot.source)


@dataclass(frozen=True, slots=True)
class _Drawing:
    dot: graphviz.Digraph
    prefix: str
    """What stands before the ids of this model's boxes: the submodels around it."""
    expand: bool

    def draw(self, checked: CheckedGraph) -> dict[str, str]:
        """Draw a model; give the box of each of its outputs, by name."""
        boxes: dict[Ref, str] = {}
        for each in checked.inputs:
            box = self.id(each.name)
            shape = (each.tensor.shape,)
            self.box(box, each.name, "InputLayer", shape, shape, frozen=False)
            boxes[Ref(each.name)] = box
        calls: dict[str, list[CheckedNode]] = {}
        for node in checked.nodes:
            calls.setdefault(node.node.layer_name, []).append(node)
        entries: dict[str, list[str]] = {}
        exits: dict[str, dict[str, str]] = {}
        for name, nodes in calls.items():
            entries[name], exits[name] = self.layer(name, nodes)
            for node in nodes:
                for output in node.outputs:
                    outs = exits[name]
                    boxes[Ref(node.name, output)] = outs.get(output or "") or next(
                        iter(outs.values())
                    )
        for node in checked.nodes:
            targets = entries[node.node.layer_name]
            for position, ref in enumerate(node.node.inputs):
                self.dot.edge(boxes[ref], targets[position % len(targets)])
        return {each.name: boxes[each.ref] for each in checked.graph.outputs}

    def layer(self, name: str, calls: list[CheckedNode]) -> tuple[list[str], dict[str, str]]:
        """Draw a layer; give the boxes that edges go to, and by output the one they come from."""
        first = calls[0]
        if self.expand and first.submodel is not None:
            return self.cluster(name, first, first.submodel)
        inputs = tuple(
            dict.fromkeys(_joined([each.shape for each in node.inputs]) for node in calls)
        )
        outputs = tuple(
            dict.fromkeys(_joined([each.shape for each in node.outputs.values()]) for node in calls)
        )
        box = self.id(name)
        self.box(box, name, first.kind, inputs, outputs, frozen=first.node.frozen)
        return [box], {"": box}

    def cluster(
        self, name: str, node: CheckedNode, model: CheckedGraph
    ) -> tuple[list[str], dict[str, str]]:
        """Draw a submodel as a cluster of its layers."""
        inner_id = self.id(name)
        with self.dot.subgraph(name=f"cluster_{inner_id}") as cluster:
            mark = " (frozen)" if node.node.frozen else ""
            cluster.attr(
                label=_text(f"{name}: {node.kind}{mark}"),
                labeljust="l",
                style="rounded,dashed" if node.node.frozen else "rounded",
                color=FROZEN_LINE if node.node.frozen else "gray40",
            )
            outputs = _Drawing(cluster, f"{inner_id}-", self.expand).draw(model)
        entries = [f"{inner_id}-{_escaped(each.name)}" for each in model.inputs]
        return entries, outputs

    def box(
        self,
        box: str,
        name: str,
        kind: str,
        inputs: tuple[Shape | str, ...],
        outputs: tuple[Shape | str, ...],
        *,
        frozen: bool,
    ) -> None:
        """Draw one box: name and kind on the left, shapes on the right."""
        title = f"{_text(name)}: {_text(kind)}"
        style = {}
        if frozen:
            title += "\\n(frozen)"
            style = {"style": "filled", "fillcolor": FROZEN_FILL, "color": FROZEN_LINE}
        label = f"{title}|{{input:|output:}}|{{{_shapes(inputs)}|{_shapes(outputs)}}}"
        self.dot.node(box, label, id=box, tooltip=_text(f"{name}: {kind}"), **style)

    def id(self, name: str) -> str:
        return self.prefix + _escaped(name)


def _escaped(name: str) -> str:
    """A name as an id: letters, digits and `_` stay, every other character becomes its code."""
    return re.sub(r"[^A-Za-z0-9_]", lambda found: f".{ord(found[0]):x}.", name)


def _joined(shapes: list[Shape]) -> str:
    """The shapes of a call, as Keras's figures show them: several as a list."""
    said = [text(shape) for shape in shapes]
    return said[0] if len(said) == 1 else f"[{', '.join(said)}]"


def _shapes(shapes: tuple[Shape | str, ...]) -> str:
    lines: Iterator[str] = (each if isinstance(each, str) else text(each) for each in shapes)
    return "\\n".join(_text(line) for line in lines)


def _text(value: str) -> str:
    """Text that stands in a label as it is: none of it is markup, a field or an escape."""
    plain = html.escape(" ".join(value.split()), quote=False)
    return re.sub(r"([\\{}|<>])", r"\\\1", plain)

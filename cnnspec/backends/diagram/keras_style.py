"""Writes a figure as DOT in the style of `keras.utils.plot_model(show_shapes=True)`."""

import re

import graphviz

from cnnspec.backends.diagram.colours import THEMES, Theme
from cnnspec.backends.diagram.dot import FONT, edge_ids, plain, unmarked
from cnnspec.backends.diagram.figure import Box, Element, Figure, Group
from cnnspec.backends.diagram.labels import group_title
from cnnspec.backends.diagram.look import Look
from cnnspec.shapes import Shape, text


def keras_dot(figure: Figure, look: Look) -> str:
    """Return the DOT source of a figure in the style of Keras: one box per layer, with shapes."""
    theme = THEMES[look.theme]
    dot = graphviz.Digraph(
        plain(figure.name),
        graph_attr={
            "rankdir": look.direction,
            "bgcolor": theme.background,
            "fontname": FONT,
            "fontsize": "12",
            "fontcolor": theme.text,
        },
        node_attr={
            "shape": "record",
            "fontname": FONT,
            "fontsize": "11",
            "height": "0.4",
            "color": theme.text,
            "fontcolor": theme.text,
        },
        edge_attr={"arrowsize": "0.7", "color": theme.text},
    )
    outputs = {box.id for box in figure.children if isinstance(box, Box) and box.kind == "Output"}
    _draw(dot, tuple(each for each in figure.children if each.id not in outputs), theme, look)
    for id, edge in zip(edge_ids(figure.edges), figure.edges, strict=True):
        if edge.target not in outputs:
            label = {} if edge.call is None else {"label": f" {edge.call} "}
            dot.edge(edge.source, edge.target, id=id, **label)
    return str(dot.source)


def _draw(dot: graphviz.Digraph, elements: tuple[Element, ...], theme: Theme, look: Look) -> None:
    for element in elements:
        if isinstance(element, Group):
            with dot.subgraph(name=f"cluster_{element.id}") as cluster:
                cluster.attr(
                    id=element.id,
                    label=plain(group_title(element)),
                    labeljust="l",
                    style="rounded,dashed" if element.frozen else "rounded",
                    color=theme.frozen.line if element.frozen else theme.edge,
                )
                _draw(cluster, element.children, theme, look)
            continue
        style = {}
        if element.frozen:
            style = {
                "style": "filled",
                "fillcolor": theme.frozen.fill,
                "color": theme.frozen.line,
                "fontcolor": theme.frozen.text,
            }
        dot.node(element.id, _label(element, look), id=element.id, **style)


def _label(box: Box, look: Look) -> str:
    """Return the label: name and kind on the left, shapes on the right."""
    times = f" × {box.times}" if box.times > 1 else ""
    title = f"{_field(box.name)}: {_field(box.kind)}{times}"
    title += "\\n(frozen)" if box.frozen else ""
    if "shapes" not in look.shown:
        return title
    label = f"{title}|{{input:|output:}}|{{{_shapes(box.inputs)}|{_shapes(box.outputs)}}}"
    return f"{{{label}}}" if look.direction == "LR" else label


def _shapes(shapes: tuple[Shape, ...]) -> str:
    said = [_field(text(shape)) for shape in shapes]
    return said[0] if len(said) == 1 else "\\n".join(said)


def _field(value: str) -> str:
    """Escape text for a field of a record."""
    return "\\n".join(re.sub(r"([\\{}|<>])", r"\\\1", line) for line in unmarked(value))

"""Writes a figure as DOT: coloured boxes, frames and edges.

Ids depend only on names, so that the same spec gives the same bytes on every machine.
"""

import html
from collections import Counter
from collections.abc import Iterator, Sequence

import graphviz

from cnnspec.backends.diagram.colours import THEMES, Paint, Theme, family_of
from cnnspec.backends.diagram.figure import MARKS, Box, Edge, Element, Figure, Group, boxes
from cnnspec.backends.diagram.labels import SIGNS, box_lines, edge_label, group_lines
from cnnspec.backends.diagram.look import Look

FONT = "Helvetica,Arial,sans-serif"
DASHED = ("frozen", "removed")
"""Elements with a dashed outline."""
SPACE = "\N{NO-BREAK SPACE}"
"""A space that SVG keeps at the ends of a text."""


def rich_dot(figure: Figure, look: Look) -> str:
    """Return the DOT source of a figure in the rich style."""
    theme = THEMES[look.theme]
    dot = graphviz.Digraph(
        plain(figure.name),
        graph_attr={
            "rankdir": look.direction,
            "bgcolor": theme.background,
            "fontname": FONT,
            "fontsize": "11",
            "fontcolor": theme.text,
            "nodesep": "0.3",
            "ranksep": "0.4",
            "pad": "0.2",
        },
        node_attr={
            "shape": "box",
            "style": "rounded,filled",
            "fontname": FONT,
            "fontsize": "11",
            "margin": "0.16,0.08",
            "height": "0.3",
        },
        edge_attr={
            "arrowsize": "0.6",
            "color": theme.edge,
            "fontname": FONT,
            "fontsize": "9",
            "fontcolor": theme.muted,
        },
    )
    _draw(dot, figure.children, theme, look)
    for id, edge in zip(edge_ids(figure.edges), figure.edges, strict=True):
        label = plain(edge_label(edge, look))
        beside = {"label": f"{SPACE}{label}{SPACE}"} if label else {}
        dot.edge(edge.source, edge.target, id=id, **beside, **_way(edge, theme))
    if "legend" in look.shown:
        _legend(dot, figure, theme)
    return str(dot.source)


def _draw(dot: graphviz.Digraph, elements: tuple[Element, ...], theme: Theme, look: Look) -> None:
    for element in elements:
        if isinstance(element, Group):
            with dot.subgraph(name=f"cluster_{element.id}") as cluster:
                paint = theme.frozen if element.frozen else theme.group
                cluster.attr(
                    id=element.id,
                    label=_title(element),
                    labeljust="l",
                    fontsize="10",
                    style="rounded,dashed" if element.frozen else "rounded",
                    color=paint.line,
                    fontcolor=theme.muted,
                    margin="12",
                    **{"class": element.role},
                )
                _draw(cluster, element.children, theme, look)
            continue
        paint = paints(theme)[box_class(element)]
        name, *lines = [plain(line) for line in box_lines(element, look)]
        # The name will be bold, and Graphviz measures it as if it were not.
        room = SPACE * (1 + len(name) // 12)
        dot.node(
            element.id,
            "\\n".join((f"{room}{name}{room}", *lines)),
            id=element.id,
            fillcolor=paint.fill,
            color=paint.line,
            fontcolor=paint.text,
            **({"style": "rounded,filled,dashed"} if box_class(element) in DASHED else {}),
            **({"peripheries": "2"} if element.layers is not None else {}),
        )


def _title(group: Group) -> str:
    """Return the title of a frame, in its left half, because edges enter in the middle."""
    lines = [plain(line) for line in group_lines(group)]
    room = SPACE * (2 * max(map(len, lines)))  # a space is half as wide as most letters
    return "".join(f"{line}{room}\\l" for line in lines)


def edge_ids(edges: Sequence[Edge]) -> list[str]:
    """Return the ids of edges: their ends, with a number if several have the same ends."""
    counted: Counter[str] = Counter()
    ids = []
    for edge in edges:
        ends = f"{edge.source}..{edge.target}"
        counted[ends] += 1
        ids.append(f"{ends}..{counted[ends]}" if counted[ends] > 1 else ends)
    return ids


def _way(edge: Edge, theme: Theme) -> dict[str, str]:
    """Return the style of an edge that is in only one of two models."""
    if edge.mark not in MARKS:
        return {}
    style = {"style": "dashed"} if edge.mark == "removed" else {"penwidth": "2"}
    return {"color": theme.marks[edge.mark].line, **style}


def box_family(box: Box) -> str:
    """Return the family that sets the colour of a box, or its mark."""
    if box.mark is not None:
        return box.mark
    return "submodel" if box.layers is not None else family_of(box.kind)


def box_class(box: Box) -> str:
    """Return the class that sets the colours of a box: its family, or frozen."""
    return "frozen" if box.frozen and box.mark is None else box_family(box)


def paints(theme: Theme) -> dict[str, Paint]:
    """Return the colours of all boxes, by class."""
    return {**theme.families, **theme.marks, "frozen": theme.frozen}


def _legend(dot: graphviz.Digraph, figure: Figure, theme: Theme) -> None:
    """Add a legend of the colours that the figure uses."""
    shown = dict.fromkeys(box_class(box) for box in boxes(figure.children))
    with dot.subgraph(name="cluster_.legend") as cluster:
        cluster.attr(label="Legend", color=theme.group.line, fontcolor=theme.muted, style="rounded")
        previous = None
        for family in shown:
            paint = paints(theme)[family]
            id = f".legend.{family}"
            style = "rounded,filled,dashed" if family in DASHED else "rounded,filled"
            cluster.node(
                id,
                f"{SIGNS.get(family, '')}{family}",
                id=id,
                fillcolor=paint.fill,
                color=paint.line,
                fontcolor=paint.text,
                style=style,
                fontsize="9",
            )
            if previous is not None:
                cluster.edge(previous, id, style="invis", minlen="1")
            previous = id


def plain(value: str) -> str:
    """Escape text for a label."""
    return "\\n".join(line.replace("\\", "\\\\") for line in unmarked(value))


def unmarked(value: str) -> Iterator[str]:
    """Escape the lines of a text for Graphviz."""
    return (html.escape(line.strip(), quote=False) for line in value.splitlines())

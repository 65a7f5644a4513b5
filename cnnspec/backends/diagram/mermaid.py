"""Writes a figure as a Mermaid flowchart, which code hosts render in Markdown."""

import re
from collections.abc import Iterator

from cnnspec.backends.diagram.colours import THEMES
from cnnspec.backends.diagram.dot import DASHED, box_class, paints
from cnnspec.backends.diagram.figure import Box, Element, Figure, boxes
from cnnspec.backends.diagram.labels import box_lines, edge_label, group_title
from cnnspec.backends.diagram.look import Look

ARROWS: dict[str | None, str] = {"added": "==>", "removed": "-.->"}
"""The arrows of edges that are in only one of two models."""


def to_mermaid(figure: Figure, look: Look) -> str:
    """Return the Mermaid source of a figure."""
    theme = THEMES[look.theme]
    lines = ["---", f"title: {_title(figure.name)}", "---"]
    lines.append(f"flowchart {look.direction}")
    lines += _parts(figure.children, look, "  ")
    for edge in figure.edges:
        label = _text(edge_label(edge, look))
        arrow = ARROWS.get(edge.mark, "-->")
        arrow = f'{arrow}|"{label}"|' if label else arrow
        lines.append(f"  {_id(edge.source)} {arrow} {_id(edge.target)}")
    members: dict[str, list[str]] = {}
    for box in boxes(figure.children):
        members.setdefault(box_class(box), []).append(_id(box.id))
    for family, ids in members.items():
        paint = paints(theme)[family]
        dashes = ",stroke-dasharray:5 4" if family in DASHED else ""
        style = f"fill:{paint.fill},stroke:{paint.line},color:{paint.text}{dashes}"
        lines.append(f"  classDef {family} {style}")
        lines.append(f"  class {','.join(ids)} {family}")
    return "\n".join(lines) + "\n"


def _parts(elements: tuple[Element, ...], look: Look, indent: str) -> Iterator[str]:
    for element in elements:
        if isinstance(element, Box):
            said = "<br/>".join(
                _text(part) for line in box_lines(element, look) for part in line.splitlines()
            )
            opening, closing = ('[["', '"]]') if element.layers is not None else ('["', '"]')
            yield f"{indent}{_id(element.id)}{opening}{said}{closing}"
            continue
        yield f'{indent}subgraph {_id(element.id)} ["{_text(group_title(element))}"]'
        yield from _parts(element.children, look, indent + "  ")
        yield f"{indent}end"


def _id(id: str) -> str:
    """Return a valid Mermaid id, which is not a keyword and has only letters, digits and `_`."""
    return "n_" + re.sub(r"[^A-Za-z0-9]", lambda found: f"_{ord(found[0]):x}_", id)


def _text(value: str) -> str:
    """Escape text for a label."""
    one_line = " ".join(value.split())
    return re.sub(r"[^\w .,:;*/=()×·-]", lambda found: f"#{ord(found[0])};", one_line)


def _title(name: str) -> str:
    """Write a name as a YAML value."""
    plain = " ".join(name.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain}"'

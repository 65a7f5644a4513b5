"""Finishes an SVG laid out by Graphviz: descriptions, typography and links."""

from collections.abc import Mapping
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from cnnspec.backends.diagram.colours import THEMES
from cnnspec.backends.diagram.dot import SPACE, edge_ids
from cnnspec.backends.diagram.figure import Figure, boxes, groups
from cnnspec.backends.diagram.labels import box_lines, group_title
from cnnspec.backends.diagram.look import Look
from cnnspec.backends.diagram.reading import dims

SVG = "http://www.w3.org/2000/svg"
ROLES = ("node", "edge", "cluster")
STYLE = """
.node text:first-of-type { font-weight: 600; }
.node text:not(:first-of-type) { font-size: 9.5px; }
.titles text:first-child { font-weight: 600; }
.edge text, .titles text { paint-order: stroke; stroke: BACKGROUND; stroke-width: 3px; }
a:hover path, a:focus path { stroke-width: 2.5px; }
"""
"""Marks the first line of a box, its name; viewers without style sheets show all lines alike."""


def finished(svg: bytes, figure: Figure, look: Look, links: Mapping[str, str]) -> bytes:
    """Return the SVG of a figure, from that of Graphviz; `links` are by the id of the box."""
    ElementTree.register_namespace("", SVG)
    root = ElementTree.fromstring(svg)
    root.set("role", "img")
    root.set("aria-label", figure.description)
    words = _words(figure, look)
    for part in root.iter(_tag("g")):
        title = part.find(_tag("title"))
        if title is None:
            continue
        if part.get("class") not in ROLES:
            part.remove(title)
            continue
        id = part.get("id", "")
        title.text = words.get(id, "")
        if id in links:
            _link(part, links[id])
    for text in root.iter(_tag("text")):
        text.text = (text.text or "").strip(SPACE)  # it only made room
    _raise_titles(root)
    head = [_element("title", figure.name), _element("desc", figure.description)]
    if look.style == "rich":
        head.append(_element("style", STYLE.replace("BACKGROUND", THEMES[look.theme].background)))
    for position, element in enumerate(head):
        element.tail = "\n"
        root.insert(position, element)
    written: bytes = ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written + b"\n"


def _raise_titles(root: Element) -> None:
    """Draw the titles of frames last, so that edges do not cross them."""
    graph = root.find(_tag("g"))
    if graph is None:
        return
    for part in [each for each in graph.iter(_tag("g")) if each.get("class") == "cluster"]:
        titles = Element(_tag("g"), {"class": "titles"})
        for text in part.findall(_tag("text")):
            part.remove(text)
            titles.append(text)
        graph.append(titles)


def _tag(name: str) -> str:
    return f"{{{SVG}}}{name}"


def _element(name: str, text: str) -> Element:
    element = Element(_tag(name))
    element.text = text
    return element


def _words(figure: Figure, look: Look) -> dict[str, str]:
    """Return the description of each part of the figure, by id."""
    said = {box.id: "\n".join(box_lines(box, look)) for box in boxes(figure.children)}
    names = {box.id: box.name for box in boxes(figure.children)}
    said |= {group.id: group_title(group) for group in groups(figure.children)}
    for id, edge in zip(edge_ids(figure.edges), figure.edges, strict=True):
        ends = f"{names.get(edge.source, '')} to {names.get(edge.target, '')}"
        said[id] = f"{ends}: {dims(edge.shape)}"
    return said


def _link(part: Element, target: str) -> None:
    """Put the drawing of a box into a link."""
    drawn = [child for child in part if child.tag != _tag("title")]
    link = Element(_tag("a"), {"href": target})
    for child in drawn:
        part.remove(child)
        link.append(child)
    part.append(link)

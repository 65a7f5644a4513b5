"""Writes a figure as a standalone HTML page with its data, style and script."""

import base64
import hashlib
import html
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.resources import files
from string import Template
from typing import Any

from cnnspec.backends.diagram.colours import THEMES, Paint, Theme
from cnnspec.backends.diagram.dot import box_family
from cnnspec.backends.diagram.figure import Box, Detail, Element, Figure, Group, boxes, groups
from cnnspec.backends.diagram.folding import by_size, count, fitted, folded
from cnnspec.backends.diagram.labels import box_lines, edge_label, group_title
from cnnspec.backends.diagram.look import MOST_BOXES, Look
from cnnspec.backends.diagram.reading import dims
from cnnspec.shapes import Shape

ASSETS = files("cnnspec.backends.diagram") / "assets"
SCRIPTS = (
    "data", "folding", "ranks", "places", "layout", "routes", "drawing", "view", "panel", "search",
    "keys", "main",
)  # fmt: skip
"""The parts of the script, in the order of their dependencies."""
FOLDED, OPEN, EVERY_TURN = 0, 1, 2
"""The state of a group; an open repetition shows its first iteration."""


def to_page(figure: Figure, look: Look, depth: int | str | None) -> str:
    """Return the page of a whole figure, initially unfolded to `depth`."""
    figure, opened = _opened(figure, depth)
    style = f"\n{_colours(_is_marked(figure))}{_asset('page.css')}"
    script = "\n" + "\n".join(_asset(f"{name}.js") for name in SCRIPTS)
    return Template(_asset("page.html")).substitute(
        theme="" if look.theme == "light" else f' data-theme="{look.theme}"',
        policy=f"default-src 'none'; img-src data:; style-src '{_hashed(style)}'; "
        f"script-src '{_hashed(script)}'; base-uri 'none'; form-action 'none'",
        name=html.escape(figure.name),
        description=html.escape(figure.description),
        style=style,
        rows="\n".join(_row(box) for box in boxes(figure.children)),
        data=_inert(_Writer(figure, look, opened).figure_data()),
        script=script,
    )


def _asset(name: str) -> str:
    return (ASSETS / name).read_text("utf-8")


def _hashed(text: str) -> str:
    """Return the hash of a text for a content security policy."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _inert(data: Any) -> str:
    """Write JSON that browsers do not parse as markup or as the end of the script."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def _row(box: Box) -> str:
    """Return a row of the table for readers without scripts."""
    params = "unknown" if box.params is None else f"{box.params:,}"
    shapes = " or ".join(map(dims, box.outputs))
    cells = (box.name, box.kind, " · ".join(box.brief), shapes, params)
    return "<tr>" + "".join(f"<td>{html.escape(cell)}" for cell in cells)


def _is_marked(figure: Figure) -> bool:
    """Whether it is the figure of a difference."""
    return any(box.mark is not None for box in boxes(figure.children))


# Colours


def _colours(is_marked: bool) -> str:
    """Return the colours of the style sheet: a custom property each, in every theme."""
    names = ("light", "dark", "print")
    light, dark, paper = (_properties(THEMES[name], is_marked) for name in names)
    rules = [
        f":root {{ color-scheme: light; {light} }}",
        f"@media (prefers-color-scheme: dark) {{ :root:not([data-theme]) {{ color-scheme: dark; {dark} }} }}",
        f":root[data-theme=dark] {{ color-scheme: dark; {dark} }}",
        f":root[data-theme=print] {{ {paper} }}",
        f"@media print {{ :root:root:root {{ color-scheme: light; {paper} }} }}",
    ]
    for family in _paints(THEMES["light"], is_marked):
        if family == "group":
            continue
        fill, line, text = (f"var(--{family}-{part})" for part in ("fill", "line", "text"))
        rules += [
            f".box.{family} > .outline {{ fill: {fill}; stroke: {line}; }}",
            f".box.{family} > .inner {{ stroke: {line}; }}",
            f"#diagram .box.{family} > text {{ fill: {text}; }}",
            f".chip.{family} {{ background: {fill}; border-color: {line}; }}",
        ]
    if is_marked:
        rules.append(
            ".box.removed > .outline, .chip.removed { stroke-dasharray: 5 3; border-style: dashed; }"
        )
    return "\n".join(rules) + "\n"


def _paints(theme: Theme, is_marked: bool) -> dict[str, Paint]:
    """Return all paints; `frozen` is last, because it overrides families."""
    marks = theme.marks if is_marked else {}
    return {**theme.families, **marks, "group": theme.group, "frozen": theme.frozen}


def _properties(theme: Theme, is_marked: bool) -> str:
    plain = ("background", "text", "muted", "edge")
    said = {name: getattr(theme, name) for name in plain}
    for family, paint in _paints(theme, is_marked).items():
        said |= {f"{family}-{part}": getattr(paint, part) for part in ("fill", "line", "text")}
    return " ".join(f"--{name}: {colour};" for name, colour in said.items())


# What is unfolded at first


def _opened(figure: Figure, depth: int | str | None) -> tuple[Figure, dict[str, int]]:
    """Return a figure that can be folded far enough, and the state of every group by id."""
    if depth is None:
        _, depth = fitted(figure, MOST_BOXES)
        if depth == 0 and count(folded(figure, 0)) > MOST_BOXES:
            figure = by_size(figure)
    levels = depth if isinstance(depth, int) else None
    return figure, dict(_states(figure.children, 0, levels))


def _states(
    elements: tuple[Element, ...], level: int, depth: int | None
) -> Iterator[tuple[str, int]]:
    for element in elements:
        if not isinstance(element, Group):
            continue
        is_run = element.role == "repeat"
        if depth is None:
            yield element.id, EVERY_TURN if is_run else OPEN
            yield from _states(element.children, level, depth)
            continue
        yield element.id, OPEN if level < depth else FOLDED
        if not is_run:
            yield from _states(element.children, level + 1, depth)
            continue
        # The first turn has no frame of its own; the others come when the reader asks for all.
        first, *others = element.children
        if isinstance(first, Group):
            yield first.id, OPEN
            yield from _states(first.children, level + 1, depth)
        yield from _states(tuple(others), level, 0)


# Data


@dataclass(slots=True)
class _Writer:
    """Writes a figure as data for the script; details that many layers share are written once."""

    figure: Figure
    look: Look
    opened: dict[str, int]
    facts: dict[Detail, int] = field(default_factory=dict)

    def figure_data(self) -> dict[str, Any]:
        positions = {box.id: at for at, box in enumerate(boxes(self.figure.children))}
        edges = [
            [
                positions[edge.source],
                positions[edge.target],
                edge_label(edge, self.look),
                f"{dims(edge.shape)} · {edge.dtype}",
            ]
            for edge in self.figure.edges
        ]
        crossing = _crossing(self.figure)
        children = [self.element(each, crossing) for each in self.figure.children]
        return {
            "name": self.figure.name,
            "description": self.figure.description,
            "direction": self.look.direction,
            "overview": self.overview(),
            "families": list(_paints(THEMES["light"], _is_marked(self.figure))),
            "facts": [list(fact) for fact in self.facts],
            "children": children,
            "edges": edges,
        }

    def overview(self) -> list[list[str]]:
        """Return the details of the whole model."""
        inside = [box for box in boxes(self.figure.children) if box.mark != "removed"]
        ends = {"InputLayer": "Input", "Output": "Output"}
        said = [
            [ends[box.kind], f"{box.name} {' or '.join(map(dims, box.outputs))}"]
            for box in inside
            if box.kind in ends and any(box is each for each in self.figure.children)
        ]
        return said + [list(detail) for detail in _sums(inside)]

    def element(
        self, element: Element, crossing: dict[str, tuple[dict[Shape, None], ...]]
    ) -> dict[str, Any]:
        if isinstance(element, Box):
            return self.common(element, element, element.details)
        box = folded(Figure("", "", (element,), ()), 0).children[0]
        assert isinstance(box, Box)
        first, _, rest = group_title(element).partition(" · ")
        return {
            **self.common(element, box, _group_details(element, crossing[element.id])),
            "role": element.role,
            "times": element.times,
            "title": [first, rest],
            "state": self.opened[element.id],
            "children": [self.element(each, crossing) for each in element.children],
        }

    def common(self, element: Element, box: Box, details: tuple[Detail, ...]) -> dict[str, Any]:
        """Return the common data of boxes and groups; `box` is the folded element."""
        facts = [self.facts.setdefault(detail, len(self.facts)) for detail in details]
        return {
            "name": element.name,
            "kind": element.kind,
            "family": box_family(box),
            "lines": box_lines(box, self.look),
            **({"frozen": True} if element.frozen and box.mark is None else {}),
            "facts": facts,
        }


def _group_details(group: Group, shapes: tuple[dict[Shape, None], ...]) -> tuple[Detail, ...]:
    """Return the details of the layers of a group together."""
    said: list[Detail] = []
    if group.role == "repeat":
        said.append(("Turns", str(group.times)))
    for name, found in zip(("Input shape", "Output shape"), shapes, strict=True):
        said += [(name, " and ".join(dict.fromkeys(map(dims, found))))] if found else []
    said += _sums(list(boxes(group.children)))
    if group.frozen:
        said.append(("Frozen", "weights do not change; runs in inference mode"))
    if group.calls > 1:
        said.append(("Calls", str(group.calls)))
    return tuple(said)


def _sums(inside: list[Box]) -> list[Detail]:
    layers = [box for box in inside if box.kind not in ("InputLayer", "Output")]
    return [
        ("Layers", f"{len(layers):,}"),
        ("Parameters", _sum([box.params for box in layers])),
        ("Multiply-accumulates", _sum([box.macs for box in layers])),
    ]


def _sum(numbers: list[int | None]) -> str:
    known = [number for number in numbers if number is not None]
    return f"{sum(known):,}" if len(known) == len(numbers) else "unknown"


def _crossing(figure: Figure) -> dict[str, tuple[dict[Shape, None], ...]]:
    """Return the input and output shapes of each group."""
    around: dict[str, tuple[str, ...]] = {}
    for group in groups(figure.children):
        for box in boxes(group.children):
            around[box.id] = (*around.get(box.id, ()), group.id)
    found: dict[str, tuple[dict[Shape, None], ...]] = {
        group.id: ({}, {}) for group in groups(figure.children)
    }
    for edge in figure.edges:
        source, target = around.get(edge.source, ()), around.get(edge.target, ())
        for id in target:
            if id not in source:
                found[id][0][edge.shape] = None
        for id in source:
            if id not in target:
                found[id][1][edge.shape] = None
    return found

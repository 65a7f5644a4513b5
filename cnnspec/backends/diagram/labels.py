"""The text in boxes, on frames and on edges of a rich diagram."""

import re

from cnnspec.backends.diagram.figure import Box, Edge, Group
from cnnspec.backends.diagram.look import Look
from cnnspec.backends.diagram.reading import dims
from cnnspec.operations.families import PREFIX

FROZEN = "frozen"
SIGNS = {"added": "+ ", "removed": "− ", "changed": "~ "}
"""The sign of each mark; the minus is not a hyphen, which is markup in Mermaid."""


def box_lines(box: Box, look: Look) -> list[str]:
    """Return the lines of a box, its name first."""
    kind = box.kind.removeprefix(PREFIX)
    title = box.local if box.times == 1 else f"{kind} × {box.times}"
    arguments = box.brief if "arguments" in look.shown else ()
    if kind != box.kind and re.fullmatch(rf"{kind}(_\d+)?", box.local) and box.times == 1:
        title, arguments, kind = " · ".join((kind, *arguments)), (), ""  # the name adds nothing
    lines = [f"{SIGNS.get(box.mark or '', '')}{title}"]
    said = [kind] if kind and "kinds" in look.shown and title != kind else []
    said += arguments
    if box.times > 1:
        said = [box.local]
    lines.append(" · ".join(said))
    sizes = []
    if box.layers is not None:
        sizes.append("1 layer" if box.layers == 1 else f"{box.layers} layers")
    if "parameters" in look.shown and box.params != 0:
        sizes.append("? params" if box.params is None else f"{box.params:,} params")
    if "cost" in look.shown and box.macs:
        sizes.append(f"{box.macs:,} MACs")
    lines.append(" · ".join(sizes))
    lines += box.losses if "losses" in look.shown else ()
    if box.metrics and "metrics" in look.shown:
        lines.append(", ".join(box.metrics))
    marks = [FROZEN] if box.frozen else []
    marks += [f"called {box.calls}×"] if box.calls > 1 else []
    lines.append(" · ".join(marks))
    lines += box.changes
    return [line for line in lines if line]


def group_title(group: Group) -> str:
    """Return the title of a frame, on one line."""
    return " · ".join(dict.fromkeys(group_lines(group)))


def group_lines(group: Group) -> list[str]:
    """Return the title of a frame: its name, and its kind below."""
    is_run = group.role == "repeat"
    title = f"{group.kind} × {group.times}" if is_run else group.name
    said = [group.name if is_run else group.kind]
    said += [FROZEN] if group.frozen else []
    said += [f"called {group.calls}×"] if group.calls > 1 else []
    return [title, " · ".join(said)]


def edge_label(edge: Edge, look: Look) -> str:
    """Return the label of an edge."""
    said = [f"of call {edge.from_call}"] if edge.from_call else []
    said += [f"call {edge.call}"] if edge.call else []
    said += [dims(edge.shape)] if "shapes" in look.shown else []
    said += [edge.dtype] if "dtypes" in look.shown else []
    return f"{SIGNS.get(edge.mark or '', '')}{' · '.join(said)}".rstrip()

"""Replaces equal steps in a row by one step with `repeat`."""

import re
from dataclasses import replace

from cnnspec.decompile.compact.forms import Body
from cnnspec.decompile.compact.lines import Line


def repeat(body: Body) -> None:
    """Merge each line of a body with the equal lines that follow it."""
    found: list[Line] = []
    for place, line in enumerate(body.lines):
        is_alone = place > 0 and body.read_until[place - 1] <= place and not body.leaks[place - 1]
        if found and (joined := _joined(found[-1], line, is_alone=is_alone)):
            found[-1] = joined
        else:
            found.append(line)
    body.lines[:] = found


def _joined(first: Line, line: Line, *, is_alone: bool) -> Line | None:
    """Return two lines as one; `is_alone` says that only the second reads what the first makes."""
    if _said(first) != _said(line) or line.inputs != first.handed_on:
        return None
    if first.branches or line.branches:
        return None
    if first.is_alone or line.is_alone or "shared" in (first.kind, line.kind):
        return None
    if first.depth is not None or line.depth is not None or first.is_free != line.is_free:
        return None
    names = (*first.names, *line.names)
    if not (is_alone if first.is_free else are_counted(names)):
        return None
    return replace(
        first,
        names=names,
        value=line.value,
        layer_names=(*first.layer_names, *line.layer_names),
    )


def _said(line: Line) -> str:
    return repr((line.kind, line.arguments, line.frozen))  # 1 and True are equal in Python


def are_counted(names: tuple[str, ...]) -> bool:
    """Whether names are the same except for a number that increases by one."""
    return len(names) == 1 or template(names) is not None


def template(names: tuple[str, ...]) -> tuple[str, int, str] | None:
    """Return the text before and after the number in numbered names, and the first number."""
    for match in _numbers(names[0]):
        before, first, after = names[0][: match.start()], int(match[0]), names[0][match.end() :]
        if all(name == f"{before}{first + at}{after}" for at, name in enumerate(names)):
            return before, first, after
    return None


def _numbers(name: str) -> list[re.Match[str]]:
    return list(re.finditer(r"(?:0|[1-9]\d*)", name))[::-1]

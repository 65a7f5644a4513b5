"""Replaces equal steps in a row by one step with `repeat`."""

import re
from dataclasses import replace

from cnnspec.decompile.compact.lines import Line
from cnnspec.ir.graph import handed_on

_NUMBERED = re.compile(r"(.*?)(\d+)((?:\D*))")


def repeated(lines: list[Line]) -> list[Line]:
    """Merge each line with the equal lines that follow it, also in branches."""
    found: list[Line] = []
    for line in lines:
        if line.branches is not None:
            line = replace(line, branches=[repeated(each) for each in line.branches])
        if found and (joined := _joined(found[-1], line)):
            found[-1] = joined
        else:
            found.append(line)
    return found


def _joined(first: Line, line: Line) -> Line | None:
    same = (first.kind, first.arguments, first.frozen) == (line.kind, line.arguments, line.frozen)
    if not same or line.inputs != handed_on(first.value) or first.branches or line.branches:
        return None
    if first.is_alone or line.is_alone or "shared" in (first.kind, line.kind):
        return None
    if not are_counted((*first.names, *line.names)):
        return None
    return replace(
        first,
        names=(*first.names, *line.names),
        value=line.value,
        layer_names=(*first.layer_names, *line.layer_names),
    )


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

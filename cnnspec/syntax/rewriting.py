"""Turns changes of a call into changes of its text that leave the rest of it as it is written."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from cnnspec.diagnostics.rewrites import KEPT, Rewrite, flow_text

Position = tuple[int, int]
"""A line and a column, counted from 0."""
Change = tuple[Position, Position, str]
"""The start and end of a range, and its new text."""


class Mark(Protocol):
    """A position in the text."""

    @property
    def line(self) -> int: ...  # noqa: D102
    @property
    def column(self) -> int: ...  # noqa: D102


class Tree(Protocol):
    """A value and where it stands, as in `syntax.places`."""

    value: Any
    start: Mark
    end: Mark
    children: Any


def changes(
    lines: list[str], tree: Tree, rewrite: Rewrite, *, is_call: bool, in_list: bool
) -> list[Change]:
    """Return the changes of the lines of a text for those of a call, which may be an item of a list.

    Without `is_call`, it is the mapping of the arguments of one. There are none if the form of the
    text does not allow them.
    """
    if not is_call:
        return _entry_changes(lines, tree, rewrite) or []
    return _call_changes(lines, tree, rewrite, in_list) or []


def _call_changes(
    lines: list[str], call: Tree, rewrite: Rewrite, in_list: bool
) -> list[Change] | None:
    if isinstance(call.value, str):
        kind = rewrite.kind or call.value
        if not rewrite.added:
            return [(*_range(call), kind)]
        inner = f"{kind}: {flow_text(dict(rewrite.added))}"
        return [(*_range(call), inner if in_list else f"{{{inner}}}")]
    if not isinstance(call.children, Mapping) or len(call.children) != 1:
        return None
    ((key, arguments),) = call.children.values()
    found = [] if rewrite.kind is None else [(*_range(key), rewrite.kind)]
    if not rewrite.replaced and not rewrite.added:
        return found
    if not isinstance(arguments.children, Mapping):
        added = flow_text(dict(rewrite.added))
        return None if rewrite.replaced else [*found, (_end(key), _end(arguments), f": {added}")]
    if not rewrite.added and not any(_stays(str(name), rewrite) for name in arguments.children):
        return [*found, (_end(key), _end(arguments), "")]
    inside = _entry_changes(lines, arguments, rewrite)
    return None if inside is None else [*found, *inside]


def _entry_changes(lines: list[str], mapping: Tree, rewrite: Rewrite) -> list[Change] | None:
    """Return the changes of the text for those of the entries of a mapping."""
    if not isinstance(mapping.children, Mapping):
        return None
    entries = [(str(name), *each) for name, each in mapping.children.items()]
    if not entries:
        return [(*_range(mapping), flow_text(dict(rewrite.added)))]
    is_flow = lines[mapping.start.line][mapping.start.column :][:1] == "{"
    if not _is_plain(entries) or (not is_flow and not _has_own_lines(entries, lines)):
        return None
    write = _in_braces if is_flow else _on_lines
    return list(write(entries, rewrite, lines))


Entries = list[tuple[str, Tree, Tree]]


def _in_braces(entries: Entries, rewrite: Rewrite, lines: list[str]) -> Iterator[Change]:
    """Yield the changes of a mapping in braces."""
    stay = [_stays(name, rewrite) for name, *_ in entries]
    added = ", ".join(f"{name}: {flow_text(value)}" for name, value in rewrite.added)
    if not any(stay):
        yield _start(entries[0][1]), _end(entries[-1][2]), added
        return
    last = max(at for at, stays in enumerate(stay) if stays)
    for at, entry in enumerate(entries[: last + 1]):
        if stay[at]:
            yield from _changed(*entry, rewrite, ", ")
        elif at == 0 or stay[at - 1]:
            after = stay.index(True, at)
            yield _start(entry[1]), _start(entries[after][1]), ""
    if added or last + 1 < len(entries):
        rest = f", {added}" if added else ""
        yield _end(entries[last][2]), _end(entries[-1][2]), rest


def _on_lines(entries: Entries, rewrite: Rewrite, lines: list[str]) -> Iterator[Change]:
    """Yield the changes of a mapping whose entries have lines of their own."""
    space = " " * entries[0][1].start.column
    added = [f"{space}{name}: {flow_text(value)}\n" for name, value in rewrite.added]
    for name, key, value in entries:
        is_last, line = name == entries[-1][0], _last(value)[0]
        if _stays(name, rewrite):
            yield from _changed(name, key, value, rewrite, f"\n{space}")
            if is_last and added:
                end = (line, len(lines[line]))
                yield end, end, "\n" + "".join(added).rstrip("\n")
        else:
            yield (key.start.line, 0), (line + 1, 0), "".join(added) if is_last else ""


def _changed(name: str, key: Tree, value: Tree, rewrite: Rewrite, between: str) -> Iterator[Change]:
    """Yield the changes of an entry that stays under some name."""
    if name not in rewrite.replaced:
        return
    pairs = [
        (other, value.value if new is KEPT else new, new is KEPT)
        for other, new in rewrite.replaced[name]
    ]
    (first, given, is_kept), *others = pairs
    if first != name:
        yield *_range(key), first
    if others or not is_kept:
        rest = "".join(f"{between}{other}: {flow_text(each)}" for other, each, _ in others)
        yield _end(key), _last(value), f": {flow_text(given)}{rest}"


def _stays(name: str, rewrite: Rewrite) -> bool:
    return bool(rewrite.replaced.get(name, True))


def _is_plain(entries: Entries) -> bool:
    """Whether entries stand in their order, and not elsewhere by an alias."""
    ends = [position for _, key, value in entries for position in (*_range(key), *_range(value))]
    return ends == sorted(ends)


def _has_own_lines(entries: Entries, lines: list[str]) -> bool:
    return all(not lines[key.start.line][: key.start.column].strip() for _, key, _ in entries)


def _last(tree: Tree) -> Position:
    """Return where the text of a value ends; a block of text ends where the next line starts."""
    is_block = tree.end.column == 0 and tree.end.line > tree.start.line
    return (tree.end.line - 1, 0) if is_block else _end(tree)


def _start(tree: Tree) -> Position:
    return tree.start.line, tree.start.column


def _end(tree: Tree) -> Position:
    return tree.end.line, tree.end.column


def _range(tree: Tree) -> tuple[Position, Position]:
    return _start(tree), _end(tree)

"""Writes a Document as canonical YAML: sections as blocks, calls on one line if they fit."""

from collections.abc import Iterator
from typing import Any

from cnnspec.language.document import Document
from cnnspec.language.emitting import Flow, FlowList, block_text, line_text

WIDTH = 100
_DOUBT = 20
"""How close to the limit an estimated width must be to be measured exactly."""

SECTIONS = frozenset(
    ("defaults", "blocks", "submodels", "inputs", "layers", "outputs", "expect", "train")
)
"""Sections that are never on one line, and have a blank line above."""
ROLES = {"layers": "steps", "branches": "branches", "spec": "document", "expect": "expectations"}
ROLES_WITHIN = {
    "steps": "step",
    "step": "arguments",
    "branches": "steps",
    "expectations": "expectation",
}
"""What the value of an entry is, by its key or by its parent."""


def dumps(document: Document) -> str:
    """Return the text of a document; reading it gives the same document."""
    return dump_data(document.to_data())


def estimated_length(document: Document) -> int:
    """Estimate the length of the text of a document, without quotes and empty lines."""
    return _length(_styled(document.to_data(), WIDTH, 0, "document"), -2)


def _length(value: Any, column: int) -> int:
    """Estimate the length of a value whose lines are in the block that begins at a column."""
    if isinstance(value, Flow | FlowList) or not isinstance(value, dict | list):
        return _width(value) + 1
    entries = value.items() if isinstance(value, dict) else (("", item) for item in value)
    return sum(column + len(str(key)) + 4 + _length(item, column + 2) for key, item in entries)


def call_text(kind: str, arguments: dict[str, Any]) -> str:
    """Return a call on one line, as a step of a spec."""
    return f"{kind}: {value_text(arguments)}" if arguments else kind


def value_text(value: Any) -> str:
    """Return a value on one line, as in a spec."""
    return line_text(_flow(value))


def dump_data(data: dict[str, Any], width: int = WIDTH) -> str:
    """Return the text of the plain data of a document; calls that fit the width are on a line."""
    parts = []
    for key, value in _styled(data, width, 0, "document").items():
        written = block_text({key: value})
        parts.append(f"\n{written}" if key in SECTIONS else written)
    return "".join(parts)


def _styled(value: Any, width: int, column: int, role: str) -> Any:
    """Mark the entries of a value that fit on one line.

    `column` is where its lines begin.
    """
    within = ROLES_WITHIN.get(role)
    if isinstance(value, dict):
        return {
            key: _entry(
                item,
                width,
                column,
                len(str(key)) + 2,
                within or ROLES.get(key, ""),
                is_open=role == "document" and key in SECTIONS,
            )
            for key, item in value.items()
        }
    return [
        _entry(item, width, column, 2, within or "", is_open=isinstance(item, dict))
        for item in value
    ]


def _entry(item: Any, width: int, column: int, head: int, role: str, *, is_open: bool) -> Any:
    """Prepare an item of a list or the value of a key, after `column` characters of its line."""
    if not isinstance(item, dict | list):
        return item
    may_flow = not item or not (is_open or _is_block(item, role))
    if may_flow and (not item or _fits(item, width, column + head)):
        return _flow(item)
    return _styled(item, width, column + 2, role)


def _is_block(value: Any, role: str) -> bool:
    """Whether every entry of a value gets its own line: steps, and values with steps or calls."""
    return (
        role in ("steps", "branches", "document")
        or not ROLES.keys().isdisjoint(_keys(value))
        or (isinstance(value, list) and _has_calls(value))
    )


def _keys(value: Any) -> Iterator[str]:
    """The keys in a value, at any depth."""
    if isinstance(value, dict):
        yield from value
    if isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _keys(item)


def _has_calls(value: Any) -> bool:
    """Whether a list, or a list in it, has a call among its items."""
    if isinstance(value, list):
        return any(map(_has_calls, value))
    return isinstance(value, dict) and bool(value)


def _fits(value: Any, width: int, column: int) -> bool:
    estimate = column + _width(value)
    if abs(estimate - width) > _DOUBT:
        return estimate < width
    return column + len(value_text(value)) <= width


def _width(value: Any) -> int:
    """Estimate the width of a value on one line, without quotes."""
    if isinstance(value, dict):
        return sum(len(str(key)) + 4 + _width(item) for key, item in value.items())
    if isinstance(value, list):
        return sum(2 + _width(item) for item in value)
    return len(str(value))


def _flow(value: Any) -> Any:
    if isinstance(value, dict):
        return Flow({key: _flow(item) for key, item in value.items()})
    if isinstance(value, list):
        return FlowList(_flow(item) for item in value)
    return value

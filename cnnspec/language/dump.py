"""Writes a Document as canonical YAML: sections as blocks, calls on one line if they fit."""

import math
import re
from collections.abc import Iterator
from typing import Any

import yaml

from cnnspec.language.document import Document
from cnnspec.syntax.scalars import MAX_DIGITS, plain_scalar

WIDTH = 100
_DOUBT = 20
"""How close to the limit an estimated width must be to be measured exactly."""

SECTIONS = frozenset(("defaults", "blocks", "submodels", "inputs", "layers", "outputs", "train"))
"""Sections that are never on one line, and have a blank line above."""
ROLES = {"layers": "steps", "branches": "branches", "spec": "document"}
ROLES_WITHIN = {"steps": "step", "step": "arguments", "branches": "steps"}
"""What the value of an entry is, by its key or by its parent."""


class _Dumper(yaml.SafeDumper):
    """Writes text that the YAML 1.2 core schema reads as the same values."""

    def ignore_aliases(self, data: Any) -> bool:
        return True

    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:
        """Return the tag that a plain scalar gets when it is read again."""
        if kind is not yaml.ScalarNode or not implicit[0]:
            return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]
        return _tag(_read_again(value))

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


class _Flow(dict):  # type: ignore[type-arg]
    """A mapping to write on one line."""


class _FlowList(list):  # type: ignore[type-arg]
    """A list to write on one line."""


_TAGS = {
    sort: f"tag:yaml.org,2002:{name}"
    for sort, name in (
        (str, "str"),
        (int, "int"),
        (float, "float"),
        (bool, "bool"),
        (type(None), "null"),
    )
}


def _tag(value: object) -> str:
    return next(tag for sort, tag in _TAGS.items() if type(value) is sort)


def _read_again(value: str) -> object:
    try:
        return plain_scalar(value)
    except OverflowError:
        return None


def _text(dumper: _Dumper, value: str) -> yaml.ScalarNode:
    """Escape characters in text that YAML treats as line breaks."""
    style = '"' if re.search("[\x85\u2028\u2029\ufeff]", value) else None
    return dumper.represent_scalar(_TAGS[str], value, style=style)


def _float(dumper: _Dumper, value: float) -> yaml.ScalarNode:
    special = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}
    return dumper.represent_scalar(_TAGS[float], special.get(repr(value), repr(value)))


def _int(dumper: _Dumper, value: int) -> yaml.ScalarNode:
    """Write a number; one with too many digits for a spec has those of a float, as Keras computes."""
    if abs(value) < 10**MAX_DIGITS:
        return dumper.represent_int(value)
    try:
        return _float(dumper, float(value))
    except OverflowError:
        return _float(dumper, math.inf if value > 0 else -math.inf)


_Dumper.add_representer(int, _int)
_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _float)
_Dumper.add_representer(
    _Flow,
    lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True),
)
_Dumper.add_representer(
    _FlowList,
    lambda dumper, value: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", value, flow_style=True
    ),
)


def dumps(document: Document) -> str:
    """Return the text of a document; reading it gives the same document."""
    return dump_data(document.to_data())


def call_text(kind: str, arguments: dict[str, Any]) -> str:
    """Return a call on one line, as a step of a spec."""
    return f"{kind}: {value_text(arguments)}" if arguments else kind


def value_text(value: Any) -> str:
    """Return a value on one line, as in a spec."""
    written = yaml.dump(
        [_flow(value)], Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000
    )
    return written.removeprefix("- ").rstrip("\n")


def dump_data(data: dict[str, Any], width: int = WIDTH) -> str:
    """Return the text of the plain data of a document; calls that fit the width are on a line."""
    parts = []
    for key, value in _styled(data, width, 0, "document").items():
        written = yaml.dump(
            {key: value},
            Dumper=_Dumper,
            sort_keys=False,
            allow_unicode=True,
            default_flow_style=False,
            width=10_000,
        )
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
        return _Flow({key: _flow(item) for key, item in value.items()})
    if isinstance(value, list):
        return _FlowList(_flow(item) for item in value)
    return value

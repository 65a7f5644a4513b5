"""Writes values as YAML. What needs quotes is written by PyYAML, everything else without it."""

import math
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import yaml

from cnnspec.syntax.scalars import MAX_DIGITS, plain_scalar

WIDTH = 10_000
"""Where PyYAML breaks lines, which values of specs seldom reach."""
LONGEST = WIDTH // 2
"""The limit of the length of a value that is written without PyYAML."""
LONGEST_KEY = 50
"""The limit of the length of a key that PyYAML writes before its value whatever it contains."""
MOST_PLAIN = 10**18
"""The limit of whole numbers that are written without PyYAML."""
_CONSTANTS = {None: "null", True: "true", False: "false"}
_WORD = re.compile(r"\$?[A-Za-z_][A-Za-z0-9_./-]*")
"""Text that needs no quotes unless it means something else than text."""


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


class Flow(dict):  # type: ignore[type-arg]
    """A mapping to write on one line."""


class FlowList(list):  # type: ignore[type-arg]
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
    Flow,
    lambda dumper, value: dumper.represent_mapping("tag:yaml.org,2002:map", value, flow_style=True),
)
_Dumper.add_representer(
    FlowList,
    lambda dumper, value: dumper.represent_sequence(
        "tag:yaml.org,2002:seq", value, flow_style=True
    ),
)


class _Unusual(Exception):
    """A value has a form that only PyYAML writes: lines that it breaks, and keys on several lines."""


def block_text(value: Any) -> str:
    """Return the text of a mapping or list, with one line for each of its entries.

    In it, each `Flow` and `FlowList` is on one line.
    """
    try:
        return "".join(f"{line}\n" for line in _lines(value, ""))
    except _Unusual:
        return library_text(value)


def line_text(value: Any) -> str:
    """Return the text of a value on one line; mappings and lists in it are `Flow` and `FlowList`."""
    try:
        return _inline(value, "block")
    except _Unusual:
        return library_text([value]).removeprefix("- ").rstrip("\n")


def library_text(value: Any) -> str:
    """Return the same text, as PyYAML writes it."""
    return yaml.dump(
        value,
        Dumper=_Dumper,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=False,
        width=WIDTH,
    )


def _lines(value: Any, indent: str) -> Iterator[str]:
    """Yield the lines of a mapping or list that is not empty."""
    inner = f"{indent}  "
    if isinstance(value, dict):
        for key, item in value.items():
            head = f"{indent}{_key(key, 'block')}:"
            if _is_on_one_line(item):
                yield f"{head} {_inline(item, 'block')}"
            else:
                yield head
                yield from _lines(item, inner)
        return
    for item in value:
        if _is_on_one_line(item):
            yield f"{indent}- {_inline(item, 'block')}"
            continue
        head = f"{indent}- "
        for line in _lines(item, inner):
            yield head + line.removeprefix(inner)
            head = inner


def _is_on_one_line(value: Any) -> bool:
    return not value or isinstance(value, Flow | FlowList) or not isinstance(value, dict | list)


def _inline(value: Any, style: str) -> str:
    """Return the text of a value on one line; `style` is that of the mapping or list around it."""
    if isinstance(value, dict):
        entries = (f"{_key(key, 'flow')}: {_inline(item, 'flow')}" for key, item in value.items())
        return _short(f"{{{', '.join(entries)}}}")
    if isinstance(value, list):
        return _short(f"[{', '.join([_inline(item, 'flow') for item in value])}]")
    if isinstance(value, str):
        return _text_of(value, style)
    return _number(value)


def _key(key: Any, style: str) -> str:
    if not isinstance(key, str):
        return _number(key)
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        raise _Unusual
    return _text_of(key, style)


def _number(value: Any) -> str:
    """Return the text of a number, a truth value or null."""
    if type(value) is int and -MOST_PLAIN < value < MOST_PLAIN:
        return str(value)
    if isinstance(value, bool | None):
        return _CONSTANTS[value]
    return library_text([value]).removeprefix("- ").rstrip("\n")


@lru_cache(maxsize=16_384)
def _text_of(value: str, style: str) -> str:
    """Return a text as it is written in a mapping or list of a style."""
    if _WORD.fullmatch(value) and plain_scalar(value) == value:
        return _short(value)
    around = FlowList([value]) if style == "flow" else [value]
    before, after = ("[", "]") if style == "flow" else ("- ", "")
    written = library_text(around).rstrip("\n")
    return _short(written.removeprefix(before).removesuffix(after))


def _short(text: str) -> str:
    if len(text) > LONGEST or "\n" in text:
        raise _Unusual
    return text

"""Scalars as text: spelled as they were, and quoted only where YAML 1.2 needs it."""

import re
import sys

import yaml

from cnnspec.dump import value_text
from cnnspec.source import scalar

_BREAKS = re.compile("[\n\r\x85\u2028\u2029]")
_BRACKETS = re.compile(r"[,?\[\]{}]|^:")
"""What may end plain text within brackets, or be no text there."""
_LONG = 5_000
"""The usual way to write text breaks longer ones into lines."""


def scalar_text(event: yaml.ScalarEvent, *, flow: bool) -> str:
    """A scalar on one line; `flow`: as it is written within brackets.

    Numbers and names stay as they are spelled. Text in quotes loses them where it reads the same
    without; text of several lines gets them.
    """
    value, text = scalar(event), str(event.value)
    if not isinstance(value, str):
        return text or "null"
    if _BREAKS.search(value) or len(value) > _LONG:
        return _escaped(value)
    is_plain = bool(event.implicit[0])
    if is_plain and not (flow and _BRACKETS.search(value)):
        return text
    return value_text([value])[1:-1] if flow else value_text(value)


def _escaped(value: str) -> str:
    """Text on one line, its line breaks as escapes."""
    written = yaml.dump(
        value, Dumper=yaml.SafeDumper, default_style='"', allow_unicode=True, width=sys.maxsize
    )
    return str(written).rstrip("\n")

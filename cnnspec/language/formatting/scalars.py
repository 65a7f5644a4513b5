"""Writes scalars with their spelling, quoted only if YAML 1.2 requires it."""

import re
import sys

import yaml

from cnnspec.language.dump import value_text
from cnnspec.syntax.reading import scalar

_BREAKS = re.compile("[\n\r\x85\u2028\u2029]")
_BRACKETS = re.compile(r"[,?\[\]{}]|^:")
"""Characters that may end plain text inside brackets, or are not allowed there."""
_LONG = 5_000
"""Width that prevents line breaks in long text."""


def scalar_text(event: yaml.ScalarEvent, *, flow: bool) -> str:
    """Write a scalar on one line; with `flow`, as inside brackets.

    Numbers and names keep their spelling. Quotes are removed if the text reads the same without
    them, and added to text of several lines.
    """
    value, text = scalar(event), str(event.value)
    if not isinstance(value, str):
        return text or "null"
    if _BREAKS.search(value) or len(value) > _LONG:
        return _escaped(value)
    block = text if event.implicit[0] else value_text(value)
    if not flow or (block == value and not _BRACKETS.search(value)):
        return block
    return value_text([value])[1:-1]


def _escaped(value: str) -> str:
    """Write text on one line, with escaped line breaks."""
    written = yaml.dump(
        value, Dumper=yaml.SafeDumper, default_style='"', allow_unicode=True, width=sys.maxsize
    )
    return str(written).rstrip("\n")

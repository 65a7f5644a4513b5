"""Calls as they should have been written: as text, and as changes of what was written."""

import re
from collections.abc import Mapping
from typing import Any

from cnnspec.records import Record

KEPT: Any = object()
"""Stands for the value that an argument has."""

_PLAIN = re.compile(r"[A-Za-z$][A-Za-z0-9_$/.()*+-]*(?: [A-Za-z0-9_$/.()*+-]+)*")
_WORDS = {"null", "true", "false"}


class Rewrite(Record):
    """Changes of a call: of its kind and of its arguments."""

    kind: str | None = None
    """The kind that it should have, if it is not the one it has."""
    replaced: Mapping[str, tuple[tuple[str, Any], ...]] = {}
    """For each argument to change: what to write instead, which is nothing if it is left out."""
    added: tuple[tuple[str, Any], ...] = ()
    """Arguments to write after the others."""


def renamed(name: str, wanted: str) -> Rewrite:
    """Return the change of the name of an argument."""
    return Rewrite(replaced={name: ((wanted, KEPT),)})


def call_text(kind: str, arguments: Mapping[str, Any]) -> str:
    """Write a call as on a line of a spec."""
    return f"{kind}: {flow_text(arguments)}" if arguments else kind


def flow_text(value: object) -> str:
    """Write a value as inside braces."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{flow_text(key)}: {flow_text(each)}' for key, each in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(flow_text, value))}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, int | float):
        special = {"inf": ".inf", "-inf": "-.inf", "nan": ".nan"}
        return special.get(repr(value), repr(value))
    from json import dumps  # nothing of this is used for specs without errors

    text = str(value)
    is_plain = text == "..." or (_PLAIN.fullmatch(text) and text.casefold() not in _WORDS)
    return text if is_plain else dumps(text, ensure_ascii=False)

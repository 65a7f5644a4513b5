"""The table of what differs between versions, as the module that cnnspec reads."""

import ast
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from cnnspec.declarations import keras_table
from keras_versions.scan import Contents

Span = tuple[str, str | None]
NAMES = ("name",)
"""Arguments that are labels, whose defaults change nothing that is computed."""

HEAD = '''\
"""What differs between versions of Keras. Written by `make keras-versions`; do not edit."""

# fmt: off
from typing import Any

Span = tuple[str, str | None]
"""The first version that has something, and the last one; None if the newest has it."""
'''
PARTS = {
    "RELEASES": ("tuple[str, ...]", "The releases that were compared, oldest first."),
    "KINDS": ("dict[str, dict[str, Span]]", "For each family: the kinds that only some have."),
    "ARGUMENTS": (
        "dict[str, dict[str, dict[str, Span]]]",
        "For each family and kind: the arguments that only some versions of the kind have.",
    ),
    "WORDS": (
        "dict[str, dict[str, Span]]",
        "For each family: the words for kinds that only some have. Activations are words as well.",
    ),
    "DEFAULTS": (
        "dict[str, dict[str, dict[str, dict[str, Any]]]]",
        "For each family and kind: the defaults that differ, each by the first version with it.",
    ),
}


def compared(found: Mapping[str, Contents]) -> dict[str, Any]:
    """Compare the contents of versions, given oldest first, and return the parts of the table."""
    table: dict[str, Any] = {
        "RELEASES": tuple(found),
        "KINDS": {},
        "ARGUMENTS": {},
        "WORDS": {},
        "DEFAULTS": {},
    }
    for namespace, kind in _every(found, lambda each: each.kinds):
        having = {
            version: each.kinds[namespace, kind]
            for version, each in found.items()
            if (namespace, kind) in each.kinds
        }
        if (span := _span([*having], [*found])) is not None:
            table["KINDS"].setdefault(namespace, {})[kind] = span
        for name in dict.fromkeys(name for each in having.values() for name in each):
            versions = [version for version, each in having.items() if name in each]
            if (span := _span(versions, [*having])) is not None:
                at = table["ARGUMENTS"].setdefault(namespace, {}).setdefault(kind, {})
                at[name] = span
            defaults = _changes({version: having[version][name] for version in versions})
            if len(defaults) > 1 and name not in NAMES:
                at = table["DEFAULTS"].setdefault(namespace, {}).setdefault(kind, {})
                at[name] = defaults
    for namespace, word in _every(found, lambda each: each.words):
        versions = [version for version, each in found.items() if (namespace, word) in each.words]
        span = _span(versions, [*found])
        kinds = table["KINDS"].get(namespace, {}).items()
        with_its_kind = any(span == each and word == kind.lower() for kind, each in kinds)
        if span is not None and not with_its_kind:
            table["WORDS"].setdefault(namespace, {})[word] = span
    return table


def text(table: Mapping[str, Any]) -> str:
    """Return the text of the module with a table."""
    parts = [HEAD]
    for name, (hint, meaning) in PARTS.items():
        parts.append(f'{name}: {hint} = {_literal(table[name])}\n"""{meaning}"""\n')
    return "\n".join(parts)


def _literal(value: Any, depth: int = 0) -> str:
    """Return a value as source text, with one line per item of the outer two levels."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, tuple):
        return f"({', '.join(map(_literal, value))}{',' * (len(value) == 1)})"
    if not isinstance(value, dict):
        return repr(value)
    items = [f"{_literal(key)}: {_literal(item, depth + 1)}" for key, item in value.items()]
    if depth > 1 or not items:
        return f"{{{', '.join(items)}}}"
    indent = "    " * depth
    return "\n".join(("{", *(f"{indent}    {item}," for item in items), f"{indent}}}"))


def committed() -> dict[str, Any]:
    """Return the table that cnnspec reads."""
    return {name: getattr(keras_table, name) for name in PARTS}


def _every(
    found: Mapping[str, Contents], part: Callable[[Contents], Iterable[tuple[str, str]]]
) -> list[tuple[str, str]]:
    return sorted({key for each in found.values() for key in part(each)})


def _span(having: list[str], versions: list[str]) -> Span | None:
    """Return the first and last version that have something; None if all do."""
    if having == versions:
        return None
    start = versions.index(having[0])
    if versions[start : start + len(having)] != having:
        raise ValueError(f"only {having} of {versions} have it: it went and came back")
    return having[0], None if having[-1] == versions[-1] else having[-1]


def _changes(defaults: Mapping[str, str]) -> dict[str, Any]:
    """Return the defaults that differ from the one before, each by its first version."""
    changed: dict[str, Any] = {}
    previous = None
    for version, default in defaults.items():
        if default != previous:
            changed[version] = default
        previous = default
    return (
        {version: ast.literal_eval(each) for version, each in changed.items()}
        if len(changed) > 1
        else {}
    )

"""The definitions of the JSON Schema of the language, and what several of them allow together."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from cnnspec.language.schema import language_schema

Schema = Mapping[str, Any]
Limit = Schema | bool

REST = "additionalProperties"


@cache
def definitions() -> Schema:
    """Return the definitions of the schema of the language."""
    found: Schema = language_schema()["$defs"]
    return found


def merged(part: Schema) -> Schema:
    """Merge what a part refers to, and all that must hold of it, into one part."""
    if "$ref" in part:
        return merged(definitions()[part["$ref"].rpartition("/")[2]])
    whole: Schema = {}
    for each in (*map(merged, _limits(part)), part):
        whole = _both(whole, {key: each[key] for key in each if not _limits({key: each[key]})})
    return whole


def _limits(part: Schema) -> list[Schema]:
    """List what must hold of a part as well: all of several, or the only one of a choice."""
    only = part.get("anyOf", [])
    return [*part.get("allOf", []), *(only if len(only) == 1 else ())]


def _both(one: Schema, other: Schema) -> Schema:
    """Return what two parts allow, of which at most one has alternatives; the second explains it."""
    both = {**one, **other}
    if REST in both or "properties" in both:
        keys = {**one.get("properties", {}), **other.get("properties", {})}
        both["properties"] = {key: _all_of(_of_key(key, one), _of_key(key, other)) for key in keys}
        both[REST] = _all_of(one.get(REST, True), other.get(REST, True))
    return both


def _of_key(key: str, part: Schema) -> Limit:
    return part.get("properties", {}).get(key, part.get(REST, True))  # type: ignore[no-any-return]


def _all_of(*parts: Limit) -> Limit:
    limits = [each for each in parts if isinstance(each, Mapping)]
    if False in parts or not limits:
        return False not in parts
    return {"allOf": limits} if len(limits) > 1 else limits[0]

"""The JSON Schema for editors: that of the language, with an example for every key."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cnnspec.diagnostics.report import Report
from cnnspec.language.calls import Model
from cnnspec.language.document import Document, Step
from cnnspec.language.schema import language_schema
from cnnspec.language.schema_of_calls import BRANCHES, STEP_SCHEMA
from cnnspec.naming import snake_case
from cnnspec.syntax.reading import parse_bytes
from cnnspec.vocabulary.examples.reading import example_of
from cnnspec.vocabulary.keys import Part, parts

Schema = dict[str, Any]


def schema_text() -> str:
    """Return the JSON Schema for editors as text, with a line for every definition."""
    schema = schema_for_editors()
    definitions = schema.pop("$defs")
    lines = [f"{_json(key)}: {_json(value)}" for key, value in schema.items()]
    inside = ",\n".join(f" {_json(name)}: {_json(each)}" for name, each in definitions.items())
    return "{\n" + ",\n".join([*lines, f'"$defs": {{\n{inside}\n}}']) + "\n}"


def schema_for_editors() -> Schema:
    """Return the JSON Schema of the language, with an example for every key."""
    schema = language_schema()
    for part in parts():
        properties = keys_in(schema["$defs"], part.model)
        for key in part.names():
            properties[key]["examples"] = [_example(part, key)]
    return schema


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def keys_in(definitions: Schema, model: type[Model]) -> Schema:
    """Return the schemas of the keys of a part of a document."""
    if model is Step:
        of_all: Schema = definitions[STEP_SCHEMA]["properties"]
        return {**of_all, "branches": definitions[BRANCHES]}
    definition = definitions[model.__name__]
    forms = (definition, *definition.get("anyOf", ()))
    properties: Schema = next(form["properties"] for form in forms if "properties" in form)
    return properties


def _example(part: Part, key: str) -> Any:
    """Return the value of a key in its example: the innermost, as the keys of inner parts are."""
    example = example_of(snake_case(part.model.__name__), key)
    assert example is not None
    source = parse_bytes(example.text.encode(), "<example>", Path(), Report())
    assert source is not None
    found = sorted(_values(source.tree.value, key), key=lambda each: each[0])
    return found[0 if part.model is Document else -1][1]


def _values(data: Any, key: str, depth: int = 0) -> Iterator[tuple[int, Any]]:
    """Yield the values of a key in data, each with its depth."""
    if isinstance(data, dict):
        if key in data:
            yield depth, data[key]
        for value in data.values():
            yield from _values(value, key, depth + 1)
    elif isinstance(data, list):
        for value in data:
            yield from _values(value, key, depth + 1)

"""The JSON Schema of calls: the kinds of a family and their arguments."""

from typing import Any

from pydantic import TypeAdapter

from cnnspec.declarations.declaration import Declaration, expectation
from cnnspec.declarations.describe import describe, summary_line
from cnnspec.declarations.family import Family
from cnnspec.declarations.import_paths import PATTERN

Schema = dict[str, Any]


def ref(name: str) -> Schema:
    """Refer to a definition of the schema."""
    return {"$ref": f"#/$defs/{name}"}


def or_reference(schema: Schema) -> Schema:
    """Allow a reference to a parameter as well."""
    return {"anyOf": [schema, ref("reference")]}


def words_of(family: Family[Any]) -> list[str]:
    """Return the words for the kinds of a family."""
    return [*family.kinds, *family.aliases]


def mapping_of(properties: Schema) -> Schema:
    """A mapping of known keys, and no others."""
    return {"type": "object", "properties": properties, "additionalProperties": False}


def one_of_keys(properties: Schema, others: Schema | bool = False) -> Schema:
    """A mapping of one key to its value."""
    mapping = {**mapping_of(properties), "additionalProperties": others}
    return {**mapping, "minProperties": 1, "maxProperties": 1}


def described(schema: Schema, description: str) -> Schema:
    """Add a description, which draft 7 does not allow next to a reference."""
    inner = {"allOf": [schema]} if "$ref" in schema or "form" in schema else schema
    return {**inner, "description": description} if description else schema


def calls_of(family: Family[Any]) -> Schema:
    """A call of any kind of a family: a word, or a mapping of the kind to its arguments."""
    words = words_of(family)
    mapping = one_of_keys({word: arguments_of(family.find(word)) for word in words})
    if family.base is None:
        return {"anyOf": [{"enum": words}, mapping]}
    arguments = {"type": ["object", "null"]}
    of_others = {"patternProperties": {PATTERN: arguments}}
    return {"anyOf": [{"enum": words}, ref("import_path"), {**mapping, **of_others}]}


def arguments_of(declaration: type[Declaration], keys: Schema | None = None) -> Schema:
    """Return the arguments of a kind, together with keys of the language."""
    arguments = {
        each.name: _argument(declaration, each.name, each.says or each.takes)
        for each in describe(declaration)
    }
    mapping = described(mapping_of(arguments | (keys or {})), summary_line(declaration))
    return described({"anyOf": [mapping, {"type": "null"}]}, summary_line(declaration))


def _argument(declaration: type[Declaration], name: str, description: str) -> Schema:
    hint = declaration.arguments()[name]
    schema = expectation(hint).json_schema(declaration)
    if schema is None:
        schema = TypeAdapter(hint).json_schema()
    return described(or_reference(schema) if schema else {}, description)

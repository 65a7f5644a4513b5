"""The JSON Schema of calls: the kinds of a family and their arguments."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from pydantic import TypeAdapter

from cnnspec.declarations.declaration import Declaration, expectation
from cnnspec.declarations.describe import NO_DEFAULT, Argument, describe, summary_line
from cnnspec.declarations.family import Family
from cnnspec.declarations.import_paths import PATTERN
from cnnspec.language.document import STEP_KEYS
from cnnspec.language.example_calls import example_arguments
from cnnspec.layers.base import Layer

Schema = dict[str, Any]

KEYS_OF_ALL = tuple(key for key in STEP_KEYS if key != "branches")
"""The keys that steps of all kinds have; only those that merge have branches."""
STEP_SCHEMA, BRANCHES = "step_keys", "branches_of_step"
"""The definitions of these keys, and of branches."""
NAMED_BY = 5
"""The number of words of a phrase that name the definition of a type."""


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


def or_nothing(mapping: Schema) -> Schema:
    """A mapping, or null, which is written as nothing behind the colon."""
    return {**mapping, "type": ["object", "null"]}


def one_of_keys(properties: Schema, others: Schema | bool = False) -> Schema:
    """A mapping of one key to its value."""
    mapping = {**mapping_of(properties), "additionalProperties": others}
    return {**mapping, "minProperties": 1, "maxProperties": 1}


def noted(schema: Schema, **notes: Any) -> Schema:
    """Add a description, a default or examples, which draft 7 does not allow next to a reference.

    Language servers see that `anyOf` is a value, and complete the key with its colon.
    """
    inner = {"anyOf": [schema]} if "$ref" in schema or "form" in schema else schema
    return {**inner, **notes} if notes else schema


def notes_in(schema: Schema) -> Schema:
    """Return the description, the default and the examples of a schema."""
    return {key: schema[key] for key in ("description", "default", "examples") if key in schema}


def described(schema: Schema, description: str) -> Schema:
    """Add a description, if there is one."""
    return noted(schema, description=description) if description else schema


class Definitions:
    """The definitions of a schema; those that are the same are one."""

    def __init__(self, schemas: Mapping[str, Schema], reserved: Iterable[str]) -> None:
        """Start with some definitions, and the names of those that will be added by these names."""
        self.schemas = dict.fromkeys(reserved, cast("Schema", {})) | dict(schemas)
        self._named: dict[tuple[str, str], str] = {}
        """The names that definitions got, by the names asked for and what they define."""

    def refer(self, name: str, schema: Schema) -> Schema:
        """Define something, and refer to it. Its name gets a number if something else has it."""
        key = name, json.dumps(schema)
        if key not in self._named:
            number, free = 1, name
            while free in self.schemas:
                number += 1
                free = f"{name}.{number}"
            self._named[key] = free
            self.schemas[free] = schema
        return ref(self._named[key])

    def define_family(self, family: Family[Any]) -> None:
        """Define calls of any kind of a family: a word, or a mapping of the kind to its arguments."""
        words = words_of(family)
        mapping = one_of_keys(self.calls(family))
        choices: list[Schema] = [{"enum": words}]
        if family.base is not None:
            choices.append(ref("import_path"))
            mapping["patternProperties"] = {PATTERN: {"type": ["object", "null"]}}
        self.schemas[family.namespace] = {"anyOf": [*choices, mapping]}

    def calls(self, *families: Family[Any]) -> Schema:
        """Refer to the arguments of every word of some families."""
        return {word: self.call(each.find(word)) for each in families for word in words_of(each)}

    def call(self, declaration: type[Declaration]) -> Schema:
        """Refer to the arguments of a kind. Keys of steps pass, because they are declared once."""
        is_step = issubclass(declaration, Layer)
        keys: Schema = dict.fromkeys(KEYS_OF_ALL if is_step else (), True)
        if getattr(declaration, "merges", False):
            keys["branches"] = ref(BRANCHES)
        inside = mapping_of(self.arguments(declaration) | keys)
        schema = noted(or_nothing(inside), **notes_of(declaration))
        if is_step:
            del schema["type"]  # which is that of the keys
        return self.refer(declaration.kind(), schema)

    def arguments(self, declaration: type[Declaration]) -> Schema:
        """Return the arguments of a kind by name, each as a reference to what it takes."""
        return {each.name: self._argument(declaration, each) for each in describe(declaration)}

    def _argument(self, declaration: type[Declaration], argument: Argument) -> Schema:
        hint = declaration.arguments()[argument.name]
        schema = expectation(hint).json_schema(declaration)
        if schema is None:
            schema = TypeAdapter(hint).json_schema()
        takes = noted(or_reference(schema) if schema else {}, description=argument.takes)
        words = re.findall(r"\w+", argument.takes)
        notes = {"description": argument.says} if argument.says else {}
        if argument.default is not NO_DEFAULT:
            notes["default"] = argument.default
        shared = self.refer("-".join(words[:NAMED_BY]), takes)
        return self.refer(argument.name, noted(shared, **notes)) if notes else shared

    def written_out(self, schema: Schema) -> Schema:
        """Complete a schema with the definitions; arguments and kinds used once go where they are used."""
        used = Counter(name for part in (schema, self.schemas) for name in references(part))
        once = {name for name in self._named.values() if used[name] <= 1}

        def written(part: Any) -> Any:
            if isinstance(part, list):
                return [written(each) for each in part]
            if not isinstance(part, dict):
                return part
            if (name := referred(part)) in once:
                return written(self.schemas[name])
            return {key: written(value) for key, value in part.items()}

        left = {name: each for name, each in self.schemas.items() if name not in once}
        whole: Schema = written({**schema, "$defs": left})
        return whole


def references(part: Any) -> Iterator[str]:
    """List the definitions that a part refers to, as often as it does."""
    if isinstance(part, dict):
        if name := referred(part):
            yield name
        part = list(part.values())
    for each in part if isinstance(part, list) else ():
        yield from references(each)


def referred(part: Schema) -> str | None:
    """Return the name of the definition that a part is a reference to."""
    address = part.get("$ref")
    return address.rpartition("/")[2] if isinstance(address, str) else None


def notes_of(declaration: type[Declaration]) -> Schema:
    """Return the description of a kind, and its example."""
    given = example_arguments(declaration)
    examples = {"examples": [given]} if given else {}
    return {"description": summary_line(declaration), **examples}

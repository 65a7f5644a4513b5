"""Makes the JSON Schema of the language: the keys of the Document, all kinds and arguments."""

from collections.abc import Callable
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from cnnspec.declarations.describe import attribute_docstrings
from cnnspec.declarations.fields import DATA_TYPES
from cnnspec.declarations.import_paths import PATTERN
from cnnspec.diagnostics.codes import WARNINGS
from cnnspec.language.calls import Model
from cnnspec.language.document import (
    MODEL_KEYS,
    MODEL_SECTIONS,
    STEP_KEYS,
    SUBMODEL_SOURCES,
    Branches,
    Document,
    Input,
    Output,
    Submodel,
)
from cnnspec.language.expect import Amount
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.language.published import SCHEMA_ID
from cnnspec.language.schema_of_calls import (
    BRANCHES,
    KEYS_OF_ALL,
    STEP_SCHEMA,
    Definitions,
    Schema,
    described,
    mapping_of,
    noted,
    notes_in,
    one_of_keys,
    or_nothing,
    or_reference,
    ref,
    words_of,
)
from cnnspec.language.train import PERCENTAGE
from cnnspec.language.values import SHARED
from cnnspec.layers.base import FLAGS, LAYERS
from cnnspec.layers.custom import STATEMENTS
from cnnspec.objects.families import DATA
from cnnspec.operations.base import OPERATIONS

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect with the best support in YAML language servers."""


def language_schema() -> Schema:
    """The JSON Schema of a whole spec."""
    models = Document.model_json_schema(schema_generator=_Models)
    definitions = {name: _linked(schema) for name, schema in models["$defs"].items()}
    for definition in definitions.values():
        definition.pop("title", None)  # repeats its name
    for model, written in _WRITTEN.items():
        definitions[model.__name__] = written(definitions[model.__name__])
    families = [family.namespace for family in ALL_FAMILIES]
    known = Definitions(definitions | _forms(), [*families, *_OF_STEPS])
    for family in ALL_FAMILIES:
        if family is not OPERATIONS:  # which are only steps
            known.define_family(family)
    known.schemas["calls"] = {"properties": known.calls(LAYERS, OPERATIONS)}
    known.schemas |= _steps(definitions["Step"])
    known.schemas["defaults"] = {
        "type": "object",
        "propertyNames": {"enum": [*words_of(LAYERS), *words_of(OPERATIONS)]},
        "allOf": [ref("calls"), {"additionalProperties": ref("no_step_keys")}],
    }
    alone = {"patternProperties": {PATTERN: {}}, "additionalProperties": ref("no_step_keys")}
    known.schemas[LAYERS.namespace]["anyOf"][-1]["allOf"] = [alone]
    spec = {
        "$schema": DIALECT,
        "$id": SCHEMA_ID,
        "title": "cnnspec",
        "description": "A spec of a convolutional network.",
        "allOf": [ref("Document"), {"required": ["cnnspec"]}],
    }
    return known.written_out(spec)


def _forms() -> dict[str, Schema]:
    """Return the forms of values that differ from their types."""
    name = {"type": "string", "pattern": r"^(?=.*\S)[^/$][^/]*$"}
    inside = r"\$\((?:[^()]|\([^()]*\))*\)"
    counted = {"type": "string", "pattern": rf"^(?=.*{inside})(?:[^/$]|{inside})+$"}
    text = {"type": "string"}
    texts = {"type": "array", "items": text, "minItems": 1}
    size = {"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]}
    count = {"type": "integer", "minimum": 0}
    expression = {"type": ["string", "number"]}
    return {
        "reference": {
            "type": "string",
            "pattern": r"^\$([A-Za-z_]\w*|\(.*\))$",
            "description": "A parameter, `$name`, or an expression, `$(width * 2)`.",
        },
        "name": name,
        "kind_name": {**name, "not": {"const": SHARED}},
        "parameter_name": {**name, "not": {"const": "index"}},
        "step_name": {"anyOf": [ref("name"), ref("reference"), counted]},
        "references": {"anyOf": [text, texts]},
        "names": {"anyOf": [text, texts, {"type": "null"}]},
        "flag": or_reference({"type": "boolean"}),
        "number": or_reference({"type": "number"}),
        "weight": or_reference({"type": "number", "minimum": 0}),
        "count": or_reference(count),
        "Amount": {"anyOf": [ref("count"), _bounds()]},
        "shape": or_reference({"type": "array", "items": or_reference(size)}),
        "input_dtype": or_reference({"enum": list(DATA_TYPES)}),
        "unnamed": {"enum": ["keras", None]},
        "warning": {"enum": sorted(WARNINGS)},
        "import_path": {
            "type": "string",
            "pattern": PATTERN,
            "description": "A class or function of another package: `package.module:Class`.",
        },
        "column_expression": {
            "anyOf": [expression, {"type": "array", "items": expression, "minItems": 1}]
        },
        "classes": {
            "anyOf": [
                {
                    "type": "array",
                    "items": {"type": ["string", "integer"]},
                    "minItems": 2,
                    "uniqueItems": True,
                },
                {"type": "null"},
            ]
        },
        "class": {"minLength": 1},
        "pattern": {"type": "string", "description": "A pattern of layer names."},
        "other_rows": {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                {"type": "object", "additionalProperties": text, "minProperties": 1},
                {"type": "string", "minLength": 1, "not": {"pattern": PERCENTAGE}},
                {"type": "null"},
            ]
        },
        "short_source": one_of_keys(dict.fromkeys(DATA.kinds, text)),
    }


def _bounds() -> Schema:
    """Return the bounds of an expected number."""
    texts = attribute_docstrings(Amount)
    keys = mapping_of({key: described(ref("count"), texts[key]) for key in Amount.model_fields})
    return {**keys, "minProperties": 1}


class _Models(GenerateJsonSchema):
    """Generates the schema of the pydantic models, in the form of a spec."""

    def model_schema(self, schema: core_schema.ModelSchema) -> Schema:
        """Return the schema of a model: its keys, with the docstrings of the fields."""
        mapping = super().model_schema(schema)
        model = schema["cls"]
        assert issubclass(model, Model)
        texts = attribute_docstrings(model)
        keys = mapping["properties"]
        for name, key in zip(model.model_fields, model.spec_keys(), strict=True):
            notes = {"default": model.usual[key]} if key in model.usual else {}
            keys[key] = noted(described(keys[key], texts.get(name, "")), **notes)
        return mapping

    def dict_schema(self, schema: core_schema.DictSchema) -> Schema:
        """A mapping of names to values of one sort."""
        names = self.generate_inner(schema["keys_schema"])
        values = self.generate_inner(schema["values_schema"])
        mapping: Schema = {"type": "object", "additionalProperties": values}
        return {**mapping, "propertyNames": names} if "form" in names else mapping

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> Schema:
        """Omit defaults, because most of them only mean that a key may be absent."""
        return self.generate_inner(schema["schema"])

    def field_title_should_be_set(self, schema: object) -> bool:
        """Omit titles, because they repeat the names."""
        return False

    def sort(self, value: Schema, parent_key: str | None = None) -> Schema:
        """Keep the order of the language."""
        return value


def _linked(schema: Any) -> Any:
    """Replace every form by a reference."""
    if isinstance(schema, list):
        return [_linked(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    if "form" in schema and isinstance(schema["form"], str):
        return ref(schema["form"])
    return {key: _linked(value) for key, value in schema.items()}


def _steps(mapping: Schema) -> dict[str, Schema]:
    """Define steps: the arguments of a kind, and the keys that place it in the graph."""
    own = mapping["properties"]
    keys = {key: noted(_given(own[key]), **notes_in(own[key])) for key in STEP_KEYS}
    of_shared = [key for key in KEYS_OF_ALL if key != "frozen"]
    layer = described({"type": "string"}, "The layer that is called again.")
    flag = described(ref("flag"), "What this call does; by default, what the first one does.")
    again = {"layer": layer, **dict.fromkeys([*of_shared, *STATEMENTS], True)}
    again |= dict.fromkeys(FLAGS, flag)
    shared = described(mapping_of(again), "Calls an earlier layer again.")
    call = {
        **one_of_keys({"shared": {**shared, "required": ["layer"]}}, {}),
        "allOf": [ref("calls"), {"additionalProperties": ref(STEP_SCHEMA)}],
    }
    return {
        "Step": described({"anyOf": [{"type": "string"}, call]}, mapping["description"]),
        STEP_SCHEMA: or_nothing({"properties": {key: keys[key] for key in KEYS_OF_ALL}}),
        BRANCHES: keys["branches"],
        "no_step_keys": or_nothing({"properties": dict.fromkeys(keys, False)}),
    }


_OF_STEPS = ("calls", "defaults", "no_step_keys", STEP_SCHEMA, BRANCHES)
"""The definitions that steps are made of."""


def _given(schema: Schema) -> Schema:
    """Return the schema of a required value, without null."""
    choices = [each for each in schema.get("anyOf", []) if each != {"type": "null"}]
    return choices[0] if len(choices) == 1 else schema


def _branches(mapping: Schema) -> Schema:
    """Branches: in a list, or by name."""
    by_name = mapping["properties"]["steps"]
    listed = {"type": "array", "items": by_name["additionalProperties"]}
    return described({"anyOf": [listed, by_name]}, mapping["description"])


def _input(mapping: Schema) -> Schema:
    """An input: its shape, or a mapping."""
    return described({"anyOf": [ref("shape"), mapping]}, mapping["description"])


def _output(mapping: Schema) -> Schema:
    """An output: a mapping, or nothing."""
    return described({"anyOf": [mapping, {"type": "null"}]}, mapping["description"])


def _submodel(mapping: Schema) -> Schema:
    """A submodel: exactly one of its sources is required."""
    return {**mapping, "oneOf": [{"required": [key]} for key in SUBMODEL_SOURCES]}


def _document(mapping: Schema) -> Schema:
    """A document: a model, or a file of definitions for other specs to import."""
    keys = mapping["properties"]
    for key in MODEL_SECTIONS:
        keys[key] |= {"minItems" if keys[key]["type"] == "array" else "minProperties": 1}
    of_models = [{"required": [key]} for key in MODEL_KEYS]
    return {**mapping, "anyOf": [{"required": [*MODEL_SECTIONS]}, {"not": {"anyOf": of_models}}]}


_WRITTEN: dict[type[Model], Callable[[Schema], Schema]] = {
    Branches: _branches,
    Document: _document,
    Input: _input,
    Output: _output,
    Submodel: _submodel,
}
"""Models whose form in a spec is not a plain mapping of their fields."""

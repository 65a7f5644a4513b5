"""The language as JSON Schema, for editors: every kind with its arguments and what they are for."""

from typing import Any

from pydantic import TypeAdapter

from cnnspec.declarations import Declaration, Family, expectation
from cnnspec.describe import describe, summary_line
from cnnspec.diagnostics import WARNINGS
from cnnspec.fields import DATA_TYPES
from cnnspec.layers.base import LAYERS
from cnnspec.objects import APPLICATIONS, CALLBACKS, DATA, FAMILIES

Schema = dict[str, Any]

DIALECT = "http://json-schema.org/draft-07/schema#"
"""The dialect that YAML language servers know best."""

REFERENCE: Schema = {
    "type": "string",
    "pattern": r"^\$([A-Za-z_]\w*|\(.*\))$",
    "description": "A parameter, `$name`, or an expression, `$(width * 2)`.",
}
_NAMES: Schema = {"pattern": r"^(?!(previous|shared)$)[^/$\s][^/]*$"}
_NAME: Schema = {"type": "string", **_NAMES}


def _or_reference(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"$ref": "#/$defs/reference"}]}


def _mapping(properties: Schema, *, says: str = "", required: tuple[str, ...] = ()) -> Schema:
    """A mapping of known keys, and no others."""
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if says:
        schema["description"] = says
    if required:
        schema["required"] = list(required)
    return schema


def _named(schema: Schema, says: str) -> Schema:
    """A mapping from names to one sort of value."""
    return {
        "type": "object",
        "propertyNames": _NAMES,
        "additionalProperties": schema,
        "description": says,
    }


_COUNT = _or_reference({"type": "integer", "minimum": 0})


def _says(schema: Schema, says: str) -> Schema:
    return {**schema, "description": says}


def language_schema() -> Schema:
    """The JSON Schema of a whole spec."""
    definitions = {
        family.namespace: _calls(family)
        for family in (LAYERS, *FAMILIES, DATA, CALLBACKS, APPLICATIONS)
    }
    definitions |= {
        "reference": REFERENCE,
        "steps": {"type": "array", "items": {"$ref": "#/$defs/step"}},
        "step": _step(),
        "block": _block(),
        "document": _document(),
    }
    return {
        "$schema": DIALECT,
        "title": "cnnspec",
        "description": "A spec of a convolutional network.",
        "allOf": [{"$ref": "#/$defs/document"}, {"required": ["cnnspec"]}],
        "$defs": definitions,
    }


def _calls(family: Family) -> Schema:
    """A call of any kind of a family: a word, or a mapping of the kind to its arguments."""
    words = [*family.kinds, *family.aliases]
    return {
        "anyOf": [
            {"enum": words},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "additionalProperties": False,
                "properties": {word: _arguments(family.find(word)) for word in words},
            },
        ]
    }


def _arguments(declaration: type[Declaration], extra: Schema | None = None) -> Schema:
    properties = {
        each.name: _argument(declaration, each.name, each.says or each.takes)
        for each in describe(declaration)
    }
    mapping = _mapping(properties | (extra or {}), says=summary_line(declaration))
    return {"anyOf": [mapping, {"type": "null"}], "description": summary_line(declaration)}


def _argument(declaration: type[Declaration], name: str, says: str) -> Schema:
    hint = declaration.arguments()[name]
    schema = expectation(hint).json_schema(declaration)
    if schema is None:
        schema = TypeAdapter(hint).json_schema()
    return _says(_or_reference(schema) if schema else {}, says)


def _step_keys() -> Schema:
    name = _or_reference(_NAME)
    source = {"type": "string"}
    return {
        "name": _says(name, "What the step is called; unique in its scope."),
        "from": {
            "anyOf": [source, {"type": "array", "items": source, "minItems": 1}],
            "description": "Where the input comes from: a name, `previous`, or a list of them.",
        },
        "repeat": _says(
            _or_reference({"type": "integer", "minimum": 0}),
            "How often the step is done; `$index` counts from 0.",
        ),
        "frozen": _says(
            _or_reference({"type": "boolean"}),
            "Whether training changes none of its weights, and it runs as in inference.",
        ),
    }


def _step() -> Schema:
    """A step: a layer with the arguments of its kind, or a call of a block or submodel."""
    keys = _step_keys()
    steps = {"$ref": "#/$defs/steps"}
    branches: Schema = {
        "anyOf": [
            {"type": "array", "items": steps},
            {"type": "object", "additionalProperties": steps},
        ],
        "description": "Branches that all start at the step's input and are merged by it.",
    }
    kinds = {}
    for word in (*LAYERS.kinds, *LAYERS.aliases):
        declaration = LAYERS.find(word)
        merges = getattr(declaration, "merges", False)
        kinds[word] = _arguments(declaration, keys | ({"branches": branches} if merges else {}))
    shared = {"layer": _says({"type": "string"}, "The layer that is called again."), **keys}
    del shared["frozen"]
    called = {"anyOf": [{"type": "object", "properties": keys}, {"type": "null"}]}
    return {
        "anyOf": [
            {"type": "string"},
            {
                "type": "object",
                "minProperties": 1,
                "maxProperties": 1,
                "properties": {
                    **kinds,
                    "shared": _mapping(
                        shared, says="Calls an earlier layer again.", required=("layer",)
                    ),
                },
                "additionalProperties": _says(called, "A call of a block or submodel."),
            },
        ]
    }


def _block() -> Schema:
    says = "A macro: called like a layer, written out in place."
    parameters = {"type": "object", "description": "Its parameters; null must be given."}
    return _mapping(
        {"params": parameters, "layers": {"$ref": "#/$defs/steps"}}, says=says, required=("layers",)
    )


def _input() -> Schema:
    size = _or_reference({"anyOf": [{"type": "integer", "minimum": 1}, {"type": "null"}]})
    shape = _or_reference({"type": "array", "items": size})
    says = "The shape without the batch axis; null for an unknown size."
    dtype = _or_reference({"enum": list(DATA_TYPES)})
    return {
        "anyOf": [shape, _mapping({"shape": shape, "dtype": dtype}, required=("shape",))],
        "description": says,
    }


def _output() -> Schema:
    mapping = _mapping(
        {
            "from": _says(
                {"type": "string"}, "The tensor; default: that of the layer of this name."
            ),
            "loss": {"$ref": "#/$defs/losses"},
            "loss_weight": _or_reference({"type": "number"}),
            "metrics": {"type": "array", "items": {"$ref": "#/$defs/metrics"}},
        }
    )
    return {"anyOf": [mapping, {"type": "null"}]}


def _train() -> Schema:
    """How a model is trained."""
    computed = _named({"type": ["string", "number"]}, "Expressions over the columns of the data.")
    several = {"type": "array", "items": {"type": "string"}}
    says = "How many of the last frozen layers that have weights."
    last = _mapping({"last": _COUNT}, says=says, required=("last",))
    phase = _mapping(
        {
            "epochs": _COUNT,
            "optimizer": {"$ref": "#/$defs/optimizers"},
            "unfreeze": {"anyOf": [{"type": "string"}, several, last]},
        },
        says="A stage of training.",
        required=("epochs",),
    )
    weight = _or_reference({"type": "number", "minimum": 0})
    weights = {
        "type": "object",
        "propertyNames": {"pattern": "^[0-9]+$"},
        "additionalProperties": weight,
    }
    return _mapping(
        {
            "optimizer": {"$ref": "#/$defs/optimizers"},
            "data": {
                "anyOf": [
                    {"$ref": "#/$defs/data"},
                    {
                        "type": "object",
                        "properties": {word: {"type": "string"} for word in DATA.kinds},
                        "additionalProperties": False,
                        "minProperties": 1,
                        "maxProperties": 1,
                    },
                ]
            },
            "inputs": computed,
            "targets": computed,
            "validation": {
                "anyOf": [
                    {"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 1},
                    {"type": "object", "additionalProperties": {"type": "string"}},
                    {"$ref": "#/$defs/reference"},
                ],
                "description": "A fraction of the data, or the columns that stand for others.",
            },
            "batch_size": _COUNT,
            "epochs": _COUNT,
            "seed": _COUNT,
            "callbacks": {"type": "array", "items": {"$ref": "#/$defs/callbacks"}},
            "class_weight": _named(weights, "By output: the weight of each class."),
            "sample_weight": computed,
            "phases": {"type": "array", "items": phase},
        },
        says="How it is trained.",
    )


def _submodel() -> Schema:
    path = {"type": "string"}
    mapping = _mapping(
        {
            "spec": _says(
                {"anyOf": [path, {"$ref": "#/$defs/document"}]},
                "Another spec: its path, or the spec itself.",
            ),
            "keras": _says(path, "A .keras file."),
            "application": _says(
                {"$ref": "#/$defs/applications"}, "A network of keras.applications."
            ),
            "preprocess": _says(
                _or_reference({"type": "boolean"}),
                "Whether the application gets pixels from 0 to 255, which are scaled for it.",
            ),
            "until": _says(path, "Cut: the output is that of this layer."),
            "weights": _says(path, "A .weights.h5 or .keras file, loaded by layer name."),
            "frozen": _or_reference({"type": "boolean"}),
        }
    )
    return {**mapping, "oneOf": [{"required": [key]} for key in ("spec", "keras", "application")]}


def _document() -> Schema:
    defaults = {word: _arguments(LAYERS.find(word)) for word in (*LAYERS.kinds, *LAYERS.aliases)}
    model = {"required": ["inputs", "layers"]}
    parts = ({"required": [key]} for key in ("inputs", "layers", "outputs"))
    mapping = _mapping(
        {
            "cnnspec": _says({"const": 1}, "The version of the language."),
            "name": _says(
                {"type": "string", "pattern": r"^\w[\w.\- ]*$"}, "What the model is called."
            ),
            "ignore": {
                "type": "array",
                "items": {"enum": sorted(WARNINGS)},
                "description": "Codes of warnings that are not told.",
            },
            "imports": {
                "type": "array",
                "items": {"type": "string"},
                "description": "Files whose blocks, submodels and defaults are brought in.",
            },
            "params": {
                **_named({}, "Parameters; `--set name=value` overrides."),
                "propertyNames": {"allOf": [_NAMES, {"not": {"const": "index"}}]},
            },
            "defaults": _mapping(defaults, says="Default arguments of a kind, for all its steps."),
            "blocks": _named({"$ref": "#/$defs/block"}, "Macros made of steps."),
            "submodels": _named(_submodel(), "Models that are used as layers."),
            "inputs": {**_named(_input(), "The inputs of the model."), "minProperties": 1},
            "layers": {"allOf": [{"$ref": "#/$defs/steps"}], "minItems": 1},
            "outputs": _named(_output(), "The outputs, each with its loss, weight and metrics."),
            "train": _train(),
        }
    )
    # Either a model, or a file of definitions for others to import.
    return {**mapping, "anyOf": [model, {"not": {"anyOf": list(parts)}}]}

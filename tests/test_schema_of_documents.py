"""The keys of the language stand in the Document alone: the schema and suggestions have all of them."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from cnnspec.compiler import compile_file, compile_text
from cnnspec.decompile.flat import written_out
from cnnspec.importing import imported
from cnnspec.language.calls import Call, Model
from cnnspec.language.document import FIRST_KEYS, LAST_KEYS, Document, Step
from cnnspec.language.schema import language_schema
from cnnspec.language.templates.reading import TEMPLATES, template
from cnnspec.layers.base import LAYERS
from conformance.documents import random_document
from tests.support.paths import SPEC_FILES

MODELS = [model for model in Model.__subclasses__() if model is not Call]
PYTHON_ONLY = {Step: {"kind", "arguments"}}
"""Fields that a spec writes without a key: `Kind: {argument: value}`."""


@cache
def schema() -> dict[str, Any]:
    return language_schema()


@cache
def validator() -> Draft7Validator:
    return Draft7Validator(schema())


def errors(document: Document) -> list[str]:
    return [error.message for error in validator().iter_errors(document.to_data())]


def mappings(part: object) -> Iterator[dict[str, Any]]:
    """The mappings of keys that a part of the schema allows, without those in their values."""
    if isinstance(part, list):
        for choice in part:
            yield from mappings(choice)
    elif isinstance(part, dict):
        if "properties" in part:
            yield part["properties"]
        yield from mappings([part[key] for key in ("anyOf", "allOf", "oneOf") if key in part])


def keys_in_schema(model: type[Model]) -> list[dict[str, Any]]:
    """The mappings in which the schema has the keys of a model."""
    found = list(mappings(schema()["$defs"][model.__name__]))
    if model is not Step:
        return found
    (calls,) = found  # by kind, of which only merging ones have branches
    return [next(mappings(calls[word])) for word in ("Add", "Concatenate")]


@pytest.mark.parametrize(
    "model",
    [each for each in MODELS if each.__name__ != "Branches"],
    ids=lambda each: each.__name__,
)
def test_every_key_is_in_the_schema_with_a_description(model: type[Model]) -> None:
    keys = set(model.spec_keys()) - PYTHON_ONLY.get(model, set())
    found = keys_in_schema(model)
    assert found
    for properties in found:
        described = {key: properties.get(key, {}).get("description", "") for key in keys}
        assert {key for key, text in described.items() if not text} == set()
        assert model is Step or set(properties) == keys


def test_steps_of_every_kind_have_the_keys_of_the_language() -> None:
    (calls,) = mappings(schema()["$defs"]["Step"])
    for word in (*LAYERS.kinds, *LAYERS.aliases):
        (properties,) = mappings(calls[word])
        merges = getattr(LAYERS.find(word), "merges", False)
        declared = LAYERS.find(word).arguments().keys()
        keys = {*FIRST_KEYS, *LAST_KEYS} - (set() if merges else {"branches"})
        assert (word, set(properties)) == (word, keys | declared)


def test_calls_are_those_of_a_family() -> None:
    assert "Call" not in schema()["$defs"]


def test_every_reference_leads_to_a_definition() -> None:
    def references(part: object) -> Iterator[str]:
        if isinstance(part, dict):
            inner = part.items()
            yield from (value for key, value in inner if key == "$ref" and isinstance(value, str))
        for each in part.values() if isinstance(part, dict) else part:
            if isinstance(each, dict | list):
                yield from references(each)

    known = {f"#/$defs/{name}" for name in schema()["$defs"]}
    assert set(references(schema())) <= known
    assert '"form"' not in json.dumps(schema()["$defs"]["Document"])


@pytest.mark.parametrize("number", range(30))
def test_random_documents_are_valid(number: int) -> None:
    data = random_document(20, number)
    assert [error.message for error in validator().iter_errors(data)] == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_templates_are_valid(name: str) -> None:
    document = compile_text(template(name).encode()).document
    assert document is not None
    assert errors(document) == []


@pytest.mark.parametrize("spec", SPEC_FILES, ids=lambda spec: spec.stem)
def test_what_import_and_expand_write_is_valid(spec: Path) -> None:
    checked = compile_file(spec).checked
    if checked is None:
        assert spec.parent.name == "blocks"
        return
    plain = written_out(checked.graph, spec.parent)
    inline = written_out(checked.graph, spec.parent, inline=True)
    read = written_out(checked.graph)
    compact = imported(read, weights=Path("model.keras")).document
    assert compact.weights == "model.keras"
    assert [errors(document) for document in (plain, inline, compact)] == [[], [], []]


@pytest.mark.parametrize(
    ("text", "key", "suggestion"),
    [
        ("weigths: a.weights.h5", "weigths", "weights"),
        ("blocks: {b: {layrs: [Flatten], layers: [Flatten]}}", "layrs", "layers"),
        ("blocks: {outputs: {param: {a: 1}, layers: [Flatten]}}", "param", "params"),
        ("submodels: {b: {keras: m.keras, weigths: a}}", "weigths", "weights"),
        ("submodels: {b: {spec: {inputs: {x: [4]}, layers: [Flatten], output: {}}}}", "output", "outputs"),
        ("submodels: {b: {spec: {inputs: {x: {shape: [4], dtyp: int8}}, layers: [Flatten]}}}", "dtyp", "dtype"),
        ("submodels: {b: {spec: {inputs: {x: [4]}, layers: [Flatten], train: {epoch: 3}}}}", "epoch", "epochs"),
        ("outputs: {y: {los: mse}}", "los", "loss"),
        ("train: {phases: [{epochs: 1, optimiser: adam}]}", "optimiser", "optimizer"),
        ("train: {epoch: 3}", "epoch", "epochs"),
    ],
)  # fmt: skip
def test_a_mistyped_key_is_told_from_the_keys_at_its_place(
    text: str, key: str, suggestion: str
) -> None:
    spec = f"cnnspec: 1\ninputs: {{x: [4]}}\nlayers: [{{Dense: {{name: y, units: 1}}}}]\n{text}\n"
    found = [each for each in compile_text(spec.encode()).report if each.code == "unknown-key"]
    assert [(each.message, each.suggestion) for each in found] == [
        (f"unknown key '{key}'", f"did you mean '{suggestion}'?")
    ]


@pytest.mark.parametrize(
    ("name", "is_valid"),
    [
        ("conv", True),
        ("two words", True),
        ("conv$(index + 2)_block", True),
        ("conv$(index // 2)", True),
        ("$name", True),
        ("$(index * 2)", True),
        ("a/b", False),
        ("a/b$(1)", False),
        ("a$b", True),
        ("previous", True),
        ("shared", True),
        ("previously", True),
        (" ", False),
        ("", False),
    ],
)
def test_names_of_steps(name: str, is_valid: bool) -> None:
    steps = [{"Dense": {"name": name, "units": 1}}]
    data = {"cnnspec": 1, "params": {"name": 1}, "inputs": {"x": [4]}, "layers": steps}
    assert validator().is_valid(data) == is_valid

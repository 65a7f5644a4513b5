"""The keys of the language stand in the Document alone: the schema and suggestions have all of them."""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from cnnspec.compiler import compile_file, compile_text
from cnnspec.declarations.describe import NO_DEFAULT, describe, summary_line
from cnnspec.declarations.family import Family
from cnnspec.decompile.flat import written_out
from cnnspec.importing import imported
from cnnspec.language.calls import Call, Model
from cnnspec.language.document import FIRST_KEYS, LAST_KEYS, Document, Step
from cnnspec.language.example_calls import example_arguments
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.language.formatting.formatter import formatted
from cnnspec.language.published import MODELINE, SCHEMA_ID
from cnnspec.language.templates.reading import TEMPLATES, template
from cnnspec.layers.base import LAYERS
from cnnspec.operations.base import OPERATIONS
from cnnspec.operations.steps import family_of_step
from cnnspec.vocabulary.editors import keys_in, schema_for_editors, schema_text
from cnnspec.vocabulary.keys import Part, parts
from conformance.documents import random_document
from fuzz.makers.definitions import merged
from tests.support.paths import ROOT, SPEC_FILES

MODELS = [model for model in Model.__subclasses__() if model is not Call]
NOTES = ("description", "default", "examples")
PYTHON_ONLY = {Step: {"kind", "arguments"}}
"""Fields that a spec writes without a key: `Kind: {argument: value}`."""


@cache
def schema() -> dict[str, Any]:
    return schema_for_editors()


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
        if "properties" in (whole := merged(part)):
            yield {key: of for key, of in whole["properties"].items() if of is not False}
        yield from mappings([part[key] for key in ("anyOf", "oneOf") if key in part])


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
        described = {key: merged(properties[key]).get("description", "") for key in keys}
        assert {key for key, text in described.items() if not text} == set()
        assert model is Step or set(properties) == keys


def test_steps_of_every_kind_have_the_keys_of_the_language() -> None:
    (calls,) = mappings(schema()["$defs"]["Step"])
    for word in (*LAYERS.kinds, *LAYERS.aliases, *OPERATIONS.kinds):
        (properties,) = mappings(calls[word])
        declaration = family_of_step(word).find(word)
        merges = getattr(declaration, "merges", False)
        declared = declaration.arguments().keys()
        keys = {*FIRST_KEYS, *LAST_KEYS} - (set() if merges else {"branches"})
        assert (word, set(properties)) == (word, keys | declared)


@pytest.mark.parametrize("place", ["defaults", LAYERS.namespace])
def test_where_there_is_no_step_kinds_have_their_arguments_alone(place: str) -> None:
    (calls,) = mappings(schema()["$defs"][place])
    words = {*LAYERS.kinds, *LAYERS.aliases}
    assert set(calls) == words | ({*OPERATIONS.kinds} if place == "defaults" else set())
    for word in words:
        (properties,) = mappings(calls[word])
        assert (word, set(properties)) == (word, LAYERS.find(word).arguments().keys())


@pytest.mark.parametrize("family", ALL_FAMILIES, ids=lambda family: family.namespace)
def test_arguments_have_their_texts_and_defaults(family: Family[Any]) -> None:
    place = "defaults" if family in (LAYERS, OPERATIONS) else family.namespace
    (calls,) = mappings(schema()["$defs"][place])
    for word, declaration in family.kinds.items():
        call = merged(calls[word])
        arguments = describe(declaration)
        example = example_arguments(declaration)
        notes = {"description": summary_line(declaration)} | (
            {"examples": [example]} if example else {}
        )
        assert {key: call[key] for key in call if key in NOTES} == notes
        for each in arguments:
            found = merged(call["properties"][each.name])
            said = {key: found[key] for key in found if key in NOTES}
            default = {} if each.default is NO_DEFAULT else {"default": each.default}
            assert (word, said) == (word, {"description": each.says or each.takes, **default})


@pytest.mark.parametrize("family", ALL_FAMILIES, ids=lambda family: family.namespace)
def test_examples_and_defaults_are_valid(family: Family[Any]) -> None:
    place = "defaults" if family in (LAYERS, OPERATIONS) else family.namespace
    check = Draft7Validator({"$defs": schema()["$defs"], "$ref": f"#/$defs/{place}"})
    for word, declaration in family.kinds.items():
        defaults = {
            each.name: each.default
            for each in describe(declaration)
            if each.default is not NO_DEFAULT
        }
        for given in (example_arguments(declaration), defaults):
            call = json.loads(json.dumps({word: given}))
            assert [error.message for error in check.iter_errors(call)] == []


@pytest.mark.parametrize("part", parts(), ids=lambda part: part.noun)
def test_keys_have_valid_examples(part: Part) -> None:
    properties = keys_in(schema()["$defs"], part.model)
    for key in part.names():
        (example,) = properties[key]["examples"]
        check = Draft7Validator({"$defs": schema()["$defs"], "allOf": [properties[key]]})
        assert (key, [error.message for error in check.iter_errors(example)]) == (key, [])


def test_the_schema_is_small() -> None:
    assert len(schema_text().encode()) < 400_000
    assert json.loads(schema_text()) == json.loads(json.dumps(schema()))


def test_the_published_schema_is_that_of_the_language() -> None:
    published = ROOT / "schema" / SCHEMA_ID.rpartition("/")[2]
    assert published.read_text("utf-8") == f"{schema_text()}\n"


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
    assert template(name).splitlines()[0] == f"# yaml-language-server: $schema={schema()['$id']}"


def test_the_formatter_keeps_the_first_line() -> None:
    text = formatted(
        f"{MODELINE}\n# A comment.\nlayers: [Flatten]\ninputs: {{x: [4]}}\ncnnspec: 1\n"
    )
    assert text.splitlines()[0] == MODELINE.strip()


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

"""The JSON Schema of the language: valid itself, true of good specs and of structural mistakes."""

import json
import re
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from cnnspec.compiler import compile_text
from cnnspec.layers.base import LAYERS
from cnnspec.objects.families import CALLBACKS, DATA, FAMILIES
from cnnspec.syntax.reading import parse_text
from cnnspec.syntax.yaml_problems import YamlProblem
from fuzz.makers.definitions import merged
from tests.support.commands import run_command
from tests.support.paths import BAD, BAD_FILES, SPEC_FILES

STRUCTURAL = {
    "wrong-structure",
    "unknown-key",
    "missing-key",
    "unsupported-version",
    "bad-name",
    "unknown-argument",
    "unknown-value",
}
"""The codes of mistakes that a schema can see: what may stand where, and by which words."""

BEYOND_A_SCHEMA = {
    "operation_constant_ragged": "a schema cannot compare the lengths of lists",
    "submodel_arguments": "a schema cannot know which words are submodels",
}


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    language = json.loads(run_command("schema").stdout)
    Draft7Validator.check_schema(language)
    return Draft7Validator(language)


@pytest.mark.parametrize("spec", SPEC_FILES, ids=lambda spec: spec.stem)
def test_every_spec_is_valid(spec: Path, schema: Draft7Validator) -> None:
    tree = parse_text(spec.read_text(encoding="utf-8"))
    assert [error.message for error in schema.iter_errors(tree.value)] == []


def structural(file: Path) -> bool:
    text = file.read_text(encoding="utf-8")
    codes = set(re.findall(r"# E\[([\w-]+)\]", text))
    try:
        parse_text(text)
    except YamlProblem:
        return False
    return bool(codes & STRUCTURAL) and file.stem not in BEYOND_A_SCHEMA


@pytest.mark.parametrize(
    "file", [file for file in BAD_FILES if structural(file)], ids=lambda file: file.stem
)
def test_every_structural_mistake_is_invalid(file: Path, schema: Draft7Validator) -> None:
    tree = parse_text(file.read_text(encoding="utf-8"))
    assert not schema.is_valid(tree.value)


@pytest.mark.parametrize("stem", BEYOND_A_SCHEMA)
def test_what_is_listed_as_beyond_a_schema_is_valid(stem: str, schema: Draft7Validator) -> None:
    tree = parse_text((BAD / f"{stem}.yaml").read_text(encoding="utf-8"))
    assert schema.is_valid(tree.value)


def test_every_kind_is_described(schema: Draft7Validator) -> None:
    definitions = schema.schema["$defs"]
    for family in (LAYERS, *FAMILIES, DATA, CALLBACKS):
        words, *paths, calls = definitions[family.namespace]["anyOf"]
        known = [*family.kinds, *family.aliases]
        assert words == {"enum": known}
        assert paths == ([] if family.base is None else [{"$ref": "#/$defs/import_path"}])
        described = {
            word: bool(merged(call)["description"]) for word, call in calls["properties"].items()
        }
        assert described == dict.fromkeys(known, True)


PLACES = {
    "step": ("layers", "WORD"),
    "step with arguments": ("layers", "WORD: {a: 1, output_shape: [4]}"),
    "activation": ("layers", "Dense: {units: 3, activation: 'WORD'}"),
    "activation of a layer that is one": ("layers", "Activation: {activation: 'WORD'}"),
    "initializer": ("layers", "Dense: {units: 3, kernel_initializer: 'WORD'}"),
    "initializer with arguments": (
        "layers",
        "Dense: {units: 3, kernel_initializer: {'WORD': {a: 1}}}",
    ),
    "regularizer": ("layers", "Dense: {units: 3, kernel_regularizer: {'WORD': {a: 1}}}"),
    "constraint": ("layers", "Dense: {units: 3, kernel_constraint: {'WORD': null}}"),
    "loss": ("outputs", "{loss: 'WORD'}"),
    "loss with arguments": ("outputs", "{loss: {'WORD': {a: 1}}}"),
    "metrics": ("outputs", "{metrics: ['WORD', {'WORD': {a: 1}}]}"),
}
"""Where a class or function of another package may stand."""


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize(
    ("word", "is_path"),
    [("package.module:Class", True), ("package:a_function", True), ("package.module:", False),
     ("package.module", False), (":Class", False), ("a b:Class", False), ("pakét:Class", False)],
)  # fmt: skip
def test_import_paths_may_stand_where_the_validator_takes_them(
    place: str, word: str, is_path: bool, schema: Draft7Validator
) -> None:
    section, written = PLACES[place]
    step = written.replace("WORD", word) if section == "layers" else "Dense: {units: 3}"
    output = written.replace("WORD", word) if section == "outputs" else "{}"
    text = (
        "cnnspec: 1\ninputs: {x: [4]}\nlayers:\n"
        f"  - {step}\n  - Dense: {{name: y, units: 2}}\noutputs: {{y: {output}}}\n"
    )
    errors = [found for found in compile_text(text.encode()).report if found.severity == "error"]
    is_valid = schema.is_valid(parse_text(text).value)
    assert (not errors, is_valid) == (is_path, is_path or "step" in place)

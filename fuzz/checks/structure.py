"""The JSON Schema and the validator agree on structure."""

from functools import cache
from typing import Any

from jsonschema import Draft7Validator

from cnnspec.compiler import Compilation
from cnnspec.language.schema import language_schema
from fuzz.inputs import Answer

OF_STRUCTURE = ("unknown-key", "unsupported-version")
"""The codes of errors that the schema has to see, too."""


def check_structure(data: Any, compilation: Compilation, answer: Answer) -> None:
    """Check that the schema accepts what is valid, and refuses what has unknown keys."""
    codes = {each.code for each in compilation.report if each.severity == "error"}
    if codes and codes.isdisjoint(OF_STRUCTURE):
        return
    answer.checked("schema")
    error = next(_validator().iter_errors(data), None)
    if error is not None and not codes:
        answer.fail(f"the schema refuses what is valid: {error.message[:200]}")
    if error is None and codes:
        answer.fail(f"the schema accepts what has errors of structure: {sorted(codes)}")


@cache
def _validator() -> Draft7Validator:
    return Draft7Validator(language_schema())

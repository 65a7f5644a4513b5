"""Words of other frameworks and misspelt words: each has one error that says what to write."""

import pytest

from cnnspec.compiler import Compilation, compile_text
from cnnspec.diagnostics.edits import applied
from cnnspec.diagnostics.report import Diagnostic
from cnnspec.language.families import ALL_FAMILIES
from cnnspec.mistakes.family_rules import PLACES
from cnnspec.mistakes.fixing import fixed
from tests.brought.words.cases import NAME, TEMPLATES, Case, cases

pytestmark = pytest.mark.usefixtures("newest_keras")

CASES = list(cases())
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.template}-{case.wrong}")


def compiled(text: str) -> Compilation:
    return compile_text(text.encode())


def errors(text: str) -> list[Diagnostic]:
    return [each for each in compiled(text).report if each.severity == "error"]


def test_words_differ() -> None:
    assert len({(case.template, case.wrong) for case in CASES}) == len(CASES)


@EACH
def test_a_word_has_one_error_that_says_what_to_write(case: Case) -> None:
    (error,) = errors(case.text)
    assert error == case.error
    mended = applied(case.text, error.fix.edits) if error.fix else None
    assert (mended, error.fix is not None and error.fix.is_safe) == (case.mended, case.is_safe)


@EACH
def test_a_safe_fix_leaves_no_error(case: Case) -> None:
    if case.is_safe:
        assert case.mended is not None
        assert errors(case.mended) == []


SEVERAL = [
    (
        "Conv2D: {in_channels: 4, out_channels: 8, kernel_size: 3, stride: 1, padding: 1, bias: false}",
        "Conv2D: {filters: 8, kernel_size: 3, strides: 1, padding: same, use_bias: false}",
    ),
    (
        "Convolution2D: {nb_filter: 8, nb_row: 3, nb_col: 3, border_mode: same, init: he_normal}",
        "Convolution2D: {filters: 8, kernel_size: [3, 3], padding: same, kernel_initializer: he_normal}",
    ),
    ("ReLU: {nmae: act, inplace: true, device: gpu}", "ReLU: {name: act}"),
    (
        "Conv2D:\n      in_channels: 4\n      out_channels: 8\n      kernel_size: 3\n      device: gpu",
        "Conv2D:\n      filters: 8\n      kernel_size: 3",
    ),
]


@pytest.mark.parametrize(("wrong", "right"), SEVERAL)
def test_several_words_of_a_step_are_all_mended(wrong: str, right: str) -> None:
    template = TEMPLATES["step"]
    text = template.replace("@", wrong)
    count = len(errors(text))
    result = fixed(NAME, text, compiled)
    assert (result.text, result.count) == (template.replace("@", right), count)
    assert errors(result.text) == []


def test_every_family_has_a_place_to_name() -> None:
    assert PLACES.keys() == {*(family.namespace for family in ALL_FAMILIES), "activations"}

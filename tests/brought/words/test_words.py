"""Words of other frameworks and misspelt words: each has one error that says what to write."""

import pytest

from cnnspec.compiler import compile_text
from cnnspec.diagnostics.report import Diagnostic
from tests.brought.words.cases import NAME, Case, cases
from tests.support.edits import edited

pytestmark = pytest.mark.usefixtures("newest_keras")

CASES = list(cases())
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.template}-{case.wrong}")


def errors(text: str) -> list[Diagnostic]:
    report = compile_text(text.encode()).report
    return [each for each in report if each.severity == "error"]


def test_words_differ() -> None:
    assert len({(case.template, case.wrong) for case in CASES}) == len(CASES)


@EACH
def test_a_word_has_one_error_that_says_what_to_write(case: Case) -> None:
    (error,) = errors(case.text)
    assert error == case.error
    mended = edited(case.text, error.fix) if error.fix else None
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
def test_several_words_of_a_step_are_mended_one_after_the_other(wrong: str, right: str) -> None:
    template = CASES[0].text.replace(CASES[0].wrong, "@")
    text = template.replace("@", wrong)
    for _ in errors(text):
        (error, *_others) = errors(text)
        assert error.fix is not None
        assert error.span is not None
        assert (error.span.file, error.fix.is_safe) == (NAME, True)
        text = edited(text, error.fix)
    assert text == template.replace("@", right)
    assert errors(text) == []

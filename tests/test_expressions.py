"""`$name` and `$(expression)`: their values, and what they cannot be."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.diagnostics.problems import Problem
from cnnspec.language.evaluation import MAX_EXPONENT, MAX_MAGNITUDE
from cnnspec.language.expressions import MAX_LENGTH, is_reference, resolve, substitute

PARAMETERS: dict[str, Any] = {
    "width": 64, "depth": 3, "rate": 0.5, "wide": True, "kind": "relu", "size": [3, 3], "none": None,
    "_x1": 7, "huge": 2**63,
}  # fmt: skip


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("$width", 64),
        ("$_x1", 7),
        ("$kind", "relu"),
        ("$size", [3, 3]),
        ("$none", None),
        ("$huge", 2**63),
        ("$(width)", 64),
        ("$( width * 2 )", 128),
        ("$(width * 2 ** depth)", 512),
        ("$(2 ** 3 ** 2)", 512),
        ("$(-2 ** 2)", -4),
        ("$((1 + 2) * 3)", 9),
        ("$(7 // 2)", 3),
        ("$(-7 // 2)", -4),
        ("$(-7 % 3)", 2),
        ("$(7 / 2)", 3.5),
        ("$(8 / 2)", 4.0),
        ("$(+width)", 64),
        ("$(1e-3)", 0.001),
        ("$(0x10)", 16),
        ("$(2 ** -1)", 0.5),
        ("$(rate ** 2)", 0.25),
        ("$(2 ** 62 - 1 + 2 ** 62)", 2**63 - 1),
        ("$(1.0 ** 64)", 1.0),
        ("$(width > 32)", True),
        ("$(1 < depth <= 3 != 4)", True),
        ("$(1 < depth == 4)", False),
        ("$(wide)", True),
        ("$(True + wide)", 2),
        ("$(min(3, 1, 2))", 1),
        ("$(max(width))", 64),
        ("$(round(2.5))", 2),
        ("$(round(width * 0.35))", 22),
        ("$(floor(-0.5))", -1),
        ("$(ceil(width / 3))", 22),
        ("$(abs(-3))", 3),
        ("$(min(max(width // 8, 4), 16))", 8),
        (f"$({'-' * (MAX_LENGTH - 2)}1)", 1),
    ],
)
def test_values(reference: str, value: object) -> None:
    found = resolve(reference, PARAMETERS)
    assert (type(found), found) == (type(value), value)


NEITHER = "'{}' is neither $name nor $(expression); to write a dollar sign, use $$"
TOO_LARGE = "the expression, or a number in it, is too large"
FUNCTIONS = "min, max, round, floor, ceil, abs"


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("$", NEITHER.format("$")),
        ("$8", NEITHER.format("$8")),
        ("$width ", NEITHER.format("$width ")),
        ("$width.x", NEITHER.format("$width.x")),
        ("$(", NEITHER.format("$(")),
        ("$()", "'' is not an expression"),
        ("$(1 +)", "'1 +' is not an expression"),
        ("$(1 2)", "'1 2' is not an expression"),
        ("$(01)", "'01' is not an expression"),
        ("$(1)+(2)", "'1)+(2' is not an expression"),
        (f"$({'(' * 150})", f"'{'(' * 150}' is not an expression"),
        (
            f"$({'1+' * 150}1)",
            "an expression may have at most 200 characters, but this one has 301",
        ),
        ("$(kind * 2)", "'kind' is not a number, so it cannot be used in a calculation"),
        ("$(size)", "'size' is not a number, so it cannot be used in a calculation"),
        ("$(max(none))", "'none' is not a number, so it cannot be used in a calculation"),
        ("$(1 / 0)", "the expression divides by zero"),
        ("$(1 // 0)", "the expression divides by zero"),
        ("$(1 % 0)", "the expression divides by zero"),
        ("$(0 ** -1)", "the expression divides by zero"),
        ("$((-8) ** 0.5)", "the expression takes the root of a negative number"),
        ("$(9 ** 9 ** 9)", TOO_LARGE),
        (f"$(1 ** {MAX_EXPONENT + 1})", TOO_LARGE),
        ("$(2 ** 63)", TOO_LARGE),
        ("$(-(2 ** 63))", TOO_LARGE),
        ("$(9e15 ** 64)", TOO_LARGE),
        ("$(1e999)", TOO_LARGE),
        (f"$({'9' * 100})", TOO_LARGE),
        ("$(huge)", TOO_LARGE),
        ("$(width if wide else 1)", "an expression cannot contain 'width if wide else 1'"),
        ("$(wide and wide)", "an expression cannot contain 'wide and wide'"),
        ("$(not wide)", "an expression cannot contain 'not wide'"),
        ("$(width.real)", "an expression cannot contain 'width.real'"),
        ("$(1j)", "an expression cannot contain '1j'"),
        ("$(1, 2)", "an expression cannot contain '(1, 2)'"),
        ("$(width is 3)", "an expression cannot contain 'width is 3'"),
        ("$(1 in size)", "an expression cannot contain '1 in size'"),
        ("$(max(width=3))", "an expression cannot contain 'max(width=3)'"),
        ("$(max(*size))", "an expression cannot contain '*size'"),
        ("$(None)", "an expression cannot contain 'None'"),
        ("$(...)", "an expression cannot contain '...'"),
        ("$([1])", "'[' is not allowed in an expression"),
        ("$('a')", "''' is not allowed in an expression"),
        ("$(ü)", "'ü' is not allowed in an expression"),
        ("$(8 & 1)", "'&' is not allowed in an expression"),
        ("$(x := 3)", "':' is not allowed in an expression"),
        ("$(sqrt(4))", f"unknown function 'sqrt'; choose from {FUNCTIONS}"),
        ("$(print(1))", f"unknown function 'print'; choose from {FUNCTIONS}"),
        ("$(round(1.5, 1))", "'round' takes one number, not 2"),
        ("$(abs())", "'abs' takes one number, not 0"),
    ],
)
def test_what_is_no_expression(reference: str, message: str) -> None:
    with pytest.raises(Problem) as found:
        resolve(reference, PARAMETERS)
    assert (found.value.code, found.value.message) == ("bad-expression", message)


@pytest.mark.parametrize(
    ("reference", "word", "suggestion"),
    [
        ("$widht", "widht", "did you mean 'width'?"),
        ("$(2 * widht)", "widht", "did you mean 'width'?"),
        ("$index", "index", None),
        ("$(max)", "max", None),
        ("$(__import__)", "__import__", None),
    ],
)
def test_unknown_parameters(reference: str, word: str, suggestion: str | None) -> None:
    with pytest.raises(Problem) as found:
        resolve(reference, PARAMETERS)
    problem = found.value
    message = f"unknown parameter '{word}'"
    assert (problem.code, problem.message, problem.suggestion) == (
        "unknown-parameter",
        message,
        suggestion,
    )


def test_substitution_goes_to_any_depth() -> None:
    value = {"a": ["$width", {"b": "$(depth + 1)", "c": "$$width"}], "d": "no $width", "$e": 1.5}
    assert substitute(value, PARAMETERS) == {
        "a": [64, {"b": 4, "c": "$width"}],
        "d": "no $width",
        "$e": 1.5,
    }


def test_a_problem_knows_its_way_from_the_outside() -> None:
    with pytest.raises(Problem) as found:
        substitute({"a": ["$width", {"b": "$nothing"}]}, PARAMETERS)
    assert found.value.at == ("a", 1, "b")


@pytest.mark.parametrize(
    ("value", "is_one"),
    [("$a", True), ("$(a)", True), ("$", True), ("$$a", False), ("a$", False), (3, False)],
)
def test_references_are_told_from_values(value: object, is_one: bool) -> None:
    assert is_reference(value) is is_one


NUMBERS = st.integers(0, 20).map(str) | st.sampled_from(["width", "depth", "rate", "wide"])
TERMS = st.recursive(
    NUMBERS,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "//", "%", "<", "=="]), inner).map(
            lambda parts: f"({' '.join(parts)})"
        )
        | st.tuples(inner, st.sampled_from("01234")).map(lambda parts: f"({' ** '.join(parts)})")
        | inner.map(lambda term: f"-{term}")
        | st.tuples(st.sampled_from(["min", "max"]), inner, inner).map(
            lambda parts: f"{parts[0]}({parts[1]}, {parts[2]})"
        )
        | st.tuples(st.sampled_from(["round", "abs"]), inner).map(
            lambda parts: f"{parts[0]}({parts[1]})"
        )
    ),
    max_leaves=6,
)


@settings(max_examples=300)
@given(TERMS.filter(lambda term: len(term) <= MAX_LENGTH))
def test_arithmetic_is_that_of_python(term: str) -> None:
    try:
        value = eval(term, {"min": min, "max": max, "round": round, "abs": abs}, PARAMETERS)
    except ZeroDivisionError:
        with pytest.raises(Problem, match="divides by zero"):
            resolve(f"$({term})", PARAMETERS)
        return
    found = resolve(f"$({term})", PARAMETERS)
    assert (type(found), found) == (type(value), value)


TOKENS = st.sampled_from([*"()+-*/%<>=!,. \n1289e_", "**", "width", "min(", "0x", "if", "é", "1e9"])


@settings(max_examples=500)
@given(st.lists(TOKENS, max_size=12).map("".join) | st.text(max_size=20))
def test_any_text_has_a_value_or_a_problem(text: str) -> None:
    found: Any
    try:
        found = resolve(f"$({text})", PARAMETERS)
    except Problem as problem:
        found = problem.code
    is_code = found in ("bad-expression", "unknown-parameter")
    assert is_code or -MAX_MAGNITUDE < found < MAX_MAGNITUDE

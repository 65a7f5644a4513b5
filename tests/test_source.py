"""The text: scalars of YAML 1.2, places of keys and values, what is no spec at all."""

import math
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.diagnostics.report import Note, Report, Span
from cnnspec.language.dump import dump_data
from cnnspec.syntax.places import Place, Where
from cnnspec.syntax.reading import (
    MAX_ALIASED_VALUES,
    MAX_DEPTH,
    YamlProblem,
    parse_bytes,
    parse_text,
)
from cnnspec.syntax.scalars import MAX_DIGITS
from cnnspec.syntax.source import Source, TreePath


def read(text: str | bytes) -> Source:
    data = text if isinstance(text, bytes) else text.encode()
    report = Report()
    source = parse_bytes(data, "spec.yaml", Path(), report)
    assert list(report) == []
    assert source is not None
    return source


def problem(text: str) -> tuple[str, str, int, int]:
    """The code, message, line and column of what is wrong with a text."""
    with pytest.raises(YamlProblem) as found:
        parse_text(text)
    start = found.value.start
    return found.value.code, found.value.message, start.line + 1, start.column + 1


SCALARS = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None, "nUll": "nUll", "none": "none",
    "true": True, "True": True, "FALSE": False, "tRUE": "tRUE", "no": "no", "yes": "yes", "on": "on",
    "Off": "Off", "y": "y",
    "0": 0, "10": 10, "010": 10, "08": 8, "-3": -3, "+3": 3, "-0": 0, "0o17": 15, "0x1F": 31,
    "0x1f": 31, "0o8": "0o8", "0xG": "0xG", "-0x1F": "-0x1F", "0b11": "0b11", "1_000": "1_000",
    "1,000": "1,000", "1 000": "1 000", "9" * MAX_DIGITS: int("9" * MAX_DIGITS),
    "1.0": 1.0, "1.": 1.0, ".5": 0.5, "-.5": -0.5, "+.5": 0.5, "1e-3": 0.001, "1E3": 1000.0,
    "1.5e+3": 1500.0, "1e-999": 0.0, "1e": "1e", "e1": "e1", ".": ".", "..": "..", "1.2.3": "1.2.3",
    ".e3": ".e3", "+": "+", "-": "-", "1e5.0": "1e5.0",
    ".inf": math.inf, "-.inf": -math.inf, "+.INF": math.inf, ".Inf": math.inf, "inf": "inf",
    "-.nan": "-.nan", "nan": "nan", "infinity": "infinity",
    "12:30:45": "12:30:45", "2026-01-01": "2026-01-01", "1:30": "1:30", "=": "=", "<<": "<<",
    "'10'": "10", '"10"': "10", "'true'": "true", '"null"': "null", "''": "", '"~"': "~",
    "a b": "a b", "$width": "$width", "$(a * b)": "$(a * b)", "٣": "٣", "１": "１", "²": "²",
    '"\\u263a\\x41"': "\u263aA", "'it''s'": "it's",
}  # fmt: skip
"""Scalars, with the values that the core schema gives them."""


@pytest.mark.parametrize("text", SCALARS)
def test_scalars_are_those_of_yaml_1_2(text: str) -> None:
    source = f"- {text}\n" if text != "-" else "{a: -}"
    value = parse_text(source).value
    found = value["a"] if isinstance(value, dict) else value[0]
    assert (type(found), found) == (type(SCALARS[text]), SCALARS[text])


def test_nan_is_a_number() -> None:
    assert [math.isnan(value) for value in parse_text("[.nan, .NaN, .NAN]").value] == [True] * 3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: |\n  1\n  2\n", {"a": "1\n2\n"}),
        ("a: >-\n  1\n  2\n", {"a": "1 2"}),
        ("a: 1\n  2\n", {"a": "1 2"}),
        ("? a\n: b\n", {"a": "b"}),
        ("1: a\n2: b\n", {1: "a", 2: "b"}),
        ("{a, b: }", {"a": None, "b": None}),
        ("a:\n- 1\n- 2\n", {"a": [1, 2]}),
        ("%YAML 1.2\n---\na: 1\n...\n", {"a": 1}),
        ("[]", []),
        ("# nothing but this\n{}", {}),
        ("base: &base {a: 1}\n<<: *base\n", {"base": {"a": 1}, "<<": {"a": 1}}),
        ("a: &x 1\nb: &x 2\nc: *x\n", {"a": 1, "b": 2, "c": 2}),
    ],
)
def test_collections(text: str, value: object) -> None:
    assert parse_text(text).value == value


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("!x {a: 1}", ("yaml-tag", "the tag '!x' is not allowed; a spec must be plain data", 1, 1)),
        ("a: !", ("yaml-tag", "the tag '!' is not allowed; a spec must be plain data", 1, 4)),
        ("null: 1", ("yaml-key", "a key must be plain text (or a whole number)", 1, 1)),
        ("1.5: 1", ("yaml-key", "a key must be plain text (or a whole number)", 1, 1)),
        ("{a: 1}: 2", ("yaml-key", "a key must be plain text (or a whole number)", 1, 1)),
        ("a: 1\n&x b: 2", ("yaml-key", "a key must be plain text (or a whole number)", 2, 1)),
        ("a: 1\nb: 2\na: 3", ("duplicate-key", "the key 'a' appears twice in this mapping", 3, 1)),
        ("{1: a, 01: b}", ("duplicate-key", "the key '1' appears twice in this mapping", 1, 8)),
        (
            "--- 1\n--- 2\n",
            (
                "yaml-documents",
                "a second document starts here; a spec must be a single document",
                2,
                1,
            ),
        ),
        ("", ("wrong-structure", "the file is empty; a spec must be a mapping", 1, 1)),
        ("a: *b", ("yaml-alias", "the anchor '&b' is not defined above", 1, 4)),
        ("a: &a [*a]", ("yaml-alias", "'&a' contains itself", 1, 8)),
        ("a: 1e999", ("yaml-number", "'1e999' is too large for a number", 1, 4)),
        (f"a: {'1' * 31}", ("yaml-number", "a number of more than 30 digits", 1, 4)),
        (f"a: 0x{'1' * 31}", ("yaml-number", "a number of more than 30 digits", 1, 4)),
        ("a: b\x07", ("yaml-syntax", "the character U+0007 is not allowed", 1, 5)),
        ("a: 1\n\x00", ("yaml-syntax", "the character U+0000 is not allowed", 2, 1)),
        ("a: \ufffe", ("yaml-syntax", "the character U+FFFE is not allowed", 1, 4)),
    ],
)
def test_what_is_no_plain_data(text: str, finding: tuple[str, str, int, int]) -> None:
    assert problem(text) == finding


def test_depth_is_bounded() -> None:
    nested = "[" * MAX_DEPTH + "]" * MAX_DEPTH
    assert parse_text(nested).size == MAX_DEPTH
    message = f"this is nested more than {MAX_DEPTH} levels deep"
    assert problem(f"[{nested}]") == ("yaml-depth", message, 1, MAX_DEPTH + 1)


def test_aliases_cannot_multiply() -> None:
    each = "[" + ", ".join(["1"] * 999) + "]"  # 1,000 values, the list among them
    most = MAX_ALIASED_VALUES // 1000
    fine = f"a: &a {each}\nb: [{', '.join(['*a'] * most)}]"
    assert parse_text(fine).size == 1 + 1000 + 1 + MAX_ALIASED_VALUES
    message = f"aliases expand to more than {MAX_ALIASED_VALUES} values"
    assert problem(f"{fine}\nc: *a") == ("yaml-alias", message, 3, 4)


PLACES = """\
cnnspec: 1
inputs: {image: [28, 28, 1], "größe 大": 3}  # comment
layers:
  - Conv2D:
      filters: 32
      kernel_size:
        - 3  # three
        - 4

      strides: {a: 1,
        b: 2}
  # comment
  - Flatten
  - Dense: {units: 10, activation: }
  -
    - inner
note: "one
  two"
text: |
  one
  two
last: &last [1, 2]
again: *last
"""


def cut_out(source: Source, span: Span) -> str:
    """The text that a span stands for."""
    lines = source.text.splitlines()
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    inner = lines[span.line : span.end_line - 1]
    first, last = lines[span.line - 1][span.column - 1 :], lines[span.end_line - 1]
    return "\n".join([first, *inner, last[: span.end_column - 1]])


@pytest.mark.parametrize(
    ("path", "key", "value"),
    [
        (("cnnspec",), "cnnspec", "1"),
        (("inputs",), "inputs", '{image: [28, 28, 1], "größe 大": 3}'),
        (("inputs", "image"), "image", "[28, 28, 1]"),
        (("inputs", "image", 2), "1", "1"),
        (("inputs", "größe 大"), '"größe 大"', "3"),
        (("layers", 0, "Conv2D", "filters"), "filters", "32"),
        (("layers", 0, "filters"), "filters", "32"),
        (("layers", 0, "kernel_size", 0), "3", "3"),
        (("layers", 0, "kernel_size"), "kernel_size", "- 3  # three\n        - 4"),
        (("layers", 0, "strides"), "strides", "{a: 1,\n        b: 2}"),
        (("layers", 1), "Flatten", "Flatten"),
        (("layers", 2), "Dense: {units: 10, activation: }", "Dense: {units: 10, activation: }"),
        (("layers", 2, "units"), "units", "10"),
        (("layers", 2, "activation"), "activation", ""),
        (("layers", 3), "- inner", "- inner"),
        (("layers", 3, "0"), "inner", "inner"),
        (("note",), "note", '"one\n  two"'),
        (("text",), "text", "|\n  one\n  two"),
        (("again",), "again", "&last [1, 2]"),
        (("again", 1), "2", "2"),
        (("layers", 1, "nothing", "here"), "Flatten", "Flatten"),
        (("layers", 9), "layers", None),
        (("nowhere",), None, None),
    ],
)
def test_places_of_keys_and_values(path: TreePath, key: str | None, value: str | None) -> None:
    source = read(PLACES)
    whole = cut_out(source, source.span())
    layers = cut_out(source, source.span(("layers",)))
    found = (
        cut_out(source, source.span(path, on_key=True)).rstrip("\n"),
        cut_out(source, source.span(path)).rstrip("\n"),
    )
    instead = layers if path[0] == "layers" else whole
    assert found == (instead if key is None else key, instead if value is None else value)


def test_the_whole_ends_with_its_last_value() -> None:
    source = read("a: 1\nb:\n  - 2\n\n# end\n")
    assert source.span() == Span("spec.yaml", 1, 1, 3, 6)


@pytest.mark.parametrize(
    ("data", "span"),
    [
        pytest.param(b"a: 1\r\nb: 22\r\n", Span("spec.yaml", 2, 4, 2, 6), id="crlf"),
        pytest.param(b"a: 1\rb: 22\r", Span("spec.yaml", 2, 4, 2, 6), id="cr"),
        pytest.param(b"\xef\xbb\xbfb: 22\n", Span("spec.yaml", 1, 4, 1, 6), id="bom"),
        pytest.param('{"大大": 1, b: 22}'.encode(), Span("spec.yaml", 1, 14, 1, 16), id="wide"),
        pytest.param(
            '{"😀e\u0301": 1, b: 22}'.encode(), Span("spec.yaml", 1, 15, 1, 17), id="astral"
        ),
    ],
)
def test_columns_count_characters(data: bytes, span: Span) -> None:
    assert read(data).span(("b",)) == span


def test_a_place_knows_its_call_and_its_callers() -> None:
    source = read("blocks:\n  cell:\n    - Dense: {name: a, units: 1}\nlayers:\n  - cell: {}\n")
    caller = Place(source, ("layers", 0))
    step = Place(source, ("blocks", "cell", 0), caller)
    assert (
        step.span("kind"),
        step.span("name"),
        caller.span("name"),
        (step / "units").span("key"),
        step.within(("units",)).value(),
        step.has_list("units"),
        (step / "units").callers(),
    ) == (
        Span("spec.yaml", 3, 7, 3, 12),
        Span("spec.yaml", 3, 21, 3, 22),
        Span("spec.yaml", 5, 5, 5, 9),
        Span("spec.yaml", 3, 24, 3, 29),
        1,
        False,
        (Note("called from here", Span("spec.yaml", 5, 5, 5, 9)),),
    )


def test_a_place_without_a_text_is_nowhere() -> None:
    place = Place(None, ("layers", 0))
    assert [place.span(where) for where in get_args(Where)] == [None] * len(get_args(Where))
    assert place.value() is None


def test_reading_keeps_the_text_for_the_reporters() -> None:
    report = Report()
    parse_bytes("a: [".encode("utf-8-sig"), "spec.yaml", Path(), report)
    assert report.texts == {"spec.yaml": "a: ["}


TEXTS = st.text(max_size=12) | st.sampled_from(
    [*SCALARS, "- a", "a: b", "a #b", "\u2028", "x" * 200]
)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**28), 10**28) | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=400)
@given(st.dictionaries(TEXTS, PLAIN, min_size=1, max_size=4))
def test_what_is_dumped_is_read_again(data: dict[str, Any]) -> None:
    assert repr(parse_text(dump_data(data)).value) == repr(data)

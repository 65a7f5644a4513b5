"""Documents to text and back: what is read again is the same document."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.diagnostics.report import Report
from cnnspec.language.calls import Call
from cnnspec.language.document import Block, Branches, Document, Input, Output, Step, Submodel
from cnnspec.language.dump import dump_data, dumps
from cnnspec.language.parse import parse
from cnnspec.language.train import Train
from cnnspec.syntax.reading import parse_bytes
from tests.support.paths import SPEC_FILES


def read(text: bytes) -> Document:
    report = Report()
    source = parse_bytes(text, "spec", Path(), report)
    document = parse(source, report) if source else None
    assert list(report) == []
    assert document is not None
    return document


@pytest.mark.parametrize("spec", SPEC_FILES, ids=lambda spec: spec.stem)
def test_specs_survive(spec: Path) -> None:
    document = read(spec.read_bytes())
    text = dumps(document)
    assert read(text.encode()) == document
    assert dumps(read(text.encode())) == text


CANONICAL = """\
cnnspec: 1
name: all of it
imports: [blocks.yaml]
params: {width: 4, rate: 1e-07, size: [2, 2]}

defaults:
  Conv2D: {padding: same, kernel_initializer: {HeNormal: {seed: 1}}}

blocks:
  cell:
    params: {filters: null}
    layers:
      - Conv2D: {filters: $filters, kernel_size: 3}
      - ReLU

submodels:
  base:
    spec: base.yaml
    until: flat
    frozen: true
  own:
    spec:
      inputs:
        x: [null, 8]
      layers:
        - Dense: {units: 2}

inputs:
  image: [28, 28, 1]
  mask: {shape: [null, 1], dtype: uint8}

layers:
  - cell: {name: first, from: image, filters: 8, repeat: 3, frozen: true}
  - Add:
      name: sum
      from: [first, previous]
      branches:
        main:
          - Flatten
        side: []
  - Concatenate:
      branches:
        - []
        - - ReLU
  - Dense:
      name: a_name_that_is_long_enough_to_fill_most_of_a_line
      units: 10
      activation: softmax
      kernel_initializer: {HeNormal: {seed: 1}}

outputs:
  digit: {from: sum, loss: {BinaryCrossentropy: {label_smoothing: 0.1}}, metrics: [accuracy]}
  rest: {}

train:
  optimizer: {Adam: {learning_rate: 0.001}}
"""


def test_the_canonical_form() -> None:
    assert dumps(read(CANONICAL.encode())) == CANONICAL


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("no", "no"),
        ("yes", "yes"),
        ("12:30:45", "'12:30:45'"),
        ("2026-01-01", "2026-01-01"),
        ("0b11", "0b11"),
        ("null", "'null'"),
        ("True", "'True'"),
        ("10", "'10'"),
        ("0o17", "'0o17'"),
        ("1e-3", "'1e-3'"),
        (".inf", "'.inf'"),
        ("~", "'~'"),
        ("", "''"),
        (" a", "' a'"),
        ("a: b", "'a: b'"),
        ("a #b", "'a #b'"),
        ("#", "'#'"),
        ("- a", "'- a'"),
        ("*a", "'*a'"),
        ("%a", "'%a'"),
        ("it's", "it's"),
        ("größe 大", "größe 大"),
        ("\x07", '"\\a"'),
        ("\x85", '"\\N"'),
        ("$width", "$width"),
        ("9" * 40, f"'{'9' * 40}'"),
        (None, "null"),
        (True, "true"),
        (10, "10"),
        (1.0, "1.0"),
        (1e-07, "1e-07"),
        (1e22, "1e+22"),
        (float("inf"), ".inf"),
        (float("-inf"), "-.inf"),
        ([], "[]"),
        ({}, "{}"),
        ([1, None, "a"], "[1, null, a]"),
        ({"no": {"1": "~"}}, "{no: {'1': '~'}}"),
    ],
)
def test_values_are_quoted_where_they_would_be_read_as_others(value: object, text: str) -> None:
    assert dump_data({"params": {"value": value}}) == f"params: {{value: {text}}}\n"


TRICKY = st.sampled_from(
    [
        "no",
        "null",
        "~",
        "1",
        "0x1F",
        "1e-3",
        "-.inf",
        "a: b",
        "- a",
        "'",
        '"',
        "#",
        "\u2028",
        "\x85",
    ]
)
TEXTS = TRICKY | st.text(max_size=8)
NAMES = st.sampled_from(["no", "null", "1", "a b", "größe 大", "'", "#", "- a", "x: y"])
REFERENCES = st.sampled_from(["$width", "$(width * 2)"])
NUMBERS = st.integers(-(10**9), 10**9) | st.floats(allow_nan=False) | st.just(1e-07)
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=5,
)
KINDS = st.sampled_from(["Dense", "Conv2D", "cell", "a.b:C", "no"])
ARGUMENTS = st.dictionaries(
    st.sampled_from(["units", "axis", "1", "no", "x y"]), VALUES, max_size=3
)
CALLS = st.builds(Call, kind=KINDS, arguments=ARGUMENTS)


def optional(strategy: Any) -> Any:
    return st.none() | strategy


def steps(inner: Any, least: int = 0) -> Any:
    named = st.dictionaries(TEXTS, inner, max_size=2).map(
        lambda said: Branches(named=True, steps=said)
    )
    listed = st.lists(inner, max_size=2).map(
        lambda said: Branches(named=False, steps={str(key): each for key, each in enumerate(said)})
    )
    step = st.builds(
        Step,
        kind=KINDS,
        arguments=ARGUMENTS,
        name=optional(NAMES | REFERENCES),
        from_=optional(st.lists(NAMES, min_size=1, max_size=2)),
        branches=optional(named | listed),
        repeat=optional(st.integers(0, 9) | REFERENCES),
        frozen=optional(st.booleans() | REFERENCES),
    )
    return st.lists(step, min_size=least, max_size=2)


LAYERS = st.recursive(st.just([]), steps, max_leaves=4)
INPUTS = st.builds(
    Input,
    shape=st.lists(optional(st.integers(1, 99)), max_size=3) | REFERENCES,
    dtype=st.sampled_from(["float32", "uint8", "$dtype"]),
)
OUTPUTS = st.builds(
    Output,
    from_=optional(NAMES),
    loss=optional(CALLS),
    loss_weight=optional(NUMBERS | REFERENCES),
    metrics=st.lists(CALLS, max_size=2),
)
SUBMODELS = st.builds(
    Submodel,
    spec=TEXTS,
    until=optional(TEXTS),
    weights=optional(TEXTS),
    frozen=optional(st.booleans()),
)
DOCUMENTS = st.builds(
    Document,
    name=st.none() | st.sampled_from(["m", "no", "1", "2026-01-01", "größe 1"]),
    imports=st.lists(TEXTS, max_size=2),
    params=st.dictionaries(NAMES, VALUES, max_size=3),
    defaults=st.dictionaries(KINDS, ARGUMENTS, max_size=2),
    blocks=st.dictionaries(
        NAMES,
        st.builds(Block, params=st.dictionaries(NAMES, VALUES, max_size=2), layers=LAYERS),
        max_size=2,
    ),
    submodels=st.dictionaries(NAMES, SUBMODELS, max_size=2),
    inputs=st.dictionaries(NAMES, INPUTS, min_size=1, max_size=2),
    layers=steps(LAYERS, least=1),
    outputs=st.dictionaries(NAMES, OUTPUTS, max_size=2),
    train=optional(st.builds(Train, optimizer=CALLS)),
)


@settings(max_examples=150)
@given(DOCUMENTS)
def test_documents_survive(document: Document) -> None:
    assert read(dumps(document).encode()) == document

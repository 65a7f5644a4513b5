"""Values are written as PyYAML writes them, whether or not it does."""

from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.language.emitting import Flow, FlowList, block_text, library_text, line_text

TEXTS = st.one_of(
    st.text(max_size=6),
    st.sampled_from(
        ("relu", "$width", "$(2 * width)", "same", "no", "true", "~", "null", "1e3", ".inf", "-", "a: b", "a #b", "<<", "=",
         "2x", "x/0", "it's", '"', "", " ", "a\nb", "\x85", "\ufeff", "é", "w" * 99, "w" * 101, "w " * 60, "---", "...", "1_0"),
    ),
)  # fmt: skip
SCALARS = st.one_of(
    TEXTS, st.integers(), st.floats(), st.booleans(), st.none(), st.sampled_from((0, -0.0, 10**30))
)
KEYS = st.one_of(TEXTS, st.integers(0, 3), st.booleans())


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Return mappings and lists of values."""
    return st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4))


def on_one_line(value: Any) -> Any:
    if isinstance(value, dict):
        return Flow({key: on_one_line(item) for key, item in value.items()})
    return FlowList(map(on_one_line, value)) if isinstance(value, list) else value


FLOWS = st.recursive(SCALARS, nested, max_leaves=8).map(on_one_line)
BLOCKS = st.recursive(FLOWS, nested, max_leaves=12)


@given(nested(BLOCKS).filter(bool))
@settings(max_examples=200, deadline=None)
def test_every_value_is_written_as_pyyaml_writes_it(value: Any) -> None:
    assert block_text(value) == library_text(value)
    assert line_text(on_one_line(value)) == library_text([on_one_line(value)])[2:].rstrip("\n")


LONG: dict[str, Any] = {
    "a line that PyYAML breaks": {"mean": FlowList(range(4_000))},
    "a line that it does not": {"mean": FlowList(range(2_000))},
    "a text that it breaks": ["so long " * 2_000],
    "a key on a line of its own": {"k" * 200: 1},
    "lines in a text": {"description": "one\ntwo"},
}


@pytest.mark.parametrize("what", LONG)
def test_long_values(what: str) -> None:
    assert block_text(LONG[what]) == library_text(LONG[what])


STEPS = {
    "layers": [
        Flow({"Conv2D": Flow(filters=8, name="conv")}),
        {"Add": {"branches": [["ReLU", Flow({"Dense": Flow(units=4)})], FlowList()]}},
    ]
}


def test_words_and_numbers_are_written_without_pyyaml(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml, "dump", None)
    assert block_text(STEPS) == (
        "layers:\n"
        "  - {Conv2D: {filters: 8, name: conv}}\n"
        "  - Add:\n"
        "      branches:\n"
        "        - - ReLU\n"
        "          - {Dense: {units: 4}}\n"
        "        - []\n"
    )

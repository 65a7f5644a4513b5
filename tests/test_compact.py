"""Compact documents: branches, blocks, repetitions and defaults found in a written-out graph."""

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnspec.compiler import checked_or_raise, compile_document, compile_file, compile_text
from cnnspec.decompile.compact.equality import same_model
from cnnspec.decompile.compact.writing import compacted
from cnnspec.decompile.flat import written_out
from cnnspec.ir.graph import Graph
from cnnspec.language.dump import dumps
from cnnspec.language.formatting.formatter import formatted
from tests.support.paths import MODEL_FILES


def graph_of(text: str) -> Graph:
    head = "cnnspec: 1\nname: model\n"
    return checked_or_raise(compile_text((head + dedent(text)).encode())).graph


def compact(text: str) -> str:
    """The sections of the compact document, which means what the text means."""
    graph = graph_of(text)
    document = compacted(graph)
    again = checked_or_raise(compile_document(document)).graph
    assert same_model(graph, again)
    return dumps(document).removeprefix("cnnspec: 1\nname: model\n").lstrip("\n")


CASES = {
    "names-that-are-counted-are-left-out": (
        """
        inputs: {image: [28, 28, 1]}
        layers:
          - Conv2D: {name: conv2d, filters: 4, kernel_size: 3}
          - Conv2D: {name: conv2d_1, filters: 8, kernel_size: 3}
          - Conv2D: {name: conv2d_2, filters: 8, kernel_size: 5}
          - Flatten: {name: flat}
        """,
        """
        inputs:
          image: [28, 28, 1]

        layers:
          - Conv2D: {name: conv2d, filters: 4, kernel_size: 3}
          - Conv2D: {filters: 8, kernel_size: 3}
          - Conv2D: {filters: 8, kernel_size: 5}
          - Flatten: {name: flat}

        outputs:
          flat: {}
        """,
    ),
    "what-is-always-the-same-is-a-default": (
        """
        inputs: {image: [28, 28, 1]}
        layers:
          - Conv2D: {name: a, filters: 4, kernel_size: 3, padding: same, use_bias: false}
          - Dense: {name: b, units: 4, use_bias: false}
          - Conv2D: {name: c, filters: 8, kernel_size: 3, padding: same}
        """,
        """
        defaults:
          Conv2D: {kernel_size: 3, padding: same}

        inputs:
          image: [28, 28, 1]

        layers:
          - Conv2D: {name: a, filters: 4, use_bias: false}
          - Dense: {name: b, units: 4, use_bias: false}
          - Conv2D: {name: c, filters: 8}

        outputs:
          c: {}
        """,
    ),
    "equal-steps-in-a-row-repeat": (
        """
        inputs: {x: [8]}
        layers:
          - Dense: {name: fc3, units: 8}
          - Dense: {name: fc4, units: 8}
          - Dense: {name: fc5, units: 8}
          - Dense: {name: dense_1, units: 4}
          - Dense: {name: dense_2, units: 4}
          - ReLU: {name: one}
          - ReLU: {name: two}
        """,
        """
        inputs:
          x: [8]

        layers:
          - Dense: {name: fc$(index + 3), units: 8, repeat: 3}
          - Dense: {units: 4, repeat: 2}
          - ReLU: {name: one}
          - ReLU: {name: two}

        outputs:
          two: {}
        """,
    ),
    "branches-where-nothing-else-reads-them": (
        """
        inputs: {image: [28, 28, 1]}
        layers:
          - Conv2D: {name: stem, filters: 4, kernel_size: 3, padding: same}
          - ReLU: {name: left}
          - ReLU: {name: right, from: stem}
          - BatchNormalization: {name: right_bn}
          - Add: {name: sum, from: [left, right_bn, stem]}
          - ReLU: {name: seen}
          - ReLU: {name: other, from: sum}
          - Multiply: {name: product, from: [seen, other]}
        outputs: {product: {}, seen: {}}
        """,
        """
        inputs:
          image: [28, 28, 1]

        layers:
          - Conv2D: {name: stem, filters: 4, kernel_size: 3, padding: same}
          - Add:
              name: sum
              branches:
                - - ReLU: {name: left}
                - - ReLU: {name: right}
                  - BatchNormalization: {name: right_bn}
                - []
          - ReLU: {name: seen}
          - ReLU: {name: other, from: sum}
          - Multiply: {name: product, from: [seen, other]}

        outputs:
          product: {}
          seen: {}
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_documents(name: str) -> None:
    text, expected = CASES[name]
    assert compact(text) == dedent(expected).lstrip("\n")


RESIDUAL = """
inputs: {image: [32, 32, 8]}
layers:
""" + "".join(
    f"""
  - Conv2D: {{name: b{number}_1_conv, filters: {filters}, kernel_size: 1, strides: {strides}}}
  - BatchNormalization: {{name: b{number}_1_bn}}
  - ReLU: {{name: b{number}_1_relu}}
  - Conv2D: {{name: b{number}_2_conv, filters: {4 * filters}, kernel_size: 3, padding: same}}
  - Conv2D: {{name: b{number}_0_conv, from: {above}, filters: {4 * filters}, kernel_size: 1, strides: {strides}}}
  - Add: {{name: b{number}_add, from: [b{number}_0_conv, b{number}_2_conv]}}
  - ReLU: {{name: b{number}_out}}
"""
    for number, filters, strides, above in (
        (1, 4, 1, "image"),
        (2, 4, 1, "b1_out"),
        (3, 8, 2, "b2_out"),
        (4, 8, 1, "b3_out"),
    )
)


def test_blocks_have_the_arguments_that_differ_as_parameters() -> None:
    expected = """
    blocks:
      projection:
        params: {filters: null, strides: 1}
        layers:
          - Add:
              name: add
              branches:
                - - Conv2D: {name: 0_conv, filters: $(4 * filters), kernel_size: 1, strides: $strides}
                - - Conv2D: {name: 1_conv, filters: $filters, kernel_size: 1, strides: $strides}
                  - BatchNormalization: {name: 1_bn}
                  - ReLU: {name: 1_relu}
                  - Conv2D: {name: 2_conv, filters: $(4 * filters), kernel_size: 3, padding: same}
          - ReLU: {name: out}

    inputs:
      image: [32, 32, 8]

    layers:
      - projection: {name: b$(index + 1), filters: 4, repeat: 2}
      - projection: {name: b3, filters: 8, strides: 2}
      - projection: {name: b4, filters: 8}

    outputs:
      b4_out: {from: b4/out}
    """
    assert compact(RESIDUAL) == dedent(expected).lstrip("\n")


def test_what_is_read_from_outside_of_a_block_is_named_by_its_path() -> None:
    text = RESIDUAL + "  - Concatenate: {name: both, from: [b1_add, b2_out]}\n"
    text += "outputs: {both: {}, b4_out: {}}\n"
    found = compact(text)
    assert "  - Concatenate: {name: both, from: [b1/add, b2/out]}\n" in found
    assert "  b4_out: {from: b4/out}\n" in found


def test_a_block_is_never_called_like_a_layer() -> None:
    text = "inputs: {x: [8]}\nlayers:\n" + "".join(
        f"  - Dense: {{name: part{number}, units: {8 + number}}}\n"
        f"  - BatchNormalization: {{name: part{number}_bn}}\n"
        f"  - LeakyReLU: {{name: part{number}_relu, negative_slope: 0.2}}\n"
        for number in range(6)
    )
    assert "blocks" not in compact(text)


def test_what_is_shared_stays_where_it_is() -> None:
    text = """
    inputs: {left: [8], right: [8]}
    layers:
      - Dense: {name: tower, units: 4, from: left}
      - shared: {layer: tower, name: again, from: right}
      - Subtract: {name: difference, from: [tower, again]}
    """
    expected = """
    inputs:
      left: [8]
      right: [8]

    layers:
      - Dense: {name: tower, from: left, units: 4}
      - shared: {name: again, from: right, layer: tower}
      - Subtract: {name: difference, from: [tower, again]}

    outputs:
      difference: {}
    """
    assert compact(text) == dedent(expected).lstrip("\n")


def test_submodels_written_in_place_are_compact_too() -> None:
    text = """
    inputs: {x: [8]}
    submodels:
      base:
        spec:
          cnnspec: 1
          inputs: {y: [8]}
          layers: [Dense: {name: fc1, units: 8}, Dense: {name: fc2, units: 8}]
    layers: [base: {name: whole}]
    """
    assert "Dense: {name: fc$(index + 1), units: 8, repeat: 2}" in compact(text)


@pytest.mark.parametrize("spec", MODEL_FILES, ids=lambda spec: str(spec.stem))
def test_specs_mean_the_same_when_they_are_compact(
    spec: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(spec.parent)
    graph = checked_or_raise(compile_file(Path(spec.name))).graph
    document = compacted(graph)
    again = checked_or_raise(compile_document(document)).graph
    assert same_model(graph, again)
    assert len(dumps(document)) <= len(dumps(written_out(graph)))


@pytest.mark.parametrize("spec", MODEL_FILES, ids=lambda spec: str(spec.stem))
def test_what_is_written_has_the_canonical_layout(spec: Path) -> None:
    graph = checked_or_raise(compile_file(spec)).graph
    for document in (compacted(graph), written_out(graph)):
        assert formatted(dumps(document)) == dumps(document)


NAMES = st.builds(
    "_".join,
    st.lists(st.sampled_from(["a", "b1", "b2", "c", "dense", "x1"]), min_size=1, max_size=3),
)


@st.composite
def specs(draw: st.DrawFn) -> str:
    """Graphs of dense layers and sums, with names that share beginnings."""
    lines, made = [], ["x"]
    names = draw(st.lists(NAMES, min_size=2, max_size=14, unique=True))
    for name in names:
        source = draw(st.sampled_from(made[-3:]))
        if draw(st.booleans()) and len(made) > 1:
            others = sorted({source, draw(st.sampled_from(made[-4:]))})
            if len(others) > 1:
                lines.append(f"  - Add: {{name: {name}, from: [{', '.join(others)}]}}")
                made.append(name)
                continue
        rate = draw(st.sampled_from(["", ", use_bias: false", ", activation: relu"]))
        lines.append(f"  - Dense: {{name: {name}, from: {source}, units: 8{rate}}}")
        made.append(name)
    outputs = ", ".join(
        f"{name}: {{}}" for name in {made[-1]: 0, draw(st.sampled_from(made[1:])): 0}
    )
    return "inputs: {x: [8]}\nlayers:\n" + "\n".join(lines) + f"\noutputs: {{{outputs}}}\n"


@settings(max_examples=60)
@given(specs())
def test_random_graphs_mean_the_same_when_they_are_compact(text: str) -> None:
    assert compact(text)


@pytest.mark.parametrize(
    "change",
    [
        {"units: 8": "units: 9"},
        {"name: fc2": "name: fc3", "fc2: {}": "fc3: {}"},
        {"fc2: {}": "fc1: {}"},
        {"x: [8]": "x: [7]"},
        {"relu": "tanh"},
    ],
    ids=str,
)
def test_other_models_are_not_the_same(change: dict[str, Any]) -> None:
    text = """
    inputs: {x: [8]}
    layers: [Dense: {name: fc1, units: 8}, Dense: {name: fc2, units: 8, activation: relu}]
    outputs: {fc2: {}}
    """
    other = text
    for old, new in change.items():
        other = other.replace(old, new)
    assert same_model(graph_of(text), graph_of(text))
    assert not same_model(graph_of(text), graph_of(other))

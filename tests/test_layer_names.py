"""Names of layers that do not follow from their scope: `unnamed: keras`, and `.` in a block."""

from textwrap import dedent

import pytest

import cnnspec
from cnnspec.compiler import checked_or_raise, compile_text
from cnnspec.frontends.decimals import calculated
from tests.support.scripts import assert_same_model

HEAD = "cnnspec: 1\n"


def names(text: str) -> list[str]:
    compiled = compile_text((HEAD + dedent(text)).encode())
    return [node.name for node in checked_or_raise(compiled).graph.nodes]


def errors(text: str) -> list[tuple[int, str, str]]:
    report = compile_text((HEAD + dedent(text)).encode()).report
    return [(each.span.line if each.span else 0, each.code, each.message) for each in report]


UNIT = """
    unnamed: keras
    blocks:
      unit:
        layers:
          - Dense: {units: 4}
          - ReLU: {name: act}
          - Add: {branches: [[], [Dense: {units: 4}]]}
    inputs: {x: [4]}
"""


@pytest.mark.parametrize(
    ("layers", "expected"),
    [
        (
            "layers: [unit, unit: {repeat: 2}]",
            "dense unit_1_act dense_1 add dense_2 unit_2_act dense_3 add_1 "
            "dense_4 unit_3_act dense_5 add_2",
        ),
        (
            "layers: [unit: {name: a}, Dense: {name: dense_2, units: 4}, Dense: {units: 4}]",
            "dense a_act dense_1 add dense_2 dense_3",
        ),
        (
            "layers: [Dense: {units: 4}, Dense: {name: dense, units: 4}]",
            "dense_1 dense",
        ),
        (
            "layers: [ops.add: {x2: 1.0}, Add: {from: [x, previous]}, MaxPooling1D, ops.add: {x2: 2.0}]",
            "add add_1 max_pooling1d add_2_call add_2",
        ),
        ("layers: [Dense: {units: 4, repeat: 3}]", "dense dense_1 dense_2"),
    ],
    ids=["in-blocks", "named-in-between", "named-below", "operations-too", "repeated"],
)
def test_layers_are_counted_as_keras_does(layers: str, expected: str) -> None:
    shape = "[4, 4]" if "Pooling" in layers else "[4]"
    assert names(dedent(UNIT).replace("[4]", shape) + layers) == expected.split()


def test_a_layer_in_a_block_is_referred_to_by_its_path() -> None:
    text = dedent(UNIT) + "layers: [unit: {name: a}, Add: {from: [a/dense, a/dense_1]}]\n"
    graph = checked_or_raise(compile_text((HEAD + text).encode())).graph
    assert [str(each) for each in graph.nodes[-1].inputs] == ["dense", "dense_1"]
    assert [each.scoped for each in graph.nodes][:2] == ["a/dense", "a/act"]


def test_submodels_count_their_own() -> None:
    text = """
        unnamed: keras
        inputs: {x: [4]}
        submodels:
          inner: {spec: {cnnspec: 1, inputs: {y: [4]}, layers: [Dense: {units: 4}]}}
        layers: [Dense: {units: 4}, inner]
    """
    compiled = checked_or_raise(compile_text((HEAD + dedent(text)).encode()))
    outer, call = compiled.nodes
    assert call.submodel is not None
    assert (outer.name, [each.name for each in call.submodel.nodes]) == ("dense", ["dense_1"])


def test_scripts_and_documents_have_the_same_names() -> None:
    text = HEAD + dedent(UNIT) + "layers: [unit: {name: a}, unit: {name: b}]\n"
    spec = cnnspec.loads(text)
    assert cnnspec.dumps(spec).startswith("cnnspec: 1\nunnamed: keras\n")
    expected = ["x", "dense", "a_act", "dense_1", "add", "dense_2", "b_act", "dense_3", "add_1"]
    model, other = assert_same_model(spec.compile())
    assert [each.name for each in model.layers] == expected
    assert [each.name for each in other.layers] == expected


OWN = """
    blocks:
      unit:
        layers:
          - Dense: {name: fc, units: 4}
          - ReLU: {name: .}
    inputs: {x: [4]}
    layers:
      - unit: {name: u$(index + 1), repeat: 2}
      - Add: {name: sum, from: [u1, u2]}
      - unit: {name: last}
"""


def test_the_last_layer_of_a_block_can_have_the_name_of_the_call() -> None:
    assert names(OWN) == ["u1_fc", "u1", "u2_fc", "u2", "sum", "last_fc", "last"]
    graph = checked_or_raise(compile_text((HEAD + dedent(OWN)).encode())).graph
    assert [str(each) for each in graph.nodes[4].inputs] == ["u1", "u2"]
    assert [(each.name, str(each.ref)) for each in graph.outputs] == [("last", "last")]
    assert [scope for scope, _ in graph.nodes[1].scopes] == ["u1"]


MESSAGE = "the name '.', that of the block call, is for a single layer at the end of a block"


@pytest.mark.parametrize(
    ("layers", "line"),
    [
        ("[ReLU: {name: .}, Dense: {units: 4}]", 4),
        ("[Dense: {units: 4}, ReLU: {name: ., repeat: 2}]", 4),
        ("[Add: {branches: [[], [ReLU: {name: .}]]}]", 4),
        ("[Dense: {units: 4}, other: {name: .}]", 4),
    ],
    ids=["not-last", "repeated", "in-a-branch", "a-block"],
)
@pytest.mark.parametrize("is_called", [True, False], ids=["called", "never-called"])
def test_only_one_layer_at_the_end_can(layers: str, line: int, is_called: bool) -> None:
    text = f"""
    blocks:
      unit: {{layers: {layers}}}
      other: {{layers: [ReLU]}}
    inputs: {{x: [4]}}
    layers: [{"unit" if is_called else "other"}, other]
    """
    assert errors(text) == [(line, "bad-name", MESSAGE)]


@pytest.mark.parametrize("value", ["torch", "true", "1", "[keras]"])
def test_unnamed_takes_one_word(value: str) -> None:
    (found,) = errors(f"\nunnamed: {value}\ninputs: {{x: [4]}}\nlayers: [ReLU]\n")
    assert found[:2] == (3, "wrong-type")
    assert found[2].startswith("'unnamed' can only be keras, not ")


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (0.07500000000000001, 0.075),
        (0.30000000000000004, 0.3),
        (0.1 + 0.7, 0.8),
        (-0.15000000000000002, -0.15),
        (1 / 3, 1 / 3),
        (1 / 255, 1 / 255),
        (1.001e-5, 1.001e-5),
        (0.0010000000474974513, 0.0010000000474974513),
        (float("inf"), float("inf")),
        (5, 5),
        ("0.30000000000000004", "0.30000000000000004"),
        ({"rate": [0.2 * 6 / 16, True]}, {"rate": [0.075, True]}),
    ],
)
def test_rounding_errors_of_a_calculation_are_left_out(value: object, meant: object) -> None:
    assert repr(calculated(value)) == repr(meant)

"""Expansion: names, references, blocks, repetitions, branches, imports, submodels, outputs."""

from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from cnnspec.compiler import checked_or_raise, compile_file, compile_text
from cnnspec.decompile.flat import written_out
from cnnspec.ir.checked import CheckedGraph, CheckedNode
from cnnspec.ir.graph import Graph, SubmodelLayer
from cnnspec.language.dump import dumps
from tests.support.paths import BAD, MODEL_FILES

PARTS = BAD / "parts"
HEAD = "cnnspec: 1\ninputs: {image: [28, 28, 1]}\n"


def compiled(text: str, folder: Path = PARTS, **params: Any) -> CheckedGraph:
    said = dedent(text).lstrip()
    if not said.startswith("cnnspec"):
        said = (HEAD.splitlines()[0] + "\n" if said.startswith("inputs") else HEAD) + said
    return checked_or_raise(compile_text(said.encode(), "spec", folder=folder, overrides=params))


def kind(graph_layer: object) -> str:
    return graph_layer.key if isinstance(graph_layer, SubmodelLayer) else type(graph_layer).__name__


def calls(graph: Graph) -> list[str]:
    """Every node as `name: Kind(inputs)`, with its scopes in the name."""
    return [
        f"{node.scoped}: {kind(node.layer)}({', '.join(map(str, node.inputs))})"
        for node in graph.nodes
    ]


GRAPHS = {
    "names-are-counted-by-kind": (
        "layers: [Flatten, Dense: {units: 3}, Dense: {units: 4}, ReLU]",
        [
            "flatten_1: Flatten(image)",
            "dense_1: Dense(flatten_1)",
            "dense_2: Dense(dense_1)",
            "re_lu_1: ReLU(dense_2)",
        ],
    ),
    "names-skip-those-that-are-given": (
        """
        layers:
          - Dense: {units: 3}
          - Dense: {units: 4}
          - Add: {branches: [[Dense: {name: dense_2, units: 4}], []]}
          - Dense: {name: dense_4, units: 4}
          - Dense: {units: 5}
        """,
        [
            "dense_1: Dense(image)",
            "dense_3: Dense(dense_1)",
            "dense_2: Dense(dense_3)",
            "add_1: Add(dense_2, dense_3)",
            "dense_4: Dense(add_1)",
            "dense_5: Dense(dense_4)",
        ],
    ),
    "names-skip-those-of-repeated-steps": (
        "layers: [Dense: {name: dense, units: 3, repeat: 2}, Dense: {units: 3}]",
        ["dense_1: Dense(image)", "dense_2: Dense(dense_1)", "dense_3: Dense(dense_2)"],
    ),
    "names-skip-inputs": (
        "inputs: {relu: [3], softmax_1: [3]}\n"
        "layers: [Softmax: {from: relu}, Add: {from: [previous, softmax_1]}]",
        ["softmax_2: Softmax(relu)", "add_1: Add(softmax_2, softmax_1)"],
    ),
    "previous-is-the-step-above": (
        """
        layers:
          - ReLU: {from: previous}
          - Add: {from: [previous, image]}
          - Add: {from: [re_lu_1, previous, previous]}
        """,
        [
            "re_lu_1: ReLU(image)",
            "add_1: Add(re_lu_1, image)",
            "add_2: Add(re_lu_1, add_1, add_1)",
        ],
    ),
    "branches-start-together": (
        """
        layers:
          - ReLU
          - Add:
              name: sum
              from: image
              branches:
                long: [ReLU, Softmax: {name: soft}]
                short: []
          - Concatenate: {branches: [[], [], [Identity: {from: image}], [ReLU: {from: soft}]]}
        """,
        [
            "re_lu_1: ReLU(image)",
            "re_lu_2: ReLU(image)",
            "soft: Softmax(re_lu_2)",
            "sum: Add(soft, image)",
            "identity_1: Identity(image)",
            "re_lu_3: ReLU(soft)",
            "concatenate_1: Concatenate(sum, sum, identity_1, re_lu_3)",
        ],
    ),
    "branches-in-branches": (
        """
        layers:
          - Add:
              branches:
                - [Add: {branches: [[ReLU], []]}, Softmax]
                - [Average: {branches: [[], []]}]
        """,
        [
            "re_lu_1: ReLU(image)",
            "add_1: Add(re_lu_1, image)",
            "softmax_1: Softmax(add_1)",
            "average_1: Average(image, image)",
            "add_2: Add(softmax_1, average_1)",
        ],
    ),
    "repetitions-follow-each-other": (
        """
        layers:
          - ReLU
          - Dense: {name: conv, units: 3, repeat: 3, from: image}
          - ReLU: {from: conv_1}
          - ReLU: {from: conv}
          - Dense: {units: 9, repeat: 2}
        """,
        [
            "re_lu_1: ReLU(image)",
            "conv_1: Dense(image)",
            "conv_2: Dense(conv_1)",
            "conv_3: Dense(conv_2)",
            "re_lu_2: ReLU(conv_1)",
            "re_lu_3: ReLU(conv_3)",
            "dense_1: Dense(re_lu_3)",
            "dense_2: Dense(dense_1)",
        ],
    ),
    "names-count-by-themselves": (
        """
        blocks:
          cell:
            params: {number: null, mark: x}
            layers:
              - Dense: {name: dense$(number * 2)_$(mark), units: 3}
        layers:
          - Dense: {name: conv$(index + 2)_dense, units: 3, repeat: 2}
          - Dense: {name: $(index)_th, units: 3, repeat: 2, from: conv2_dense}
          - cell: {name: cell$(index), number: $(index + 1), repeat: 2}
          - Dense: {units: 3, from: cell0/dense2_x}
        """,
        [
            "conv2_dense: Dense(image)",
            "conv3_dense: Dense(conv2_dense)",
            "0_th: Dense(conv2_dense)",
            "1_th: Dense(0_th)",
            "cell0/dense2_x: Dense(1_th)",
            "cell1/dense4_x: Dense(cell0_dense2_x)",
            "dense_1: Dense(cell0_dense2_x)",
        ],
    ),
    "nothing-is-repeated-no-times": (
        """
        layers:
          - Flatten
          - ReLU: {name: none, repeat: 0}
          - Dense: {units: 3, repeat: 0, from: image}
          - Softmax
          - ReLU: {from: none}
        """,
        [
            "flatten_1: Flatten(image)",
            "softmax_1: Softmax(image)",
            "re_lu_1: ReLU(flatten_1)",
        ],
    ),
    "branches-are-repeated": (
        "layers: [Add: {name: sum, repeat: 2, branches: [[ReLU], []]}, ReLU: {from: sum}]",
        [
            "re_lu_1: ReLU(image)",
            "sum_1: Add(re_lu_1, image)",
            "re_lu_2: ReLU(sum_1)",
            "sum_2: Add(re_lu_2, sum_1)",
            "re_lu_3: ReLU(sum_2)",
        ],
    ),
    "blocks-have-scopes": (
        """
        blocks:
          cell:
            layers: [Dense: {units: 3}, Add: {branches: [[ReLU, Dense: {name: d, units: 3}], []]}]
        layers:
          - cell
          - cell: {name: last, repeat: 2}
          - cell
          - Add: {from: [cell_1, last_1/d, last, last_2/dense_1, cell_2/add_1]}
        """,
        [
            "cell_1/dense_1: Dense(image)",
            "cell_1/re_lu_1: ReLU(cell_1_dense_1)",
            "cell_1/d: Dense(cell_1_re_lu_1)",
            "cell_1/add_1: Add(cell_1_d, cell_1_dense_1)",
            "last_1/dense_1: Dense(cell_1_add_1)",
            "last_1/re_lu_1: ReLU(last_1_dense_1)",
            "last_1/d: Dense(last_1_re_lu_1)",
            "last_1/add_1: Add(last_1_d, last_1_dense_1)",
            "last_2/dense_1: Dense(last_1_add_1)",
            "last_2/re_lu_1: ReLU(last_2_dense_1)",
            "last_2/d: Dense(last_2_re_lu_1)",
            "last_2/add_1: Add(last_2_d, last_2_dense_1)",
            "cell_2/dense_1: Dense(last_2_add_1)",
            "cell_2/re_lu_1: ReLU(cell_2_dense_1)",
            "cell_2/d: Dense(cell_2_re_lu_1)",
            "cell_2/add_1: Add(cell_2_d, cell_2_dense_1)",
            "add_1: Add(cell_1_add_1, last_1_d, last_2_add_1, last_2_dense_1, cell_2_add_1)",
        ],
    ),
    "blocks-in-blocks": (
        """
        blocks:
          outer: {layers: [ReLU: {name: r}, inner: {name: i}, ReLU: {from: r}]}
          inner: {layers: [Softmax: {name: s}, ReLU: {from: image}]}
        layers: [outer: {name: o}, ReLU: {from: o/i/s}]
        """,
        [
            "o/r: ReLU(image)",
            "o/i/s: Softmax(o_r)",
            "o/i/re_lu_1: ReLU(image)",
            "o/re_lu_1: ReLU(o_r)",
            "re_lu_1: ReLU(o_i_s)",
        ],
    ),
    "a-block-of-nothing-passes-on": (
        "blocks: {cell: {layers: []}}\nlayers: [cell: {name: x}, ReLU: {from: x}]",
        ["re_lu_1: ReLU(image)"],
    ),
    "a-block-of-several-inputs": (
        """
        blocks:
          join: {layers: [Concatenate, ReLU]}
        layers:
          - Flatten: {name: flat}
          - join: {from: [flat, previous]}
        """,
        [
            "flat: Flatten(image)",
            "join_1/concatenate_1: Concatenate(flat, flat)",
            "join_1/re_lu_1: ReLU(join_1_concatenate_1)",
        ],
    ),
    "shared-calls-an-earlier-layer": (
        """
        layers:
          - Dense: {name: head, units: 3}
          - ReLU
          - shared: {layer: head, from: image}
          - shared: {layer: shared_1, name: third, from: image}
          - Add: {from: [shared_1, third]}
        """,
        [
            "head: Dense(image)",
            "re_lu_1: ReLU(head)",
            "shared_1: Dense(image)",
            "third: Dense(image)",
            "add_1: Add(shared_1, third)",
        ],
    ),
    "submodels-are-called-like-layers": (
        """
        submodels:
          both: {spec: two_outputs.yaml}
          cut: {spec: branch.yaml, until: flat}
        layers:
          - both: {name: b}
          - both: {from: image}
          - cut: {name: c, from: image}
          - Concatenate: {from: [b/left, both_1/right, c]}
          - Concatenate: {from: [b, c/flat]}
          - Concatenate
        """,
        [
            "b: both(image)",
            "both_1: both(image)",
            "c: cut(image)",
            "concatenate_1: Concatenate(b/left, both_1/right, c)",
            "concatenate_2: Concatenate(b/left, b/right, c)",
            "concatenate_3: Concatenate(concatenate_2)",
        ],
    ),
    "imports-bring-blocks-and-submodels": (
        "imports: [imported.yaml]\nlayers: [base, wide_cell: {from: image}]",
        ["base_1: base(image)", "wide_cell_1/dense_1: Dense(image)"],
    ),
}


@pytest.mark.parametrize(("text", "expected"), GRAPHS.values(), ids=GRAPHS)
def test_graphs(text: str, expected: list[str]) -> None:
    assert calls(compiled(text).graph) == expected


def test_a_scope_is_no_part_of_a_keras_name() -> None:
    text = "blocks: {cell: {layers: [ReLU, ReLU]}}\nlayers: [cell: {name: last}, cell]"
    assert [node.name for node in compiled(text).nodes] == [
        "last_re_lu_1",
        "last_re_lu_2",
        "cell_1_re_lu_1",
        "cell_1_re_lu_2",
    ]


def arguments(text: str, **params: Any) -> list[tuple[str, dict[str, Any]]]:
    """What every step gives its layer, defaults of the spec put in."""
    graph = compiled(text, **params).graph
    return [(node.scoped, getattr(node.layer, "given", {})) for node in graph.nodes]


ARGUMENTS = {
    "parameters": (
        "params: {width: 3, size: [2, 2], act: relu}\n"
        "layers: [Conv2D: {filters: $width, kernel_size: $size, activation: $act}]",
        {"width": 7},
        [("conv2d_1", {"filters": 7, "kernel_size": [2, 2], "activation": "relu"})],
    ),
    "a-parameter-of-parameters-above": (
        "params: {width: 3, twice: $(width * 2), size: [$width, $twice]}\n"
        "layers: [Conv2D: {filters: $twice, kernel_size: $size}]",
        {"width": 4},
        [("conv2d_1", {"filters": 8, "kernel_size": [4, 8]})],
    ),
    "index-counts-repetitions": (
        "layers: [Dense: {name: d, units: $(2 ** (3 + index)), repeat: 3}]",
        {},
        [("d_1", {"units": 8}), ("d_2", {"units": 16}), ("d_3", {"units": 32})],
    ),
    "index-is-the-nearest": (
        """
        blocks: {cell: {params: {n: 0}, layers: [Dense: {units: $(n + index + 1), repeat: 2}]}}
        layers: [cell: {n: $(10 * index), repeat: 2}]
        """,
        {},
        [
            ("cell_1/dense_1", {"units": 1}),
            ("cell_1/dense_2", {"units": 2}),
            ("cell_2/dense_1", {"units": 11}),
            ("cell_2/dense_2", {"units": 12}),
        ],
    ),
    "a-block-has-defaults": (
        """
        params: {width: 2}
        blocks:
          cell:
            params: {units: null, twice: $(units * 2), act: relu}
            layers: [Dense: {units: $units}, Dense: {units: $twice, activation: $act}]
        layers: [cell: {units: $width}, cell: {units: 5, twice: $(width + 1), act: tanh}]
        """,
        {},
        [
            ("cell_1/dense_1", {"units": 2}),
            ("cell_1/dense_2", {"units": 4, "activation": "relu"}),
            ("cell_2/dense_1", {"units": 5}),
            ("cell_2/dense_2", {"units": 3, "activation": "tanh"}),
        ],
    ),
    "a-block-sees-the-parameters-of-its-file": (
        "params: {width: 2}\nblocks: {cell: {layers: [Dense: {units: $width}]}}\nlayers: [cell]",
        {"width": 6},
        [("cell_1/dense_1", {"units": 6})],
    ),
    "what-is-given-wins-over-defaults": (
        """
        params: {act: relu}
        defaults:
          Dense: {use_bias: false, activation: $act}
          Convolution2D: {padding: same}
        layers: [Dense: {units: 3}, Dense: {units: 3, activation: null}, ReLU]
        """,
        {},
        [
            ("dense_1", {"units": 3, "use_bias": False, "activation": "relu"}),
            ("dense_2", {"units": 3, "activation": None, "use_bias": False}),
            ("re_lu_1", {}),
        ],
    ),
    "own-defaults-win-over-imported-ones": (
        """
        imports: [imported.yaml]
        defaults: {Dense: {activation: tanh}}
        layers: [Dense: {units: 3}, wide_cell, Conv2D: {filters: 2, kernel_size: 1, from: image}]
        """,
        {},
        [
            ("dense_1", {"units": 3, "activation": "tanh", "use_bias": False}),
            ("wide_cell_1/dense_1", {"units": 40, "activation": "tanh", "use_bias": False}),
            ("conv2d_1", {"filters": 2, "kernel_size": 1, "padding": "same"}),
        ],
    ),
    "imported-blocks-see-the-parameters-of-their-own-file": (
        "params: {width: 1}\nimports: [imported.yaml]\nlayers: [wide_cell: {more: 2}]",
        {"width": 3},
        [("wide_cell_1/dense_1", {"units": 22, "activation": "relu", "use_bias": False})],
    ),
    "names-may-be-parameters": (
        "params: {n: r}\nlayers: [ReLU: {name: $n, repeat: 2}, ReLU: {name: a, from: $n}]",
        {"n": "x"},
        [("x_1", {}), ("x_2", {}), ("a", {})],
    ),
}


@pytest.mark.parametrize(("text", "params", "expected"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_arguments(
    text: str, params: dict[str, Any], expected: list[tuple[str, dict[str, Any]]]
) -> None:
    assert arguments(text, **params) == expected


def outputs(text: str) -> list[str]:
    return [f"{each.name} = {each.ref}" for each in compiled(text).graph.outputs]


SHARED = """
layers:
  - Dense: {name: head, units: 3}
  - ReLU
  - shared: {layer: head, name: again, from: image}
"""


@pytest.mark.parametrize(
    ("text", "found", "nodes"),
    [
        pytest.param(
            "layers: [Flatten, Dense: {units: 3}]", ["dense_1 = dense_1"], [], id="the-last-step"
        ),
        pytest.param(
            "layers: [ReLU: {name: a}, ReLU]\noutputs: {a: }", ["a = a"], [], id="a-layer"
        ),
        pytest.param(
            "layers: [ReLU: {name: a}]\noutputs: {a: , b: {from: a}, c: {from: image}}",
            ["a = a", "b = b", "c = c"],
            ["b: Identity(a)", "c: Identity(image)"],
            id="several-of-one-layer",
        ),
        pytest.param(
            "blocks: {cell: {layers: [ReLU]}}\nlayers: [cell]",
            ["cell_1_re_lu_1 = cell_1_re_lu_1"],
            [],
            id="in-a-block",
        ),
        pytest.param(
            "blocks: {cell: {layers: [ReLU]}}\nlayers: [cell: {name: c}]\noutputs: {c: }",
            ["c = c"],
            ["c: Identity(c_re_lu_1)"],
            id="a-block",
        ),
        pytest.param(
            f"{SHARED}outputs: {{head: , again: }}",
            ["head = head", "again = again"],
            ["again: Identity(again_call)"],
            id="a-shared-call",
        ),
        pytest.param(
            SHARED,
            ["again = again"],
            ["again: Identity(again_call)"],
            id="a-shared-call-at-the-end",
        ),
        pytest.param(
            "submodels: {base: {spec: branch.yaml}}\nlayers: [base]\n"
            "outputs: {base_1: , digit: {from: base_1/digit}}",
            ["base_1 = base_1", "digit = digit"],
            ["digit: Identity(base_1)"],
            id="a-submodel",
        ),
        pytest.param(
            "submodels: {base: {spec: two_outputs.yaml}}\nlayers: [base: {name: b}]\n"
            "outputs: {x: {from: b/right}}",
            ["x = x"],
            ["x: Identity(b/right)"],
            id="one-of-a-submodel",
        ),
    ],
)
def test_outputs(text: str, found: list[str], nodes: list[str]) -> None:
    assert (
        outputs(text),
        [call for call in calls(compiled(text).graph) if "Identity" in call],
    ) == (
        found,
        nodes,
    )


def test_outputs_hold_their_losses() -> None:
    text = """
    params: {smooth: 0.1, weight: 0.5}
    layers: [Dense: {name: a, units: 1}]
    outputs:
      a:
        loss: {BinaryCrossentropy: {label_smoothing: $smooth}}
        loss_weight: $weight
        metrics: [accuracy, AUC: {num_thresholds: 10}]
    train: {optimizer: {Adam: {learning_rate: $(smooth / 10)}}}
    """
    graph = compiled(text, smooth=0.2).graph
    (output,) = graph.outputs
    assert (
        [
            (each.word, each.given)
            for each in (output.loss, *output.metrics, graph.optimizer)
            if each
        ],
        output.loss_weight,
    ) == (
        [
            ("BinaryCrossentropy", {"label_smoothing": 0.2}),
            ("accuracy", {}),
            ("AUC", {"num_thresholds": 10}),
            ("Adam", {"learning_rate": 0.02}),
        ],
        0.5,
    )


def frozen(text: str) -> dict[str, bool]:
    return {node.scoped: node.frozen for node in compiled(text).graph.nodes}


def test_frozen_spreads_into_blocks_branches_and_shared_calls() -> None:
    text = """
    params: {on: true}
    blocks:
      cell: {layers: [Dense: {name: d, units: 3}, inner]}
      inner: {layers: [ReLU: {frozen: false}]}
    layers:
      - cell: {frozen: $on}
      - Dense: {units: 3, trainable: false}
      - Add: {frozen: true, branches: [[Dense: {units: 3}], []]}
      - shared: {layer: cell_1/d, from: image}
      - ReLU: {repeat: 2, frozen: $(index > 0)}
    """
    assert frozen(text) == {
        "cell_1/d": True,
        "cell_1/inner_1/re_lu_1": True,
        "dense_1": False,
        "dense_2": True,
        "add_1": True,
        "shared_1": True,
        "re_lu_1": False,
        "re_lu_2": True,
    }


@pytest.mark.parametrize(
    "text",
    [
        "submodels: {base: {spec: branch.yaml, frozen: true}}\nlayers: [base]",
        "submodels: {base: {spec: branch.yaml}}\nlayers: [base: {frozen: true}]",
        "submodels: {base: {spec: branch.yaml}}\n"
        "blocks: {cell: {layers: [base]}}\nlayers: [cell: {frozen: true}]",
    ],
    ids=["submodel", "call", "block"],
)
def test_a_frozen_submodel_is_frozen_to_the_last_layer(text: str) -> None:
    (node,) = compiled(text).nodes
    assert node.submodel is not None
    inner = {each.name: each.node.frozen for each in node.submodel.nodes}
    assert (node.node.frozen, inner) == (True, {"conv": True, "flat": True, "digit": True})


def test_a_submodel_may_stand_in_the_spec_itself() -> None:
    text = """
    params: {width: 5, cold: true}
    submodels:
      base:
        spec: {params: {width: 3}, inputs: {x: [28, 28, 1]}, layers: [Dense: {units: $width}]}
        frozen: $cold
    layers: [base]
    """
    (node,) = compiled(text, width=9).nodes
    assert isinstance(node.layer, SubmodelLayer)
    assert (calls(node.layer.graph), node.params) == (["dense_1: Dense(x)"], 6)


def test_a_model_is_named_by_itself_or_by_its_file(tmp_path: Path) -> None:
    file = tmp_path / "by_file.yaml"
    names = []
    for said in ("", "name: By_Itself\n"):
        file.write_text(f"{HEAD}{said}layers: [Flatten]")
        names.append(checked_or_raise(compile_file(file)).name)
    assert names == ["by_file", "By_Itself"]


@pytest.mark.parametrize("file", ["a+b (1).yaml", ".hidden.yaml", "größe.yaml", "-.yaml", "大.yml"])
def test_any_file_name_gives_a_name_that_a_spec_can_have(file: str, tmp_path: Path) -> None:
    (tmp_path / file).write_text(f"{HEAD}layers: [Flatten]")
    first = checked_or_raise(compile_file(tmp_path / file))
    assert compiled(written(first, tmp_path)).name == first.name


def facts(checked: CheckedGraph) -> Iterator[tuple[Any, ...]]:
    """Everything that a model is, submodels included."""
    for each in checked.inputs:
        yield each.name, each.tensor
    for node in checked.nodes:
        yield facts_of(node)
        if node.submodel is not None:
            yield from facts(node.submodel)
    for output in checked.graph.outputs:
        loss = output.loss and (output.loss.word, output.loss.given)
        metrics = [(metric.word, metric.given) for metric in output.metrics]
        yield output.name, output.ref, loss, output.loss_weight, metrics
    yield checked.name, checked.outputs, checked.params, checked.trainable_params


def facts_of(node: CheckedNode) -> tuple[Any, ...]:
    layer = node.layer
    arguments = () if isinstance(layer, SubmodelLayer) else layer.given
    called = (node.name, node.kind, arguments, node.node.inputs, node.node.frozen, node.node.shares)
    return (*called, node.inputs, node.outputs, node.weights)


def written(checked: CheckedGraph, folder: Path) -> str:
    return dumps(written_out(checked.graph, folder))


EVERYTHING = """
cnnspec: 1
name: everything
params: {width: 4}
inputs: {image: [28, 28, 1], digit: [4, 4, 1], other: {shape: [null, 8], dtype: int32}}
imports: [imported.yaml]
blocks:
  cell:
    params: {filters: null}
    layers:
      - Conv2D: {filters: $filters, kernel_size: 3, padding: same}
      - Dropout: {rate: 0.5}
submodels:
  both: {spec: two_outputs.yaml, frozen: true}
  cut: {spec: branch.yaml, until: flat}
  trained: {spec: trained.yaml, weights: branch.weights.h5}
  own: {spec: {inputs: {x: [null, 8]}, layers: [Dense: {units: 2}], outputs: {y: {from: dense_1}}}}
layers:
  - cell: {filters: $width, repeat: 2, from: image}
  - Add: {frozen: true, branches: [[BatchNormalization], []]}
  - both: {from: image, name: b}
  - cut: {from: image}
  - Concatenate: {from: [b/left, b/right, cut_1]}
  - Dense: {name: head, units: 8, kernel_initializer: {HeNormal: {seed: 1}}}
  - trained: {name: s, from: digit}
  - shared: {layer: head, from: concatenate_1, name: again}
  - own: {from: other}
  - Dense: {name: last, units: 1, from: s}
outputs:
  last: {loss: {BinaryCrossentropy: {label_smoothing: 0.1}}, metrics: [AUC: {num_thresholds: 9}]}
  again: {loss: mse, loss_weight: 0.5}
  o: {from: own_1}
  b_right: {from: b/right}
train: {optimizer: {SGD: {momentum: 0.9, name: $$sgd}}}
"""


RESULTS = """
cnnspec: 1
inputs: {x: [8]}
blocks:
  halves: {layers: [ops.split: {name: of, indices_or_sections: 2, axis: -1}]}
layers:
  - ops.split: {name: first, indices_or_sections: 2, axis: -1}
  - Subtract: {from: [first/0, first/1]}
  - halves: {name: second}
  - Concatenate: {from: [second/of/0, second/of/1]}
  - Dense: {units: 2}
"""
"""Steps that take all results of an operation above, which they must name."""


@pytest.mark.parametrize(
    "text",
    [*(text for text, _ in GRAPHS.values()), EVERYTHING, RESULTS],
    ids=[*GRAPHS, "everything", "results"],
)
def test_what_is_written_out_is_the_same_model(text: str) -> None:
    first = compiled(text)
    again = compiled(written(first, PARTS))
    assert list(facts(again)) == list(facts(first))
    assert written(again, PARTS) == written(first, PARTS)


@pytest.mark.parametrize("spec", MODEL_FILES, ids=lambda spec: spec.stem)
def test_specs_written_out_are_the_same_model(spec: Path, tmp_path: Path) -> None:
    first = checked_or_raise(compile_file(spec))
    (tmp_path / "again.yaml").write_text(written(first, tmp_path), encoding="utf-8")
    again = checked_or_raise(compile_file(tmp_path / "again.yaml"))
    assert list(facts(again)) == list(facts(first))
    assert written(again, tmp_path) == written(first, tmp_path)


def test_files_are_named_from_where_the_spec_is_written(tmp_path: Path) -> None:
    for name in ("branch.yaml", "branch.weights.h5"):
        (tmp_path / name).write_bytes((PARTS / name).read_bytes())
    text = f"{HEAD}submodels: {{base: {{spec: branch.yaml, until: conv, weights: branch.weights.h5}}}}\nlayers: [base]"
    checked = compiled(text, tmp_path)
    document = written_out(checked.graph, tmp_path / "a" / "b")
    assert document.submodels["base"].model_dump(exclude_unset=True) == {
        "spec": "../../branch.yaml",
        "until": "conv",
        "weights": "../../branch.weights.h5",
    }

"""`cnnspec summary --depth`: blocks, and with `--expand` submodels, as one row each."""

import json
from typing import Any

import pytest

from cnnspec.backends.diagram.figure import boxes
from cnnspec.backends.diagram.folding import folded
from cnnspec.backends.diagram.reading import read
from cnnspec.backends.summary.rows import Row, rows
from cnnspec.backends.summary.table import summary_data, summary_text
from cnnspec.compiler import checked_or_raise, compile_text
from cnnspec.spec import Spec
from tests.support.commands import run_command
from tests.support.paths import SPECS
from tests.support.specs import compiled_file

TEXT = """\
cnnspec: 1
name: net
inputs: {image: [8, 8, 1]}
submodels:
  body:
    frozen: true
    spec:
      inputs: {x: [8, 8, 4]}
      blocks:
        unit: {layers: [Conv2D: {name: conv, filters: 4, kernel_size: 3, padding: same}, ReLU: {name: act}]}
        pair: {layers: [unit: {name: one}, unit: {name: two}]}
      layers: [pair: {name: inside}, Flatten: {name: flat}]
blocks:
  inner: {layers: [Conv2D: {name: conv, filters: 4, kernel_size: 3, padding: same}, ReLU: {name: act}]}
  outer: {layers: [inner: {name: one}, inner: {name: two}, Add: {name: sum, from: [one, two]}]}
layers:
  - outer: {name: stem}
  - inner: {name: tail}
  - body: {name: base}
  - Dense: {name: digit, units: 10, activation: softmax}
outputs: {digit: , aside: {from: stem/two}}
"""
CHECKED = checked_or_raise(compile_text(TEXT.encode()))
SHAPE = (None, 8, 8, 4)


def shown(depth: int | None, *, expand: bool = False) -> list[tuple[Any, ...]]:
    return [
        (each.level, each.name, each.kind, each.layers, each.params, ", ".join(each.sources))
        for each in rows(CHECKED, expand=expand, depth=depth)
    ]


DIGIT = (0, "digit", "Dense", None, 2570, "base")
TAIL = [
    (0, "tail_conv", "Conv2D", None, 148, "stem_sum"),
    (0, "tail_act", "ReLU", None, 0, "tail_conv"),
    (0, "base", "Functional", None, 296, "tail_act"),
]
AT_0 = [
    (0, "image", "InputLayer", None, 0, ""),
    (0, "stem", "outer", 5, 188, "image"),
    (0, "tail", "inner", 2, 148, "stem"),
    (0, "base", "Functional", None, 296, "tail"),
    DIGIT,
    (0, "aside", "Identity", None, 0, "stem"),
]
AT_1 = [
    (0, "image", "InputLayer", None, 0, ""),
    (0, "stem_one", "inner", 2, 40, "image"),
    (0, "stem_two", "inner", 2, 148, "stem_one"),
    (0, "stem_sum", "Add", None, 0, "stem_one, stem_two"),
    *TAIL,
    DIGIT,
    (0, "aside", "Identity", None, 0, "stem_two"),
]
AT_2 = [
    (0, "image", "InputLayer", None, 0, ""),
    (0, "stem_one_conv", "Conv2D", None, 40, "image"),
    (0, "stem_one_act", "ReLU", None, 0, "stem_one_conv"),
    (0, "stem_two_conv", "Conv2D", None, 148, "stem_one_act"),
    (0, "stem_two_act", "ReLU", None, 0, "stem_two_conv"),
    (0, "stem_sum", "Add", None, 0, "stem_one_act, stem_two_act"),
    *TAIL,
    DIGIT,
    (0, "aside", "Identity", None, 0, "stem_two_act"),
]
INSIDE = {
    0: [],
    1: [
        (1, "x", "InputLayer", None, 0, ""),
        (1, "inside", "pair", 4, 296, "x"),
        (1, "flat", "Flatten", None, 0, "inside"),
    ],
    2: [
        (1, "x", "InputLayer", None, 0, ""),
        (1, "inside_one", "unit", 2, 148, "x"),
        (1, "inside_two", "unit", 2, 148, "inside_one"),
        (1, "flat", "Flatten", None, 0, "inside_two"),
    ],
}
"""The rows of the submodel, which itself takes a level."""


@pytest.mark.parametrize(("depth", "expected"), [(0, AT_0), (1, AT_1), (2, AT_2), (None, AT_2)])
def test_deeper_blocks_are_a_row_each(depth: int | None, expected: list[Any]) -> None:
    assert shown(depth) == expected


@pytest.mark.parametrize(("depth", "expected"), [(0, AT_0), (1, AT_1), (2, AT_2)])
def test_expanded_submodels_are_a_level(depth: int, expected: list[Any]) -> None:
    at = expected.index(DIGIT)
    assert shown(depth, expand=True) == [*expected[:at], *INSIDE[depth], *expected[at:]]


def test_a_row_of_a_block_has_its_outputs_and_costs() -> None:
    (stem,) = [each for each in rows(CHECKED, depth=0) if each.name == "stem"]
    assert stem == Row("stem", "outer", ("image",), (SHAPE,), 188, True, layers=5)
    found = summary_data(CHECKED, cost=True, depth=0)
    (data,) = [each for each in found["layers"] if each["name"] == "stem"]
    whole = {each["name"]: each for each in summary_data(CHECKED, cost=True)["layers"]}
    inside = [each for name, each in whole.items() if name.startswith("stem_")]
    assert data == {
        "name": "stem",
        "kind": "outer",
        "from": ["image"],
        "output_shape": list(SHAPE),
        "params": 188,
        "trainable": True,
        "layers": 5,
        "macs": sum(each["macs"] for each in inside),
        "activation_bytes": sum(each["activation_bytes"] for each in inside),
        "receptive_field": whole["stem_sum"]["receptive_field"],
    }
    assert {key: found[key] for key in found if key != "layers"} == {
        key: value for key, value in summary_data(CHECKED, cost=True).items() if key != "layers"
    }


def test_the_table_counts_layers() -> None:
    labels = [
        line.split("│")[1].strip() for line in summary_text(CHECKED, depth=0).splitlines()[4:-4]
    ]
    assert labels == [
        "image (InputLayer)",
        "stem (outer, 5 layers)",
        "tail (inner, 2 layers)",
        "base (Functional, frozen)",
        "digit (Dense)",
        "aside (Identity)",
    ]
    frozen = checked_or_raise(
        compile_text(
            TEXT.replace("inner: {name: tail}", "inner: {name: tail, frozen: true}").encode()
        )
    )
    assert "tail (inner, 2 layers, frozen)" in summary_text(frozen, depth=0)


NETWORKS = ["resnet50", "densenet121", "unet", "inceptionv3", "feature_pyramid", "convnext_tiny"]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("depth", [0, 1, 2])
def test_the_rows_are_those_of_the_diagram(name: str, depth: int) -> None:
    checked = compiled_file(SPECS / f"zoo/{name}.yaml")
    drawn = boxes(folded(read(checked), depth).children)
    blocks = [
        (box.kind, box.layers, box.params)
        for box in drawn
        if box.layers is not None and box.kind != "Functional"
    ]
    found = list(rows(checked, expand=True, depth=depth))
    assert [(row.kind, row.layers, row.params) for row in found if row.layers] == blocks
    assert sum(row.params for row in found if not row.level) == checked.params


def test_the_command_and_the_api_take_a_depth(folder: Any) -> None:
    (folder / "net.yaml").write_text(TEXT, "utf-8")
    table = summary_text(CHECKED, depth=1, expand=True)
    assert run_command("summary", "--depth", 1, "--expand", "net.yaml")[:2] == (0, table)
    assert Spec(compile_text(TEXT.encode())).summary(depth=1, expand=True) == table
    _, stdout, _ = run_command("summary", "--depth", 1, "--format", "json", "net.yaml")
    assert json.loads(stdout) == json.loads(json.dumps(summary_data(CHECKED, depth=1)))
    assert run_command("summary", "--depth", -1, "net.yaml")[0] == 2

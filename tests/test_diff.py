"""Differences: what is told of pairs of models, as text and as data, and what holds for all pairs."""

from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import cnnspec
from cnnspec.decompile.flat import written_out
from cnnspec.diff.compare import compare
from cnnspec.diff.data import as_data
from cnnspec.diff.text import as_text
from cnnspec.ir.checked import CheckedGraph
from tests.support.differences import turned
from tests.support.paths import MODEL_FILES, ZOO
from tests.support.specs import compiled_text

tiny = partial(compiled_text, name="tiny")
HEAD = "cnnspec: 1\nname: tiny\n"


CHAIN = """
inputs: {image: [8, 8, 1]}
layers:
  - Conv2D: {name: conv, filters: 4, kernel_size: 3}
  - BatchNormalization: {name: norm}
  - ReLU: {name: act}
  - Flatten
  - Dense: {name: digit, units: 10, activation: softmax}
outputs:
  digit: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}
"""
BLOCKS = """
inputs: {image: [8, 8, 4]}
blocks:
  residual:
    layers:
      - Add:
          branches:
            main: [{Conv2D: {filters: 4, kernel_size: 3, padding: same}}, BatchNormalization]
            shortcut: []
      - ReLU
layers:
  - residual: {name: first}
  - residual: {name: last}
  - residual: {repeat: 2}
  - Flatten
  - Dense: {name: digit, units: 3}
"""
INSIDE = """
inputs: {image: [8, 8, 1]}
submodels:
  base:
    frozen: true
    spec:
      cnnspec: 1
      inputs: {pixels: [8, 8, 1]}
      layers: [{Conv2D: {name: conv, filters: 4, kernel_size: 3}}, {Flatten: {name: flat}}]
layers:
  - base: {name: body}
  - Dense: {name: digit, units: 3}
"""
SHARED = """
inputs: {left: [4], right: [4]}
layers:
  - Dense: {name: tower, units: 3, from: left}
  - shared: {layer: tower, name: again, from: right}
  - Concatenate: {name: both, from: [tower, again]}
"""
UNNAMED = """
inputs: {image: [8, 8, 1]}
layers:
  - Conv2D: {filters: 4, kernel_size: 3, padding: same}
  - Conv2D: {filters: 4, kernel_size: 3, padding: same}
  - Conv2D: {filters: 4, kernel_size: 3, padding: same}
  - Flatten
  - Dense: {units: 3}
"""
UNNAMED_CONV = "  - Conv2D: {filters: 4, kernel_size: 3, padding: same}\n"

PAIRS: dict[str, tuple[str, tuple[str, str], str]] = {
    "a layer renamed": (CHAIN, ("name: norm", "name: normal"), "renamed: norm -> normal\n"),
    "an input renamed": (CHAIN, ("image:", "pixels:"), "renamed: image -> pixels\n"),
    "an output renamed with its layer": (
        CHAIN,
        ("digit", "label"),
        "renamed: digit -> label\n",
    ),
    "a block renamed": (
        BLOCKS,
        ("name: last", "name: final"),
        "renamed: last/... -> final/... (4 layers)\n",
    ),
    "an argument": (
        CHAIN,
        ("filters: 4", "filters: 8"),
        "~ conv: filters 4 -> 8; shape (None, 6, 6, 4) -> (None, 6, 6, 8), parameters 40 -> 80\n"
        "affected: shapes of 3 layers, starting with norm; parameters of 2 layers, starting with norm\n",
    ),
    "an argument in a block": (
        BLOCKS,
        ("kernel_size: 3", "kernel_size: 5"),
        "~ 4 Conv2D (first/conv2d_1, last/conv2d_1, residual_1/conv2d_1 and 1 more): kernel_size 3 -> 5\n",
    ),
    "a default written out": (CHAIN, ("kernel_size: 3", "kernel_size: [3, 3], strides: 1"), ""),
    "a layer put in": (
        CHAIN,
        ("  - Flatten", "  - Dropout: {name: drop, rate: 0.5}\n  - Flatten"),
        "+ drop: Dropout {rate: 0.5}\n",
    ),
    "an unnamed layer put in": (
        UNNAMED,
        ("layers:", "layers:\n  - Conv2D: {filters: 1, kernel_size: 1}"),
        "+ conv2d_1: Conv2D {filters: 1, kernel_size: 1}, 2 parameters\n"
        "renumbered: 3 layers, starting with conv2d_1 -> conv2d_2\n",
    ),
    "an unnamed layer like its neighbours": (
        UNNAMED,
        ("  - Flatten", f"{UNNAMED_CONV}  - Flatten"),
        "+ conv2d_4: Conv2D {filters: 4, kernel_size: 3, padding: same}, 148 parameters\n",
    ),
    "turns added": (
        BLOCKS,
        ("repeat: 2", "repeat: 4"),
        "+ residual_3/... to residual_4/... (8 layers, 328 parameters)\n",
    ),
    "a layer taken out": (
        CHAIN,
        ("  - BatchNormalization: {name: norm}\n", ""),
        "- norm: BatchNormalization, 16 parameters\n",
    ),
    "a block taken out": (
        BLOCKS,
        ("  - residual: {name: last}\n", ""),
        "- last/... (4 layers, 164 parameters)\n",
    ),
    "another kind": (
        CHAIN,
        ("ReLU: {name: act}", "LeakyReLU: {name: act, negative_slope: 0.1}"),
        "~ act: ReLU -> LeakyReLU {negative_slope: 0.1}\n",
    ),
    "another kind and name": (
        CHAIN,
        ("ReLU: {name: act}", "ELU: {name: elu}"),
        "~ act -> elu: ReLU -> ELU\n",
    ),
    "a layer moved": (
        CHAIN,
        (
            "  - BatchNormalization: {name: norm}\n  - ReLU: {name: act}\n",
            "  - ReLU: {name: act}\n  - BatchNormalization: {name: norm}\n",
        ),
        "moved: act, inputs [norm] -> [conv]\n",
    ),
    "inputs": (
        SHARED,
        ("[tower, again]", "[again, tower]"),
        "~ both: inputs [tower, again] -> [again, tower]\n",
    ),
    "a loss": (
        CHAIN,
        ("sparse_categorical_crossentropy", "{SparseCategoricalCrossentropy: {ignore_class: 3}}"),
        "~ output digit: loss sparse_categorical_crossentropy -> "
        "{SparseCategoricalCrossentropy: {ignore_class: 3}}\n",
    ),
    "a loss written otherwise": (
        CHAIN,
        ("sparse_categorical_crossentropy", "SparseCategoricalCrossentropy"),
        "",
    ),
    "a loss weight": (
        CHAIN,
        ("metrics:", "loss_weight: 0.5, metrics:"),
        "~ output digit: loss_weight 1.0 -> 0.5\n",
    ),
    "metrics": (CHAIN, (", metrics: [accuracy]", ""), "~ output digit: metrics [accuracy] -> []\n"),
    "an optimizer": (
        f"train: {{optimizer: adam}}{CHAIN}",
        ("optimizer: adam", "optimizer: {Adam: {learning_rate: 0.01}}"),
        "~ optimizer adam -> {Adam: {learning_rate: 0.01}}\n",
    ),
    "a layer frozen": (
        CHAIN,
        ("kernel_size: 3}", "kernel_size: 3, frozen: true}"),
        "~ conv: frozen false -> true\n",
    ),
    "an output added": (
        CHAIN,
        (
            "outputs:",
            "  - Dense: {name: odd, from: flatten_1, units: 1}\n"
            "outputs:\n  odd: {loss: mse, loss_weight: 0.5}",
        ),
        "+ odd: Dense {units: 1}, 145 parameters\n+ output odd: mse × 0.5\n",
    ),
    "outputs that change places": (
        "inputs: {x: [4]}\nlayers: [{Dense: {name: a, units: 1}}, {Dense: {name: b, units: 1}}]\n"
        "outputs: {one: {from: a}, two: {from: b}}",
        ("{one: {from: a}, two: {from: b}}", "{one: {from: b}, two: {from: a}}"),
        "~ one: inputs [a] -> [b]\n~ two: inputs [b] -> [a]\n",
    ),
    "an input shape": (
        CHAIN,
        ("[8, 8, 1]", "[10, 10, 1]"),
        "~ image: shape [8, 8, 1] -> [10, 10, 1]\n"
        "affected: shapes of 4 layers, starting with conv; parameters of 1 layer, digit\n",
    ),
    "a submodel inside": (
        INSIDE,
        ("filters: 4", "filters: 8"),
        "~ body/conv: filters 4 -> 8; shape (None, 6, 6, 4) -> (None, 6, 6, 8), parameters 40 -> 80\n"
        "affected: shapes of 2 layers, starting with body; parameters of 1 layer, digit\n",
    ),
    "a submodel's end": (
        INSIDE,
        ("{name: flat}}", "{name: flat}}, {Dropout: {name: drop, rate: 0.1}}"),
        "+ body/drop: Dropout {rate: 0.1}\n",
    ),
    "a submodel renamed": (INSIDE, ("name: body", "name: trunk"), "renamed: body -> trunk\n"),
    "a submodel unfrozen": (
        INSIDE,
        ("frozen: true", "frozen: false"),
        "~ body: frozen true -> false\n",
    ),
    "a layer in place of a submodel": (
        INSIDE,
        ("  - base: {name: body}\n", "  - Flatten: {name: flat}\n"),
        "~ body -> flat: Functional -> Flatten; frozen true -> false; "
        "shape (None, 144) -> (None, 64), parameters 40 -> 0\n"
        "affected: parameters of 1 layer, digit\n",
    ),
    "a shared layer": (
        SHARED,
        ("units: 3", "units: 5"),
        "~ tower: units 3 -> 5; shape (None, 3) -> (None, 5), parameters 15 -> 25\n"
        "affected: shapes of 1 layer, both\n",
    ),
    "a layer no longer shared": (
        SHARED,
        ("shared: {layer: tower, name: again", "Dense: {units: 3, name: again"),
        "+ again: Dense {units: 3}, 15 parameters\n"
        "~ tower: calls 2 -> 1\n"
        "~ both: inputs [tower, again] -> [tower, again]\n",
    ),
}


def lines(text: str) -> str:
    """The lines of a difference without its title and totals."""
    return "" if text.startswith("the same") else text.split("\n\n")[0].partition("\n")[2] + "\n"


@pytest.mark.parametrize(("text", "change", "said"), PAIRS.values(), ids=PAIRS)
def test_what_is_told_of_a_pair(text: str, change: tuple[str, str], said: str) -> None:
    assert change[0] in text
    difference = compare(tiny(text), tiny(text.replace(*change)))
    assert (lines(as_text(difference)), difference.is_empty) == (said, said == "")


def test_the_whole_text() -> None:
    old, new = tiny(CHAIN), tiny(CHAIN.replace("filters: 4", "filters: 8"))
    assert (
        as_text(compare(old, new), lambda text, role: f"<{role}>{text}", verbose=True)
        == """\
<title>tiny
<changed>~ conv: filters 4 -> 8; shape (None, 6, 6, 4) -> (None, 6, 6, 8), parameters 40 -> 80, \
multiply-accumulates 1,296 -> 2,592
<same>affected: norm: shape (None, 6, 6, 4) -> (None, 6, 6, 8), parameters 16 -> 32
<same>affected: act: shape (None, 6, 6, 4) -> (None, 6, 6, 8)
<same>affected: flatten_1: shape (None, 144) -> (None, 288)
<same>affected: digit: parameters 1,450 -> 2,890, multiply-accumulates 1,440 -> 2,880

layers                5
parameters            1,506 -> 3,002 (+99.3%)
  trainable           1,498 -> 2,986 (+99.3%)
  not trainable       8 -> 16 (+100.0%)
multiply-accumulates  2,736 -> 5,472 (+100.0%)
"""
    )
    assert as_text(compare(old, old)) == "the same model: 5 layers, 1,506 parameters\n"


def test_the_whole_data() -> None:
    new = (
        CHAIN.replace("filters: 4", "filters: 8")
        .replace(
            "  - BatchNormalization: {name: norm}\n  - ReLU: {name: act}", "  - ELU: {name: act}"
        )
        .replace("digit: {", "digit: {loss_weight: 0.5, ")
        .replace("units: 10", "name: label, units: 10")
        .replace("name: digit, ", "")
        .replace("digit:", "label:")
    )
    data = as_data(compare(tiny(CHAIN), tiny(new)))
    totals = {"name": "tiny", "layers": 5, "params": 1506, "trainable_params": 1498, "macs": 2736}
    assert data == {
        "same": False,
        "old": totals,
        "new": {**totals, "layers": 4, "params": 2970, "trainable_params": 2970, "macs": 5472},
        "added": [],
        "removed": [
            {
                "name": "norm",
                "kind": "BatchNormalization",
                "arguments": {},
                "frozen": False,
                "layers": 1,
                "params": 16,
                "macs": 0,
            }
        ],
        "renamed": [{"old": "digit", "new": "label", "kind": "Dense", "counted": False}],
        "moved": [],
        "replaced": [
            {
                side: {
                    "name": "act",
                    "kind": kind,
                    "arguments": {},
                    "frozen": False,
                    "layers": 1,
                    "params": 0,
                    "macs": 0,
                }
                for side, kind in (("old", "ReLU"), ("new", "ELU"))
            }
        ],
        "changed": [
            {
                "old": "conv",
                "new": "conv",
                "kind": "Conv2D",
                "changes": [{"what": "filters", "old": 4, "new": 8}],
                "effects": [
                    {"what": "shape", "old": "(None, 6, 6, 4)", "new": "(None, 6, 6, 8)"},
                    {"what": "params", "old": 40, "new": 80},
                    {"what": "macs", "old": 1296, "new": 2592},
                ],
            },
            {
                "old": "act",
                "new": "act",
                "kind": "ELU",
                "changes": [],
                "effects": [{"what": "shape", "old": "(None, 6, 6, 4)", "new": "(None, 6, 6, 8)"}],
            },
        ],
        "affected": [
            {
                "old": "flatten_1",
                "new": "flatten_1",
                "kind": "Flatten",
                "effects": [{"what": "shape", "old": "(None, 144)", "new": "(None, 288)"}],
            },
            {
                "old": "digit",
                "new": "label",
                "kind": "Dense",
                "effects": [
                    {"what": "params", "old": 1450, "new": 2890},
                    {"what": "macs", "old": 1440, "new": 2880},
                ],
            },
        ],
        "outputs": {
            "added": [],
            "removed": [],
            "changed": [
                {
                    "old": "digit",
                    "new": "label",
                    "changes": [{"what": "loss_weight", "old": 1.0, "new": 0.5}],
                }
            ],
        },
        "model": [],
    }


def test_moves_and_the_train_section_as_data() -> None:
    change = PAIRS["a layer moved"][1]
    train = (
        "train:\n  data: {keras: mnist}\n  inputs: {image: x}\n  targets: {digit: y}\n  epochs: "
    )
    old, new = tiny(f"{CHAIN}{train}1\n"), tiny(f"{CHAIN.replace(*change)}{train}2\n")
    data = as_data(compare(old, new))
    inputs = {"what": "inputs", "old": ["norm"], "new": ["conv"]}
    assert (data["moved"], data["changed"], data["model"]) == (
        [{"old": "act", "new": "act", "kind": "ReLU", "inputs": inputs}],
        [],
        [{"what": "train.epochs", "old": 1, "new": 2}],
    )


@pytest.mark.parametrize("spec", MODEL_FILES, ids=lambda spec: spec.stem)
def test_a_spec_and_the_same_written_out_are_the_same(spec: Path) -> None:
    model = cnnspec.load(spec).compile()
    assert compare(model, cnnspec.Spec.of(written_out(model.graph)).compile()).is_empty


def test_a_deeper_network_has_more_turns() -> None:
    text = (ZOO / "resnet50.yaml").read_text("utf-8")
    old, new = (cnnspec.loads(text.replace("depth: 6", f"depth: {depth}")) for depth in (6, 23))
    assert lines(as_text(compare(old.compile(), new.compile()))) == (
        "+ stage_3/identity_6/... to stage_3/identity_22/... (170 layers, 19,070,464 parameters)\n"
    )


# What holds for all pairs

KINDS = ("Dense: {units: 4", "Dense: {units: 4, activation: relu", "ReLU: {", "Dropout: {rate: 0.5")


@st.composite
def networks(draw: st.DrawFn, *, named: bool = False) -> list[str]:
    """The steps of a network in which any step may read any two above."""
    steps = []
    for number in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from((*KINDS, "Add: {")))
        known = [f"layer_{each}" for each in range(number)] if named else []
        inputs = st.lists(st.sampled_from(["x", *known, "previous"]), min_size=1, max_size=2)
        sources = draw(inputs) * (2 if kind == "Add: {" else 1)
        said = sources[:2] if kind == "Add: {" else sources[0]
        name = f"name: layer_{number}, " if named or draw(st.booleans()) else ""
        gap = "" if kind.endswith("{") else ", "
        written = str(said).replace("'", "") if isinstance(said, list) else said
        steps.append(f"  - {kind}{gap}{name}from: {written}}}\n")
    return steps


def network(steps: list[str]) -> CheckedGraph:
    return tiny("inputs: {x: [4]}\nlayers:\n" + "".join(steps))


@given(networks())
def test_a_model_is_the_same_as_itself(steps: list[str]) -> None:
    assert compare(network(steps), network(steps)).is_empty


@given(networks(), networks())
def test_the_other_way_round_added_is_removed(one: list[str], other: list[str]) -> None:
    there, back = compare(network(one), network(other)), compare(network(other), network(one))
    assert turned(as_data(there)) == turned(turned(as_data(back)))


@given(networks(named=True), st.data())
def test_new_names_are_nothing_but_renames(steps: list[str], data: st.DataObject) -> None:
    text = "".join(steps)
    chosen = data.draw(st.sets(st.integers(0, len(steps) - 1)))
    for number in sorted(chosen, reverse=True):
        text = (
            text.replace(f"layer_{number},", f"fresh_{number},")
            .replace(f"layer_{number}]", f"fresh_{number}]")
            .replace(f"layer_{number}}}", f"fresh_{number}}}")
        )
    old, new = network(steps), network([text])
    names = {node.name for node in old.nodes}
    found = as_data(compare(old, new))
    renamed = {each["old"]: each["new"] for each in found.pop("renamed")}
    assert renamed == {
        f"layer_{each}": f"fresh_{each}" for each in chosen if f"layer_{each}" in names
    }
    rest = ("added", "removed", "moved", "replaced", "changed", "affected", "model")
    assert {key: found[key] for key in rest} == {key: [] for key in rest}


@given(st.lists(st.sampled_from(KINDS), min_size=1, max_size=30), st.data())
def test_a_layer_put_into_a_chain_is_one_layer(kinds: list[str], data: st.DataObject) -> None:
    steps = [f"  - {kind}}}\n" for kind in kinds]
    place = data.draw(st.integers(0, len(steps)))
    found = as_data(
        compare(network(steps), network([*steps[:place], "  - Softmax\n", *steps[place:]]))
    )
    assert [each["kind"] for each in found["added"]] == ["Softmax"]
    rest = ("removed", "moved", "replaced", "changed", "affected")
    assert {key: found[key] for key in rest} == {key: [] for key in rest}

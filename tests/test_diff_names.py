"""Names in differences: automatic and given, kept and shifted, in blocks and in submodels."""

import pytest

import cnnspec
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document
from tests.support.differences import lines_between
from tests.support.steps import HEAD, Step, compiled_steps, conv, step

pytestmark = pytest.mark.usefixtures("newest_keras")


def concatenate(*sources: str) -> Step:
    return step("Concatenate", "out", list(sources))


BRANCHES = [
    conv("conv2d_1", "x"),
    conv("conv2d_2", "conv2d_1", 8),
    conv("conv2d_3", "x", 8, 3),
    concatenate("conv2d_2", "conv2d_3"),
]
TOWER = [
    step("Dense", "tower", "x", units=3),
    step("shared", "again", "y", layer="tower"),
    concatenate("tower", "again", "x"),
]
CASES: dict[str, tuple[list[Step], list[Step], list[str]]] = {
    "equal names written in another order": (
        BRANCHES,
        [BRANCHES[2], *BRANCHES[:2], BRANCHES[3]],
        [],
    ),
    "branches numbered in another order": (
        BRANCHES,
        [
            conv("conv2d_1", "x", 8, 3),
            conv("conv2d_2", "x"),
            conv("conv2d_3", "conv2d_2", 8),
            concatenate("conv2d_3", "conv2d_1"),
        ],
        ["renumbered: 3 layers, starting with conv2d_3 -> conv2d_1"],
    ),
    "branches that change places": (
        BRANCHES,
        [*BRANCHES[:3], concatenate("conv2d_3", "conv2d_2")],
        ["~ out: inputs [conv2d_2, conv2d_3] -> [conv2d_3, conv2d_2]"],
    ),
    "a branch that takes the first number": (
        BRANCHES,
        [
            conv("conv2d_1", "x"),
            conv("conv2d_2", "x"),
            conv("conv2d_3", "conv2d_2", 8),
            conv("conv2d_4", "x", 8, 3),
            concatenate("conv2d_3", "conv2d_4", "conv2d_1"),
        ],
        [
            "+ conv2d_1: Conv2D {filters: 4, kernel_size: 1, padding: same}, 20 parameters",
            "renumbered: 3 layers, starting with conv2d_1 -> conv2d_2",
            "affected: shapes of 1 layer, out",
        ],
    ),
    "an automatic name that a person replaces": (
        [conv("conv2d_1", "x"), conv("conv2d_2", "conv2d_1")],
        [conv("stem", "x"), conv("conv2d_1", "stem")],
        ["renamed: conv2d_1 -> stem", "renumbered: conv2d_2 -> conv2d_1"],
    ),
    "given names are layers wherever they stand": (
        [conv("a", "x"), step("ReLU", "b", "a"), concatenate("b", "y")],
        [step("ReLU", "b", "x"), conv("a", "b"), concatenate("a", "y")],
        ["moved: a, inputs [x] -> [b]"],
    ),
    "a given name of another kind in its place": (
        [conv("a", "x"), step("ReLU", "b", "a"), concatenate("b", "y")],
        [conv("a", "x"), step("ELU", "b", "a"), concatenate("b", "y")],
        ["~ b: ReLU -> ELU"],
    ),
    "a given name of another kind elsewhere": (
        [step("ReLU", "b", "x"), conv("a", "b"), concatenate("a", "y")],
        [
            step("Dropout", "drop", "x", rate=0.5),
            conv("a", "drop"),
            concatenate("a", "y"),
            step("Dense", "b", "out", units=3),
        ],
        [
            "+ b: Dense {units: 3}, 27 parameters",
            "~ b -> drop: ReLU -> Dropout {rate: 0.5}",
            "- output out",
            "+ output b",
        ],
    ),
    "calls of a shared layer in another order": (
        TOWER,
        [
            step("Dense", "tower", "y", units=3),
            step("shared", "again", "x", layer="tower"),
            concatenate("again", "tower", "x"),
        ],
        [],
    ),
    "calls of a shared layer that are read in another order": (
        TOWER,
        [*TOWER[:2], concatenate("again", "tower", "x")],
        ["~ out: inputs [tower, again, x] -> [again, tower, x]"],
    ),
    "the first call of a shared layer taken out": (
        TOWER,
        [step("Dense", "tower", "y", units=3), concatenate("tower", "x")],
        [
            "~ tower: calls 2 -> 1",
            "~ out: inputs [tower, again, x] -> [tower, x]; shape (None, 8, 8, 10) -> (None, 8, 8, 7)",
        ],
    ),
}
LOOP = [
    conv("conv", "x"),
    step("ReLU", "act", "conv"),
    step("shared", "again", "act", layer="conv"),
    concatenate("again", "y"),
]
CASES |= {
    "a layer that reads what it gave, taken out": (
        LOOP,
        [step("ReLU", "act", "x"), concatenate("act", "y")],
        ["- conv: Conv2D {filters: 4, kernel_size: 1, padding: same}, 20 parameters"],
    ),
    "a layer that reads what it gave, put in": (
        [step("ReLU", "act", "x"), concatenate("act", "y")],
        LOOP,
        ["+ conv: Conv2D {filters: 4, kernel_size: 1, padding: same}, 20 parameters"],
    ),
}


@pytest.mark.parametrize(("old", "new", "expected"), CASES.values(), ids=CASES)
def test_what_is_reported(old: list[Step], new: list[Step], expected: list[str]) -> None:
    assert lines_between(compiled_steps(old), compiled_steps(new)) == expected


BLOCKS = """
cnnspec: 1
inputs: {x: [8, 8, 4]}
blocks:
  unit:
    layers:
      - Conv2D: {filters: 4, kernel_size: 3, padding: same}
      - BatchNormalization
layers:
  - unit: {name: first}
  - unit: {repeat: 2}
  - unit: {name: last}
"""
PLAIN = """
cnnspec: 1
inputs: {x: [8, 8, 4]}
layers:
"""


def test_blocks_are_the_layers_in_them() -> None:
    """The same model without blocks, whose layers have the names that Keras gives them."""
    steps = "".join(
        f"  - Conv2D: {{name: {unit}_conv2d_1, filters: 4, kernel_size: 3, padding: same}}\n"
        f"  - BatchNormalization: {{name: {unit}_batch_normalization_1}}\n"
        for unit in ("first", "unit_1", "unit_2", "last")
    )
    plain, blocks = (cnnspec.loads(text).compile() for text in (PLAIN + steps, BLOCKS))
    assert (lines_between(plain, blocks), lines_between(blocks, plain)) == ([], [])


def submodel(steps: list[Step]) -> CheckedGraph:
    inner = {**HEAD, "inputs": {"x": [8, 8, 4]}, "layers": [{kind: given} for kind, given in steps]}
    data = {
        **HEAD,
        "inputs": {"image": [8, 8, 4]},
        "submodels": {"base": {"spec": inner}},
        "layers": [{"base": {"name": "body"}}],
    }
    return cnnspec.Spec.of(Document.model_validate(data)).compile()


def test_submodels_are_compared_like_models() -> None:
    another_order = [BRANCHES[2], *BRANCHES[:2], BRANCHES[3]]
    assert lines_between(submodel(BRANCHES), submodel(another_order)) == []
    shifted = [
        conv("conv2d_1", "x", 4, 3),
        conv("conv2d_2", "conv2d_1"),
        conv("conv2d_3", "conv2d_2", 8),
        conv("conv2d_4", "conv2d_1", 8, 3),
        concatenate("conv2d_3", "conv2d_4"),
    ]
    assert lines_between(submodel(BRANCHES), submodel(shifted)) == [
        "+ body/conv2d_1: Conv2D {filters: 4, kernel_size: 3, padding: same}, 148 parameters",
        "renumbered: 3 layers, starting with body/conv2d_1 -> body/conv2d_2",
    ]

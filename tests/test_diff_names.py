"""Names in differences: automatic and given, kept and shifted, in any order of writing."""

import copy
import json
import random
import re
from typing import Any

import pytest

import cnnspec
from cnnspec.decompile.flat import written_out
from cnnspec.diff.compare import compare
from cnnspec.diff.data import as_data
from cnnspec.diff.text import as_text
from cnnspec.ir.checked import CheckedGraph
from cnnspec.language.document import Document
from cnnspec.naming import snake_case
from tests.support.paths import ZOO

Step = tuple[str, dict[str, Any]]
HEAD: dict[str, Any] = {"cnnspec": 1, "name": "tiny"}


def step(kind: str, name: str, sources: str | list[str], **arguments: Any) -> Step:
    return kind, {"name": name, "from": sources, **arguments}


def conv(name: str, source: str, filters: int = 4, size: int = 1) -> Step:
    return step("Conv2D", name, source, filters=filters, kernel_size=size, padding="same")


def concatenate(*sources: str) -> Step:
    return step("Concatenate", "out", list(sources))


def compiled(steps: list[Step], outputs: list[str] | None = None) -> CheckedGraph:
    data: dict[str, Any] = {**HEAD, "inputs": {"x": [8, 8, 4], "y": [8, 8, 4]}}
    data["layers"] = [{kind: arguments} for kind, arguments in steps]
    if outputs is not None:
        data["outputs"] = {name: {"from": name} for name in outputs}
    return cnnspec.Spec.of(Document.model_validate(data)).compile()


def lines(old: CheckedGraph, new: CheckedGraph) -> list[str]:
    """The lines of a difference without its title and totals."""
    text = as_text(compare(old, new))
    return [] if text.startswith("the same") else text.split("\n\n")[0].splitlines()[1:]


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
    assert lines(compiled(old), compiled(new)) == expected


def random_steps(rng: random.Random) -> list[Step]:
    """Steps that read any two above them, call any layer again, and have any names."""
    steps: list[Step] = []
    tensors, layers = ["x", "y"], []
    numbers = rng.sample(range(1, 20), 19)
    for _ in range(rng.randint(2, 10)):
        kind = rng.choice(("Conv2D", "ReLU", "Add", "shared"))
        given = rng.random() < 0.3
        name = f"{'given' if given else snake_case(kind)}_{numbers.pop()}"
        if kind == "Add":
            steps.append(step(kind, name, rng.choices(tensors, k=2)))
        elif kind == "shared" and layers:
            steps.append(step(kind, name, rng.choice(tensors), layer=rng.choice(layers)))
        elif kind == "ReLU":
            steps.append(step(kind, name, rng.choice(tensors)))
            layers.append(name)
        else:
            steps.append(conv(name, rng.choice(tensors), size=rng.choice((1, 3))))
            layers.append(name)
        tensors.append(name)
    return steps


def turned(data: Any) -> Any:
    """The data of the difference the other way round, in any order."""
    other = {"old": "new", "new": "old", "added": "removed", "removed": "added"}
    if isinstance(data, dict):
        if "old" in data:  # of a pair, the kind is that of the new layer
            data = {key: value for key, value in data.items() if key != "kind"}
        return {other.get(key, key): turned(value) for key, value in data.items()}
    if isinstance(data, list):
        return sorted(map(turned, data), key=lambda entry: json.dumps(entry, sort_keys=True))
    return data


def test_random_models_with_shared_layers() -> None:
    """A model is the same as itself written anew; the other way round, added is removed."""
    rng = random.Random(0)
    for _ in range(80):
        one, other = random_steps(rng), random_steps(rng)
        last = [one[-1][1]["name"]]
        first, second = compiled(one, last), compiled(other)
        again = compiled(written_anew(one, rng), last)
        assert (lines(first, again), lines(again, first)) == ([], [])
        there, back = as_data(compare(first, second)), as_data(compare(second, first))
        assert turned(there) == turned(turned(back))


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
    assert (lines(plain, blocks), lines(blocks, plain)) == ([], [])


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
    assert lines(submodel(BRANCHES), submodel(another_order)) == []
    shifted = [
        conv("conv2d_1", "x", 2),
        conv("conv2d_2", "conv2d_1"),
        conv("conv2d_3", "conv2d_2", 8),
        conv("conv2d_4", "conv2d_1", 8, 3),
        concatenate("conv2d_3", "conv2d_4"),
    ]
    assert lines(submodel(BRANCHES), submodel(shifted))[0] == (
        "+ body/conv2d_1: Conv2D {filters: 2, kernel_size: 1, padding: same}, 10 parameters"
    )


# One change in a large network, whose names are automatic and shift


def automatic(steps: list[Step]) -> list[Step]:
    """The steps with names that are counted anew, as they are written."""
    counts: dict[str, int] = {}
    names: dict[str, str] = {}
    for kind, arguments in steps:
        word = snake_case(kind)
        counts[word] = counts.get(word, 0) + 1
        names[arguments["name"]] = f"{word}_{counts[word]}"

    def renamed(sources: str | list[str]) -> str | list[str]:
        if isinstance(sources, list):
            return [names.get(name, name) for name in sources]
        return names.get(sources, sources)

    renumbered = copy.deepcopy(steps)
    for _, arguments in renumbered:
        for key in {"name", "from", "layer"} & arguments.keys():
            arguments[key] = renamed(arguments[key])
    return renumbered


def written_steps(name: str) -> tuple[dict[str, Any], list[Step]]:
    """A network of the zoo without blocks, and its steps with all that they read."""
    data = written_out(cnnspec.load(ZOO / name).compile().graph).to_data()
    steps: list[Step] = []
    above: Any = next(iter(data["inputs"]))
    for each in data.pop("layers"):
        ((kind, arguments),) = each.items() if isinstance(each, dict) else ((each, {}),)
        steps.append((kind, {**(arguments or {}), "from": (arguments or {}).get("from", above)}))
        above = steps[-1][1]["name"]
    data.pop("outputs", None)
    data.pop("train", None)
    return data, steps


def written_anew(steps: list[Step], rng: random.Random) -> list[Step]:
    """The steps in another order in which each stands below those it reads."""
    names = {arguments["name"] for _, arguments in steps}
    waiting, written, order = list(steps[:-1]), set(), []
    while waiting:
        ready = [
            each
            for each in waiting
            if {*re.findall(r"\w+", f"{each[1]['from']} {each[1].get('layer')}")} & names <= written
        ]
        order.append(rng.choice(ready))
        written.add(order[-1][1]["name"])
        waiting.remove(order[-1])
    return [*order, steps[-1]]


def with_layer_after(steps: list[Step], at: int) -> list[Step]:
    """The steps with a layer between one of them and all that read it."""
    name = steps[at][1]["name"]

    def through(sources: str | list[str]) -> str | list[str]:
        if isinstance(sources, list):
            return ["inserted" if source == name else source for source in sources]
        return "inserted" if sources == name else sources

    return [
        *steps[: at + 1],
        step("Dropout", "inserted", name, rate=0.25),
        *((kind, {**given, "from": through(given["from"])}) for kind, given in steps[at + 1 :]),
    ]


@pytest.mark.parametrize("network", ["inceptionv3.yaml", "resnet50.yaml"])
def test_one_layer_put_into_a_network_is_one_layer(network: str) -> None:
    data, steps = written_steps(network)
    rng = random.Random(network)

    def built(some: list[Step]) -> CheckedGraph:
        layers = [{kind: given} for kind, given in automatic(some)]
        return cnnspec.Spec.of(Document.model_validate({**data, "layers": layers})).compile()

    old = built(steps)
    rest = ("removed", "moved", "replaced", "changed", "affected")
    for at in rng.sample(range(len(steps) - 1), 3):
        inserted = with_layer_after(steps, at)
        for new in (built(inserted), built(written_anew(inserted, rng))):
            there, back = as_data(compare(old, new)), as_data(compare(new, old))
            assert [each["kind"] for each in there["added"]] == ["Dropout"]
            assert [each["kind"] for each in back["removed"]] == ["Dropout"]
            assert {key: there[key] for key in rest} == {key: [] for key in rest}


@pytest.mark.parametrize("network", ["inceptionv3.yaml", "feature_pyramid.yaml", "unet.yaml"])
def test_the_order_of_writing_means_nothing(network: str) -> None:
    data, steps = written_steps(network)
    rng = random.Random(network)

    def built(some: list[Step]) -> CheckedGraph:
        layers = [{kind: given} for kind, given in some]
        return cnnspec.Spec.of(Document.model_validate({**data, "layers": layers})).compile()

    old = built(automatic(steps))
    for _ in range(3):
        new = built(written_anew(automatic(steps), rng))
        assert (lines(old, new), lines(new, old)) == ([], [])

"""Differences of random models and large networks, whose layers are listed and numbered anew."""

import copy
import random
from typing import Any

import pytest

import cnnspec
from cnnspec.decompile.flat import written_out
from cnnspec.diff.compare import compare
from cnnspec.diff.data import as_data
from cnnspec.naming import snake_case
from tests.support.differences import lines_between, turned
from tests.support.paths import ZOO
from tests.support.steps import Step, compiled_steps, conv, step, written_anew

pytestmark = pytest.mark.usefixtures("newest_keras")


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


def test_random_models_with_shared_layers() -> None:
    """A model is the same as itself written anew; the other way round, added is removed."""
    rng = random.Random(0)
    for _ in range(80):
        one, other = random_steps(rng), random_steps(rng)
        last = {one[-1][1]["name"]: {"from": one[-1][1]["name"]}}
        first, second = compiled_steps(one, outputs=last), compiled_steps(other)
        again = compiled_steps(written_anew(one, rng), outputs=last)
        assert (lines_between(first, again), lines_between(again, first)) == ([], [])
        there, back = as_data(compare(first, second)), as_data(compare(second, first))
        assert turned(there) == turned(turned(back))


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

    old = compiled_steps(automatic(steps), **data)
    rest = ("removed", "moved", "replaced", "changed", "affected")
    for at in rng.sample(range(len(steps) - 1), 3):
        inserted = with_layer_after(steps, at)
        for written in (inserted, written_anew(inserted, rng)):
            new = compiled_steps(automatic(written), **data)
            there, back = as_data(compare(old, new)), as_data(compare(new, old))
            assert [each["kind"] for each in there["added"]] == ["Dropout"]
            assert [each["kind"] for each in back["removed"]] == ["Dropout"]
            assert {key: there[key] for key in rest} == {key: [] for key in rest}


@pytest.mark.parametrize("network", ["inceptionv3.yaml", "feature_pyramid.yaml", "unet.yaml"])
def test_the_order_of_writing_means_nothing(network: str) -> None:
    data, steps = written_steps(network)
    rng = random.Random(network)

    old = compiled_steps(automatic(steps), **data)
    for _ in range(3):
        new = compiled_steps(written_anew(automatic(steps), rng), **data)
        assert (lines_between(old, new), lines_between(new, old)) == ([], [])

"""Importing a model takes work that grows as the model does, and gives the same text every time."""

import json
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from cnnspec.frontends.files import read_config
from cnnspec.importing import imported
from cnnspec.language.dump import dumps
from tests.support.configurations import CONVOLUTION, INPUT, Config, chain, layer, model, tensor


def counted(kind: str, at: int) -> str:
    return f"{kind}_{at}" if at else kind


def residual(count: int, name: Callable[[str, int], str] = counted) -> Config:
    """Units of a convolution, a normalization, an activation and a sum."""
    layers, above = [INPUT], "x"
    for at in range(count // 4):
        names = [name(each, at) for each in ("conv2d", "batch_normalization", "re_lu", "add")]
        layers += [
            layer("Conv2D", names[0], tensor(above), **CONVOLUTION),
            layer("BatchNormalization", names[1], tensor(names[0])),
            layer("ReLU", names[2], tensor(names[1])),
            layer("Add", names[3], [tensor(names[2]), tensor(above)]),
        ]
        above = names[3]
    return model(layers)


def called_often(count: int) -> Config:
    names = [("x", 0), *(("conv", at) for at in range(count))]
    return model(
        [INPUT, layer("Conv2D", "conv", *(tensor(*each) for each in names[:-1]), **CONVOLUTION)],
        ("conv", count - 1),
    )


def sum_of_many(count: int) -> Config:
    names = [f"conv_{at}" for at in range(count)]
    layers = [layer("Conv2D", name, tensor("x"), **CONVOLUTION) for name in names]
    return model([INPUT, *layers, layer("Add", "sum", [*map(tensor, names)])])


def many_outputs(count: int) -> Config:
    layers = [layer("Conv2D", f"conv_{at}", tensor("x"), **CONVOLUTION) for at in range(count)]
    return model([INPUT, *layers], *((each["name"], 0) for each in layers))


def submodels(count: int) -> Config:
    def made(at: int, above: Config) -> Config:
        inner = chain(2, lambda place, ref: layer("ReLU", f"relu_{place}", ref))
        called = {"name": f"part_{at}", "inbound_nodes": [{"args": [above], "kwargs": {}}]}
        return {**inner, **called, "config": {**inner["config"], "name": f"part_{at}"}}

    layers = chain(count // 4, made)["config"]["layers"]
    return model([*layers, layer("ReLU", "last", tensor(layers[-1]["name"]))])


def skips(count: int) -> Config:
    """Sums of the layers before, as far as four units."""
    layers, names = [INPUT], ["x"]
    for at in range(count // 2):
        layers.append(layer("Conv2D", f"c{at}", tensor(names[-1]), **CONVOLUTION))
        before = [f"c{at}", *names[-4:]]
        layers.append(layer("Average", f"a{at}", [*map(tensor, before)]))
        names.append(f"a{at}")
    return model(layers)


GROWING: dict[str, Callable[[int], Config]] = {
    "residual": residual,
    "residual with names of stages": lambda n: residual(
        n, lambda kind, at: f"stage{at // 4}_unit{at % 4}_{kind}"
    ),
    "residual with other names": lambda n: residual(n, lambda kind, at: f"{kind}{at * at}"),
    "equal layers": lambda n: chain(
        n, lambda at, ref: layer("Conv2D", counted("conv2d", at), ref, **CONVOLUTION)
    ),
    "layers of one prefix": lambda n: chain(
        n, lambda at, ref: layer("ReLU", f"net_of_relu_{at}", ref, max_value=float(at))
    ),
    "layers that all differ": lambda n: chain(
        n, lambda at, ref: layer("LeakyReLU", f"l{at}", ref, negative_slope=1 / (at + 2))
    ),
    "calls of one layer": called_often,
    "inputs of one layer": sum_of_many,
    "outputs": many_outputs,
    "submodels": submodels,
    "skips": skips,
}  # fmt: skip
FORMS: dict[str, dict[str, bool]] = {
    "compact": {},
    "renamed": {"rename": True},
    "flat": {"compact": False},
}


def lines_run(config: Config, form: dict[str, bool]) -> int:
    """How often a line runs in importing a model, each turn of a loop counted."""
    count = 0

    def trace(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    text = json.dumps(config)
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        dumps(imported(read_config(text).document, **form).document)
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("what", GROWING)
def test_work_grows_as_the_model_does(what: str, form: str) -> None:
    """Twice as many layers more are twice the work, and a little; a square would be four times."""
    made = GROWING[what]
    lines_run(made(8), FORMS[form])  # which imports what is needed
    few, some, many = (lines_run(made(count), FORMS[form]) for count in (64, 128, 256))
    assert many - some < 2.6 * (some - few)

"""Random specs of blocks, branches and repetitions: their scripts call the layers of their graphs.

A recorder stands in for Keras, so that thousands can be tried: `CNNSPEC_SCRIPTS=5000 pytest ...`.
"""

import os
import random
import sys
from types import ModuleType
from typing import Any

import pytest
import yaml

from cnnspec.backends.python.script import script
from cnnspec.compiler import compile_text
from cnnspec.ir.checked import CheckedGraph
from cnnspec.naming import keras_name

COUNT = int(os.environ.get("CNNSPEC_SCRIPTS", "15"))


class Recorder(ModuleType):
    """Keeps what a script makes: a tensor is the name of the layer that gives it."""

    def __init__(self) -> None:
        super().__init__("keras")
        self.made: list[tuple[str, str, list[str], tuple[Any, ...], bool]] = []
        self.layers = self

    def Input(self, shape: tuple[int, ...], name: str) -> str:
        return name

    def Model(self, inputs: str, outputs: str, name: str) -> tuple[str, str]:
        return inputs, outputs

    def __getattr__(self, kind: str) -> Any:
        def layer(*arguments: Any, name: str, trainable: bool = True) -> Any:
            def call(inputs: Any) -> str:
                read = inputs if isinstance(inputs, list) else [inputs]
                self.made.append((name, kind, read, arguments, trainable))
                return name

            return call

        return layer


class Writer:
    """Writes one random spec."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.blocks: dict[str, Any] = {}
        self.counted = 0

    def spec(self) -> dict[str, Any]:
        for number in range(self.random.randint(1, 4)):
            params: dict[str, Any] = {
                f"p{at}": self.random.choice([None, None, 1, 2])
                for at in range(self.random.randint(0, 2))
            }
            if params and self.chance(0.3):
                params["q"] = f"$({next(iter(params))} + 1)"
            layers = self.steps(list(params), 0)
            self.blocks[f"block{number}"] = {"params": params, "layers": layers}
        layers = [*self.steps([], 0), *self.steps([], 0)]
        return {"cnnspec": 1, "inputs": {"x": [4]}, "blocks": self.blocks, "layers": layers}

    def chance(self, of: float) -> bool:
        return self.random.random() < of

    def number(self, params: list[str]) -> Any:
        if params and self.chance(0.5):
            name = self.random.choice(params)
            forms = (f"${name}", f"$({name} + 1)", f"$({name} * 2)", f"$(max({name}, 2))")
            return self.random.choice(forms)
        return self.random.randint(0, 3)

    def steps(self, params: list[str], depth: int) -> list[Any]:
        found: list[Any] = []
        names: list[str] = []
        for _ in range(self.random.randint(1, 4)):
            kind, arguments = self.call(params, depth)
            if names and "branches" not in arguments and self.chance(0.2):
                arguments["from"] = self.random.choice(names)
            if self.chance(0.4):
                repeat = self.number(params)
                arguments["repeat"] = repeat if isinstance(repeat, str) or self.chance(0.3) else 3
            if self.chance(0.4):
                self.counted += 1
                arguments["name"] = f"s{self.counted}"
                if "repeat" in arguments and self.chance(0.5):
                    arguments["name"] += f"_$(index + {self.random.randint(0, 3)})"
                else:
                    names.append(arguments["name"])
            if self.chance(0.08):
                arguments["frozen"] = True
            found.append({kind: arguments})
            if names and self.chance(0.15):
                found.append({"Add": {"from": ["previous", self.random.choice(names)]}})
        return found

    def call(self, params: list[str], depth: int) -> tuple[str, dict[str, Any]]:
        if self.blocks and self.chance(0.35):
            block = self.random.choice(list(self.blocks))
            defaults = self.blocks[block]["params"]
            given = [each for each in defaults if defaults[each] is None or self.chance(0.4)]
            return block, {each: self.number(params) for each in given}
        if depth < 2 and self.chance(0.3):
            names = self.random.sample(["main", "short", "x"], self.random.randint(2, 3))
            branches = {
                each: self.steps(params, depth + 1) if self.chance(0.7) else [] for each in names
            }
            return "Add", {"branches": branches if self.chance(0.7) else list(branches.values())}
        rates = [0.1, 0.2, *(f"$({each} / 100)" for each in params)]
        return self.random.choice(
            [
                ("Dense", {"units": 4}),
                ("ReLU", {}),
                ("Dropout", {"rate": self.random.choice(rates)}),
            ]
        )


def called(checked: CheckedGraph) -> list[tuple[str, str, list[str], tuple[Any, ...], bool]]:
    """What a script of a graph has to call."""
    return [
        (
            node.keras_name,
            node.kind,
            [keras_name(ref.node) for ref in node.node.inputs],
            tuple(node.layer.checked(each) for each in node.layer.required()),  # type: ignore[union-attr]
            not node.node.frozen,
        )
        for node in checked.nodes
    ]


def test_scripts_of_random_specs(monkeypatch: pytest.MonkeyPatch) -> None:
    written = 0
    for seed in range(COUNT):
        text = yaml.safe_dump(Writer(seed).spec(), sort_keys=False)
        checked = compile_text(text.encode()).checked
        if checked is None:
            continue
        recorder = Recorder()
        monkeypatch.setitem(sys.modules, "keras", recorder)
        names: dict[str, Any] = {"__name__": "script"}
        exec(script(checked), names)
        result = ("x", keras_name(checked.graph.outputs[0].ref.node))
        assert (names["build_model"](), recorder.made) == (result, called(checked)), text
        written += 1
    assert written > COUNT / 10

"""Validation ends in diagnostics or a model, whatever the text is: never in a traceback."""

import json
from pathlib import Path
from random import Random
from typing import Any

import pytest

from cnnspec.compiler import compile_file
from cnnspec.diagnostics.codes import CODES
from cnnspec.syntax.reading import parse_text
from cnnspec.syntax.yaml_problems import YamlProblem
from tests.support.commands import Outcome, run_command
from tests.support.nested_data import changed, keys_of
from tests.support.paths import BAD, ROOT

HEAD = "cnnspec: 1\ninputs: {image: [28, 28, 1]}\n"
THING = "my_package.layers:Thing"


def validated(text: str, folder: Path) -> Outcome:
    spec = folder / "spec.yaml"
    spec.write_text(text)
    return run_command("validate", spec)


def codes_in(text: str, folder: Path) -> list[str]:
    outcome = validated(text, folder)
    found = [each.code for each in compile_file(folder / "spec.yaml").report]
    assert outcome.exit_code == int(any(code in CODES for code in found))
    return found


KINDS = {
    "a dash": ("-", ["wrong-structure"]),
    "dashes": ("- -\n-", ["wrong-structure"]),
    "a question mark": ("?", ["yaml-key"]),
    "a null step of a submodel": (
        f"{HEAD}layers: [base: {{name: b}}, ReLU: {{from: b/x}}, Dense: {{units: 3, from: b}}]\n"
        f"submodels: {{base: {{spec: {{cnnspec: 1, inputs: {{a: [3]}}, layers: [ReLU, null]}}}}}}\n",
        ["wrong-structure"],
    ),
    "a null step of a submodel that is cut below it": (
        f"{HEAD}layers: [base]\nsubmodels: {{base: {{until: x, spec: {{cnnspec: 1,"
        " inputs: {a: [3]}, layers: [{Dense: [], name: x}, ReLU]}}}\n",
        ["wrong-structure"],
    ),
    "a null step of a submodel in a submodel": (
        f"{HEAD}layers: [a]\nsubmodels: {{a: {{spec: {{cnnspec: 1, inputs: {{x: [3]}}, layers: [b],"
        " submodels: {b: {spec: {cnnspec: 1, inputs: {x: [3]}, layers: [null]}}}}}}\n",
        ["wrong-structure"],
    ),
    "a scalar beside an unknown shape": (
        f"cnnspec: 1\ninputs: {{image: []}}\nlayers: [{THING}: {{name: t}},"
        " Conv2D: {from: image, filters: 1, kernel_size: 1}]\n",
        ["wrong-rank"],
    ),
    "a scalar into a layer of an unknown shape": (
        f"cnnspec: 1\ninputs: {{image: [], x: [3]}}\nlayers: [{THING}: {{name: t, from: x}},"
        " Add: {from: [image, t]}, Conv2D: {filters: 1, kernel_size: 1}]\n",
        [],
    ),
    "several inputs of which one is unknown": (
        f"cnnspec: 1\ninputs: {{a: [9, 3], b: [9, 3]}}\nlayers: [{THING}: {{name: t, from: a}},"
        " Conv1D: {from: [t, b], filters: 1, kernel_size: 1}]\n",
        ["wrong-input-count"],
    ),
    "several inputs behind layers in a row": (
        f"cnnspec: 1\ninputs: {{a: [9, 3], b: [9, 3]}}\nlayers: [{THING}: {{name: t, from: a}},"
        f" {THING}: {{name: u, from: b}},"
        " Pipeline: {from: [t, u], layers: [Conv1D: {filters: 1, kernel_size: 1}]}]\n",
        ["wrong-input-count"],
    ),
    "sizes without end": (
        f"{HEAD}layers: [Concatenate: {{branches: [[], []], repeat: 14290}}]\n",
        ["too-large"],
    ),
    "sizes without end, upsampled": (
        f"{HEAD}layers: [UpSampling2D: {{size: 1000000000, repeat: 900}}, Flatten]\n",
        ["too-large"],
    ),
    "a flat size without end": (
        "cnnspec: 1\ninputs: {image: [999999999999, 999999999999]}\nlayers: [Flatten]\n",
        ["too-large"],
    ),
    "an input without end": (
        "cnnspec: 1\ninputs: {image: [99999999999999999999]}\nlayers: [ReLU]\n",
        ["too-large"],
    ),
    "a billion unknown words": (
        "cnnspec: 1\ninputs: {text: {shape: [1], dtype: string}}\nlayers: [StringLookup: "
        "{vocabulary: [a], num_oov_indices: 1000000000, output_mode: one_hot}]\n",
        [],
    ),
    "a kind that is a null character": (
        f'{HEAD}layers: ["\\0", "\\0": {{name: a}}, ReLU: {{from: a}}]\n',
        ["unknown-kind", "unknown-kind"],
    ),
    "400 parameters in a row": (
        f"{HEAD}params:\n  p0: 1\n"
        + "".join(f"  p{n}: $p{n - 1}\n" for n in range(1, 401))
        + "layers: [Flatten, Dense: {units: $p400}]\n",
        [],
    ),
    "400 parameters inside each other": (
        f"{HEAD}params:\n  p0: 1\n"
        + "".join(f"  p{n}: [$p{n - 1}]\n" for n in range(1, 401))
        + "layers: [Flatten, Dense: {units: $p400}]\n",
        ["too-large"],
    ),
    "400 calls inside each other": (
        f"{HEAD}params:\n  p0: ReLU\n"
        + "".join(f"  p{n}: {{TimeDistributed: {{layer: $p{n - 1}}}}}\n" for n in range(1, 401))
        + "layers: [TimeDistributed: {layer: $p400}]\n",
        ["too-large"],
    ),
    "parameters that double": (
        f"{HEAD}params:\n  p0: 1\n"
        + "".join(f"  p{n}: [$p{n - 1}, $p{n - 1}]\n" for n in range(1, 61))
        + "layers: [Flatten, Dense: {units: $p60}]\n",
        ["too-large"],
    ),
    "parameters of a block that double": (
        f"{HEAD}blocks:\n  it:\n    layers: [ReLU]\n    params:\n      p0: 1\n"
        + "".join(f"      p{n}: {{a: $p{n - 1}, b: $p{n - 1}}}\n" for n in range(1, 61))
        + "layers: [it]\n",
        ["too-large"],
    ),
}
"""Texts of which each once ended in a traceback or did not end, or is a neighbour of one."""


@pytest.mark.parametrize("name", KINDS)
def test_by_hand(name: str, tmp_path: Path) -> None:
    text, codes = KINDS[name]
    found = codes_in(text, tmp_path)
    assert [code for code in found if not code.startswith(("unused", "dense"))] == codes


SPECS = sorted((ROOT / "specs").glob("*.yaml")), sorted(BAD.glob("*.yaml"))
"""Valid specs, and such with a mistake."""
VALUES: tuple[Any, ...] = (
    None, [], {}, "-", 0, -1, True, [None] * 30, list(range(60)), [[]], {"a": None}, "", 1.5, 10**20,
    "$x", "$(x + 1)", "$$", "previous", "image", [[], []], ["ReLU", None], THING, {THING: {"name": "t"}},
    {"Concatenate": {"branches": [[], []], "repeat": 70}}, {"Pipeline": {"layers": ["ReLU"]}},
    {"repeat": 0}, [["$x", "$x"]],
)  # fmt: skip


def mutated(data: Any, rng: Random) -> Any:
    """Nested data with up to three values deleted, replaced, doubled, or moved."""
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        places = list(keys_of(data)) if isinstance(data, dict | list) and data else []
        if not places:
            break
        at, other = rng.choice(places), rng.choice(places)
        how = rng.choice(("delete", "replace", "replace", "replace", "double", "move"))
        if how in ("replace", "move"):
            data = changed(
                data, at, None, rng.choice(VALUES) if how == "replace" else got(data, other)
            )
        elif how == "double":
            data = with_around(data, at, lambda around, key: doubled(around, key))
        else:
            data = with_around(data, at, lambda around, key: without(around, key))
    return data


def got(data: Any, at: tuple[str | int, ...]) -> Any:
    for key in at:
        data = data[key]
    return data


def with_around(data: Any, at: tuple[str | int, ...], change: Any) -> Any:
    around = change(got(data, at[:-1]), at[-1])
    return changed(data, at[:-1], None, around) if at[:-1] else around


def doubled(around: Any, key: Any) -> Any:
    if isinstance(around, dict):
        return {**around, f"{key}_": around[key]}
    return [*around[: key + 1], *around[key:]]


def without(around: Any, key: Any) -> Any:
    if isinstance(around, dict):
        return {each: said for each, said in around.items() if each != key}
    return [*around[:key], *around[key + 1 :]]


@pytest.mark.parametrize("seed", range(8))
def test_specs_with_other_values_in_them(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng = Random(seed)
    ends = set()
    for _ in range(150):
        spec = rng.choice(rng.choice(SPECS))
        try:
            data = parse_text(spec.read_text("utf-8")).value
        except (YamlProblem, UnicodeDecodeError):
            continue
        monkeypatch.chdir(spec.parent)
        text = json.dumps(mutated(data, rng))
        outcome = run_command("validate", "--format", "json", "-", stdin=text.encode())
        ends.add(outcome.exit_code)
        told = json.loads(outcome.stdout)
        assert {each["code"] for each in told} <= CODES.keys()
        assert outcome.exit_code == int(any(each["severity"] == "error" for each in told)), text
    assert ends == {0, 1}


LETTERS = "-?:,[]{}#&*!|>'\"%@` \n\tax$01.~"


@pytest.mark.parametrize("seed", range(4))
def test_texts_of_the_letters_of_yaml(seed: int) -> None:
    rng = Random(seed)
    heads = ("", "", "cnnspec: 1\n", "cnnspec: 1\ninputs: {image: [3]}\nlayers:\n")
    for _ in range(300):
        text = rng.choice(heads) + "".join(rng.choices(LETTERS, k=rng.randint(0, 9)))
        outcome = run_command("validate", "--format", "json", "-", stdin=text.encode())
        told = json.loads(outcome.stdout)
        assert outcome.exit_code == int(any(each["severity"] == "error" for each in told)), text

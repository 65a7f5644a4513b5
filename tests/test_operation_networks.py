"""Networks with operations in the middle, at the end and inside submodels: costs, freezing, cutting, training."""

from pathlib import Path
from typing import Any

import numpy
import pytest

import cnnspec
from cnnspec.analysis.cost import costs
from cnnspec.compiler import compile_text
from tests.support.commands import run_command
from tests.support.specs import compiled_text

ALL = (None, 1)
REACHES: dict[str, list[tuple[int | None, float]] | None] = {
    "ops.multiply: {x2: 0.5}": [(3, 1), (3, 1)],
    "ops.tanh": [(3, 1), (3, 1)],
    "ops.add: {from: [conv, conv]}": [(3, 1), (3, 1)],
    "ops.get_item: {key: ':, 1:, :-1'}": [(3, 1), (3, 1)],
    "ops.get_item: {key: ':, ::2'}": [(3, 2), (3, 1)],
    "ops.get_item: {key: '..., 1:'}": [(3, 1), (3, 1)],
    "ops.get_item: {key: ':, 0'}": None,
    "ops.get_item: {key: ':, None'}": None,
    "ops.get_item: {key: ':, ::-1'}": None,
    "ops.pad: {pad_width: [[0, 0], [2, 0], [0, 0], [0, 0]]}": [(3, 1), (3, 1)],
    "ops.mean: {axis: [1, 2], keepdims: true}": [ALL, ALL],
    "ops.mean: {axis: 1, keepdims: true}": [ALL, (3, 1)],
    "ops.mean: {axis: -1, keepdims: true}": [(3, 1), (3, 1)],
    "ops.mean: {axis: [1, 2]}": None,
    "ops.max_pool: {pool_size: 2}": [(4, 2), (4, 2)],
    "ops.concatenate: {axis: -1, from: [conv, conv]}": [(3, 1), (3, 1)],
    "ops.softmax": [(3, 1), (3, 1)],
    # a position and the one above it
    "ops.get_item: {name: a, key: ':, 1:'}\n  - ops.get_item: {name: b, key: ':, :-1', from: conv}\n"
    "  - ops.add: {from: [a, b]}": [(4, 1), (3, 1)],
    "ops.split: {name: s, indices_or_sections: 2, axis: -1}\n  - ops.add: {from: [s/0, s/1]}": [(3, 1), (3, 1)],
    "ops.split: {name: s, indices_or_sections: [2, 4], axis: 1}\n  - ops.add: {from: [s/0, s/1]}": [(5, 1), (3, 1)],
    "ops.split: {name: s, indices_or_sections: 2, axis: 0}\n  - ops.add: {from: [s/0, s/1]}": None,
}  # fmt: skip


@pytest.mark.parametrize("step", REACHES)
def test_receptive_fields_go_through_operations(step: str) -> None:
    conv = "Conv2D: {name: conv, filters: 4, kernel_size: 3}"
    checked = compiled_text(f"inputs: {{image: [10, 10, 2]}}\nlayers:\n  - {conv}\n  - {step}\n")
    found = [*costs(checked).nodes.values()][-2].receptive_field  # before the Identity
    assert (found and [(each.size, each.stride) for each in found]) == REACHES[step]


MACS: dict[str, tuple[str, int]] = {
    # rows of the first * columns of the second * what is summed
    "ops.matmul: {from: [a, b]}": ("a: [6, 8], b: [8, 5]", 6 * 5 * 8),
    "ops.matmul: {from: [a, b], name: m}": ("a: [2, 6, 8], b: [2, 8, 5]", 2 * 6 * 5 * 8),
    "ops.einsum: {subscripts: 'bqd,bkd->bqk', from: [a, b]}": ("a: [6, 8], b: [5, 8]", 6 * 5 * 8),
    "ops.einsum: {subscripts: 'bhwc,bhwd->bcd', from: [a, b]}": (
        "a: [3, 4, 5], b: [3, 4, 6]",
        3 * 4 * 5 * 6,
    ),
    "ops.conv: {from: a, kernel: [[[1.0, 2.0]], [[1.0, 2.0]], [[1.0, 2.0]]]}": (
        "a: [10, 1]",
        8 * 3 * 1 * 2,
    ),
    "ops.multiply: {from: [a, b]}": ("a: [6, 8], b: [6, 8]", 0),
    "ops.mean: {axis: 1, from: a}": ("a: [6, 8]", 0),
}


@pytest.mark.parametrize("step", MACS)
def test_multiply_accumulates_are_those_counted_by_hand(step: str) -> None:
    inputs, macs = MACS[step]
    assert costs(compiled_text(f"inputs: {{{inputs}}}\nlayers: [{step}]\n")).total.macs == macs


BASE = """\
cnnspec: 1
name: base
inputs: {image: [8, 8, 3]}
layers:
  - Conv2D: {name: first, filters: 4, kernel_size: 3}
  - ops.multiply: {name: scaled, x2: 0.5}
  - ops.split: {name: parts, indices_or_sections: 2, axis: -1}
  - Conv2D: {name: second, filters: 4, kernel_size: 3, from: parts/1}
  - ops.mean: {name: pooled, axis: [1, 2]}
  - Dense: {name: old, units: 2}
outputs: {old: {}}
"""
HEAD = """\
cnnspec: 1
name: head
submodels:
  base: {spec: base.yaml, until: pooled, weights: base.weights.h5, frozen: true}
inputs: {image: [8, 8, 3]}
layers:
  - base
  - Dense: {name: logits, units: 3}
  - ops.softmax: {name: label}
outputs:
  label: {loss: sparse_categorical_crossentropy}
train:
  data: {npz: data.npz}
  inputs: {image: image}
  targets: {label: label}
  batch_size: 8
  epochs: 2
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base with weights, a network on it, and data."""
    folder = tmp_path_factory.mktemp("operations")
    for name, text in {"base": BASE, "head": HEAD}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    numbers = numpy.random.default_rng(0)
    images = numbers.normal(size=(24, 8, 8, 3)).astype("float32")
    numpy.savez(folder / "data.npz", image=images, label=numbers.integers(0, 3, 24))
    cnnspec.load(folder / "base.yaml").build().save_weights(folder / "base.weights.h5")
    return folder


def history(folder: Path, run: str, *options: Any) -> str:
    outcome = run_command("train", folder / "head.yaml", "-o", folder / run, *options)
    assert outcome.exit_code == 0, outcome.stderr
    return (folder / run / "history.csv").read_text(encoding="utf-8")


def test_a_frozen_base_with_operations_is_trained_on_from_its_features(folder: Path) -> None:
    cached = history(folder, "cached")
    assert len(cached.splitlines()) == 3
    numpy.testing.assert_allclose(
        *(
            numpy.genfromtxt(text.splitlines(), delimiter=",", names=True)["loss"]
            for text in (cached, history(folder, "computed", "--no-feature-cache"))
        ),
        rtol=1e-5,
    )
    trained = cnnspec.load(folder / "head.yaml").build(weights=folder / "cached/model.weights.h5")
    base = cnnspec.load(folder / "base.yaml").build(weights=folder / "base.weights.h5")
    kernels = [model.get_layer("first").kernel for model in (trained.get_layer("base_1"), base)]
    assert numpy.array_equal(*kernels)


CUTS = {
    "scaled": {None: (None, 6, 6, 4)},
    "pooled": {None: (None, 4)},
    "parts/1": {None: (None, 6, 6, 2)},
    "[scaled, pooled]": {"scaled": (None, 6, 6, 4), "pooled": (None, 4)},
}


@pytest.mark.parametrize("until", CUTS)
def test_a_submodel_may_end_with_an_operation(until: str, folder: Path) -> None:
    text = (folder / "head.yaml").read_text(encoding="utf-8").partition("layers:")[0]
    text = text.replace("until: pooled", f"until: {until}").replace(
        "base.yaml", f"{folder}/base.yaml"
    )
    text = text.replace("weights: base.weights.h5, ", "").replace(", frozen: true", "")
    outputs = "\n".join(
        f"  y{at}: {{from: base{f'/{name}' if name else ''}}}"
        for at, name in enumerate(CUTS[until])
    )
    compilation = compile_text(
        f"{text}layers: [base: {{name: base}}]\noutputs:\n{outputs}\n".encode()
    )
    assert not compilation.report.has_errors, list(compilation.report)
    (node,) = (each for each in compilation.checked.nodes if each.submodel)
    assert {name: each.shape for name, each in node.outputs.items()} == CUTS[until]


UNFREEZE = {
    "second": [],
    "s*": [],
    "{last: 1}": [],
    "scaled": ["no frozen layer matches 'scaled'; operations have no weights"],
    "[second, parts]": ["no frozen layer matches 'parts'; operations have no weights"],
    "nothing": ["no frozen layer matches 'nothing'"],
}


@pytest.mark.parametrize("pattern", UNFREEZE)
def test_operations_cannot_be_unfrozen(pattern: str, folder: Path) -> None:
    spec = folder / "phases.yaml"
    phases = f"  phases:\n    - {{epochs: 1}}\n    - {{epochs: 1, unfreeze: {pattern}}}\n"
    spec.write_text(HEAD.replace("  epochs: 2\n", phases), encoding="utf-8")
    assert [each.message for each in cnnspec.load(spec).report] == UNFREEZE[pattern]

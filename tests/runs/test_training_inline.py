"""The spec of a run holds all of its model: nothing that it was made of is needed to measure it."""

from pathlib import Path
from typing import Any

import pytest

from cnnspec import CheckedGraph, loads
from cnnspec.api import load
from cnnspec.declarations.keras_versions import NEWEST
from cnnspec.decompile.flat import written_out
from cnnspec.ir.checked import CheckedNode
from cnnspec.language.dump import dumps
from cnnspec.layers.base import Layer
from tests.support.commands import run_command
from tests.support.training import write_data

pytestmark = pytest.mark.usefixtures("without_curves", "without_tracing")

TRAIN = """train:
  data: {npz: {path: data.npz}}
  inputs: {image: x / 255}
  targets: {digit: y}
"""
BASE = """cnnspec: 1
name: base
blocks:
  see:
    layers:
      - Conv2D: {name: conv, filters: 2, kernel_size: 3}
      - BatchNormalization
inputs: {image: [6, 6, 1]}
layers:
  - see: {name: first}
  - Flatten: {name: flat}
  - Dense: {name: digit, units: 10, activation: softmax}
outputs: {digit: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}}
"""
TRANSFER = """cnnspec: 1
name: transfer
submodels:
  base: {spec: base/base.yaml, until: flat, weights: base/run/model.weights.h5, frozen: true}
  other: {keras: base/run/model.keras, until: flat}
inputs: {image: [6, 6, 1]}
layers:
  - base: {name: features}
  - other: {name: more, from: image}
  - Concatenate: {name: both, from: [features, more]}
  - Dense: {name: digit, units: 10, activation: softmax}
outputs: {digit: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}}
"""
NETWORK = """cnnspec: 1
name: application
submodels:
  net:
    application: {%s: {include_top: false, input_shape: [32, 32, 3], weights: %s}}
    preprocess: true
    until: %s
    frozen: true
inputs: {image: [32, 32, 3]}
layers:
  - net
  - GlobalAveragePooling2D
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder in which a base is trained, with a spec that builds upon it."""
    folder = tmp_path / "base"
    folder.mkdir()
    write_data(tmp_path)
    write_data(folder)
    (folder / "base.yaml").write_text(BASE + TRAIN, encoding="utf-8")
    (tmp_path / "transfer.yaml").write_text(TRANSFER + TRAIN, encoding="utf-8")
    trained = run_command("train", str(folder / "base.yaml"), "-q", "-o", str(folder / "run"))
    assert trained == (0, "", "")
    return folder


def test_a_run_is_measured_without_what_its_model_was_made_of(base: Path) -> None:
    run = str(base.parent / "run")
    trained = run_command("train", str(base.parent / "transfer.yaml"), "-q", "-o", run)
    assert trained == (0, "", "")
    found = run_command("evaluate", run, "--format", "json")
    base.rename(base.with_name("elsewhere"))
    (base.parent / "transfer.yaml").unlink()
    assert run_command("evaluate", run, "--format", "json") == found
    assert (found[0], found[2]) == (0, "")
    code, said, error = run_command("predict", run, str(base.parent / "data.npz"))
    assert (code, len(said.splitlines()), error) == (0, 64, "")


def test_a_run_is_resumed_from_any_folder(base: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    spec, run = str(base.parent / "transfer.yaml"), str(base.parent / "run")
    assert run_command("train", spec, "-q", "-o", run) == (0, "", "")
    monkeypatch.chdir(base)
    assert run_command("train", spec, "-q", "--resume", run, "--epochs", "2") == (0, "", "")


def layers(checked: CheckedGraph, outer: str = "") -> list[tuple[Any, ...]]:
    """Every layer by its path, with what is known of it."""
    return [
        each
        for node in checked.nodes
        for each in (
            layers(node.submodel, f"{outer}{node.keras_name}/")
            if node.submodel is not None
            else [known(node, outer)]
        )
    ]


def known(node: CheckedNode, outer: str) -> tuple[Any, ...]:
    assert isinstance(node.layer, Layer)
    path, call = f"{outer}{node.keras_name}", (node.kind, node.layer.given)
    return path, call, node.node.frozen, node.outputs, node.weights


@pytest.mark.parametrize(
    ("network", "weights", "until", "is_call"),
    [
        ("MobileNetV2", "null", "block_2_add", True),
        ("MobileNetV2", "imagenet", "block_2_add", True),
        ("EfficientNetB0", "null", "block1a_activation", True),
        ("EfficientNetB0", "imagenet", "block1a_activation", False),
    ],
)
def test_a_network_is_the_same_without_its_weights(
    network: str, weights: str, until: str, is_call: bool
) -> None:
    """Keras gives one network another layer for the weights of ImageNet: that one is written out."""
    spec = loads(NETWORK % (network, weights, until), keras=str(NEWEST)).compile()
    document = written_out(spec.graph, inline=True)
    again = loads(dumps(document), keras=str(NEWEST)).compile()
    assert layers(again) == layers(spec)
    said = document.submodels["net"].application
    assert (said is not None) == is_call
    assert said is None or said.arguments["weights"] is None


def test_the_spec_of_a_run_warns_where_it_would_be_trained_again(base: Path) -> None:
    run = base.parent / "run"
    spec = str(base.parent / "transfer.yaml")
    assert run_command("train", spec, "-q", "-o", str(run)) == (0, "", "")
    saved = load(run / "spec.expanded.yaml")
    assert [(found.severity, found.code) for found in saved.report] == [
        ("warning", "frozen-without-weights")
    ]

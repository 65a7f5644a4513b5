"""Features of a frozen part, computed once: the same training, only sooner."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnnspec
from cnnspec.data.checks import check_data
from cnnspec.ir.checked import CheckedGraph
from cnnspec.training.run import Run, train

pytestmark = pytest.mark.usefixtures("without_curves")

SPEC = """
cnnspec: 1
name: reused
submodels:
  base:
    frozen: true
    spec:
      cnnspec: 1
      inputs: {image: [16, 16, 1]}
      layers:
        - Conv2D: {filters: 8, kernel_size: 5, activation: relu}
        - BatchNormalization
        - Dropout: {rate: 0.5}
        - Conv2D: {name: last, filters: 8, kernel_size: 5, activation: relu}
        - GlobalAveragePooling2D
inputs: {image: [16, 16, 1]}
layers:
  - Rescaling: {scale: 0.5}
  - base
  - Dropout: {rate: 0.25}
  - Dense: {name: label, units: 3, activation: softmax}
outputs:
  label: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}
train:
  data: {npz: data.npz}
  inputs: {image: x}
  targets: {label: y}
  class_weight: {label: {1: 2.0}}
  optimizer: adam
  validation: 0.25
  batch_size: 8
  epochs: 3
  seed: 1
"""


@pytest.fixture
def checked(tmp_path: Path) -> CheckedGraph:
    random = np.random.default_rng(0)
    y = random.integers(0, 3, 60)
    x = random.normal(size=(60, 16, 16)) + y[:, None, None]
    np.savez(tmp_path / "data.npz", x=x.astype("float32"), y=y)
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC)
    return cnnspec.load(spec).compile()


def trained(checked: CheckedGraph, folder: Path, **choices: Any) -> Run:
    training = checked.graph.training
    assert training is not None
    return train(checked, training, check_data(checked, training), folder, **choices)


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """How many layers are called in each fit."""
    from cnnspec.training import fit as module

    seen: list[tuple[int, ...]] = []
    own = module._run

    def watched(trained: Any, fitted: Any, *others: Any) -> None:
        seen.append(tuple(fitted.model.input_shape))
        own(trained, fitted, *others)

    monkeypatch.setattr(module, "_run", watched)
    return seen


@pytest.mark.usefixtures("without_tracing")
def test_training_on_features_is_the_same(
    checked: CheckedGraph, tmp_path: Path, fitted: list[Any]
) -> None:
    cached = trained(checked, tmp_path / "cached")
    plain = trained(checked, tmp_path / "plain", feature_cache=False)
    assert fitted == [(None, 8), (None, 16, 16, 1)]
    assert [set(row) for row in cached.history] == [set(row) for row in plain.history]
    for one, two in zip(cached.model.weights, plain.model.weights, strict=True):
        assert one.path == two.path
        np.testing.assert_allclose(one.numpy(), two.numpy(), atol=1e-5)
    assert cached.frozen == plain.frozen
    assert len(cached.frozen) == 8


def test_a_run_on_features_goes_on_to_the_same_bits(checked: CheckedGraph, tmp_path: Path) -> None:
    whole = trained(checked, tmp_path / "whole")
    trained(checked, tmp_path / "parts", epochs=2)
    parts = trained(checked, tmp_path / "parts", resume=True)
    assert [
        (each.numpy() == other.numpy()).all()
        for each, other in zip(whole.model.weights, parts.model.weights, strict=True)
    ] == [True] * len(whole.model.weights)


@pytest.mark.usefixtures("without_tracing")
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    frozen: true\n", ""),
        ("Rescaling: {scale: 0.5}", "GaussianNoise: {stddev: 0.1}"),
        ("        - GlobalAveragePooling2D\n", "        - UpSampling2D\n        - Flatten\n"),
        ("epochs: 3", "epochs: 1"),
    ],
    ids=["trained", "drawn", "large features", "one epoch"],
)
def test_other_models_are_trained_as_they_are(
    old: str, new: str, checked: CheckedGraph, tmp_path: Path, fitted: list[Any]
) -> None:
    spec = tmp_path / "spec.yaml"
    assert old in SPEC
    spec.write_text(SPEC.replace(old, new))
    trained(cnnspec.load(spec).compile(), tmp_path / "run")
    assert fitted == [(None, 16, 16, 1)]


@pytest.mark.usefixtures("without_tracing")
def test_a_phase_that_unfreezes_is_trained_whole(
    checked: CheckedGraph, tmp_path: Path, fitted: list[Any]
) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text(SPEC + "  phases: [{epochs: 2}, {epochs: 2, unfreeze: last}]\n")
    found = trained(cnnspec.load(spec).compile(), tmp_path / "run")
    assert fitted == [(None, 8), (None, 16, 16, 1)]
    assert [row["epoch"] for row in found.history] == [0, 1, 2, 3]
    assert [name for name in found.frozen if "last" in name] == []

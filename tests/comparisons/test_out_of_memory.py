"""A layer that does not fit in memory, for which TensorFlow waits 20 seconds before it gives up."""

from pathlib import Path

import numpy
import pytest

from tests.support.commands import Outcome, run_command

SPEC = """cnnspec: 1
inputs: {row: [4]}
layers:
  - Dense: {name: wide, units: 200000000000}
  - Dense: {name: kind, units: 2, activation: softmax}
outputs:
  kind: {loss: sparse_categorical_crossentropy}
train:
  data: {npz: data.npz}
  inputs: {row: x}
  targets: {kind: y}
"""


def test_the_layer_and_its_shape_are_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("spec.yaml").write_text(SPEC, "utf-8")
    numpy.savez("data.npz", x=numpy.zeros((8, 4), "float32"), y=numpy.arange(8) % 2)
    assert run_command("train", "spec.yaml", "-o", "run", "-q") == Outcome(
        1,
        "",
        "error: the model cannot be built: layer 'wide': "
        "out of memory: a tensor of the shape (4, 200000000000) does not fit\n",
    )
    assert not Path("run").exists()

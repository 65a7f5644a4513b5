"""Numbers that an embedding does not have."""

from pathlib import Path

import pytest

from tests.brought.files import table
from tests.support.commands import Outcome, run_command

SPEC = """cnnspec: 1
name: words
inputs: {{row: [2]}}
layers:
{layers}  - Embedding: {{name: words, input_dim: 5, output_dim: 2}}
  - Flatten
  - Dense: {{name: kind, units: 2, activation: softmax}}
outputs:
  kind: {{loss: sparse_categorical_crossentropy}}
train:
  data: {{csv: data.csv}}
  inputs: {{row: "[a, b]"}}
  targets: {{kind: label}}
"""


@pytest.mark.parametrize("layers", ["", "  - Identity\n", "  - Reshape: {target_shape: [2, 1]}\n"])
@pytest.mark.parametrize(
    ("row", "number"), [("5,0,1", "5"), ("0,-1,0", "-1"), ("4.5,5.0,0", "5.0"), ("4,-0.5,0", None)]
)
def test_a_number_that_an_embedding_lacks(
    layers: str, row: str, number: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    table(f"a,b,label\n0,4,0\n{row}\n")(tmp_path)
    Path("spec.yaml").write_text(SPEC.format(layers=layers))
    done = run_command("train", "spec.yaml", "-o", "run", "-q")
    if number is None:  # numbers are cut off, as in Keras
        assert done == Outcome(0, "", "")
        return
    line = 12 + bool(layers)
    message = f"the layer 'words' takes the numbers 0 to 4, but row 3 of 'data.csv' has {number}"
    assert done.exit_code == 1
    assert done.stderr.startswith(f"spec.yaml:{line}:17: error[out-of-range]: {message}\n")

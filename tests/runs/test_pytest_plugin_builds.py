"""Specs as tests of pytest: their models are built and run for one step."""

import pytest

from tests.support.specs_of_plugins import BROKEN, LIBRARY, write

pytest_plugins = ["pytester"]

CUSTOM = """\
cnnspec: 1
inputs: {x: [4]}
layers:
  - own_layers:Scaled: {name: scaled, output_shape: [4]}
outputs: {scaled: {loss: mse}}
"""
OWN = """\
import keras

@keras.saving.register_keras_serializable()
class Scaled(keras.layers.Layer):
    def call(self, x):
        if %s:
            raise ValueError("nothing to scale")
        return x * 2.0
"""


def test_models_are_built_and_run_for_one_step(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        pytester,
        {
            "several.yaml": """\
cnnspec: 1
inputs: {image: [null, null, 1], word: {shape: [3], dtype: int32}}
layers:
  - Conv2D: {from: image, filters: 4, kernel_size: 3}
  - GlobalAveragePooling2D: {name: seen}
  - Embedding: {from: word, input_dim: 7, output_dim: 2}
  - Flatten: {name: read}
  - Concatenate: {name: both, from: [seen, read]}
  - Dense: {name: kind, units: 5, activation: softmax}
  - Dense: {name: odd, from: both, units: 1, activation: sigmoid}
  - Dense: {name: size, from: both, units: 2}
outputs:
  kind: {loss: sparse_categorical_crossentropy, metrics: [accuracy]}
  odd: {loss: binary_crossentropy, metrics: [AUC]}
  size: {loss: mse}
  both: {}
""",
            "plain.yaml": "cnnspec: 1\ninputs: {x: [4]}\nlayers: [Dense: {name: y, units: 2}]\n",
            "blocks.yaml": LIBRARY,
            "broken.yaml": BROKEN,
            "custom.yaml": CUSTOM,
            "own_layers.py": OWN % "False",
            "test_model.py": 'def test_model(model):\n    assert model("plain.yaml").count_params() == 10\n',
        },
    )
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    result = pytester.runpytest_subprocess("--cnnspec-build", "-rs")
    result.assert_outcomes(passed=7, failed=3, skipped=1)
    said = result.stdout.str()
    assert (
        "custom.yaml:4:5: error[code-not-allowed]: building the model needs code of the package 'own_layers'; cnnspec_allow_code"
        in said
    )
    assert said.count("expected at most 54,169 parameters") >= 2
    assert "Traceback" not in said
    pytester.makeini("[pytest]\ncnnspec_allow_code = own_layers\n")
    pytester.runpytest_subprocess("--cnnspec-build", "custom.yaml").assert_outcomes(passed=2)


def test_why_a_model_fails_is_said_in_one_line(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(
        pytester,
        {
            "failing.yaml": CUSTOM.replace("own_layers", "failing_layers"),
            "failing_layers.py": OWN % "hasattr(x, 'numpy')",
        },
    )
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    pytester.makeini("[pytest]\ncnnspec_allow_code = failing_layers\n")
    result = pytester.runpytest_subprocess("--cnnspec-build")
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(["failing.yaml: the model cannot be run: *nothing to scale*"])

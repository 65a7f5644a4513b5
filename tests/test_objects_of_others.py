"""Activations, initializers, losses and metrics of other packages: named by path, imported only if allowed."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cnnspec
from tests.support.commands import python_output, run_command

MODULE = """\
import keras
from keras import ops


def bent(x):
    return x * x


class Half(keras.initializers.Initializer):
    def __init__(self, value=0.5):
        self.value = value

    def __call__(self, shape, dtype=None):
        return ops.full(shape, self.value, dtype)

    def get_config(self):
        return {"value": self.value}


class Absolute(keras.losses.Loss):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def call(self, y_true, y_pred):
        return self.factor * ops.mean(ops.abs(y_true - y_pred), axis=-1)

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


def squared(y_true, y_pred):
    return ops.mean((y_true - y_pred) ** 2, axis=-1)
"""
BIAS = "bias_initializer: {'odd_objects.parts:Half': {value: 0.5}}"
SPEC = """\
cnnspec: 1
name: objects

inputs:
  x: [4]

layers:
  - Dense:
      name: h
      units: 3
      activation: odd_objects.parts:bent
      kernel_initializer: {'odd_objects.parts:Half': {value: 0.25}}
  - Dense: {name: y, units: 2, bias_initializer: 'odd_objects.parts:Half'}

outputs:
  y:
    loss: {'odd_objects.parts:Absolute': {factor: 2.0}}
    metrics: ['odd_objects.parts:squared']

train:
  optimizer: sgd
"""
IMPORTED = SPEC.replace("bias_initializer: 'odd_objects.parts:Half'", BIAS).replace(
    """
    loss: {'odd_objects.parts:Absolute': {factor: 2.0}}
    metrics: ['odd_objects.parts:squared']
""",
    """ {loss: {'odd_objects.parts:Absolute': {factor: 2.0}}, metrics: ['odd_objects.parts:squared']}
""",
)
PATHS = [
    "--class",
    "bent=odd_objects.parts:bent",
    "--class",
    "squared=odd_objects.parts:squared",
]
DATA = np.ones((2, 4), "float32"), np.zeros((2, 2), "float32")


@pytest.fixture(autouse=True)
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd_objects").mkdir()
    (tmp_path / "odd_objects" / "__init__.py").write_text("")
    (tmp_path / "odd_objects" / "parts.py").write_text(MODULE)
    (tmp_path / "spec.yaml").write_text(SPEC)
    monkeypatch.syspath_prepend(str(tmp_path))
    yield tmp_path
    for name in [each for each in sys.modules if each.startswith("odd_objects")]:
        del sys.modules[name]


def built() -> Any:
    model = cnnspec.load("spec.yaml").build(allow_code=["odd_objects"])
    kernel = model.get_layer("y").kernel
    kernel.assign(np.linspace(0, 1, 6, dtype="float32").reshape(kernel.shape))
    return model


def test_checking_a_spec_imports_nothing() -> None:
    assert run_command("validate", "spec.yaml") == (0, "spec.yaml: ok (23 parameters)\n", "")
    assert "odd_objects" not in sys.modules


def test_every_object_needs_leave_for_its_package() -> None:
    with pytest.raises(cnnspec.SpecError) as raised:
        cnnspec.load("spec.yaml").build()
    message = "building the model needs code of the package 'odd_objects'; allow_code=['odd_objects'] allows it"
    found = [
        (each.code, each.message, each.span and each.span.line) for each in raised.value.report
    ]
    assert found == [("code-not-allowed", message, line) for line in (11, 12, 13, 17, 18)]
    assert "odd_objects" not in sys.modules


def test_the_objects_compute() -> None:
    model, (x, y) = built(), DATA
    hidden = (x @ np.full((4, 3), 0.25)) ** 2
    expected = hidden @ np.asarray(model.get_layer("y").kernel) + 0.5
    np.testing.assert_allclose(model.predict(x, verbose=0), expected, rtol=1e-6)
    found = model.evaluate(x, y, verbose=0, return_dict=True)
    assert found == pytest.approx(
        {"loss": 2 * np.abs(expected).mean(), "squared": (expected**2).mean()}, rel=1e-5
    )


def test_they_are_imported_from_files() -> None:
    built().save("model.keras")
    code, text, err = run_command("import", "model.keras", *PATHS)
    assert (code, text.replace("weights: model.keras\n", "")) == (0, IMPORTED)
    assert err == (
        "note: a build will run code of the package 'odd_objects' (Absolute, Half, bent, squared), which "
        "`--allow-code odd_objects` allows\n"
    )


def test_a_function_without_a_module_is_an_error_that_says_how() -> None:
    built().save("model.keras")
    code, out, err = run_command("import", "model.keras")
    assert (code, out) == (1, "")
    assert err == (
        "error[unreadable-model]: 'model.keras': the layer 'h' (Dense) has the function 'bent', which is not from "
        "Keras, and the file does not have its module, which `--class 'bent=package.module:bent'` names\n"
    )


def test_live_models_know_their_modules() -> None:
    model = built()
    spec = cnnspec.from_keras(model)
    assert spec.notes == (
        "a build will run code of the package 'odd_objects' (Absolute, Half, bent, squared), which "
        "`--allow-code odd_objects` allows",
    )
    again = spec.build(allow_code=["odd_objects"])
    again.set_weights(model.get_weights())
    results = [each.evaluate(*DATA, verbose=0, return_dict=True) for each in (model, again)]
    assert results[0] == results[1]


def test_scripts_import_them(package: Path) -> None:
    code, script, err = run_command("code", "spec.yaml")
    assert (code, err) == (0, "")
    assert "import odd_objects.parts\n" in script
    (package / "script.py").write_text(script)
    shown = python_output(
        "-c", "import script; print(script.objects().loss.__len__())", cwd=package
    )
    assert shown == "1\n"


@pytest.mark.parametrize(
    ("argument", "path", "message"),
    [
        (
            "activation",
            "missing_objects:bent",
            "cannot be imported: No module named 'missing_objects'",
        ),
        (
            "bias_initializer",
            "odd_objects.parts:Missing",
            "cannot be imported: module 'odd_objects.parts' has no attribute 'Missing'",
        ),
    ],
)
def test_what_is_not_there_is_an_error(argument: str, path: str, message: str) -> None:
    from cnnspec.backends.keras.errors import CodeError

    text = (
        f"cnnspec: 1\ninputs: {{x: [4]}}\nlayers: [{{Dense: {{units: 2, {argument}: '{path}'}}}}]\n"
    )
    with pytest.raises(CodeError) as raised:
        cnnspec.loads(text).build(allow_code=["odd_objects", "missing_objects"])
    assert str(raised.value) == f"'{path}' {message}"

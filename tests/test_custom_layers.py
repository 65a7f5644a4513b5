"""Layer classes of the user's own: known by their path, imported only when that is allowed."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

import cnnspec
from cnnspec.backends.summary.rows import rows
from tests.support.commands import python_output

SPEC = """\
cnnspec: 1
name: scaled
inputs: {x: [4]}
layers:
  - scaling_package.layers:Scale: {name: first, factor: 2.0}
  - Dense: {name: hidden, units: 3}
  - scaling_package.layers:Scale: {name: second, factor: 0.5, output_shape: [3]}
  - Dense: {name: last, units: 2}
"""
MODULE = """\
import keras


@keras.saving.register_keras_serializable(package="scaling_package")
class Scale(keras.layers.Layer):
    def __init__(self, factor=1.0, **kwargs):
        super().__init__(**kwargs)
        self.factor = factor

    def build(self, shape):
        self.scale = self.add_weight(shape=(shape[-1],), initializer="ones", name="scale")

    def call(self, inputs):
        return inputs * self.scale * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor}


class NoLayer:
    pass
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "scaling_package"
    folder.mkdir()
    (folder / "__init__.py").write_text("")
    (folder / "layers.py").write_text(MODULE)
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_what_is_known_without_running_it() -> None:
    spec = cnnspec.loads(SPEC)
    assert [(row.name, row.kind, row.output_shapes) for row in rows(spec.compile())] == [
        ("x", "InputLayer", ((None, 4),)),
        ("first", "Scale", ((),)),
        ("hidden", "Dense", ((),)),
        ("second", "Scale", ((None, 3),)),
        ("last", "Dense", ((None, 2),)),
    ]
    assert "scaling_package" not in sys.modules


def test_building_needs_leave_for_the_package() -> None:
    with pytest.raises(cnnspec.SpecError) as raised:
        cnnspec.loads(SPEC).build(allow_code=["another"])
    assert [
        (found.code, found.message, found.span and found.span.line) for found in raised.value.report
    ] == [
        (
            "code-not-allowed",
            "building the model needs code of the package 'scaling_package'; "
            "allow_code=['scaling_package'] allows it",
            line,
        )
        for line in (5, 7)
    ]


def test_a_built_model_runs_and_is_loaded_where_the_package_is_imported(package: Path) -> None:
    model = cnnspec.loads(SPEC).build(allow_code=["scaling_package"])
    x = np.ones((2, 4), "float32")
    weights = {weight.path: np.asarray(weight) for weight in model.weights}
    by_hand = (x * 2.0) @ weights["hidden/kernel"] * 0.5 @ weights["last/kernel"]
    np.testing.assert_allclose(model.predict(x, verbose=0), by_hand, rtol=1e-5)
    model.save(package / "scaled.keras")
    script = (
        "import json, keras, numpy as np, scaling_package.layers\n"
        "model = keras.models.load_model('scaled.keras')\n"
        "print(json.dumps(model.predict(np.ones((2, 4), 'float32'), verbose=0).tolist()))"
    )
    loaded = python_output("-c", script, cwd=package)
    assert json.loads(loaded) == model.predict(x, verbose=0).tolist()


REFUSED = {
    "missing_package.layers:Scale": "cannot be imported: No module named 'missing_package'",
    "scaling_package.layers:Missing": (
        "cannot be imported: module 'scaling_package.layers' has no attribute 'Missing'"
    ),
    "scaling_package.layers:NoLayer": "is not a keras.layers.Layer",
}


@pytest.mark.usefixtures("package")
@pytest.mark.parametrize("path", REFUSED)
def test_what_is_no_layer_is_refused(path: str) -> None:
    from cnnspec.backends.keras.errors import CodeError

    spec = cnnspec.loads(SPEC.replace("scaling_package.layers:Scale", path))
    with pytest.raises(CodeError) as raised:
        spec.build(allow_code=["scaling_package", "missing_package"])
    assert str(raised.value) == f"'{path}' {REFUSED[path]}"


@pytest.mark.parametrize(
    ("step", "code", "message"),
    [
        (
            "a.b:C: {output_shape: [0]}",
            "wrong-type",
            "'output_shape' must be a list of sizes without the batch, with null for unknown ones, not 0",
        ),
        (
            "a.b:C: {frozen: true}",
            "conflicting-arguments",
            "C cannot be frozen: only its own code knows what it does in training",
        ),
        ("a.b.C: {}", "unknown-kind", "unknown layer, block or submodel 'a.b.C'"),
    ],
)
def test_mistakes_are_found_without_running_it(step: str, code: str, message: str) -> None:
    report = cnnspec.loads(f"cnnspec: 1\ninputs: {{x: [4]}}\nlayers: [{{{step}}}]\n").report
    assert [(found.code, found.message) for found in report] == [(code, message)]


def test_the_written_out_spec_says_the_same() -> None:
    from cnnspec.decompile.flat import written_out

    text = cnnspec.dumps(written_out(cnnspec.loads(SPEC).compile().graph))
    assert cnnspec.dumps(written_out(cnnspec.loads(text).compile().graph)) == text
    assert "scaling_package.layers:Scale: {name: second, factor: 0.5, output_shape: [3]}" in text


SHARED = """\
cnnspec: 1
inputs: {x: [4]}
layers:
  - scaling_package.layers:Scale: {name: scaled}
  - Dense: {name: dense, units: UNITS}
  - shared: {name: known, layer: dense, from: x}
  - shared: {name: again, layer: dense}
  - Add: {name: y, from: [dense, known, again]}
"""


def test_a_shared_layer_has_the_weights_of_its_first_call_on_a_known_shape() -> None:
    checked = cnnspec.loads(SHARED.replace("UNITS", "4")).compile()
    assert {node.name: (node.params, node.weights_known) for node in checked.nodes} == {
        "scaled": (0, False),
        "dense": (20, True),
        "known": (0, True),
        "again": (0, True),
        "y": (0, False),
    }
    (found,) = cnnspec.loads(SHARED.replace("UNITS", "5")).report
    assert (found.code, found.message) == (
        "shape-mismatch",
        "'dense' has a kernel of (4, 5); this call of it would need one of (5, 5)",
    )

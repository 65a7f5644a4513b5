"""Operations of TensorFlow that Keras 2 saved become steps that compute the same."""

import numpy
import pytest

import cnnspec
from tests.support.commands import run_command
from tests.support.paths import ROOT

FOLDER = ROOT / "tests" / "keras_2_operations"
REFUSED = ("shape",)
NAMES = sorted(each.stem for each in FOLDER.glob("*.h5") if each.stem not in REFUSED)


@pytest.mark.parametrize("name", NAMES)
def test_the_model_computes_the_same(name: str) -> None:
    stored = numpy.load(FOLDER / "outputs.npz")
    model = cnnspec.load(FOLDER / f"{name}.h5").build()
    # The file was made on another machine, which may round the last bit differently.
    numpy.testing.assert_allclose(model(stored["inputs"]), stored[name], rtol=1e-6, atol=1e-6)


def test_a_shape_is_refused_by_name() -> None:
    exit_code, stdout, _ = run_command("validate", FOLDER / "shape.h5")
    assert exit_code == 1
    assert "the operation 'tf.compat.v1.shape' (TFOpLambda) cannot be used in a spec: " in stdout
    assert "it reads the shape of a tensor, which is no tensor in a spec" in stdout

"""Files of several versions of Keras 3: each layer gets its own weights, whether or not they store its name."""

import zipfile
from pathlib import Path
from typing import Any

import numpy
import pytest

from cnnspec import Spec, loads
from cnnspec.backends.keras.errors import WeightsDoNotFit
from cnnspec.frontends.files import read_model
from cnnspec.keras_files.archive import WEIGHTS
from tests.keras_3_files.make import FOLDER, MODELS, VERSIONS

NAMES = [make.__name__ for make in MODELS]
WITHOUT_NAMES = ("3.0", "3.3", "3.5")
"""The versions whose files do not store the names of layers."""


def outputs(version: str, name: str, weights: Path) -> list[Any]:
    """What the spec of a model computes with weights, and what Keras computed, in pairs."""
    spec = Spec.of(read_model(FOLDER / version / f"{name}.keras").document)
    model = spec.build(weights=weights)
    stored = numpy.load(FOLDER / version / "outputs.npz")

    def values(kind: str) -> list[Any]:
        keys = [f"{name}.{kind}.{at}" for at in range(9)]
        return [stored[key] for key in keys if key in stored]

    inputs = values("input")
    found = model(inputs if len(inputs) > 1 else inputs[0])
    pairs = zip(found if isinstance(found, list) else [found], values("output"), strict=True)
    return [*pairs]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_model_computes_what_that_keras_computed(version: str, name: str) -> None:
    for found, expected in outputs(version, name, FOLDER / version / f"{name}.keras"):
        numpy.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def weights_alone(version: str, name: str, folder: Path) -> Path:
    with zipfile.ZipFile(FOLDER / version / f"{name}.keras") as archive:
        (folder / "model.weights.h5").write_bytes(archive.read(WEIGHTS))
    return folder / "model.weights.h5"


@pytest.mark.parametrize(
    ("version", "name"),
    [
        (version, name)
        for version in (*WITHOUT_NAMES, "3.6")
        for name in NAMES
        if (name == "nested") <= (version not in WITHOUT_NAMES)
    ],
)
def test_weights_alone_are_paired_too(version: str, name: str, tmp_path: Path) -> None:
    for found, expected in outputs(version, name, weights_alone(version, name, tmp_path)):
        numpy.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("version", WITHOUT_NAMES)
def test_models_of_two_classes_are_not_guessed(version: str, tmp_path: Path) -> None:
    weights = weights_alone(version, "nested", tmp_path)
    with pytest.raises(WeightsDoNotFit) as raised:
        outputs(version, "nested", weights)
    assert str(raised.value) == (
        f"'{weights}': Keras before 3.6 saved it without the names of layers, and its groups do not show which of "
        "them is which; use the .keras file, or save it again with a newer Keras"
    )


@pytest.mark.parametrize("version", WITHOUT_NAMES)
def test_weights_of_other_layers_are_not_guessed(version: str, tmp_path: Path) -> None:
    weights = weights_alone(version, "several", tmp_path)
    spec = loads(
        "cnnspec: 1\nname: other\ninputs: {x: [6, 6, 3]}\n"
        "layers: [{Conv2D: {name: zeta, filters: 3, kernel_size: 3, padding: same}}]\n"
    )
    with pytest.raises(WeightsDoNotFit) as raised:
        spec.build(weights=weights)
    assert "its groups do not show which of them is which" in str(raised.value)

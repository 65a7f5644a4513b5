"""Networks of keras.applications, read and built again: `conformance/` compares all of them."""

from pathlib import Path
from typing import Any

import keras
import pytest
from keras.src.applications.convnext import LayerScale

from cnnspec import Spec
from cnnspec.frontends.files import Read, read_config
from conformance.round_trips import differences

pytestmark = pytest.mark.usefixtures("names_counted_from_one")


NETWORKS: dict[str, dict[str, Any]] = {
    "ConvNeXtTiny": {"include_top": False},  # has layers of its own, and operations
    "EfficientNetB0": {"include_top": False},
    "MobileNetV3Small": {"classes": 10},  # has operations
}


def known(name: str) -> Any:
    said = {"input_shape": (32, 32, 3)} | NETWORKS[name]
    return getattr(keras.applications, name)(weights=None, **said)


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_built_again_as_it_was(name: str) -> None:
    network = known(name)
    found = read_config(network.to_json())
    assert found == Read(found.document)
    assert list(differences(network, Spec.of(found.document).build())) == []


def test_what_is_built_is_plain_keras_that_is_loaded_without_custom_objects(tmp_path: Path) -> None:
    built = Spec.of(read_config(known("ConvNeXtTiny").to_json()).document).build()
    built.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    scales = [layer for layer in loaded.layers if type(layer) is LayerScale]
    pairs = zip(loaded.get_weights(), built.get_weights(), strict=True)
    assert len(scales) == 18
    assert all((one == other).all() for one, other in pairs)

"""Networks of keras.applications, read and built again: `conformance/` compares all of them."""

from pathlib import Path
from typing import Any

import keras
import pytest
from keras.src.applications.convnext import LayerScale

from cnnspec import Spec
from cnnspec.frontends import Read, read_config


@pytest.fixture(autouse=True)
def counted_from_one() -> None:
    """Automatic names as in a new process."""
    keras.utils.clear_session(free_memory=False)


NETWORKS: dict[str, dict[str, Any]] = {
    "ConvNeXtTiny": {"include_top": False},  # has layers of its own, and operations
    "EfficientNetB0": {"include_top": False},
    "InceptionResNetV2": {"include_top": False, "input_shape": (75, 75, 3)},  # the same
    "MobileNetV3Small": {"classes": 10},  # has operations
    "NASNetMobile": {"include_top": False},
}


def known(name: str) -> Any:
    said = {"input_shape": (32, 32, 3)} | NETWORKS[name]
    return getattr(keras.applications, name)(weights=None, **said)


def without_seeds(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_seeds(item) for key, item in value.items() if key != "seed"}
    return [without_seeds(item) for item in value] if isinstance(value, list | tuple) else value


def layers_of(model: Any) -> list[Any]:
    """Names and configurations of all layers; of models the layers inside, of operations the names."""
    found = []
    for each in model.operations:
        if isinstance(each, keras.Model):
            inner = [
                layer for layer in each.layers if not isinstance(layer, keras.layers.InputLayer)
            ]
            found.append((each.name, [without_seeds(layer.get_config()) for layer in inner]))
        else:
            found.append((each.name, without_seeds(each.get_config())))
    return found


def connections(model: Any) -> dict[str, list[list[tuple[str, int]]]]:
    """What every call of a layer reads."""
    return {
        each.name: [
            [
                (tensor._keras_history.operation.name, tensor._keras_history.tensor_index)
                for tensor in node.input_tensors
            ]
            for node in each._inbound_nodes
        ]
        for each in model.operations
    }


@pytest.mark.parametrize("name", NETWORKS)
def test_a_network_is_built_again_with_its_layers_and_connections(name: str) -> None:
    network = known(name)
    found = read_config(network.to_json())
    built = Spec.of(found.document).build()
    recorded = {
        each.name for each in network.operations if not isinstance(each, keras.layers.Layer)
    }
    assert found == Read(found.document)
    assert [each for each in layers_of(built) if each[0] not in recorded] == [
        each for each in layers_of(network) if each[0] not in recorded
    ]
    assert connections(built) == connections(network)
    assert built.count_params() == network.count_params()


def test_what_is_built_is_plain_keras_that_is_loaded_without_custom_objects(tmp_path: Path) -> None:
    built = Spec.of(read_config(known("ConvNeXtTiny").to_json()).document).build()
    built.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    scales = [layer for layer in loaded.layers if type(layer) is LayerScale]
    pairs = zip(loaded.get_weights(), built.get_weights(), strict=True)
    assert len(scales) == 18
    assert all((one == other).all() for one, other in pairs)

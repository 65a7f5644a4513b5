"""Networks as others build them, imported: the same models, as a person would write them."""

from functools import cache
from typing import Any

import keras
import numpy
import pytest

import cnnspec
from cnnspec.backends.keras.building import build
from cnnspec.compiler import checked_or_raise, compile_document, compile_text
from cnnspec.decompile.compact.equality import renaming, same_model
from cnnspec.frontends.files import read_config
from cnnspec.importing import Imported, imported
from cnnspec.language.dump import dumps
from cnnspec.language.formatting.formatter import formatted
from conformance.networks import NETWORKS
from conformance.round_trips import differences
from docs.make_imported import FOLDER, KEPT, RENAMED, text
from tests.support.models import count_names_from_one

MOST_CHARACTERS = {
    # network: with the names that it has, with --rename
    "resnet20": (1500, 1500),
    "convmixer": (1500, 700),
    "yolov3": (5000, 2500),
    "unet": (1500, 1400),
    "transformer": (2100, 1000),
    "counted_twice": (1900, 1250),
    "named_like_their_units": (1800, 1300),
    "operations": (3000, 1000),
    "DenseNet121": (1800, 1300),
    "EfficientNetB0": (5400, 4000),
    "InceptionV3": (4800, 4200),
    "MobileNetV2": (3400, 2200),
    "MobileNetV3Small": (13500, 3900),
    "ResNet50": (2600, 1800),
}


@cache
def configuration(name: str) -> str:
    count_names_from_one()
    return str(NETWORKS[name]().to_json())


def read(name: str, *, rename: bool) -> Imported:
    return imported(read_config(configuration(name)).document, rename=rename)


def test_every_network_has_its_sizes() -> None:
    assert MOST_CHARACTERS.keys() == NETWORKS.keys()


@pytest.mark.parametrize("rename", [False, True], ids=["kept", "renamed"])
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_become_short_specs_of_the_same_graph(name: str, rename: bool) -> None:
    found = read(name, rename=rename)
    written = dumps(found.document)
    graph = checked_or_raise(compile_text(written.encode())).graph
    assert len(written.encode()) <= MOST_CHARACTERS[name][rename]
    assert formatted(written) == written
    if rename:
        renamed = renaming(found.checked.graph, graph)
        assert renamed is not None
        assert renamed == found.renamed
        assert sorted(renamed.names) == sorted(each.name for each in found.checked.graph.nodes)
    else:
        assert same_model(found.checked.graph, graph)


@pytest.mark.parametrize("name", [*KEPT, *RENAMED])
def test_the_examples_in_the_docs_are_those_that_the_networks_give(name: str) -> None:
    assert text(name) == (FOLDER / f"{name.lower()}.yaml").read_text("utf-8")


def test_the_docs_have_no_other_examples() -> None:
    assert {each.stem for each in FOLDER.glob("*.yaml")} == {
        name.lower() for name in (*KEPT, *RENAMED)
    }


SMALL = ("resnet20", "transformer", "counted_twice", "named_like_their_units", "operations")


@pytest.mark.parametrize("name", SMALL)
def test_built_again_they_are_the_same_models(name: str) -> None:
    count_names_from_one()
    known = NETWORKS[name]()
    made = build(cnnspec.from_keras(known).compile()).model
    assert list(differences(known, made)) == []


@pytest.mark.parametrize("name", SMALL)
def test_renamed_models_compute_the_same(name: str) -> None:
    count_names_from_one()
    known: Any = NETWORKS[name]()
    found = imported(read_config(known.to_json()).document, rename=True)
    made: Any = build(checked_or_raise(compile_document(found.document))).model
    assert found.renamed is not None
    for layer in known.layers:
        if layer.name in found.renamed.names:
            new = made.get_layer(found.renamed.names[layer.name])
            assert type(new) is type(layer)
            new.set_weights(layer.get_weights())
    image = numpy.random.default_rng(0).normal(size=(2, *known.inputs[0].shape[1:]))
    image = image.astype("float32")
    assert numpy.array_equal(made(image), known(image))


def test_rename_without_compact_is_refused() -> None:
    x = keras.Input((4,))
    with pytest.raises(ValueError, match=r"^rename requires compact$"):
        cnnspec.from_keras(keras.Model(x, keras.layers.Dense(2)(x)), compact=False, rename=True)

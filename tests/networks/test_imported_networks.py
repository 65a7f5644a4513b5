"""Networks as others build them, imported: the same models, as a person would write them."""

from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest
from keras import layers

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
from docs.make_imported import PAGE, page
from tests.support.commands import run_command
from tests.support.models import are_identical_lists, count_names_from_one, with_random_weights

MOST_CHARACTERS = {
    # network: with the names that it has, with --rename
    "resnet20": (1500, 1500),
    "convmixer": (1500, 700),
    "yolov3": (5000, 2500),
    "unet": (1500, 1400),
    "transformer": (2100, 1000),
    "counted_twice": (1900, 1250),
    "named_like_their_units": (1800, 1300),
    "operations": (3000, 1200),
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


def test_the_page_in_the_docs_is_the_one_that_the_networks_give() -> None:
    assert page() == PAGE.read_text("utf-8")


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


def nested() -> Any:
    """A model with a model in it, twice, one at every step, wrapped layers and a shared one."""
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(4), layers.Dense(3)], name="inner")
    head = keras.Sequential([keras.Input((4,)), layers.Dense(5)], name="head")
    x = keras.Input((6, 4), name="x")
    shared = layers.Dense(4, name="shared")
    y = layers.Add()([shared(x), shared(layers.ReLU()(x))])
    y = layers.TimeDistributed(head)(y)
    y = layers.Bidirectional(layers.LSTM(2, return_sequences=True))(y)
    y = layers.MultiHeadAttention(2, 2)(y, y)
    y = layers.GlobalAveragePooling1D()(layers.BatchNormalization()(y))
    y = layers.Dense(4)(y)
    return keras.Model(x, {"left": inner(y), "right": layers.Dense(2, name="right")(inner(y))})


@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.parametrize("make", [nested, NETWORKS["resnet20"]], ids=["nested", "resnet20"])
def test_weights_are_written_by_the_new_names(make: Any, ending: str, folder: Path) -> None:
    count_names_from_one()
    known = with_random_weights(make())
    known.set_weights([0.1 * each for each in known.get_weights()])  # so that nothing overflows
    known.save(f"known{ending}")
    outcome = run_command("import", f"known{ending}", "--rename", "-o", "short.yaml")
    assert (outcome.exit_code, outcome.stderr) == (0, "")
    assert "weights: short.weights.h5\n" in Path("short.yaml").read_text("utf-8")
    made: Any = cnnspec.load("short.yaml").build()
    image = numpy.random.default_rng(0).normal(size=(2, *known.inputs[0].shape[1:]))
    image = image.astype("float32")
    assert are_identical_lists(keras.tree.flatten(made(image)), keras.tree.flatten(known(image)))


def test_weights_that_have_nowhere_to_go_are_a_note(folder: Path) -> None:
    count_names_from_one()
    NETWORKS["resnet20"]().save("known.keras")
    outcome = run_command("import", "known.keras", "--rename")
    assert "weights:" not in outcome.stdout
    assert outcome.stderr == (
        "note: its weights are not used: they are loaded by the names of layers, which are new; "
        "with -o, they are written to a file next to the spec by their new names\n"
    )


def test_weights_that_are_there_are_replaced_only_by_force(folder: Path) -> None:
    count_names_from_one()
    NETWORKS["transformer"]().save("known.keras")
    Path("short.weights.h5").write_text("mine")
    outcome = run_command("import", "known.keras", "--rename", "-o", "short.yaml")
    assert outcome.exit_code == 2
    assert "'short.weights.h5' already exists; use --force to overwrite it" in outcome.stderr
    assert Path("short.weights.h5").read_text() == "mine"
    assert not Path("short.yaml").exists()
    outcome = run_command("import", "known.keras", "--rename", "-o", "short.yaml", "--force")
    assert outcome.exit_code == 0
    assert list(cnnspec.load("short.yaml").report) == []


def test_rename_needs_compact_specs(folder: Path) -> None:
    outcome = run_command("import", "application:VGG16", "--rename", "--no-compact")
    assert outcome.exit_code == 2
    assert "--rename and --no-compact exclude each other" in outcome.stderr

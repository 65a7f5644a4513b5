"""Scripts that load weights, call networks of `keras.applications`, or import classes."""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import keras
import numpy
import pytest

from cnnspec.backends.keras.building import build
from cnnspec.backends.python.models import NoScript
from cnnspec.backends.python.script import script
from tests.support.commands import run_command
from tests.support.layers import weights_are_zeros
from tests.support.models import count_names_from_one
from tests.support.paths import ZOO_FILES
from tests.support.scripts import assert_same_model, built_by
from tests.support.specs import compiled_file, compiled_text

BASE = """
name: base
inputs: {s: [7, 4]}
submodels:
  inner:
    spec:
      inputs: {k: [7, 4]}
      layers: [Dense: {units: 4, name: d}, BatchNormalization: {name: b}]
layers:
  - inner: {name: deep}
  - Dense: {name: two, units: 4}
  - Bidirectional: {name: both, layer: {LSTM: {units: 3, return_sequences: true}}}
  - TimeDistributed: {name: each, layer: {Dense: {units: 3}}}
  - SeparableConv1D: {name: sep, filters: 3, kernel_size: 2}
  - LayerNormalization: {name: norm}
  - GRU: {name: gru, units: 2}
"""
TOP = """
name: top
inputs: {s: [7, 4]}
submodels:
  base: {spec: base.yaml, until: norm, weights: base.weights.h5, frozen: true}
  again: {keras: base.keras}
layers:
  - base
  - Dense: {units: 4, name: back}
  - ZeroPadding1D: {padding: [1, 0]}
  - again
"""


@pytest.fixture
def _trained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The base in both kinds of files, with weights that nothing starts from."""
    monkeypatch.chdir(tmp_path)
    Path("base.yaml").write_text(f"cnnspec: 1{BASE}")
    model = build(compiled_text(BASE)).model
    for each in model.weights:
        each.assign(numpy.random.default_rng(0).random(each.shape))
    model.save("base.keras")
    model.save_weights("base.weights.h5")
    yield
    count_names_from_one()


@pytest.mark.parametrize("spec", ZOO_FILES, ids=lambda spec: spec.stem)
def test_the_script_of_a_network_builds_it(spec: Path) -> None:
    with (
        weights_are_zeros()
    ):  # of which no values are compared: drawing them takes most of the time
        assert_same_model(compiled_file(spec))


@pytest.mark.usefixtures("_trained")
@pytest.mark.parametrize(
    "text", [TOP, f"{BASE}weights: base.keras\n", f"{BASE}weights: base.weights.h5\n"]
)
def test_weights_are_loaded_by_layer_name(text: str) -> None:
    model, other = assert_same_model(compiled_text(text))
    loaded = [
        (one.path, numpy.array_equal(one, same))
        for one, same in zip(model.weights, other.weights, strict=True)
    ]
    drawn = ("back/kernel",)
    assert loaded == [(path, path not in drawn) for path, _ in loaded]


@pytest.mark.usefixtures("_trained")
def test_files_are_named_from_the_current_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("elsewhere").mkdir()
    spec = Path("base.yaml").resolve()
    spec.write_text(f"cnnspec: 1{BASE}weights: base.keras\n")
    monkeypatch.chdir("elsewhere")
    lines = run_command("code", spec).stdout.splitlines()
    at = lines.index("# Paths are relative to the current folder.")
    assert lines[at + 1] == 'BASE_WEIGHTS = "../base.keras"'


NETWORKS = [
    (96, "MobileNetV2: {include_top: false, weights: null, alpha: 0.35}", "", True),
    (96, "MobileNetV2: {weights: null, input_shape: [96, 96, 3], classes: 4}", "until: block_6_expand", True),
    (32, "MobileNetV2: {include_top: false, weights: null, pooling: max}", "preprocess: true, frozen: true", True),
    (32, "VGG16: {include_top: false, weights: null, pooling: avg}", "preprocess: true", True),
    (32, "EfficientNetB0: {include_top: false, weights: null, input_shape: [32, 32, 3]}", "", True),
    (32, "EfficientNetB0: {include_top: false, weights: null, input_shape: [32, 32, 3]}", "frozen: true", False),
]  # fmt: skip
"""Networks, and whether Keras can be asked for them as they are: it drops values in what is frozen."""


@pytest.mark.parametrize(("size", "network", "keys", "is_call"), NETWORKS)
def test_networks_of_keras_are_called_where_they_are_the_same(
    size: int, network: str, keys: str, is_call: bool
) -> None:
    text = f"""
inputs: {{image: [{size}, {size}, 3]}}
submodels: {{net: {{application: {{{network}}}, {keys}}}}}
layers: [net]
"""
    checked = compiled_text(text)
    assert ("keras.applications." in script(checked)) == is_call
    with weights_are_zeros():
        assert_same_model(checked)


TWICE = """
inputs: {{image: [96, 96, 3]}}
submodels:
  one: {{application: {{Xception: {{include_top: false, weights: {0}}}}}}}
  two: {{application: {{Xception: {{include_top: false, weights: {0}}}}}}}
layers:
  - one: {{from: image}}
  - two: {{from: image}}
  - Add: {{from: [one_1, two_1]}}
"""


def test_names_that_keras_counts_are_right_in_one_network_alone() -> None:
    text = script(compiled_text(TWICE.format("null")))
    assert text.count("keras.applications.Xception(") == 1
    with pytest.raises(NoScript) as refused:
        script(compiled_text(TWICE.format("imagenet")))
    assert str(refused.value) == (
        "the weights of Xception cannot be copied by layer name, "
        "because Keras continues the numbers of the layers of another network"
    )


WEIGHTS = [
    ("MobileNetV2", "net.weights.h5", "preprocess: true", "weights=MOBILENETV2_WEIGHTS"),
    ("MobileNetV2", "net.h5", "frozen: true", "weights=MOBILENETV2_WEIGHTS"),
    ("EfficientNetB0", "net.weights.h5", "frozen: true", "load_weights(net_model, EFFICIENTNETB0_WEIGHTS)"),
    ("EfficientNetB0", "net.h5", "frozen: true", "copy_weights("),
]  # fmt: skip
"""Networks, where their weights are, and how a script loads them."""


@pytest.fixture(scope="module")
def network_folder(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A folder with a network in both kinds of files, with weights that nothing starts from."""

    @cache
    def folder(kind: str) -> Path:
        found = tmp_path_factory.mktemp(kind)
        count_names_from_one()
        make = getattr(keras.applications, kind)
        known = make(weights=None, include_top=False, input_shape=(32, 32, 3))
        for weight in known.weights:
            weight.assign(numpy.random.default_rng(0).random(weight.shape))
        known.save(found / "net.h5")
        known.save_weights(found / "net.weights.h5")
        return found

    return folder


@pytest.mark.parametrize(("kind", "file", "keys", "loading"), WEIGHTS)
def test_weights_of_networks(
    kind: str,
    file: str,
    keys: str,
    loading: str,
    network_folder: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(network_folder(kind))
    said = f"include_top: false, input_shape: [32, 32, 3], weights: {file}"
    text = f"""
inputs: {{image: [32, 32, 3]}}
submodels: {{net: {{application: {{{kind}: {{{said}}}}}, {keys}}}}}
layers: [net]
"""
    with weights_are_zeros():
        model, other = assert_same_model(compiled_text(text))
    assert loading in script(compiled_text(text))
    for one, same in zip(model.weights, other.weights, strict=True):
        assert numpy.array_equal(one, same)
    assert all(numpy.any(each) for each in model.weights if each.name == "kernel")


CLASSES = """\
import keras


class Scale(keras.layers.Layer):
    def __init__(self, factor=1, **options):
        name, trainable = options.pop("name"), options.pop("trainable", True)
        super().__init__(name=name, trainable=trainable)
        self.factor, self.options = factor, options

    def call(self, inputs):
        return inputs * self.factor

    def get_config(self):
        return {**super().get_config(), "factor": self.factor, **self.options}


class Dense(Scale):
    pass
"""
CUSTOM = """
inputs: {x: [4]}
layers:
  - parts_of_mine.layers:Scale: {factor: 2, sizes: [1, [2]], class: {a: "b'\\"c"}, name: one}
  - parts_of_mine.layers:Scale: {name: two, output_shape: [4]}
  - parts_of_mine.layers:Dense
  - parts_of_mine:Dense
  - Dense: {units: 2}
"""


def test_classes_of_ones_own_are_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "parts_of_mine"
    package.mkdir()
    (package / "layers.py").write_text(CLASSES)
    (package / "__init__.py").write_text("from parts_of_mine.layers import Dense\n")
    monkeypatch.syspath_prepend(tmp_path)
    checked = compiled_text(CUSTOM)
    text = script(checked)
    assert text.split("\n\n")[1].splitlines() == [
        "import keras",
        "from keras import layers",
        "from parts_of_mine import Dense as Dense_2",
        "from parts_of_mine.layers import Dense, Scale",
    ]
    model = build(checked, allow_code=["parts_of_mine"]).model
    assert built_by(text).get_config() == model.get_config()


def test_a_class_that_cannot_be_imported_is_one_line(tmp_path: Path) -> None:
    spec = tmp_path / "spec.yaml"
    spec.write_text("cnnspec: 1\ninputs: {x: [4]}\nlayers: ['a.class:Layer']\n")
    out = tmp_path / "out.py"
    message = "cnnspec: 'a.class:Layer' cannot be imported with an import statement\n"
    assert run_command("code", spec, "-o", out) == (1, "", message)
    assert not out.exists()

"""Networks of keras.applications as submodels, held against those that Keras makes."""

import tomllib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest
import yaml
from keras.src.backend import config
from keras.src.utils import file_utils

from cnnspec import load, loads
from cnnspec.backends.keras.applications import names_of_a_first_model
from cnnspec.backends.keras.errors import WeightsDoNotFit
from cnnspec.decompile.flat import written_out
from cnnspec.expand.applications.networks import POOLING
from cnnspec.objects.applications import NOT_YET
from cnnspec.objects.families import APPLICATIONS
from tests.support.keras_versions import needs_newer
from tests.support.layers import weights_are_zeros
from tests.support.paths import ROOT

PREPROCESS: dict[str, Callable[..., Any]] = {
    "DenseNet121": keras.applications.densenet.preprocess_input,
    "EfficientNetB0": keras.applications.efficientnet.preprocess_input,
    "InceptionV3": keras.applications.inception_v3.preprocess_input,
    "MobileNetV2": keras.applications.mobilenet_v2.preprocess_input,
    "ResNet152V2": keras.applications.resnet_v2.preprocess_input,
    "ResNet50": keras.applications.resnet50.preprocess_input,
    "VGG16": keras.applications.vgg16.preprocess_input,
    "Xception": keras.applications.xception.preprocess_input,
}
"""How Keras scales pixels for every network that a spec can name."""

CASES = [
    # network, its arguments, the ending of the weights file
    ("DenseNet121", {"include_top": False, "input_shape": [64, 40, 3]}, ".weights.h5"),
    ("EfficientNetB0", {"include_top": False, "input_shape": [75, 50, 3]}, ".weights.h5"),
    ("EfficientNetB0", {"classes": 10, "input_shape": [64, 64, 1]}, ".keras"),
    ("InceptionV3", {"include_top": False, "input_shape": [75, 80, 3]}, ".weights.h5"),
    ("MobileNetV2", {"include_top": False, "pooling": "max", "alpha": 0.35}, ".h5"),
    ("MobileNetV2", {"classes": 7, "classifier_activation": None}, ".weights.h5"),
    ("ResNet152V2", {"include_top": False, "pooling": "avg"}, ".weights.h5"),
    ("ResNet50", {"classes": 10, "input_shape": [64, 32, 3]}, ".h5"),
    ("VGG16", {"include_top": False, "pooling": "avg"}, ".h5"),
    ("Xception", {"include_top": False, "input_shape": [80, 71, 3]}, ".weights.h5"),
]


def document(
    name: str, arguments: dict[str, Any], size: list[int] | None = None, **keys: Any
) -> str:
    base = {"application": {name: arguments}, **keys}
    shape = arguments.get("input_shape") or size or [224, 224, 3]
    said = {"cnnspec": 1, "submodels": {"base": base}, "inputs": {"image": shape}}
    return yaml.safe_dump({**said, "layers": [{"base": {"name": "base"}}]}, sort_keys=False)


def application(name: str, arguments: dict[str, Any]) -> Any:
    """The network that Keras makes, its weights moved away from 0 and 1."""
    shape = arguments.get("input_shape")
    known = {**arguments, "weights": None, "input_shape": tuple(shape) if shape else None}
    model = getattr(keras.applications, name)(**known)
    random = numpy.random.default_rng(0)
    for weight in model.weights:
        if len(weight.shape) == 1:
            weight.assign_add(random.uniform(0, 0.1, weight.shape))
    for layer in model.layers:
        if isinstance(layer, keras.layers.Normalization):
            layer.finalize_state()
    return model


def built_from(spec: Path) -> Any:
    """The model of a spec, all of whose weights are to come from files."""
    with weights_are_zeros():
        return load(spec).build()


def images(*shape: int) -> Any:
    return numpy.random.default_rng(1).uniform(0, 255, (1, *shape)).astype("float32")


def kinds_by_name(model: Any) -> dict[str, str]:
    """The layers by name, without inputs, and without pooling that a spec adds."""
    return {
        name: type(layer).__name__
        for name, layer in names_of_a_first_model(model).items()
        if not isinstance(layer, keras.layers.InputLayer)
        and type(layer).__name__ not in POOLING.values()
    }


def test_every_network_is_supported_or_named() -> None:
    made = {name for name in dir(keras.applications) if name[0].isupper()}
    assert made == APPLICATIONS.kinds.keys() | NOT_YET
    assert PREPROCESS.keys() == APPLICATIONS.kinds.keys()


def test_the_wheel_holds_the_spec_of_every_network() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    files = [name.lower() for name in sorted(APPLICATIONS.kinds)]
    assert project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"] == {
        "pytest_cnnspec.py": "pytest_cnnspec.py",  # the plugin of pytest
        **{
            f"specs/zoo/{each}.yaml": f"cnnspec/expand/applications/specs/{each}.yaml"
            for each in files
        },
    }


@pytest.mark.parametrize(("name", "arguments", "ending"), CASES)
def test_a_weights_file_makes_it_the_network_of_keras(
    name: str, arguments: dict[str, Any], ending: str, tmp_path: Path
) -> None:
    file = tmp_path / f"weights{ending}"
    known = application(name, arguments)
    (known.save_weights if ending == ".weights.h5" else known.save)(file)
    spec = tmp_path / "spec.yaml"
    size = [each or 64 for each in known.input.shape[1:]]
    spec.write_text(document(name, {**arguments, "weights": file.name}, size), "utf-8")
    base = built_from(spec).get_layer("base")
    assert kinds_by_name(base) == kinds_by_name(known)
    assert base.output.shape == known.output.shape
    image = images(*size)
    assert numpy.array_equal(base(image), known(image))


SMALL = {"include_top": False, "input_shape": [64, 64, 3]}


@pytest.fixture(scope="module")
def with_weights(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], tuple[Any, Path]]:
    """Makes a small network, and the file of its weights; each network only once."""

    @cache
    def make(name: str) -> tuple[Any, Path]:
        known = application(name, SMALL)
        file = tmp_path_factory.mktemp(name) / "known.weights.h5"
        known.save_weights(file)
        return known, file

    return make


@pytest.mark.parametrize("name", ["MobileNetV2", "ResNet50"])
def test_a_weights_file_of_the_submodel_is_loaded_by_name(
    name: str, with_weights: Callable[[str], tuple[Any, Path]]
) -> None:
    known, file = with_weights(name)
    spec = file.with_name("by_name.yaml")
    spec.write_text(document(name, SMALL, weights=file.name), "utf-8")
    image = images(64, 64, 3)
    assert numpy.array_equal(built_from(spec)(image), known(image))


def test_weights_that_keras_has_downloaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    known = application("MobileNetV2", {"include_top": False, "input_shape": [96, 96, 3]})
    (tmp_path / "models").mkdir()
    file = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_96_no_top.h5"
    known.save(tmp_path / "models" / file)
    monkeypatch.setattr(config, "_KERAS_DIR", str(tmp_path))
    arguments = {"include_top": False, "input_shape": [96, 96, 3], "weights": "imagenet"}
    image = images(96, 96, 3)
    assert numpy.array_equal(loads(document("MobileNetV2", arguments)).build()(image), known(image))


def test_efficientnet_scales_in_another_way_for_the_weights_of_imagenet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = {"include_top": False, "input_shape": [64, 64, 3]}
    application("EfficientNetB0", arguments).save(tmp_path / "known.h5")
    asked = []

    def get_file(name: str, *_: Any, **__: Any) -> str:
        asked.append(name)
        return str(tmp_path / "known.h5")

    monkeypatch.setattr(file_utils, "get_file", get_file)
    spec = loads(document("EfficientNetB0", arguments))
    if needs_newer(spec):
        with pytest.raises(ValueError, match="Shape mismatch in layer #1"):
            keras.applications.EfficientNetB0(include_top=False, input_shape=(64, 64, 3))
        return
    known = keras.applications.EfficientNetB0(include_top=False, input_shape=(64, 64, 3))
    base = spec.build().get_layer("base")
    assert asked == ["efficientnetb0_notop.h5"] * 2
    assert kinds_by_name(base) == kinds_by_name(known)
    image = images(64, 64, 3)
    assert numpy.array_equal(base(image), known(image))


def test_a_network_that_a_version_of_keras_cannot_build_is_refused_where_it_is_named() -> None:
    text = document("EfficientNetB0", {"include_top": False, "input_shape": [64, 64, 3]})
    (found,) = loads(text, keras="3.11").report
    assert found.span is not None
    assert (found.code, found.message, text.splitlines()[found.span.line - 1].strip()) == (
        "not-in-this-keras",
        "EfficientNetB0: a scale and an offset of different lengths requires Keras 3.12 or later, "
        "but the spec is checked for Keras 3.11",
        "EfficientNetB0:",
    )
    for version in ("3.10", "3.12"):
        assert [each.code for each in loads(text, keras=version).report] == []


def test_weights_that_cannot_be_downloaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def get_file(*_: Any, **__: Any) -> str:
        raise Exception("URL fetch failure")  # as Keras does

    monkeypatch.setattr(file_utils, "get_file", get_file)
    with pytest.raises(WeightsDoNotFit, match=r"^'imagenet': URL fetch failure$"):
        loads(document("ResNet50", {"include_top": False})).build()


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (
            {"include_top": False, "alpha": 0.5},
            "'Conv1' has a kernel with shape (3, 3, 3, 32), but the file has (3, 3, 3, 16)",
        ),
        (
            {"classes": 5},
            "the file has weights for 'predictions', which is not a layer of the model",
        ),
    ],
    ids=["narrow", "with-its-top"],
)
def test_weights_of_another_network(other: dict[str, Any], said: str, tmp_path: Path) -> None:
    shape = {"input_shape": [32, 32, 3]}
    application("MobileNetV2", {**other, **shape}).save_weights(tmp_path / "a.weights.h5")
    spec = tmp_path / "spec.yaml"
    arguments = {**shape, "include_top": False, "weights": "a.weights.h5"}
    spec.write_text(document("MobileNetV2", arguments, preprocess=True), "utf-8")
    (found,) = load(spec).report
    file = tmp_path / "a.weights.h5"
    assert (found.code, found.message) == (
        "weights-do-not-fit",
        f"'{file}' does not match 'base': {said}",
    )
    assert found.span is not None
    assert spec.read_text("utf-8").splitlines()[found.span.line - 1] == (
        "        weights: a.weights.h5"
    )


def test_a_legacy_file_of_another_network(tmp_path: Path) -> None:
    arguments = {"include_top": False, "input_shape": [32, 32, 3]}
    application("MobileNetV2", {**arguments, "alpha": 0.5}).save(tmp_path / "a.h5")
    spec = tmp_path / "spec.yaml"
    arguments["weights"] = "a.h5"
    spec.write_text(document("MobileNetV2", arguments, preprocess=True), "utf-8")
    with pytest.raises(WeightsDoNotFit, match=r"a\.h5': .*Conv1"):
        load(spec).build()


def test_a_cut_network_gets_the_weights_of_its_layers(
    with_weights: Callable[[str], tuple[Any, Path]],
) -> None:
    known, file = with_weights("ResNet50")
    arguments = {**SMALL, "weights": file.name}
    spec = file.with_name("cut.yaml")
    spec.write_text(document("ResNet50", arguments, until="conv3_block4_out", frozen=True), "utf-8")
    built = built_from(spec)
    image = images(64, 64, 3)
    part = keras.Model(known.input, known.get_layer("conv3_block4_out").output)
    assert numpy.array_equal(built(image), part(image))
    assert built.trainable_weights == []


@pytest.mark.parametrize("name", sorted(PREPROCESS.keys() - {"EfficientNetB0"}))
def test_preprocess_scales_as_keras_does(name: str, tmp_path: Path) -> None:
    arguments = {"include_top": False, "weights": None, "input_shape": [80, 96, 3]}
    scaling = loads(document(name, arguments, preprocess=True, until="pixels")).build()
    image = numpy.random.default_rng(1).integers(0, 256, (2, 80, 96, 3)).astype("float32")
    expected = PREPROCESS[name](image.copy())
    found = scaling(image).numpy()
    numpy.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    if APPLICATIONS.find(name).mode == "caffe":
        assert numpy.array_equal(found, expected)
    scaling.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    given = keras.tree.pack_sequence_as(loaded.input, [image])  # a list in Keras 3.10
    assert numpy.array_equal(loaded(given), found)


def test_efficientnet_scales_pixels_itself() -> None:
    arguments = {"include_top": False, "weights": None}
    first = {}
    for preprocess in (False, True):
        spec = loads(document("EfficientNetB0", arguments, preprocess=preprocess))
        (node,) = spec.compile().nodes
        assert node.submodel is not None
        first[preprocess] = node.submodel.nodes[0].name
    image = images(8, 8, 3)
    assert numpy.array_equal(PREPROCESS["EfficientNetB0"](image.copy()), image)
    assert first == {False: "rescaling", True: "rescaling"}


def test_the_scaled_network_of_a_file(with_weights: Callable[[str], tuple[Any, Path]]) -> None:
    known, file = with_weights("ResNet50")
    spec = file.with_name("scaled.yaml")
    arguments = {**SMALL, "weights": file.name}
    spec.write_text(document("ResNet50", arguments, preprocess=True), "utf-8")
    image = images(64, 64, 3)
    expected = known(keras.applications.resnet50.preprocess_input(image.copy()))
    assert numpy.array_equal(built_from(spec)(image), expected)


def test_it_is_written_out_as_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.h5").touch()
    arguments = {"include_top": False, "weights": "a.h5", "input_shape": [64, 64, 3]}
    spec = tmp_path / "spec.yaml"
    said = document("ResNet50", arguments, preprocess=True, until="conv2_block1_out", frozen=True)
    spec.write_text(said, "utf-8")
    written = written_out(load(spec).compile().graph, tmp_path)
    assert written.model_dump(exclude_none=True)["submodels"] == yaml.safe_load(said)["submodels"]


UNSCALED = """
cnnspec: 1
submodels: {base: {application: {%s: {include_top: false, weights: null, pooling: avg}}}}
inputs: {image: [64, 64, 3]}
layers: [%s]
"""
TRAINED = """
outputs: {digit: {loss: sparse_categorical_crossentropy}}
train: {data: {keras: cifar10}, inputs: {image: %s}, targets: {digit: y}, optimizer: adam}
"""
HEAD = "base, Dense: {name: digit, units: 10, activation: softmax}"


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (UNSCALED % ("MobileNetV2", "base"), ["unscaled-input"]),
        (UNSCALED % ("MobileNetV2", "RandomRotation: {factor: 0.1}, base"), ["unscaled-input"]),
        (UNSCALED % ("EfficientNetB0", "base"), []),
        (UNSCALED % ("MobileNetV2", "Rescaling: {scale: 0.00784, offset: -1}, base"), []),
        (UNSCALED % ("DenseNet121", "Normalization: {mean: 1, variance: 2}, base"), []),
        (UNSCALED % ("DenseNet121", "Conv2D: {filters: 3, kernel_size: 1}, base"), []),
        (UNSCALED % ("MobileNetV2", HEAD) + TRAINED % "x", ["unscaled-input"]),
        (UNSCALED % ("MobileNetV2", HEAD) + TRAINED % "x / 127.5 - 1", []),
    ],
)
def test_unscaled_pixels_are_told(text: str, codes: list[str]) -> None:
    assert [each.code for each in loads(text).report] == codes


def test_parameters_reach_the_arguments() -> None:
    text = document("VGG16", {"include_top": False, "weights": None, "pooling": "$how"})
    found = {}
    for how in ("avg", None):
        spec = loads(text + f"params: {{how: {'null' if how is None else how}}}\n")
        found[how] = spec.compile().outputs["base"].shape
    assert found == {"avg": (None, 512), None: (None, 7, 7, 512)}


def test_a_wrong_call_tells_everything_at_once() -> None:
    text = document("VGG16", {"include_top": 1, "pooling": "mean"})
    assert [each.code for each in loads(text).report] == ["wrong-type", "unknown-value"]

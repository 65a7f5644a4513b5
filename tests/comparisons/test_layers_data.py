"""Preprocessing and augmentation: what is refused, what Keras really gives, what acts in training."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keras
import numpy
import pytest
import tensorflow

from cnnspec import Document, Spec, loads
from cnnspec.declarations.keras_versions import NEWEST
from cnnspec.diagnostics.codes import CODES
from cnnspec.diagnostics.problems import Problem, Problems
from cnnspec.language.document import Input, Step
from cnnspec.layers.augmentation import Augmentation
from cnnspec.layers.base import LAYERS, Example
from cnnspec.layers.refusals import REFUSALS
from cnnspec.shapes import Shape
from tests.support.keras_versions import examples_of, first_example, layer_kinds, takes

MODULES = (
    "preprocessing", "encoding", "hashing", "vocabulary", "text_vectorization", "audio", "images",
    "augmentation", "augmentation_colors", "augmentation_geometry",
)  # fmt: skip
KINDS = {
    kind: declaration
    for kind, declaration in LAYERS.kinds.items()
    if declaration.__module__.rpartition(".")[2] in MODULES
}
EXAMPLES = [
    pytest.param(kind, example, id=f"{kind}-{position}")
    for kind in KINDS
    for position, example in examples_of(kind).items()
]
RANDOM = sorted(kind for kind, found in KINDS.items() if issubclass(found, Augmentation))
EACH_RANDOM = pytest.mark.parametrize("kind", [kind for kind in RANDOM if kind in layer_kinds()])
WORDS = numpy.array(["cat", "dog", "a b", "", "bird"])


def spec(
    kind: str,
    arguments: dict[str, Any],
    *inputs: tuple[Shape, str],
    keras: str | None = None,
    **step: Any,
) -> Spec:
    """A spec of one layer; an input is its shape and data type."""
    named = {
        f"input_{position}": Input(shape=list(shape[1:]), dtype=dtype)
        for position, (shape, dtype) in enumerate(inputs)
    }
    call = Step(kind=kind, name="it", arguments=arguments, from_=list(named), **step)
    return Spec.of(Document(name="m", inputs=named, layers=[call]), keras=keras)


def of_example(kind: str, example: Example, **step: Any) -> Spec:
    inputs = [(shape, example.dtype) for shape in example.shapes]
    return spec(kind, example.arguments, *inputs, **step)


def values(shape: Shape, dtype: str) -> Any:
    """Random values, of 3 samples; what is unknown has the size 300."""
    sizes = (3, *(300 if size is None else size for size in shape[1:]))
    random = numpy.random.default_rng(7)
    if dtype == "string":
        return tensorflow.constant(random.choice(WORDS, sizes))
    top = 255 if dtype == "uint8" else 3
    return tensorflow.constant(random.integers(0, top, sizes, endpoint=True).astype(dtype))


def traced(model: Any, *tensors: Any, training: bool) -> Any:
    """A model's call on tensors, as `fit` and `predict` trace it."""
    given = list(tensors) if len(tensors) > 1 else tensors[0]
    return tensorflow.function(lambda: model(given, training=training), autograph=False)


def results_of(model: Any, *tensors: Any, training: bool) -> Any:
    """What comes out of a traced model."""
    return traced(model, *tensors, training=training)()


# What comes out


def really(kind: str, example: Example) -> str:
    """The data type that comes out: Keras announces floats where it counts words."""
    of_words = kind in ("IntegerLookup", "StringLookup", "TextVectorization")
    if of_words and example.arguments.get("output_mode") in ("one_hot", "multi_hot", "count"):
        return "int64"
    return str(LAYERS.check({kind: example.arguments}).output_dtype(example.dtype))  # type: ignore[attr-defined]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_what_comes_out_is_what_was_announced(kind: str, example: Example, training: bool) -> None:
    tensors = [values(shape, example.dtype) for shape in example.shapes]
    result = results_of(of_example(kind, example).build(), *tensors, training=training)
    known = zip(example.output, result.shape, strict=True)
    shape = tuple(None if size is None else has for size, has in known)
    announced = (3, example.output, really(kind, example))
    assert (result.shape[0], shape, result.dtype.name) == announced


def test_words_come_out_of_an_inverted_lookup() -> None:
    arguments = {"vocabulary": ["cat", "dog"], "invert": True}
    compiled = spec("StringLookup", arguments, ((None, 3), "int64"))
    assert compiled.compile().outputs["it"].dtype == "string"
    result = results_of(compiled.build(), numpy.array([[1, 2, 0]]), training=False)
    assert result.numpy().tolist() == [[b"cat", b"dog", b"[UNK]"]]


VALUES: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("Normalization", {"mean": 3, "variance": 4}, [[1.0, 7.0]], [[-1.0, 2.0]]),
    ("Normalization", {"mean": [1, 2], "variance": [1, 4]}, [[2.0, 6.0]], [[1.0, 2.0]]),
    (
        "Normalization",
        {"mean": 3, "variance": 4, "invert": True},
        [[-1.0, 2.0]],
        [[1.0, 7.0]],
    ),
    ("Discretization", {"bin_boundaries": [0, 1]}, [[-1.0, 0.0, 0.5, 1.0]], [[0, 1, 1, 2]]),
    (
        "Discretization",
        {"bin_boundaries": [0, 1], "output_mode": "count"},
        [[-1.0, 0.0, 0.5, 1.0]],
        [[1.0, 2.0, 1.0]],
    ),
    ("CategoryEncoding", {"num_tokens": 3}, [[0, 2, 2]], [[1.0, 0.0, 1.0]]),
    (
        "CategoryEncoding",
        {"num_tokens": 3, "output_mode": "one_hot"},
        [[0, 2]],
        [[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]],
    ),
    ("IntegerLookup", {"vocabulary": [7, 9]}, [[9, 7, 5]], [[2, 1, 0]]),
    ("StringLookup", {"vocabulary": ["cat", "dog"]}, [["dog", "cow"]], [[2, 0]]),
    (
        "StringLookup",
        {"vocabulary": ["cat", "dog"], "output_mode": "tf_idf", "idf_weights": [0.5, 1.5]},
        [["dog", "dog", "cat"]],
        [[0.0, 0.5, 3.0]],
    ),
    (
        "TextVectorization",
        {"vocabulary": ["cat", "dog"], "output_sequence_length": 4},
        [["A dog, a CAT!"]],
        [[1, 3, 1, 2]],
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "arguments", "given", "expected"),
    [each for each in VALUES if takes(*each[:2], numpy.shape(each[2]))],
)
def test_values(kind: str, arguments: dict[str, Any], given: Any, expected: Any) -> None:
    tensor = tensorflow.constant(given)
    shape = (None, *tensor.shape[1:])
    built = spec(kind, arguments, (shape, tensor.dtype.name)).build()
    assert results_of(built, tensor, training=False).numpy().tolist() == expected


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_a_saved_model_predicts_the_same(kind: str, example: Example, tmp_path: Path) -> None:
    built = of_example(kind, example).build()
    tensors = [values(shape, example.dtype) for shape in example.shapes]
    built.save(tmp_path / "m.keras")
    loaded = keras.models.load_model(tmp_path / "m.keras")
    before, after = (results_of(model, *tensors, training=False) for model in (built, loaded))
    numpy.testing.assert_array_equal(before.numpy(), after.numpy())


# What acts in training


@EACH_RANDOM
def test_a_frozen_random_layer_does_nothing_in_training(kind: str) -> None:
    example = first_example(kind)
    compiled = spec(kind, example.arguments, (example.inputs, "uint8"), frozen=True)
    images = values(example.inputs, "uint8")
    result = results_of(compiled.build(), images, training=True)
    assert (result.dtype.name, compiled.compile().outputs["it"].dtype) == ("float32", "float32")
    numpy.testing.assert_array_equal(result.numpy(), images.numpy().astype("float32"))


@EACH_RANDOM
def test_a_random_layer_does_nothing_in_inference(kind: str) -> None:
    example = first_example(kind)
    images = values(example.inputs, "float32")
    result = results_of(of_example(kind, example).build(), images, training=False)
    numpy.testing.assert_array_equal(result.numpy(), images.numpy())


@EACH_RANDOM
def test_a_random_layer_does_nothing_where_training_is_not_said(kind: str) -> None:
    built = spec(kind, STRONG[kind], ((None, 24, 24, 3), "float32")).build()
    images = values((None, 24, 24, 3), "float32")
    numpy.testing.assert_array_equal(built(images).numpy(), images.numpy())


LAYERS_IN_A_ROW = ["RandomFlip", {"RandomInvert": {"factor": [1, 1]}}]


@pytest.mark.parametrize(
    ("kind", "arguments"),
    [("RandomInvert", {"factor": [1, 1]}), ("Pipeline", {"layers": LAYERS_IN_A_ROW})],
)
def test_an_exported_model_leaves_images_as_they_are(
    kind: str, arguments: dict[str, Any], tmp_path: Path
) -> None:
    built = spec(kind, arguments, ((None, 8, 8, 3), "float32")).build()
    built.export(tmp_path / "served", verbose=False)
    images = values((None, 8, 8, 3), "float32")
    served = tensorflow.saved_model.load(tmp_path / "served").serve(images)
    trained = results_of(built, images, training=True)
    assert numpy.array_equal(served.numpy(), images.numpy())
    assert not numpy.array_equal(trained.numpy(), images.numpy())


def test_plain_keras_changes_images_where_training_is_not_said() -> None:
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.RandomInvert(factor=(1, 1))(inputs))
    images = values((None, 8, 8, 3), "float32")
    numpy.testing.assert_array_equal(model(images).numpy(), 255 - images.numpy())


STRONG: dict[str, dict[str, Any]] = {
    "MixUp": {"alpha": 5},
    "CutMix": {"factor": 1},
    "RandomErasing": {"fill_value": 200},
    "Solarization": {"addition_factor": 1, "threshold_factor": [0, 0.1]},
    "RandomBrightness": {"factor": [0.5, 0.9]},
    "RandomContrast": {"factor": [0.5, 0.9]},
    "RandomSharpness": {"factor": [0, 0.1]},
    "RandomGaussianBlur": {"factor": [1, 1], "sigma": [0.9, 1]},
    "RandomInvert": {"factor": [1, 1]},
    "RandomPosterization": {"factor": [2, 3]},
    "RandomColorDegeneration": {"factor": [0.8, 1]},
    "RandomHue": {"factor": [0.5, 0.9]},
    "RandomSaturation": {"factor": [0.1, 0.2]},
    "RandomGrayscale": {"factor": 1},
    "RandomColorJitter": {"brightness_factor": [0.5, 0.9]},
    "RandomFlip": {"mode": "horizontal"},
    "RandomRotation": {"factor": [0.2, 0.3]},
    "RandomTranslation": {"height_factor": [0.2, 0.3], "width_factor": 0},
    "RandomZoom": {"height_factor": [0.2, 0.3]},
    "RandomShear": {"x_factor": [0.5, 0.9]},
    "RandomPerspective": {"factor": [1, 1], "scale": 0.9},
    "RandomElasticTransform": {"factor": [1, 1], "scale": [0.9, 1]},
    "RandAugment": {"num_ops": 5, "factor": [0.8, 1]},
    "AugMix": {"num_chains": 5, "chain_depth": 5, "factor": [0.8, 1]},
}
"""Arguments with which a random layer nearly always changes one of three images."""


def test_every_random_kind_is_tried_in_training() -> None:
    assert sorted(STRONG) == RANDOM


@EACH_RANDOM
def test_a_random_layer_acts_in_training(kind: str) -> None:
    keras.utils.set_random_seed(3)
    images = values((None, 24, 24, 3), "uint8")
    built = spec(kind, STRONG[kind], ((None, 24, 24, 3), "uint8")).build()
    act = traced(built, images, training=True)
    unchanged = [numpy.array_equal(act().numpy(), images.numpy()) for _ in range(3)]
    assert unchanged != [True, True, True]


def test_a_frozen_pipeline_does_what_it_does_in_inference() -> None:
    layers = [
        {"Resizing": {"height": 4, "width": 4}},
        "RandomFlip",
        {"RandomRotation": {"factor": 1}},
    ]
    compiled = [
        spec("Pipeline", {"layers": layers[:count]}, ((None, 8, 8, 3), "float32"), frozen=True)
        for count in (1, 3)
    ]
    images = values((None, 8, 8, 3), "float32")
    resized, whole = (results_of(each.build(), images, training=True) for each in compiled)
    numpy.testing.assert_array_equal(resized.numpy(), whole.numpy())


# What is refused


@pytest.mark.parametrize("kind", REFUSALS)
def test_a_refused_kind_says_why(kind: str) -> None:
    found = spec(kind, {}, ((None, 8, 8, 3), "float32")).report
    message = f"{kind} cannot be used in a spec: {REFUSALS[kind]}"
    assert [(each.code, each.message) for each in found] == [("refused-kind", message)]


def test_keras_crops_at_random_only_in_training() -> None:
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.RandomCrop(4, 4)(inputs))
    images = values((None, 8, 8, 3), "float32")
    shapes = [tuple(results_of(model, images, training=each).shape) for each in (True, False)]
    assert (model.output_shape, shapes) == ((None, 4, 4, 3), [(3, 4, 4, 3), (3, 8, 8, 3)])


def test_keras_cannot_put_equalization_in_a_model() -> None:
    inputs = keras.Input((8, 8, 3))
    with pytest.raises(ValueError, match=r"part of a cycle|not connected"):
        keras.Model(inputs, keras.layers.Equalization()(inputs))


def test_keras_leaves_boxes_out_of_a_model() -> None:
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.MaxNumBoundingBoxes(2)(inputs))
    images = values((None, 8, 8, 3), "float32")
    numpy.testing.assert_array_equal(
        results_of(model, images, training=True).numpy(), images.numpy()
    )


def test_keras_cannot_load_a_shear_that_is_a_number(tmp_path: Path) -> None:
    inputs = keras.Input((8, 8, 3))
    model = keras.Model(inputs, keras.layers.RandomShear(0.2)(inputs))
    model.save(tmp_path / "m.keras")
    with pytest.raises(TypeError, match=re.escape("in the range [0, 1.0]")):
        keras.models.load_model(tmp_path / "m.keras")


def test_keras_confuses_categories_in_half_precision() -> None:
    layer = keras.layers.CategoryEncoding(4000, output_mode="one_hot", dtype="mixed_float16")
    inputs = keras.Input((1,), dtype="int32")
    encoded = results_of(keras.Model(inputs, layer(inputs)), numpy.array([[3001]]), training=False)
    assert numpy.argmax(encoded) == 3000


def problems(kind: str, arguments: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Code, place and message of everything that is wrong with a call."""
    with pytest.raises(Problems) as raised:
        LAYERS.check({kind: arguments})
    return [(each.code, each.at, each.message) for each in raised.value.problems]


ADAPT = "a spec cannot contain the data from which Keras would learn {} (`adapt`)"
ARGUMENTS: list[tuple[str, dict[str, Any], str, tuple[Any, ...], str]] = [
    ("Discretization", {}, "missing-argument", (), f"Discretization needs 'bin_boundaries': {ADAPT.format('them')}"),
    ("Discretization", {"num_bins": 4}, "missing-argument", (), f"Discretization needs 'bin_boundaries': {ADAPT.format('them')}"),
    ("Discretization", {"bin_boundaries": [0], "num_bins": 4}, "conflicting-arguments", ("num_bins",), "Discretization derives 'num_bins' from its 'bin_boundaries'"),
    ("Discretization", {"bin_boundaries": [0, 2, 1]}, "out-of-range", ("bin_boundaries", 2), "'bin_boundaries' of Discretization must be a list of numbers in rising order, or null, not [0, 2, 1]"),
    ("Discretization", {"bin_boundaries": [0], "sparse": True}, "unknown-value", ("sparse",), "sparse tensors are not accepted by the other layers of a model"),
    ("CategoryEncoding", {}, "missing-argument", (), "CategoryEncoding needs 'num_tokens', a whole number of at least 1"),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "int"}, "unknown-value", ("output_mode",), "'output_mode' of CategoryEncoding must be 'one_hot', 'multi_hot' or 'count', not 'int'"),
    ("CategoryEncoding", {"num_tokens": 4, "sparse": True}, "unknown-value", ("sparse",), "sparse tensors are not accepted by the other layers of a model"),
    ("Hashing", {"num_bins": 4, "dtype": "float32"}, "conflicting-arguments", ("dtype",), "Hashing supports only 'int32' and 'int64' in the mode 'int'"),
    ("Hashing", {"num_bins": 4, "salt": [1, 2, 3]}, "wrong-type", ("salt",), "'salt' of Hashing must be a whole number of at least 0, a list of two, or null, not [1, 2, 3]"),
    ("HashedCrossing", {"num_bins": 4, "output_mode": "count"}, "unknown-value", ("output_mode",), "'output_mode' of HashedCrossing must be 'int' or 'one_hot', not 'count'"),
    ("IntegerLookup", {}, "missing-argument", (), f"IntegerLookup needs 'vocabulary': {ADAPT.format('one')}"),
    ("IntegerLookup", {"vocabulary": [3, 5, 3]}, "conflicting-arguments", ("vocabulary", 2), "the vocabulary contains 3 twice"),
    ("IntegerLookup", {"vocabulary": ["3"]}, "wrong-type", ("vocabulary", 0), "'vocabulary' of IntegerLookup must be a list of whole numbers, or null, not ['3']"),
    ("IntegerLookup", {"vocabulary": [3], "salt": 7}, "conflicting-arguments", ("salt",), "IntegerLookup uses 'salt' only with the 'oov_method' 'farmhash'"),
    ("StringLookup", {}, "missing-argument", (), f"StringLookup needs 'vocabulary': {ADAPT.format('one')}"),
    ("StringLookup", {"vocabulary": "words.txt"}, "wrong-type", ("vocabulary",), "'vocabulary' of StringLookup must be a list of texts, or null, not 'words.txt'"),
    ("StringLookup", {"vocabulary": ["[UNK]"]}, "conflicting-arguments", ("vocabulary",), "the vocabulary of StringLookup contains only terms that are added automatically"),
    ("StringLookup", {"vocabulary": ["cat", "m"], "mask_token": "m"}, "conflicting-arguments", ("vocabulary",), "the vocabulary of StringLookup contains the 'mask_token' 'm'"),
    ("StringLookup", {"vocabulary": ["cat", "[UNK]"], "invert": True}, "conflicting-arguments", ("vocabulary",), "the vocabulary of StringLookup contains the 'oov_token' '[UNK]'"),
    ("StringLookup", {"vocabulary": ["cat"], "invert": True, "oov_token": None}, "conflicting-arguments", ("oov_token",), "StringLookup needs an 'oov_token' for unknown indices"),
    ("StringLookup", {"vocabulary": ["cat"], "invert": True, "output_mode": "count"}, "conflicting-arguments", ("output_mode",), "StringLookup maps indices to terms only in the mode 'int'"),
    ("StringLookup", {"vocabulary": ["cat", "dog"], "max_tokens": 2}, "conflicting-arguments", ("max_tokens",), "StringLookup has 3 terms including added ones, but 'max_tokens' is 2"),
    ("StringLookup", {"vocabulary": ["cat"], "pad_to_max_tokens": True}, "missing-argument", (), "StringLookup needs 'max_tokens' for padding"),
    ("StringLookup", {"vocabulary": ["cat"], "output_mode": "tf_idf"}, "missing-argument", (), "StringLookup needs 'idf_weights' in the mode 'tf_idf'"),
    ("StringLookup", {"vocabulary": ["cat"], "idf_weights": [1]}, "conflicting-arguments", ("idf_weights",), "StringLookup uses 'idf_weights' only in the mode 'tf_idf'"),
    ("StringLookup", {"vocabulary": ["cat"], "output_mode": "tf_idf", "idf_weights": [1, 2]}, "conflicting-arguments", ("idf_weights",), "StringLookup has 2 weights for 1 term"),
    ("StringLookup", {"vocabulary": ["cat"], "encoding": "utf-9"}, "unknown-value", ("encoding",), "'encoding' of StringLookup must be the name of a text encoding such as 'utf-8', not 'utf-9'"),
    ("StringLookup", {"vocabulary": ["cat"], "output_mode": "count", "sparse": True}, "unknown-value", ("sparse",), "sparse tensors are not accepted by the other layers of a model"),
    ("TextVectorization", {}, "missing-argument", (), f"TextVectorization needs 'vocabulary': {ADAPT.format('one')}"),
    ("TextVectorization", {"vocabulary": ["cat"], "ragged": True}, "unknown-value", ("ragged",), "ragged tensors are not accepted by the other layers of a model"),
    ("TextVectorization", {"vocabulary": ["cat"], "output_mode": "count", "output_sequence_length": 4}, "conflicting-arguments", ("output_sequence_length",), "TextVectorization uses 'output_sequence_length' only in the mode 'int'"),
    ("TextVectorization", {"vocabulary": ["cat", ""]}, "conflicting-arguments", ("vocabulary",), "the vocabulary of TextVectorization contains the empty text"),
    ("Normalization", {"mean": 3}, "missing-argument", (), "Normalization needs 'variance' if 'mean' is given"),
    ("Normalization", {"mean": [1, 2], "variance": 1}, "conflicting-arguments", ("variance",), "'variance' of Normalization must have as many numbers as 'mean'"),
    ("Normalization", {"mean": [[1], [2]], "variance": [[1], [2]]}, "wrong-type", ("mean",), "'mean' of Normalization must be a number, or nested lists for 1 axes"),
    ("Normalization", {"mean": 1, "variance": -1}, "out-of-range", ("variance",), "'variance' of Normalization must be a number of at least 0, a list of them, or null, not -1"),
    ("MelSpectrogram", {"fft_length": 256, "sequence_length": 400}, "conflicting-arguments", ("sequence_length",), "'sequence_length' of MelSpectrogram is 400, but 'fft_length' is only 256"),
    ("MelSpectrogram", {"window": "blackman"}, "unknown-value", ("window",), "'window' of MelSpectrogram must be 'hann', 'hamming', a list of numbers, or null, not 'blackman'"),
    ("MelSpectrogram", {"sampling_rate": 8000, "min_freq": 5000}, "conflicting-arguments", ("min_freq",), "'min_freq' of MelSpectrogram must be below the highest frequency, 4000"),
    ("STFTSpectrogram", {"window": [1, 1], "frame_length": 4}, "conflicting-arguments", ("window",), "'window' of STFTSpectrogram has 2 numbers, but frames have 4 samples"),
    ("STFTSpectrogram", {"frame_length": 1}, "conflicting-arguments", ("frame_step",), "'frame_step' of STFTSpectrogram must be from 1 to 'frame_length', 1"),
    ("STFTSpectrogram", {"fft_length": 128}, "conflicting-arguments", ("fft_length",), "'fft_length' of STFTSpectrogram must be at least 'frame_length', 256"),
    ("Resizing", {"height": 4, "width": 4, "crop_to_aspect_ratio": True, "pad_to_aspect_ratio": True}, "conflicting-arguments", ("pad_to_aspect_ratio",), "Resizing cannot both crop and pad to keep the proportions"),
    ("AutoContrast", {"data_format": "channels_first"}, "conflicting-arguments", ("data_format",), "AutoContrast works on axes 1 and 2, so the channels must be last"),
    ("AutoContrast", {"value_range": [255, 0]}, "out-of-range", ("value_range",), "'value_range' of AutoContrast must be a list of two numbers, the smaller one first, not [255, 0]"),
    ("RandomColorJitter", {"data_format": "channels_first"}, "conflicting-arguments", ("data_format",), "RandomColorJitter always treats the last axis as the channels"),
    ("RandomBrightness", {"factor": 2}, "out-of-range", ("factor",), "'factor' of RandomBrightness must be a number from -1 to 1, or a list of two, not 2"),
    ("RandomBrightness", {"factor": [0, 2]}, "out-of-range", ("factor", 1), "'factor' of RandomBrightness must be a number from -1 to 1, or a list of two, not [0, 2]"),
    ("RandomContrast", {"factor": [0.1]}, "wrong-type", ("factor",), "'factor' of RandomContrast must be a number from 0 to 1, or a list of two, not [0.1]"),
    ("RandomGaussianBlur", {"kernel_size": 4}, "out-of-range", ("kernel_size",), "'kernel_size' of RandomGaussianBlur must be an odd whole number, or a list of two, not 4"),
    ("RandomPosterization", {"factor": 2.5}, "wrong-type", ("factor",), "'factor' of RandomPosterization must be a whole number from 1 to 8, or a list of two, not 2.5"),
    ("RandomFlip", {"mode": "sideways"}, "unknown-value", ("mode",), "'mode' of RandomFlip must be 'horizontal', 'vertical' or 'horizontal_and_vertical', not 'sideways'"),
    ("RandomZoom", {"height_factor": [-1, 0]}, "out-of-range", ("height_factor",), "'height_factor' of RandomZoom must be above -1, not [-1, 0]"),
    ("RandomShear", {"y_factor": 0.2}, "out-of-range", ("y_factor",), "Keras cannot load a saved RandomShear whose 'y_factor' is a number"),
    ("RandomErasing", {"fill_value": [1, 2]}, "wrong-type", ("fill_value",), "'fill_value' of RandomErasing must be a number, a list of one for each of three channels, or null, not [1, 2]"),
    ("Pipeline", {"layers": []}, "wrong-type", ("layers",), "'layers' of Pipeline must be a list of layers, not []"),
    ("Pipeline", {"layers": ["Banana"]}, "unknown-kind", ("layers", 0), "unknown layer 'Banana'"),
    ("Pipeline", {"layers": ["Lambda"]}, "refused-kind", ("layers", 0), "Lambda cannot be used in a spec: it runs Python code"),
    ("Pipeline", {"layers": ["RandomFlip", {"RandomHue": {"factor": 2}}]}, "out-of-range", ("layers", 1, "factor"), "'factor' of RandomHue must be a number from 0 to 1, or a list of two, not 2"),
    ("Pipeline", {"layers": [{"Normalization": {"mean": 1, "variance": 1}}]}, "conflicting-arguments", ("layers", 0), "Normalization cannot be used in a Pipeline"),
    ("Pipeline", {"layers": ["Add"]}, "conflicting-arguments", ("layers", 0), "Add cannot be used in a Pipeline"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "arguments", "code", "at", "message"), ARGUMENTS)
def test_arguments_that_are_refused(
    kind: str, arguments: dict[str, Any], code: str, at: tuple[Any, ...], message: str
) -> None:
    assert (problems(kind, arguments), code in CODES) == ([(code, at, message)], True)


TEXT, FLOAT = "string", "float32"
COUNT = {"vocabulary": ["cat"], "output_mode": "count"}
INPUTS: list[tuple[str, dict[str, Any], list[tuple[Shape, str]], str, tuple[Any, ...], str]] = [
    ("RandomFlip", {}, [((None, 8, 8), FLOAT)], "wrong-rank", (), "RandomFlip takes an input with 4 axes (batch, height, width, channels), not (None, 8, 8)"),
    ("RandomHue", {"factor": 0.1}, [((None, 8, 8, 1), FLOAT)], "shape-mismatch", (), "RandomHue takes images with 3 channels, not 1"),
    ("RandAugment", {}, [((None, 8, 8, 4), FLOAT)], "shape-mismatch", (), "RandAugment takes images with 1 or 3 channels, not 4"),
    ("RandomColorJitter", {"hue_factor": 0.1}, [((None, 8, 8, 1), FLOAT)], "shape-mismatch", (), "RandomColorJitter takes images with 3 channels, not 1"),
    ("CutMix", {}, [((None, 8, None, 3), FLOAT)], "unknown-size", (), "CutMix needs to know the size of axis 2 of its input (None, 8, None, 3)"),
    ("RandomErasing", {"data_format": "channels_first"}, [((None, 3, 8, None), FLOAT)], "unknown-size", (), "RandomErasing needs to know the size of axis 3 of its input (None, 3, 8, None)"),
    ("RandomGrayscale", {}, [((None, 8, 8, None), FLOAT)], "unknown-size", (), "RandomGrayscale needs to know the size of axis 3 of its input (None, 8, 8, None)"),
    ("ContrastLimitedAdaptiveHistogramEqualization", {}, [((None, 3, 30, 3), FLOAT)], "kernel-too-large", ("tile_grid_size",), "images of 3 x 30 are too small for 8 x 8 tiles"),
    ("CategoryEncoding", {"num_tokens": 4}, [((None,), "int32")], "wrong-rank", (), "CategoryEncoding in the mode 'multi_hot' takes an input with 2 axes (batch, values), not (None,)"),
    ("CategoryEncoding", {"num_tokens": 4, "output_mode": "one_hot"}, [((None, None), "int32")], "unknown-size", (), "CategoryEncoding needs to know the size of axis 1 of its input (None, None)"),
    ("Hashing", {"num_bins": 4, "output_mode": "one_hot"}, [((None, 3), TEXT)], "shape-mismatch", (), "Hashing in the mode 'one_hot' takes an input whose last axis has the size 1, not (None, 3)"),
    ("HashedCrossing", {"num_bins": 4}, [((None, 2), TEXT), ((None, 2), TEXT)], "shape-mismatch", (), "HashedCrossing takes two inputs with the shape (batch, 1), not (None, 2) and (None, 2)"),
    ("StringLookup", COUNT, [((None, 2, 3), TEXT)], "wrong-rank", (), "StringLookup in the mode 'count' takes an input with 2 axes (batch, values), not (None, 2, 3)"),
    ("TextVectorization", {"vocabulary": ["cat"]}, [((None, 4), TEXT)], "wrong-rank", (), "TextVectorization takes whole text as an input of the shape (batch,) or (batch, 1), not (None, 4)"),
    ("TextVectorization", COUNT, [((None, 1), TEXT)], "wrong-rank", (), "TextVectorization in the mode 'count' takes whole text as an input of the shape (batch,), one text per sample, not (None, 1)"),
    ("TextVectorization", {"vocabulary": ["cat"], "split": None}, [((None,), TEXT)], "wrong-rank", (), "TextVectorization takes text split into words as an input of the shape (batch, words), not (None,)"),
    ("Normalization", {}, [((None, 4, None), FLOAT)], "unknown-size", (), "Normalization needs to know the size of axis 2 of its input (None, 4, None)"),
    ("Normalization", {"axis": [1, -1]}, [((None, 3), FLOAT)], "conflicting-arguments", ("axis",), "Normalization names an axis of its input (None, 3) twice"),
    ("Normalization", {"axis": 3}, [((None, 3), FLOAT)], "out-of-range", ("axis",), "Normalization works on axis 3, but its input (None, 3) has 2 axes"),
    ("Normalization", {"mean": [1, 2], "variance": [1, 2]}, [((None, 3), FLOAT)], "shape-mismatch", ("mean",), "'mean' of Normalization has 2 numbers for an axis of size 3"),
    ("MelSpectrogram", {}, [((None, 16000, 1), FLOAT)], "wrong-rank", (), "MelSpectrogram takes an input with 2 axes (batch, samples), not (None, 16000, 1)"),
    ("MelSpectrogram", {}, [((None, 1000), FLOAT)], "kernel-too-large", ("fft_length",), "MelSpectrogram needs more than 1024 samples, but its input has 1000"),
    ("MelSpectrogram", {}, [((None, 2047), FLOAT)], "shape-mismatch", ("sequence_stride",), "Keras declares 5 columns for 2047 samples, but MelSpectrogram computes 4; use one sample more or less"),
    ("STFTSpectrogram", {}, [((None, 100, 1), FLOAT)], "kernel-too-large", ("frame_length",), "STFTSpectrogram takes frames of 256 samples, but its input has only 100"),
    ("STFTSpectrogram", {}, [((None, 1600, None), FLOAT)], "unknown-size", (), "STFTSpectrogram needs to know the size of axis 2 of its input (None, 1600, None)"),
    ("Pipeline", {"layers": [{"Conv2D": {"filters": 2, "kernel_size": 3}}]}, [((None, 8, 8, 3), FLOAT)], "conflicting-arguments", ("layers", 0), "Conv2D has weights, so it must be in `layers` of the model"),
    ("Pipeline", {"layers": ["RandomFlip", {"RandomHue": {"factor": 0.1}}]}, [((None, 8, 8, 1), FLOAT)], "shape-mismatch", ("layers", 1), "RandomHue takes images with 3 channels, not 1"),
    ("Dense", {"units": 2}, [((None, 4), TEXT)], "wrong-dtype", (), "Dense takes numbers, not text"),
    ("StringLookup", {"vocabulary": ["cat"]}, [((None, 4), "int64")], "wrong-dtype", (), "StringLookup takes text, not int64"),
    ("StringLookup", {"vocabulary": ["cat"], "invert": True}, [((None, 4), TEXT)], "wrong-dtype", (), "StringLookup takes numbers, not text"),
    ("IntegerLookup", {"vocabulary": [3]}, [((None, 4), TEXT)], "wrong-dtype", (), "IntegerLookup takes numbers, not text"),
    ("TextVectorization", {"vocabulary": ["cat"]}, [((None,), FLOAT)], "wrong-dtype", (), "TextVectorization takes text, not float32"),
    ("Hashing", {"num_bins": 4, "mask_value": 0}, [((None, 4), TEXT)], "wrong-dtype", ("mask_value",), "'mask_value' of Hashing is not a value of its string input"),
    ("Hashing", {"num_bins": 4, "output_mode": "count", "dtype": "float16"}, [((None, 4), TEXT)], "wrong-dtype", ("dtype",), "Hashing cannot count in float16"),
    ("HashedCrossing", {"num_bins": 4}, [((None, 1), TEXT), ((None, 1), FLOAT)], "wrong-dtype", (), "HashedCrossing takes whole numbers and text, not float32"),
    ("CategoryEncoding", {"num_tokens": 3000, "dtype": "mixed_float16"}, [((None, 4), "int32")], "wrong-dtype", ("dtype",), "CategoryEncoding cannot distinguish 3000 categories in float16"),
    ("STFTSpectrogram", {}, [((None, 1600, 1), "int16")], "wrong-dtype", (), "STFTSpectrogram takes float16, float32 and float64, not int16"),
    ("MelSpectrogram", {"dtype": "float64"}, [((None, 16000), FLOAT)], "wrong-dtype", ("dtype",), "MelSpectrogram cannot work in float64 with 'power_to_db'"),
    ("CutMix", {"dtype": "bfloat16"}, [((None, 8, 8, 3), FLOAT)], "wrong-dtype", ("dtype",), "CutMix cannot work in bfloat16"),
    ("RandomErasing", {"dtype": "mixed_float16"}, [((None, 8, 8, 3), FLOAT)], "wrong-dtype", ("dtype",), "RandomErasing cannot work in float16"),
]  # fmt: skip


def refusals(
    kind: str, arguments: dict[str, Any], inputs: list[tuple[Shape, str]]
) -> Iterator[Any]:
    """What a layer says to inputs, by itself."""
    layer: Any = LAYERS.check({kind: arguments})
    try:
        layer.check_dtypes(*(dtype for _, dtype in inputs))
        layer.shape(*(shape for shape, _ in inputs))
    except Problem as problem:
        yield problem.code, problem.at, problem.message


@pytest.mark.parametrize(("kind", "arguments", "inputs", "code", "at", "message"), INPUTS)
def test_inputs_that_are_refused(
    kind: str,
    arguments: dict[str, Any],
    inputs: list[tuple[Shape, str]],
    code: str,
    at: tuple[Any, ...],
    message: str,
) -> None:
    assert list(refusals(kind, arguments, inputs)) == [(code, at, message)]
    found = spec(kind, arguments, *inputs, keras=str(NEWEST)).report
    assert [(each.code, each.message) for each in found] == [(code, message)]


def test_a_number_that_cannot_be_loaded_comes_with_the_list_that_can() -> None:
    (found,) = spec("RandomShear", {"x_factor": 0.2}, ((None, 8, 8, 3), FLOAT)).report
    assert found.suggestion == "use [0, 0.2]"


def test_a_vocabulary_may_begin_with_what_is_added_to_it() -> None:
    vocabulary = ["", "[UNK]", "[UNK]", "cat"]
    arguments = {"vocabulary": vocabulary, "num_oov_indices": 2, "mask_token": ""}
    built = spec("StringLookup", arguments, ((None, 2), TEXT)).build()
    result = results_of(built, tensorflow.constant([["cat", ""]]), training=False)
    assert result.numpy().tolist() == [[3, 0]]
    assert built.get_layer("it").get_vocabulary() == vocabulary


def test_statistics_that_are_not_given_are_weights() -> None:
    model = loads("cnnspec: 1\ninputs: {x: [4, 3]}\nlayers: [{Normalization: {axis: [2, 1]}}]")
    (node,) = model.compile().nodes
    assert [(each.name, each.shape, each.trainable) for each in node.weights] == [
        ("mean", (4, 3), False),
        ("variance", (4, 3), False),
        ("count", (), False),
    ]

"""The zoo: known networks, held against keras.applications and against their papers."""

from collections.abc import Iterator
from typing import Any

import keras
import numpy
import pytest

from cnnspec import load
from cnnspec.backends.summary.rows import rows
from cnnspec.ir.checked import CheckedGraph
from cnnspec.naming import keras_name
from tests.support.layers import weights_are_zeros
from tests.support.paths import ZOO

# fmt: off
TOTALS = {
    #                           all      trained
    "alexnet":          ( 60_965_224,  60_965_224),    # counted by hand below
    "cnn_1d":           (    265_986,     264_962),    # counted by hand below
    "cnn_3d":           (    921_736,     921_736),    # said in the paper, and counted below
    "conv_lstm":        (  3_896_336,   3_896_336),    # counted by hand below
    "convnext_tiny":    ( 28_589_128,  28_589_128),    # keras.applications
    "densenet121":      (  8_062_504,   7_978_856),    # keras.applications
    "efficientnetb0":   (  5_330_571,   5_288_548),    # keras.applications
    "feature_pyramid":  ( 26_867_075,  26_813_955),    # counted by hand below
    "inceptionv3":      ( 23_851_784,  23_817_352),    # keras.applications
    "lenet5":           (     61_706,      61_706),    # counted by hand below
    "mobilenetv2":      (  3_538_984,   3_504_872),    # keras.applications
    "resnet152v2":      ( 60_380_648,  60_236_904),    # keras.applications
    "resnet50":         ( 25_636_712,  25_583_592),    # keras.applications
    "siamese":          ( 38_951_745,  38_951_745),    # counted by hand below
    "unet":             ( 31_030_658,  31_030_658),    # counted by hand below
    "vgg16":            (138_357_544, 138_357_544),    # keras.applications
    "xception":         ( 22_910_480,  22_855_952),    # keras.applications
}
RESNET50_WITHOUT_ITS_HEAD = 23_587_712
"""keras.applications.ResNet50(include_top=False)."""

BY_HAND = {
    # the layers in the papers: positions of the kernel, channels that it sees, channels that come out
    "lenet5": [(25, 1, 6), (25, 6, 16), (25, 16, 120), (1, 120, 84), (1, 84, 10)],
    "alexnet": [
        (121, 3, 96), (25, 48, 256), (9, 256, 384), (9, 192, 384), (9, 192, 256),
        (36, 256, 4096), (1, 4096, 4096), (1, 4096, 1000),
    ],
    "unet": [
        (9, 1, 64), (9, 64, 64), (9, 64, 128), (9, 128, 128), (9, 128, 256), (9, 256, 256),
        (9, 256, 512), (9, 512, 512), (9, 512, 1024), (9, 1024, 1024),
        (4, 1024, 512), (9, 1024, 512), (9, 512, 512), (4, 512, 256), (9, 512, 256), (9, 256, 256),
        (4, 256, 128), (9, 256, 128), (9, 128, 128), (4, 128, 64), (9, 128, 64), (9, 64, 64),
        (1, 64, 2),
    ],
    "siamese": [
        (100, 1, 64), (49, 64, 128), (16, 128, 128), (16, 128, 256), (36, 256, 4096), (1, 4096, 1),
    ],
    "feature_pyramid": [
        (1, 2048, 256), (1, 1024, 256), (1, 512, 256), *[(9, 256, 256)] * 4, (1, 256, 3),
    ],
    "vgg16": [
        (9, 3, 64), (9, 64, 64), (9, 64, 128), (9, 128, 128), (9, 128, 256), *[(9, 256, 256)] * 2,
        (9, 256, 512), *[(9, 512, 512)] * 5, (49, 512, 4096), (1, 4096, 4096), (1, 4096, 1000),
    ],
    "cnn_1d": [(8, 1, 128), (5, 128, 256), (3, 256, 128), (1, 128, 2)],
    "cnn_3d": [(125, 1, 32), (27, 32, 32), (216, 32, 128), (1, 128, 40)],
    "conv_lstm": [  # three gates and what they let in see the input and the state
        (25, 16 + 128, 4 * 128), (25, 128 + 64, 4 * 64), (25, 64 + 64, 4 * 64), (1, 256, 16),
    ],
}
NOT_COUNTED_ABOVE = {
    "cnn_1d": 4 * (128 + 256 + 128),    # four numbers a channel for batch normalization
    "feature_pyramid": RESNET50_WITHOUT_ITS_HEAD,
}
SHAPES = {
    # what the papers' figures and tables say
    "lenet5": {
        "c1": (28, 28, 6), "s2": (14, 14, 6), "c3": (10, 10, 16), "s4": (5, 5, 16), "c5": (1, 1, 120),
    },
    "alexnet": {
        "conv1": (55, 55, 96), "conv2": (27, 27, 256), "conv3": (13, 13, 384),
        "conv4": (13, 13, 384), "conv5": (13, 13, 256),
    },
    "unet": {
        "level1_conv_2": (568, 568, 64), "level2_convs_1_conv_2": (280, 280, 128),
        "level3_convs_1_conv_2": (136, 136, 256), "level4_convs_1_conv_2": (64, 64, 512),
        "down_1_convs_1_conv_2": (28, 28, 1024), "up_1_convs_1_conv_2": (52, 52, 512),
        "up_2_convs_1_conv_2": (100, 100, 256), "up_3_convs_1_conv_2": (196, 196, 128),
        "up_4_convs_1_conv_2": (388, 388, 64), "classes": (388, 388, 2),
    },
    "siamese": {"one": (4096,), "other": (4096,), "distance": (4096,), "same": (1,)},
    "feature_pyramid": {
        "m5": (16, 16, 256), "p5": (16, 16, 256), "p4": (32, 32, 256), "p3": (64, 64, 256),
    },
    "cnn_3d": {"conv3d_1": (14, 14, 14, 32), "conv3d_2": (12, 12, 12, 32), "object": (40,)},
}
APPLICATIONS = {
    # how it is made, its size, the number of classes, the largest value of a pixel
    "convnext_tiny":    (keras.applications.ConvNeXtTiny,   224, 1000, 255),
    "densenet121":      (keras.applications.DenseNet121,    224, 1000, 1),
    "efficientnetb0":   (keras.applications.EfficientNetB0, 224, 1000, 255),
    "inceptionv3":      (keras.applications.InceptionV3,    299, 1000, 1),
    "mobilenetv2":      (keras.applications.MobileNetV2,    224, 1000, 1),
    "resnet152v2":      (keras.applications.ResNet152V2,    224, 1000, 1),
    "resnet50":         (keras.applications.ResNet50,       224, 1000, 1),
    "vgg16":            (keras.applications.VGG16,           32,   10, 1),    # 33 million, not 138
    "xception":         (keras.applications.Xception,       299, 1000, 1),
}
# fmt: on


def checked(name: str, **params: Any) -> CheckedGraph:
    return load(ZOO / f"{name}.yaml", params=params).compile()


def test_every_network_is_in_the_table() -> None:
    assert sorted(TOTALS) == sorted(file.stem for file in ZOO.iterdir())


@pytest.mark.parametrize("name", TOTALS)
def test_nothing_is_found(name: str) -> None:
    assert list(load(ZOO / f"{name}.yaml").report) == []


@pytest.mark.parametrize("name", TOTALS)
def test_parameters(name: str) -> None:
    graph = checked(name)
    assert (graph.params, graph.trainable_params) == TOTALS[name]


@pytest.mark.parametrize("name", BY_HAND)
def test_parameters_counted_by_hand(name: str) -> None:
    counted = sum((size * given + 1) * filters for size, given, filters in BY_HAND[name])
    assert counted + NOT_COUNTED_ABOVE.get(name, 0) == TOTALS[name][0]


@pytest.mark.parametrize("name", SHAPES)
def test_shapes_of_the_paper(name: str) -> None:
    found = {
        node.name: shape
        for node in checked(name).nodes
        for shape in [next(iter(node.outputs.values())).shape[1:]]
        if node.name in SHAPES[name]
    }
    assert found == SHAPES[name]


def test_resnet50_is_short() -> None:
    assert (ZOO / "resnet50.yaml").stat().st_size < 3 * 1024


def static_table(graph: CheckedGraph) -> dict[str, Any]:
    return {
        keras_name(row.name): (row.kind, row.output_shapes[0], row.params) for row in rows(graph)
    }


def built_table(model: Any) -> dict[str, Any]:
    """The layers as Keras tells of them; a shared one by its first call."""
    return {
        layer.name: (type(layer).__name__, layer.output.shape, layer.count_params())
        for layer in model.layers
    }


@pytest.mark.parametrize("name", sorted(TOTALS.keys() - APPLICATIONS.keys()))
def test_the_built_model_is_that_of_the_static_table(name: str) -> None:
    spec = load(ZOO / f"{name}.yaml")
    with weights_are_zeros():
        built = spec.build()
    assert built_table(built) == static_table(spec.compile())


def in_one_line(model: Any) -> Iterator[Any]:
    """The layers and operators of a model by depth, those of nested models in their place."""
    for operation in model.operations:
        yield from operation.layers if isinstance(operation, keras.Sequential) else [operation]


def public(operation: Any) -> Any:
    """The layer that the zoo has in place of a class that only keras.applications knows."""
    if type(operation).__name__ != "LayerScale":
        return operation
    initializer = keras.initializers.Constant(operation.init_values)
    layer = keras.layers.DepthwiseConv2D(
        1, use_bias=False, depthwise_initializer=initializer, trainable=operation.trainable
    )
    layer(keras.Input(batch_shape=operation.input.shape))
    return layer


def described(operation: Any) -> Any:
    """Everything but its name: kind, arguments, shapes of output and weights, trainability."""
    kind, shape = type(operation).__name__, operation.output.shape
    if kind == "Add":  # ConvNeXt adds with `+`
        return kind, shape
    arguments = operation.get_config()
    del arguments["name"]
    if "axis" in arguments:  # -1 is 3
        arguments["axis"] = numpy.mod(arguments["axis"], len(shape)).tolist()
    weights = [(tuple(weight.shape), weight.trainable) for weight in operation.weights]
    return kind, shape, arguments, weights


def totals(model: Any) -> tuple[int, int]:
    trained = sum(weight.numpy().size for weight in model.trainable_weights)
    return model.count_params(), trained


def scatter_and_copy(weights: list[Any], into: list[Any]) -> None:
    """Copy random weights, after moving biases, statistics and scales away from their 0 and 1."""
    random = numpy.random.default_rng(0)
    for weight, other in zip(weights, into, strict=True):
        if len(weight.shape) == 1:
            weight.assign_add(random.uniform(0, 0.1, weight.shape))
        other.assign(numpy.reshape(weight, other.shape))


@pytest.mark.parametrize("name", APPLICATIONS)
def test_equal_to_the_network_of_keras_applications(name: str) -> None:
    make, size, classes, brightest = APPLICATIONS[name]
    known = make(weights=None, input_shape=(size, size, 3), classes=classes)
    spec = load(ZOO / f"{name}.yaml", params={"size": size, "classes": classes})
    with weights_are_zeros():
        built = spec.build()
    assert built_table(built) == static_table(spec.compile())
    assert totals(built) == totals(known)
    assert [described(each) for each in in_one_line(built)] == [
        described(public(each)) for each in in_one_line(known)
    ]
    for layer, other in zip(in_one_line(known), in_one_line(built), strict=True):
        scatter_and_copy(getattr(layer, "weights", []), getattr(other, "weights", []))
    image = brightest * numpy.random.default_rng(0).random((1, size, size, 3), dtype="float32")
    expected = known(image).numpy()
    assert len(numpy.unique(expected)) > classes / 2
    assert numpy.array_equal(built(image), expected)


def test_the_siamese_towers_are_one() -> None:
    model = load(ZOO / "siamese.yaml").build()
    first, second = numpy.random.default_rng(0).random((2, 1, 105, 105, 1), dtype="float32")
    answer = model([first, second]).numpy()
    assert numpy.array_equal(model([second, first]), answer)
    assert model([first, first]).numpy().tolist() == [[0.5]]  # no distance, and a bias of zero
    assert answer.tolist() != [[0.5]]


def test_the_levels_of_the_pyramid_have_one_detector_and_a_loss_each() -> None:
    model = load(ZOO / "feature_pyramid.yaml", params={"size": 64}).build()
    image = numpy.random.default_rng(0).random((1, 64, 64, 3), dtype="float32")
    sides = {"small": 8, "medium": 4, "large": 2}
    targets = {name: numpy.ones((1, side, side, 3)) for name, side in sides.items()}
    found = model.evaluate(image, targets, verbose=0, return_dict=True)
    losses = {f"{name}_loss": found[f"{name}_loss"] for name in sides}
    assert found == pytest.approx({"loss": sum(losses.values()), **losses})
    assert len(set(losses.values())) == 3
    detectors = [layer.name for layer in model.layers if layer.name.startswith(("look", "judge"))]
    assert detectors == ["look", "judge"]

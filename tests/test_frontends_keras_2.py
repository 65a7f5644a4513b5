"""Operations of TensorFlow that Keras 2 saved become steps that compute the same."""

import json
from typing import Any

import numpy
import pytest

import cnnspec
from cnnspec import Document
from cnnspec.backends.keras.building import build
from cnnspec.frontends.archive import read_json
from cnnspec.importing import imported
from cnnspec.keras_files.problems import UnreadableModel
from tests.support.paths import ROOT

FOLDER = ROOT / "tests" / "keras_2_operations"
NAMES = sorted(each.stem for each in FOLDER.glob("*.h5"))
CONFIGURATIONS = json.loads((FOLDER / "configurations.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", NAMES)
def test_the_model_computes_the_same(name: str) -> None:
    stored = numpy.load(FOLDER / "outputs.npz")
    model = cnnspec.load(FOLDER / f"{name}.h5").build()
    # The file was made on another machine, which may round the last bit differently.
    numpy.testing.assert_allclose(model(stored["inputs"]), stored[name], rtol=1e-6, atol=1e-6)


def document_of(name: str) -> Document:
    return read_json(json.dumps(CONFIGURATIONS[name]))


def steps(document: Document) -> list[str]:
    """The steps of a document in short: what is called, with the values of its arguments."""
    return [
        " ".join([each.kind, *(f"{value}" for value in each.arguments.values())])
        for each in document.layers
    ]


STEPS = {
    "abs and sqrt": ["ops.absolute", "ops.sqrt"],
    "add a row": ["ops.get_item :, :1, :1", "Add"],
    "add_n": ["Add"],
    "attention": [
        "Reshape [7, 4, 4]",
        "Permute [2, 1, 3]",
        "Permute [1, 3, 2]",
        "ops.matmul",
        "Rescaling 0.5",
        "Softmax",
        "ops.matmul",
        "Permute [2, 1, 3]",
        "Reshape [7, 16]",
    ],
    "axes joined": ["Reshape [30, 4]"],
    "axes multiplied": ["Reshape [30, 4]"],
    "bias_add": ["ops.add [1.0, 2.0, 3.0, 4.0]"],
    "by channels": [
        "Permute [3, 1, 2]",
        "ops.reshape [-1, 6, 5]",
        "Rescaling 2",
        "ops.reshape [-1, 4, 6, 5]",
    ],
    "cast": ["ops.cast int32", "Rescaling 1"],
    "clip": ["ops.clip -1 1"],
    "clip at zero": ["ReLU 6.0"],
    "concat": ["Concatenate 1"],
    "concatenated target": ["Reshape [120]"],
    "cut by its size": ["ops.get_item :, :5"],
    "divide": ["ops.true_divide 255.0"],
    "divide by the area": ["ops.sum [1, 2]", "ops.true_divide 30.0"],
    "flattened": ["Reshape [120]"],
    "identity": ["Identity"],
    "its own shape": ["Reshape [6, 5, 4]"],
    "leaky_relu": ["LeakyReLU 0.2"],
    "matmul, both transposed": [
        "Permute [1, 3, 2]",
        "Permute [1, 3, 2]",
        "Permute [1, 3, 2]",
        "ops.matmul",
    ],
    "matmul, first transposed": ["Permute [2, 1]", "ops.matmul"],
    "matmul, second transposed": ["Permute [2, 1]", "ops.matmul"],
    "maximum": ["ReLU"],
    "multiply": ["Multiply"],
    "negative": ["Rescaling -1"],
    "number of values": ["Reshape [120]"],
    "pad channels": ["ops.pad [[0, 0], [0, 0], [0, 0], [1, 2]]"],
    "pad mirrored": ["ops.pad reflect [[0, 0], [1, 1], [2, 2], [0, 0]]"],
    "pad rows": ["ZeroPadding1D [1, 2]"],
    "pad to a multiple": ["ZeroPadding2D [[0, 2], [0, 0]]"],
    "pad zeros": ["ZeroPadding2D [[1, 1], [2, 1]]"],
    "positions": ["ops.multiply [0.0, 1.0, 2.0, 3.0]"],
    "product of axes": ["Reshape [120]"],
    "reduce_max": ["GlobalMaxPooling2D"],
    "reduce_mean": ["GlobalAveragePooling2D True"],
    "reduce_mean of channels": ["ops.mean 3"],
    "relu": ["Activation relu"],
    "rows of the batch": ["ops.reshape [-1, 5, 4]"],
    "shape in 64 bits": ["Reshape [120]"],
    "shuffled": ["Reshape [6, 5, 2, 2]", "Permute [1, 2, 4, 3]", "Reshape [6, 5, 4]"],
    "sigmoid": ["Activation sigmoid"],
    "softmax": ["Softmax 1"],
    "squeeze": ["Reshape [1, 6, 5, 4]", "Reshape [6, 5, 4]"],
    "stack": ["ops.stack 1"],
    "stacked target": ["Reshape [120]"],
    "tile": ["ops.tile [1, 2, 1, 3]"],
    "transpose": ["Permute [3, 1, 2]"],
    "unknown axes joined": ["Reshape [-1, 4]"],
    "unknown axes, all joined": ["ops.reshape [-1, 4]"],
    "unknown axes, one left": ["Reshape [-1, 4]"],
    "where it is positive": ["ops.greater 0.0", "Rescaling 1"],
}
BATCH = "it needs the size of axis 0 of 'x', which is known only when there is data"
REFUSED = {
    "refused: batch copied": f"the operation 'tf.tile' (TFOpLambda) cannot be used in a spec: {BATCH}",
    "refused: broadcast_to": f"the operation 'tf.broadcast_to' (TFOpLambda) cannot be used in a spec: {BATCH}",
    "refused: cut of an unknown size": "the operation 'tf.__operators__.getitem_1' (SlicingOpLambda) cannot be used "
    "in a spec: it needs the size of axis 1 of 'x', which is known only when there is data",
    "refused: divided by the batch": f"the operation 'tf.math.truediv' (TFOpLambda) cannot be used in a spec: {BATCH}",
    "refused: layer on a shape": "'tf.cast' is computed of the shape of a tensor, which is no tensor in a spec",
    "refused: shape as output": "'tf.compat.v1.shape' is computed of the shape of a tensor, which is no tensor in a spec",
    "refused: two unknown sizes": "the operation 'tf.reshape' (TFOpLambda) cannot be used in a spec: "
    "it needs the size of axis 2 of 'x', which is known only when there is data",
}


def test_every_configuration_is_tried() -> None:
    assert CONFIGURATIONS.keys() == STEPS.keys() | REFUSED.keys()


@pytest.mark.parametrize("name", STEPS)
def test_functions_become_layers_or_operations_that_compute_the_same(name: str) -> None:
    document, stored = document_of(name), numpy.load(FOLDER / "configured.npz")
    assert steps(document) == STEPS[name]
    given = stored["rows" if document.inputs["x"].shape == [7, 16] else "image"]
    found: Any = build(imported(document).checked).model(given)
    numpy.testing.assert_allclose(found, stored[name], rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("name", REFUSED)
def test_what_depends_on_unknown_sizes_is_refused_by_name(name: str) -> None:
    with pytest.raises(UnreadableModel) as refused:
        document_of(name)
    assert str(refused.value) == REFUSED[name]

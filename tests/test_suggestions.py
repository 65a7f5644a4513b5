"""Suggestions for mistyped words: the nearest word, by letters, parts, rank and case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnspec.declarations.family import Family
from cnnspec.diagnostics.suggestions import Match, closest, distance, folded, nearness
from cnnspec.language.document import STEP_KEYS, Document
from cnnspec.layers.base import LAYERS
from cnnspec.objects.families import LOSSES, METRICS

CONV = (*LAYERS.find("Conv2D").arguments(), *STEP_KEYS)
SECTIONS = Document.spec_keys()


def words(family: "Family[object]") -> list[str]:  # type: ignore[type-var]
    return [*family.kinds, *family.aliases]


KNOWN = {
    "layers": words(LAYERS),  # type: ignore[arg-type]
    "losses": words(LOSSES),  # type: ignore[arg-type]
    "metrics": words(METRICS),  # type: ignore[arg-type]
    "arguments": list(CONV),
    "sections": list(SECTIONS),
}
SAFE, UNSAFE = True, False


@pytest.mark.parametrize(
    ("known", "word", "wanted", "is_certain"),
    [
        ("layers", "Conv2DTrasnpose", "Conv2DTranspose", SAFE),
        ("layers", "Conv3DTrasnpose", "Conv3DTranspose", SAFE),
        ("layers", "conv3d_transpose", "Conv3DTranspose", SAFE),
        ("layers", "batch_normalization", "BatchNormalization", SAFE),
        ("layers", "Batch Normalization", "BatchNormalization", SAFE),
        ("layers", "conv_2d", "Conv2D", SAFE),
        ("layers", "CONV2D", "Conv2D", SAFE),
        ("layers", "Con2D", "Conv2D", SAFE),
        ("layers", "dens", "Dense", SAFE),
        ("layers", "Dropuot", "Dropout", SAFE),
        ("layers", "MaxPoolin3D", "MaxPooling3D", UNSAFE),
        ("layers", "MaxPooling", "MaxPooling2D", UNSAFE),
        ("layers", "SepConv2D", "SeparableConv2D", UNSAFE),
        ("layers", "SpatialDropout", "SpatialDropout2D", UNSAFE),
        ("layers", "Concat", "Concatenate", UNSAFE),
        ("losses", "sparse_crossentropy", "sparse_categorical_crossentropy", UNSAFE),
        ("losses", "SparseCrossentropy", "SparseCategoricalCrossentropy", UNSAFE),
        ("losses", "Sparse Categorical Crossentropy", "SparseCategoricalCrossentropy", SAFE),
        ("losses", "sparse-categorical-crossentropy", "sparse_categorical_crossentropy", SAFE),
        ("losses", "binary_cross_entropy", "binary_crossentropy", SAFE),
        ("losses", "BinaryCrossEntropy", "BinaryCrossentropy", SAFE),
        ("losses", "mean_square_error", "mean_squared_error", SAFE),
        ("losses", "sparse_categorical", "sparse_categorical_crossentropy", UNSAFE),
        ("metrics", "acurracy", "accuracy", SAFE),
        ("metrics", "Accurracy", "Accuracy", SAFE),
        ("metrics", "sparse_accuracy", "sparse_categorical_accuracy", UNSAFE),
        ("metrics", "mean_iou", "mean_io_u", SAFE),
        ("arguments", "kernal_size", "kernel_size", SAFE),
        ("arguments", "kernelSize", "kernel_size", SAFE),
        ("arguments", "kernel_reg", "kernel_regularizer", UNSAFE),
        ("arguments", "form", "from", SAFE),
        ("arguments", "nmae", "name", SAFE),
        ("arguments", "repeats", "repeat", SAFE),
        ("arguments", "forzen", "frozen", SAFE),
        ("arguments", "branch", "branches", SAFE),
        ("sections", "layer", "layers", SAFE),
        ("sections", "output", "outputs", SAFE),
        ("sections", "blocs", "blocks", SAFE),
        ("sections", "param", "params", SAFE),
        ("sections", "trian", "train", SAFE),
    ],
)
def test_the_nearest_word(known: str, word: str, wanted: str, is_certain: bool) -> None:
    assert closest(word, KNOWN[known]) == Match(wanted, is_certain)


@pytest.mark.parametrize(
    ("known", "word"),
    [
        ("layers", "Conv4D"),
        ("layers", "DepthwiseConv3D"),
        ("layers", "Flat3D"),
        ("layers", ""),
        ("layers", "___"),
        ("losses", "focal"),
        ("arguments", "frequency"),
        ("sections", "weather"),
    ],
)
def test_no_word_is_near(known: str, word: str) -> None:
    assert closest(word, KNOWN[known]) is None


def test_numbers_are_no_slips() -> None:
    assert closest("conv2d_2", ["conv2d_1", "dense_1"]) == Match("conv2d_1", is_certain=False)


def test_two_slips_are_not_certain() -> None:
    assert closest("stride_x", ["stride_y", "stride_z"]) == Match("stride_y", is_certain=False)


TEXT = st.text("abcDE2d_ ", max_size=9)


@given(TEXT, TEXT, TEXT)
def test_the_distance_is_one(left: str, middle: str, right: str) -> None:
    """It is symmetric and zero for equal words only; a swap costs one, so detours may be shorter."""
    assert distance(left, right) == distance(right, left)
    assert (distance(left, right) == 0) is (left == right)
    assert distance(left, right) <= 2 * (distance(left, middle) + distance(middle, right))


@given(TEXT, TEXT)
def test_nearness_counts_neither_case_nor_separators(left: str, right: str) -> None:
    assert 0 <= nearness(left, right) <= 1 or nearness(left, right) < 0
    if folded(left):
        assert nearness(left, left.swapcase().replace("_", " ")) == 1


@pytest.mark.parametrize("known", KNOWN)
def test_a_word_of_the_language_is_nearest_to_itself(known: str) -> None:
    found = {word: closest(word, KNOWN[known]) for word in KNOWN[known]}
    assert {word: match and match.word for word, match in found.items()} == {
        word: word for word in KNOWN[known]
    }

"""The layer that splits text into words and looks them up."""

from collections.abc import Iterator
from typing import Annotated, Any

from cnnspec.declarations.declaration import Checked, Declaration
from cnnspec.declarations.fields import Choice, OptionalPositiveInt
from cnnspec.diagnostics.problems import Problem
from cnnspec.layers.base import kind
from cnnspec.layers.encoding import NotSparse, Plain, encoded
from cnnspec.layers.vocabulary import Encoded, Vocabulary, Words, of_text
from cnnspec.shapes import Shape, text


def _ngrams(value: Any, _: type[Declaration]) -> int | tuple[int, ...] | None:
    if value is None:
        return None
    listed = isinstance(value, list | tuple)
    if listed and not value:
        raise Problem("wrong-type", "")
    for place, item in enumerate(value if listed else (value,)):
        at = (place,) if listed else ()
        if isinstance(item, bool) or not isinstance(item, int):
            raise Problem("wrong-type", "", at)
        if item < 1:
            raise Problem("out-of-range", "", at)
    return tuple(value) if listed else value


Ngrams = Annotated[
    int | tuple[int, ...] | None,
    Checked(
        "a whole number of at least 1, a list of them, or null",
        check=_ngrams,
        alike=lambda most: tuple(range(1, most + 1)) if isinstance(most, int) else most,
    ),
]


def vectorized(layer: "TextVectorization", shape: Shape) -> Shape:
    """Shape rule: indices of words, or a vector over the vocabulary."""
    counts = layer.output_mode != "int"
    if layer.split is None:
        fits, form = len(shape) == 2, "(batch, words)"
    elif counts:
        fits, form = len(shape) == 1, "(batch,), one text per sample"
    else:
        fits, form = len(shape) == 1 or shape[1:] == (1,), "(batch,) or (batch, 1)"
    if not fits:
        mode = f" in the mode '{layer.output_mode}'" if counts else ""
        what = "text split into words" if layer.split is None else "whole text"
        message = (
            f"{layer.kind()}{mode} takes {what} as an input of the shape {form}, not {text(shape)}"
        )
        raise Problem("wrong-rank", message)
    if counts:
        return encoded(layer, (shape[0], None))
    return (shape[0], layer.output_sequence_length)


@kind
class TextVectorization(Vocabulary):
    """Splits text into words, and encodes or counts them."""

    takes = ("string",)
    standardize: Annotated[
        str | None, Choice("lower_and_strip_punctuation", "lower", "strip_punctuation", None)
    ] = "lower_and_strip_punctuation"
    """Standardization of the text before splitting."""
    split: Annotated[str | None, Choice("whitespace", "character", None)] = "whitespace"
    """How to split text; null if it is already split."""
    ngrams: Ngrams = None
    """Length of n-grams: a maximum, or a list of lengths."""
    output_mode: Annotated[
        str,
        Choice(
            "int", "multi_hot", "count", "tf_idf",
            synonyms={"binary": "multi_hot", "tf-idf": "tf_idf"},
        ),
    ] = "int"  # fmt: skip
    output_sequence_length: OptionalPositiveInt = None
    """Number of words to truncate or pad to; null for the longest text of a batch."""
    vocabulary: Words = None
    """The known words."""
    ragged: Annotated[bool, Plain("ragged")] = False
    sparse: NotSparse = False
    encoding: Encoded = "utf-8"
    """Encoding of the text."""

    shape = vectorized
    examples = (
        of_text({"vocabulary": ["cat", "dog"]}, (None,), (None, None)),
        of_text({"vocabulary": ["cat", "dog"], "output_sequence_length": 6}, (None, 1), (None, 6)),
        of_text(
            {"vocabulary": ["cat", "dog"], "split": None, "ngrams": [1, 2]},
            (None, 4),
            (None, None),
        ),
        of_text({"vocabulary": ["cat", "dog"], "output_mode": "multi_hot"}, (None,), (None, 3)),
        of_text(
            {"vocabulary": ["a", "b"], "split": None, "output_mode": "count"}, (None, 4), (None, 3)
        ),
    )

    def added(self) -> tuple[list[Any], Any, int]:
        """The empty word for padding, and a position for unknown words."""
        return [""] if self.output_mode == "int" else [], "[UNK]", 1

    def conflicts(self) -> Iterator[Problem]:
        """Check that options of padding are used only for indices."""
        yield from super().conflicts()
        if self.output_mode != "int" and self.output_sequence_length is not None:
            message = "TextVectorization uses 'output_sequence_length' only in the mode 'int'"
            yield Problem("conflicting-arguments", message, "output_sequence_length")
        if self.terms() is not None and "" in self.own_terms():
            message = "the vocabulary of TextVectorization contains the empty text"
            yield Problem("conflicting-arguments", message, "vocabulary")

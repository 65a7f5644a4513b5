"""Layers that look up words and numbers in a vocabulary."""

import codecs
from collections.abc import Iterator
from functools import partial
from typing import Annotated, Any

from cnnspec.counts import counted
from cnnspec.declarations.declaration import Checked, Declaration, Recent
from cnnspec.declarations.fields import (
    Choice,
    Flag,
    NonNegativeInt,
    Numbers,
    OptionalInt,
    OptionalPositiveInt,
    OptionalText,
)
from cnnspec.diagnostics.problems import Problem, shown
from cnnspec.layers.base import Example, kind
from cnnspec.layers.encoding import Encoding, learned
from cnnspec.layers.hashing import Salt


class Terms(Checked):
    """Type of a list of texts, or of integers."""

    def __init__(self, phrase: str, of: type, schema: str) -> None:
        def check(value: Any, _: type[Declaration]) -> list[Any] | None:
            if value is None:
                return None
            if not isinstance(value, list | tuple) or not value:
                raise Problem("wrong-type", "")
            for place, item in enumerate(value):
                if isinstance(item, bool) or not isinstance(item, of):
                    raise Problem("wrong-type", "", (place,))
                if isinstance(item, int) and not -(2**63) <= item < 2**63:
                    raise Problem("out-of-range", "", (place,))
            return list(value)

        items = {"type": "array", "items": {"type": schema}, "minItems": 1}
        super().__init__(phrase, check=check, schema={"anyOf": [items, {"type": "null"}]})


def repeated(items: list[Any]) -> int | None:
    """Return the position of the first repeated value."""
    seen = set()
    for place, item in enumerate(items):
        if item in seen:
            return place
        seen.add(item)
    return None


def _codec(value: Any, _: type[Declaration]) -> str:
    if not isinstance(value, str):
        raise Problem("wrong-type", "")
    try:
        codecs.lookup(value)
    except LookupError:
        raise Problem("unknown-value", "") from None
    return value


Words = Annotated[list[str] | None, Terms("a list of texts, or null", str, "string")]
WholeNumbers = Annotated[
    list[int] | None, Terms("a list of whole numbers, or null", int, "integer")
]
Encoded = Annotated[str, Checked("the name of a text encoding such as 'utf-8'", check=_codec)]
Weighting = Annotated[
    list[float] | None,
    Numbers("a list of numbers of at least 0, or null", minimum=0, optional=True),
]
LookupMode = Choice(
    "int", "one_hot", "multi_hot", "count", "tf_idf",
    synonyms={"binary": "multi_hot", "tf-idf": "tf_idf"},
)  # fmt: skip


class Vocabulary(Encoding):
    """Base class of layers with a vocabulary."""

    max_tokens: OptionalPositiveInt = None
    """Largest size of the vocabulary, including added terms."""
    output_mode: Annotated[str, LookupMode] = "int"
    """As for other encodings; `tf_idf` counts, weighted by `idf_weights`. Counts are integers,
    although Keras declares floats; `Dense` accepts both.
    """
    pad_to_max_tokens: Flag = False
    """Whether vectors have `max_tokens` positions."""
    idf_weights: Weighting = None
    """Inverse document frequency of each term of the vocabulary."""

    def terms(self) -> list[Any] | None:
        """The vocabulary, as given."""
        return self.checked("vocabulary")  # type: ignore[no-any-return]

    def added(self) -> tuple[list[Any], Any, int]:
        """The terms added in front: the masked value, and that of unknown terms with its count."""
        raise NotImplementedError

    def own_terms(self) -> list[Any]:
        """The terms without those that are added."""
        terms, (masks, unknown, count) = self.terms() or [], self.added()
        front = [*masks, *([unknown] * min(count, len(terms) + 1))]
        return terms[len(front) :] if terms[: len(masks) + count] == front else terms

    def size(self) -> int:
        """The number of terms, including added terms."""
        masks, _, count = self.added()
        return len(masks) + count + len(self.own_terms())

    def depth(self) -> int:
        """One position per term, including added terms."""
        if self.pad_to_max_tokens and self.max_tokens is not None:
            return self.max_tokens
        return self.size()

    def conflicts(self) -> Iterator[Problem]:
        """Check that the vocabulary is given, and that the other arguments match it."""
        yield from super().conflicts()
        if self.terms() is None:
            yield learned(self, "vocabulary", "one")
            return
        own = self.own_terms()
        if (twice := repeated(own)) is not None:
            place = len(self.terms() or ()) - len(own) + twice
            message = f"the vocabulary contains {shown(own[twice])} twice"
            yield Problem("conflicting-arguments", message, ("vocabulary", place))
        yield from self.size_conflicts()
        yield from self.weight_conflicts()

    def size_conflicts(self) -> Iterator[Problem]:
        """Check that there are terms, and space for them."""
        size = self.size()
        if not self.own_terms():
            message = (
                f"the vocabulary of {self.kind()} contains only terms that are added automatically"
            )
            yield Problem("conflicting-arguments", message, "vocabulary")
        elif self.max_tokens is not None and size > self.max_tokens:
            message = f"{self.kind()} has {size} terms including added ones, but 'max_tokens' is {self.max_tokens}"
            yield Problem("conflicting-arguments", message, "max_tokens")
        if self.pad_to_max_tokens and self.max_tokens is None:
            message = f"{self.kind()} needs 'max_tokens' for padding"
            yield Problem("missing-argument", message)

    def weight_conflicts(self) -> Iterator[Problem]:
        """Check that weights of terms are used only for `tf_idf`, one per term."""
        if self.output_mode == "tf_idf" and self.idf_weights is None:
            message = f"{self.kind()} needs 'idf_weights' in the mode 'tf_idf'"
            yield Problem("missing-argument", message)
        elif self.output_mode != "tf_idf" and self.idf_weights is not None:
            message = f"{self.kind()} uses 'idf_weights' only in the mode 'tf_idf'"
            yield Problem("conflicting-arguments", message, "idf_weights")
        elif self.idf_weights is not None and len(self.idf_weights) != len(self.terms() or ()):
            message = f"{self.kind()} has {counted(len(self.idf_weights), 'weight')} for {counted(len(self.terms() or ()), 'term')}"
            yield Problem("conflicting-arguments", message, "idf_weights")

    def output_dtype(self, *inputs: str) -> str:
        """Keras ignores `dtype` here, and states that whole numbers are floats."""
        return "float32" if self.output_mode == "tf_idf" else "int64"


class Lookup(Vocabulary):
    """Base class of layers that look up single values."""

    absent = ("activity_regularizer",)
    recent = (
        Recent(
            "3.14.0",
            "output_mode",
            "an encoding of inputs with several values",
            lambda call, shape: call.output_mode != "int" and len(call.shape(shape)) != 2,
            by_inputs=True,
        ),
    )
    num_oov_indices: NonNegativeInt = 1
    """Number of positions for terms outside the vocabulary; with 0 they are an error."""
    invert: Flag = False
    """Whether to map indices to terms instead."""
    salt: Salt = None
    """Key of the hash for unknown terms: SipHash instead of FarmHash is used."""

    def added(self) -> tuple[list[Any], Any, int]:
        """The masked value, only if its index is output, and the positions of unknown terms."""
        mask, unknown = self.checked("mask_token"), self.checked("oov_token")
        masks = mask is not None and self.output_mode == "int"
        return [mask] if masks else [], unknown, self.num_oov_indices

    def conflicts(self) -> Iterator[Problem]:
        """Check that the vocabulary does not contain added terms."""
        yield from super().conflicts()
        if self.terms() is None:
            return
        reserved = ("mask_token", "oov_token") if self.invert else ("mask_token",)
        for name in reserved:
            token = self.checked(name)
            if token is not None and token in self.own_terms():
                message = f"the vocabulary of {self.kind()} contains the '{name}' {shown(token)}"
                yield Problem("conflicting-arguments", message, "vocabulary")
        if self.invert and self.output_mode != "int":
            message = f"{self.kind()} maps indices to terms only in the mode 'int'"
            yield Problem("conflicting-arguments", message, "output_mode")
        if self.invert and self.checked("oov_token") is None:
            message = f"{self.kind()} needs an 'oov_token' for unknown indices"
            yield Problem("conflicting-arguments", message, "oov_token")


@kind
class IntegerLookup(Lookup):
    """Maps integers to their positions in a vocabulary."""

    mask_token: OptionalInt = None
    """Number for missing values."""
    oov_token: OptionalInt = -1
    """Number for unknown positions."""
    vocabulary: WholeNumbers = None
    """The known numbers."""
    vocabulary_dtype: Annotated[str, Choice("int64")] = "int64"
    oov_method: Annotated[str, Choice("floormod", "farmhash")] = "floormod"
    """How to distribute unknown numbers over several positions."""
    examples = (
        Example({"vocabulary": [3, 5, 8]}, (None, None, 2), (None, None, 2)),
        Example(
            {"vocabulary": [3, 5], "output_mode": "multi_hot", "num_oov_indices": 2},
            (None, None),
            (None, 4),
        ),
        Example({"vocabulary": [3, 5], "output_mode": "one_hot"}, (None, 1), (None, 3)),
    )

    def conflicts(self) -> Iterator[Problem]:
        """Check that only a hash is salted."""
        yield from super().conflicts()
        if self.salt is not None and self.oov_method != "farmhash":
            message = "IntegerLookup uses 'salt' only with the 'oov_method' 'farmhash'"
            yield Problem("conflicting-arguments", message, "salt")


of_text = partial(Example, dtype="string")


@kind
class StringLookup(Lookup):
    """Maps words to their positions in a vocabulary."""

    mask_token: OptionalText = None
    """Word for missing values."""
    oov_token: OptionalText = "[UNK]"
    """Word for unknown positions."""
    vocabulary: Words = None
    """The known words."""
    encoding: Encoded = "utf-8"
    """Encoding of the text."""
    examples = (
        of_text({"vocabulary": ["cat", "dog"]}, (None, None), (None, None)),
        of_text(
            {"vocabulary": ["cat", "dog"], "output_mode": "count", "mask_token": ""},
            (None, 4),
            (None, 3),
        ),
        of_text(
            {"vocabulary": ["cat", "dog"], "output_mode": "tf_idf", "idf_weights": [0.5, 0.2]},
            (None, 4),
            (None, 3),
        ),
        of_text(
            {
                "vocabulary": ["cat"],
                "output_mode": "one_hot",
                "max_tokens": 5,
                "pad_to_max_tokens": True,
            },
            (None, 4),
            (None, 4, 5),
        ),
    )

    def computes_on(self) -> tuple[str, ...]:
        """Words are the input or, if inverted, the output."""
        return self.takes if self.invert else ("string",)

    def output_dtype(self, *inputs: str) -> str:
        """Text, if indices are mapped to words; Keras declares numbers."""
        return "string" if self.invert else super().output_dtype(*inputs)
